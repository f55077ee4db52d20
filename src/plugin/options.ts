/**
 * The options of a provider, judged by the schema that its package brings: so a typo is reported with its line before
 * any job moves. What stands in a section is text; `"type": "integer"` means text that is one.
 */
import {readFileSync} from 'node:fs'
import type {ErrorCode} from '../core/catalogue.js'
import {GodError} from '../core/errors.js'
import type {Configuration} from '../core/settings/settings.js'
import {nearest} from '../core/text.js'
import type {Provider} from './resolver.js'
import type {compileSchema, SchemaFault} from './schema.js'

const readSchema = (path: string): object => {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (typeof value !== 'object' || value === null) throw new Error('it is no object')
  return value
}

const keysOf = (schema: object): readonly string[] => {
  const properties: unknown = Reflect.get(schema, 'properties')
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}

const wrongSchema = ({plugin}: Provider, path: string, error: unknown): GodError =>
  new GodError(
    'E_PROVIDER_BAD',
    `${plugin}: the schema ${path} of its options is wrong: ${error instanceof Error ? error.message : String(error)}`,
    'Update the plugin.',
    {cause: error},
  )

/** Whether something must be given, so that nothing is too little. */
const demands = (provider: Provider, path: string): boolean => {
  try {
    return Object.keys(readSchema(path)).some(key => !SILENT.includes(key))
  } catch (error) {
    throw wrongSchema(provider, path, error)
  }
}

/** What says nothing of an empty object. */
const SILENT = [
  '$schema',
  '$id',
  '$comment',
  'title',
  'description',
  'type',
  'properties',
  'additionalProperties',
]

/** A schema that is wrong is the plugin's fault. */
const judgeOf = async (
  provider: Provider,
  path: string,
): Promise<[object, ReturnType<typeof compileSchema>]> => {
  try {
    const schema = readSchema(path)
    const {compileSchema} = await import('./schema.js')
    return [schema, compileSchema(schema)]
  } catch (error) {
    throw wrongSchema(provider, path, error)
  }
}

const allowed = ({params}: SchemaFault): string => {
  const values: unknown = Reflect.get(params, 'allowedValues')
  return Array.isArray(values) ? `: ${values.join(', ')}` : ''
}

export interface GivenOptions {
  readonly options: Readonly<Record<string, string>>
  /** Where that option stands; the configuration as a whole where there is none. */
  readonly originOf: (key: string) => string
  /** Whether it is a word of the command, not of the configuration; left out: none is. */
  readonly isTyped?: (key: string) => boolean
}

export const optionsGiven = ({options, origins}: Configuration, id: string): GivenOptions => ({
  options: options.get(id) ?? {},
  originOf: key => origins.get(`plugin.${id}.${key}`) ?? `[plugin.${id}]`,
})

const complaint = (id: string, schema: object, given: GivenOptions, error: SchemaFault): GodError => {
  const {options, originOf, isTyped = () => false} = given
  const codeFor = (key: string): ErrorCode => (isTyped(key) ? 'E_USAGE' : 'E_CONFIG_BAD')
  if (error.keyword === 'additionalProperties') {
    const key = String(Reflect.get(error.params, 'additionalProperty'))
    const near = nearest(key, keysOf(schema))
    const hint =
      near.length > 0
        ? `Did you mean ${near.join(' or ')}?`
        : `It takes ${keysOf(schema).join(', ') || 'none'}.`
    return new GodError(codeFor(key), `${originOf(key)}: ${id} takes no option '${key}'`, hint)
  }
  const key = error.instancePath.split('/')[1] ?? ''
  if (!(key in options)) return new GodError('E_CONFIG_BAD', `[plugin.${id}] ${error.message ?? 'is wrong'}`)
  const what = `${key} = ${JSON.stringify(options[key])}`
  return new GodError(codeFor(key), `${originOf(key)}: ${what}, but it ${error.message}${allowed(error)}`)
}

/** Throws E_PROVIDER_BAD if the schema is none. */
export const checkSchema = async (provider: Provider): Promise<void> => {
  if (provider.options !== null) await judgeOf(provider, provider.options)
}

/** Throws E_CONFIG_BAD at what the schema does not allow. A provider without a schema judges when it is made. */
export const checkOptions = async (provider: Provider, given: GivenOptions): Promise<void> => {
  if (provider.options === null) return
  // Most sites give none, and pay for no judge.
  if (Object.keys(given.options).length === 0 && !demands(provider, provider.options)) return
  const [schema, judge] = await judgeOf(provider, provider.options)
  // It turns text into numbers in place.
  if (judge({...given.options})) return
  const [error] = judge.errors ?? []
  if (error !== undefined) throw complaint(provider.id, schema, given, error)
}
