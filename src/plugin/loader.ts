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
  if (isFactory<K>(create)) return made(provider, () => create(host))
  throw new GodError(
    'E_PROVIDER_BAD',
    `${provider.plugin}: ${provider.entry} exports no factory`,
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
