/** Options judged by the schema of the plugin, before anything of it is imported. */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {GodError} from '../../src/core/errors.js'
import {checkOptions} from '../../src/plugin/options.js'
import type {Provider} from '../../src/plugin/resolver.js'
import {type PluginFolders, pluginFolders} from './folders.js'

const SCHEMA = {
  type: 'object',
  properties: {
    switches: {type: 'integer', minimum: 1},
    strict: {type: 'boolean'},
    spread: {enum: ['wide', 'narrow']},
    ratio: {type: 'number'},
  },
  additionalProperties: false,
}

describe('the options of a provider', () => {
  let place: PluginFolders
  beforeEach(() => {
    place = pluginFolders()
  })
  afterEach(() => place.remove())

  const check = (options: Record<string, string>, schema: unknown = SCHEMA): Promise<void> => {
    const path = schema === null ? null : join(place.root, 'o.json')
    if (path !== null) place.write({'o.json': typeof schema === 'string' ? schema : JSON.stringify(schema)})
    const provider: Provider = {
      kind: 'scheduler',
      id: 'topology',
      summary: '',
      plugin: '@acme/topology',
      version: '1',
      api: 1,
      images: true,
      entry: '/nowhere',
      level: 'system',
      distrust: null,
      options: path,
    }
    return checkOptions(provider, {options, originOf: key => `go-d.ini:${key.length}`})
  }
  const refused = async (
    message: RegExp,
    hint: RegExp,
    options: Record<string, string>,
    schema: unknown = SCHEMA,
    code = 'E_CONFIG_BAD',
  ): Promise<void> => {
    await assert.rejects(check(options, schema), (error: unknown) => {
      assert.ok(error instanceof GodError)
      assert.equal(error.code, code)
      assert.match(error.message, message)
      assert.match(error.hint, hint)
      return true
    })
  }

  it('are text that reads as what the schema wants', async () => {
    await check({switches: '4', strict: 'true', spread: 'wide', ratio: '0.5'})
    await check({})
  })

  it('are left to the provider where it has no schema', async () => {
    await check({anything: 'goes'}, null)
  })

  it('are refused with their line, what stands there and what is expected', async () => {
    await refused(/^go-d\.ini:8: switches = "four", but it must be integer$/, /^$/, {switches: 'four'})
    await refused(/switches = "0", but it must be >= 1/, /^$/, {switches: '0'})
    await refused(/strict = "perhaps", but it must be boolean/, /^$/, {strict: 'perhaps'})
    await refused(/spread = "far", but it must be .* values: wide, narrow/, /^$/, {spread: 'far'})
  })

  it('that the schema does not have are refused, with those that it has', async () => {
    await refused(/^go-d\.ini:7: topology takes no option 'swiches'/, /Did you mean switches\?/, {
      swiches: '4',
    })
    await refused(/no option 'colour'/, /It takes switches, strict, spread, ratio\./, {colour: 'blue'})
  })

  it('of a provider that takes none are refused, all of them', async () => {
    await refused(
      /no option 'x'/,
      /^It takes none\.$/,
      {x: '1'},
      {type: 'object', additionalProperties: false},
    )
  })

  it('that are missing are named with their section', async () => {
    await refused(
      /^\[plugin\.topology\] must have required property 'switches'/,
      /^$/,
      {},
      {...SCHEMA, required: ['switches']},
    )
  })

  it('cannot be judged by a schema that is none: the plugin is at fault', async () => {
    for (const schema of ['{', '7', 'null', '{"type":"colour"}'])
      await refused(
        /@acme\/topology: the schema .*o\.json of its options is wrong/,
        /Update/,
        {x: '1'},
        schema,
        'E_PROVIDER_BAD',
      )
  })
})
