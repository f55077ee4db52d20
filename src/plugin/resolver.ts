/**
 * Which providers there are: read from the `god` blocks of package.json files, without importing anything.
 *
 * The root package names the folders of the built-in plugins; those of others are found in the same way, by the
 * same block. First of built-in, system, user wins; a duplicate never overrides silently.
 */
import {readFileSync} from 'node:fs'
import {join, resolve, sep} from 'node:path'
import {API_VERSION, type ProviderKind} from '@god-cli/api'
import * as v from 'valibot'
import {GodError} from '../core/errors.js'
import {parseWith} from '../core/job.js'
import {packageRoot} from './package-root.js'

const providerSchema = v.strictObject({
  kind: v.picklist(['scheduler', 'executor', 'auth'] as const),
  id: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/)),
  entry: v.pipe(v.string(), v.startsWith('./')),
  summary: v.string(),
  options: v.exactOptional(v.string()),
  /** Executors: false = jobs need no image. */
  images: v.exactOptional(v.boolean()),
})

const blockSchema = v.strictObject({
  api: v.pipe(v.number(), v.integer()),
  plugins: v.exactOptional(v.array(v.pipe(v.string(), v.startsWith('./')))),
  providers: v.exactOptional(v.array(providerSchema)),
})

export interface Provider {
  readonly kind: ProviderKind
  readonly id: string
  readonly summary: string
  /** Package name and version. */
  readonly plugin: string
  readonly version: string
  readonly api: number
  /** An executor that runs images. */
  readonly images: boolean
  /** Absolute path of the module that exports the factory. */
  readonly entry: string
}

const bad = (folder: string, why: string): GodError =>
  new GodError('E_PROVIDER_BAD', `the plugin in ${folder} cannot be used: ${why}`, 'Update or remove it.')

const readPackage = (
  folder: string,
): {name: string; version: string; block: v.InferOutput<typeof blockSchema> | null} => {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  } catch (error) {
    throw bad(
      folder,
      `its package.json cannot be read (${error instanceof Error ? error.message : String(error)})`,
    )
  }
  const text = (key: string): string => {
    const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
    return typeof found === 'string' ? found : ''
  }
  const god: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'god') : undefined
  if (god === undefined) return {name: text('name'), version: text('version'), block: null}
  const block = parseWith(blockSchema, god)
  if (!block.ok) throw bad(folder, `its "god" block is wrong: ${block.why}`)
  return {name: text('name'), version: text('version'), block: block.value}
}

const inside = (folder: string, path: string): string => {
  const full = resolve(folder, path)
  if (!full.startsWith(resolve(folder) + sep)) throw bad(folder, `'${path}' leads out of it`)
  return full
}

/** The providers of one plugin's folder. */
export const providersOf = (folder: string): readonly Provider[] => {
  const {name, version, block} = readPackage(folder)
  return (block?.providers ?? []).map(({kind, id, summary, entry, images = true}) => ({
    kind,
    id,
    summary,
    plugin: name,
    version,
    api: block?.api ?? 0,
    images,
    entry: inside(folder, entry),
  }))
}

/** The built-ins that the package at `root` names. */
export const builtinProviders = (root: string): readonly Provider[] => {
  const {block} = readPackage(root)
  return (block?.plugins ?? []).flatMap(path => providersOf(inside(root, path)))
}

/** The provider to use; its version is checked here, before anything of it is imported. */
export const pickProvider = (providers: readonly Provider[], kind: ProviderKind, id: string): Provider => {
  const found = providers.find(provider => provider.kind === kind && provider.id === id)
  if (found === undefined) {
    const list = providers.filter(provider => provider.kind === kind).map(provider => provider.id)
    throw new GodError(
      'E_PROVIDER_UNKNOWN',
      `no ${kind} plugin provides '${id}'; there are: ${list.join(', ') || 'none'}`,
      'Correct the configuration.',
    )
  }
  if (found.api === API_VERSION) return found
  throw new GodError(
    'E_PROVIDER_BAD',
    `${found.plugin} ${found.version} was made for plugin api ${found.api}; this god offers ${API_VERSION}`,
    'Update the plugin.',
  )
}

/** Whether jobs of this executor need an image, by what its package says; an unknown one is complained of when used. */
export const executorRunsImages = (
  id: string,
  providers: readonly Provider[] = builtinProviders(packageRoot()),
): boolean => providers.find(provider => provider.kind === 'executor' && provider.id === id)?.images ?? true

export const providerIds = (kind: ProviderKind): readonly string[] =>
  builtinProviders(packageRoot())
    .filter(provider => provider.kind === kind)
    .map(({id}) => id)
