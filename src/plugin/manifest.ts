/**
 * What a plugin says of itself: the `god` block of its package.json, read without importing anything.
 *
 * A block of another api is read as far as it can be, so that whoever names its provider is told of the version.
 */
import {readFileSync} from 'node:fs'
import {join, resolve, sep} from 'node:path'
import {API_VERSION, type ProviderKind} from '@god-cli/api'
import * as v from 'valibot'
import {GodError} from '../core/errors.js'
import {parseWith} from '../core/parse-with.js'

export const KINDS = ['scheduler', 'executor', 'auth'] as const satisfies readonly ProviderKind[]

const inPackageSchema = v.pipe(v.string(), v.startsWith('./'))

const declaredSchema = v.strictObject({
  kind: v.picklist(KINDS),
  id: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/)),
  entry: inPackageSchema,
  summary: v.string(),
  /** A JSON schema of its options. */
  options: v.exactOptional(inPackageSchema),
  /** Executors: false = jobs need no image. */
  images: v.exactOptional(v.boolean()),
  /** Executors: bytes of memory below which they start no job. */
  leastMemory: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
})

const blockSchema = v.strictObject({
  api: v.pipe(v.number(), v.integer()),
  plugins: v.exactOptional(v.array(inPackageSchema)),
  providers: v.exactOptional(v.array(declaredSchema)),
})

const packageSchema = v.object({
  name: v.fallback(v.string(), ''),
  version: v.fallback(v.string(), ''),
  god: v.optional(v.unknown()),
})

const otherApiSchema = v.object({
  api: v.pipe(v.number(), v.integer()),
  providers: v.fallback(v.array(v.unknown()), []),
})

export interface Declared {
  readonly kind: ProviderKind
  readonly id: string
  readonly summary: string
  readonly images: boolean
  /** Bytes; left out: any amount will do. */
  readonly leastMemory?: number
  /** Absolute path of the module that exports the factory. */
  readonly entry: string
  /** Absolute path of the schema of its options, if it has one. */
  readonly options: string | null
}

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly api: number
  /** Folders of the plugins that it carries; of god's own package only. */
  readonly plugins: readonly string[]
  readonly providers: readonly Declared[]
}

const bad = (folder: string, why: string): GodError =>
  new GodError('E_PROVIDER_BAD', `the plugin in ${folder} cannot be used: ${why}`, 'Update or remove it.')

const inside = (folder: string, path: string): string => {
  const full = resolve(folder, path)
  if (!full.startsWith(resolve(folder) + sep)) throw bad(folder, `'${path}' leads out of it`)
  return full
}

/** Throws E_PROVIDER_BAD. */
const unlessUnreadable = <T>(folder: string, read: () => T): T => {
  try {
    return read()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw bad(folder, `its package.json cannot be read (${why})`)
  }
}

type Block = v.InferOutput<typeof blockSchema>

const ofOtherApi = (god: unknown): Block | null => {
  const block = parseWith(otherApiSchema, god)
  if (!block.ok || block.value.api === API_VERSION) return null
  const known = block.value.providers.map(one => parseWith(declaredSchema, one))
  return {api: block.value.api, providers: known.flatMap(one => (one.ok ? [one.value] : []))}
}

const blockOf = (folder: string, god: unknown): Block | null => {
  if (god === undefined) return null
  const block = parseWith(blockSchema, god)
  if (block.ok) return block.value
  const other = ofOtherApi(god)
  if (other !== null) return other
  throw bad(folder, `its "god" block is wrong: ${block.why}`)
}

/** Throws E_PROVIDER_BAD. A package without a block provides nothing. */
export const readManifest = (folder: string): Manifest =>
  parseManifest(
    folder,
    unlessUnreadable(folder, () => readFileSync(join(folder, 'package.json'), 'utf8')),
  )

/** `text` = the package.json of that folder. */
export const parseManifest = (folder: string, text: string): Manifest => {
  const parsed = parseWith(
    packageSchema,
    unlessUnreadable<unknown>(folder, () => JSON.parse(text)),
  )
  const {name, version, god} = parsed.ok ? parsed.value : {name: '', version: '', god: undefined}
  const block = blockOf(folder, god)
  return {
    name,
    version,
    api: block?.api ?? API_VERSION,
    plugins: (block?.plugins ?? []).map(path => inside(folder, path)),
    providers: (block?.providers ?? []).map(({entry, options, images = true, ...rest}) => ({
      ...rest,
      images,
      entry: inside(folder, entry),
      options: options === undefined ? null : inside(folder, options),
    })),
  }
}
