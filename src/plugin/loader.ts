/** Imports a provider that was picked, and only that; hands it the host's services. */
import {pathToFileURL} from 'node:url'
import type {HostServices, ProviderFactory, ProviderKind, ProviderMap} from '@god-cli/api'
import {GodError} from '../core/errors.js'
import type {Provider} from './resolver.js'

export type Loadable = Pick<Provider, 'kind' | 'id' | 'plugin' | 'entry'>

const isFactory = <K extends ProviderKind>(value: unknown): value is ProviderFactory<K> =>
  typeof value === 'function'

export const loadProvider = async <K extends ProviderKind>(
  provider: Loadable & {readonly kind: K},
  host: HostServices,
): Promise<ProviderMap[K]> => {
  let module: unknown
  try {
    module = await import(pathToFileURL(provider.entry).href)
  } catch (error) {
    throw new GodError(
      'E_PROVIDER_BAD',
      `${provider.plugin} does not load: ${error instanceof Error ? error.message : String(error)}`,
      'Install it again.',
      {cause: error},
    )
  }
  const create: unknown =
    typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined
  if (isFactory<K>(create)) return complete(provider, await made(provider, () => create(host)))
  throw new GodError(
    'E_PROVIDER_BAD',
    `${provider.plugin}: ${provider.entry} exports no factory`,
    'Update the plugin.',
  )
}

/** What the host calls of each kind, always; members that came later are looked for where they are used. */
const MEMBERS: Readonly<Record<ProviderKind, readonly string[]>> = {
  scheduler: ['order'],
  auth: ['byUid', 'byName', 'groupByName'],
  executor: [
    'identity',
    'nodes',
    'create',
    'start',
    'inspect',
    'list',
    'signal',
    'pause',
    'unpause',
    'usage',
    'remove',
    'watch',
    'health',
    'close',
  ],
}

const complete = <T>({kind, id, plugin}: Loadable, made: T): T => {
  const has = (name: string): boolean =>
    typeof made === 'object' && made !== null && typeof Reflect.get(made, name) === 'function'
  const missing = MEMBERS[kind].filter(name => !has(name))
  if (missing.length === 0) return made
  throw new GodError(
    'E_PROVIDER_BAD',
    `${plugin}: what it makes as ${kind} '${id}' has no ${missing.join(', ')}`,
    'Update the plugin.',
  )
}

/** A factory that throws has been given an option that it does not take. */
const made = async <T>({kind, id}: Loadable, create: () => T): Promise<Awaited<T>> => {
  try {
    return await create()
  } catch (error) {
    if (error instanceof GodError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new GodError('E_CONFIG_BAD', `the ${kind} ${id} refuses its options: ${why}`, "See 'god config'.", {
      cause: error,
    })
  }
}
