/**
 * Which providers there are, and the one to use: by the `god` blocks of package.json files, without importing
 * anything. The root package names the folders of the built-in plugins; those of others are found by the same block.
 *
 * First of built-in, system, user wins; a duplicate never overrides silently.
 */
import {API_VERSION, type ProviderKind} from '@god-cli/api'
import {GodError} from '../core/errors.js'
import type {Needs} from '../core/settings/settings.js'
import {nearest} from '../core/text.js'
import {type Declared, type Manifest, readManifest} from './manifest.js'
import {packageRoot} from './package-root.js'

/** Who put it there: god itself, root for the whole host, the caller for himself. */
export type Level = 'builtin' | 'system' | 'user'

export interface Provider extends Declared {
  /** Package name and version. */
  readonly plugin: string
  readonly version: string
  readonly api: number
  readonly level: Level
  /** Why a service must not run it; null = it may. */
  readonly distrust: string | null
}

export const providersIn = (
  {name, version, api, providers}: Manifest,
  level: Level,
  distrust: (provider: Declared) => string | null,
): readonly Provider[] =>
  providers.map(one => ({...one, plugin: name, version, api, level, distrust: distrust(one)}))

/** The built-ins that the package at `root` names. Throws where one is damaged: then this installation is. */
export const builtinProviders = (root: string): readonly Provider[] =>
  readManifest(root).plugins.flatMap(folder => providersIn(readManifest(folder), 'builtin', () => null))

/** The setting that names the provider of a kind. */
export const SETTING_OF = {
  scheduler: 'scheduler_policy',
  executor: 'executor',
  auth: 'auth_policy',
} as const satisfies Record<ProviderKind, string>

const unknownProvider = (providers: readonly Provider[], kind: ProviderKind, id: string): GodError => {
  const list = [...new Set(providers.filter(one => one.kind === kind).map(one => one.id))]
  const near = nearest(id, list)
  return new GodError(
    'E_PROVIDER_UNKNOWN',
    `no ${kind} plugin provides '${id}'; there are: ${list.join(', ') || 'none'}`,
    near.length > 0
      ? `Did you mean ${near.join(' or ')}? Else install it: god plugins install god-${kind}-${id}`
      : `Install it (god plugins install god-${kind}-${id}, by custom) or correct ${SETTING_OF[kind]}.`,
  )
}

/** Why it cannot be used by anybody, or null. */
export const misfit = ({
  plugin,
  version,
  api,
}: Pick<Provider, 'plugin' | 'version' | 'api'>): string | null =>
  api === API_VERSION
    ? null
    : `${plugin} ${version} was made for plugin api ${api}; this god offers ${API_VERSION}`

/** The provider to use; its version is checked here, before anything of it is imported. */
export const pickProvider = (providers: readonly Provider[], kind: ProviderKind, id: string): Provider => {
  const found = providers.find(provider => provider.kind === kind && provider.id === id)
  if (found === undefined) throw unknownProvider(providers, kind, id)
  const why = misfit(found)
  if (why !== null) throw new GodError('E_PROVIDER_BAD', why, 'Update the plugin.')
  return found
}

/**
 * Services run what root installed for all. A user's own plugins serve where service and user are one: in a directory
 * of a single user.
 */
export const pickForService = (
  providers: readonly Provider[],
  kind: ProviderKind,
  id: string,
  singleUser: boolean,
): Provider => {
  const found = pickProvider(providers, kind, id)
  if (found.level === 'user' && !singleUser) {
    throw new GodError(
      'E_PROVIDER_BAD',
      `${found.plugin}, which provides the ${kind} '${id}', is installed for one user, and this directory is of many`,
      `As root: god plugins install --system ${found.plugin}`,
    )
  }
  if (found.distrust === null) return found
  throw new GodError(
    'E_PROVIDER_BAD',
    `a service does not run ${found.plugin}, which provides the ${kind} '${id}': ${found.distrust}`,
    `Let ${found.level === 'system' ? 'root' : 'you'} alone own and write it, or install it again.`,
  )
}

/** What an executor asks of jobs, by what its package says; an unknown one is complained of when used. */
export const executorNeeds = (
  id: string,
  providers: readonly Provider[] = builtinProviders(packageRoot()),
): Needs => {
  const found = providers.find(provider => provider.kind === 'executor' && provider.id === id)
  return {images: found?.images ?? true, leastMemory: found?.leastMemory}
}

/** Whether jobs of this executor need an image. */
export const executorRunsImages = (...asked: Parameters<typeof executorNeeds>): boolean =>
  executorNeeds(...asked).images

export interface Duplicate {
  readonly used: Provider
  readonly shadowed: Provider
}

/** Providers that never serve, for another of their kind and name comes first. */
export const duplicatesOf = (providers: readonly Provider[]): readonly Duplicate[] =>
  providers.flatMap((shadowed, i) => {
    const used = providers.findIndex(({kind, id}) => kind === shadowed.kind && id === shadowed.id)
    const first = providers[used]
    return first !== undefined && used < i ? [{used: first, shadowed}] : []
  })
