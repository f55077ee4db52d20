import assert from 'node:assert/strict'
import {parseTemplate, renderTemplate} from '../../../src/cli/screen/template.js'
import {siteForAll} from '../../support/site.js'
import {LOOKED_AT, SOME_JOBS} from '../some-jobs.js'

const render = (template: string): string =>
  renderTemplate(parseTemplate(template), SOME_JOBS.slice(0, 2), LOOKED_AT)

describe('a line by a template', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['{{id}} {{state}}', '3 done\n4 killed\n'],
    ['{{ id }}', '3\n4\n'],
    ['{{id}}\\t{{max_memory}}', '3\t300M\n4\t\n'],
    ['a\\\\n{{id}}', 'a\\n3\na\\n4\n'],
    ['no column', 'no column\nno column\n'],
    ['{{reason}}', '\nkilled by request: \\x1b[31mred\\n\n'],
    ['{ {id} }', '{ {id} }\n{ {id} }\n'],
  ]
  for (const [template, text] of rows) it(`as ${template}`, () => assert.equal(render(template), text))

  for (const bad of [
    '{{id',
    'id}}',
    '{{id}} {{',
    '{{}}',
    '{{nmae}}',
    '{{.ID}}',
    '{{if id}}',
    '{{constructor}}',
  ])
    it(`never as ${bad}`, () => assert.throws(() => render(bad), {code: 'E_USAGE'}))
})

describe('--format', () => {
  const held = siteForAll()
  before(() => held.site.submit())

  it('is understood by stat and show, and is not another form besides', async () => {
    const {site} = held
    for (const args of [['stat'], ['show', '1']]) {
      assert.equal((await site.here([...args, '--format', '{{id}}:{{name}}'])).stdout, '1:true\n')
      const {stderr, code} = await site.here([...args, '--format', '{{nmae}}'])
      assert.deepEqual([code, /no column 'nmae'\. Did you mean name\? Columns: id, /.test(stderr)], [2, true])
      assert.equal((await site.here([...args, '--format', '{{id}}', '--json'])).code, 2)
    }
  })
})
