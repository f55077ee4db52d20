/** What is wrong with the providers that a configuration names, all of it, without importing one of them. */
import type {ProviderKind} from '@god-cli/api'
import {GodError} from '../core/errors.js'
import type {Configuration} from '../core/settings/settings.js'
import {KINDS} from './manifest.js'
import {checkOptions, optionsGiven} from './options.js'
import {type Provider, pickProvider, SETTING_OF} from './resolver.js'

const faultIn = async (provider: Provider, configuration: Configuration): Promise<GodError | null> => {
  try {
    await checkOptions(provider, optionsGiven(configuration, provider.id))
    return null
  } catch (error) {
    if (error instanceof GodError) return error
    throw error
  }
}

const faultOf = async (
  providers: readonly Provider[],
  configuration: Configuration,
  kind: ProviderKind,
): Promise<GodError | null> => {
  const id = configuration.settings[SETTING_OF[kind]]
  try {
    await checkOptions(pickProvider(providers, kind, id), optionsGiven(configuration, id))
    return null
  } catch (error) {
    if (error instanceof GodError) return error
    throw error
  }
}

export const faultsOfNamed = async (
  providers: readonly Provider[],
  configuration: Configuration,
): Promise<readonly GodError[]> => {
  const faults = await Promise.all(KINDS.map(kind => faultOf(providers, configuration, kind)))
  return faults.filter(fault => fault !== null)
}

/** What is wrong with the options of plugins that the configuration does not name now: nothing is hurt by it yet. */
export const faultsOfIdle = async (
  providers: readonly Provider[],
  configuration: Configuration,
): Promise<readonly GodError[]> => {
  const named = KINDS.map(kind => `${kind} ${configuration.settings[SETTING_OF[kind]]}`)
  const given = providers.filter(({id}) => Object.keys(configuration.options.get(id) ?? {}).length > 0)
  // A section of a name is of all that have it: it serves the one that is in use.
  const used = given.filter(({kind, id}) => named.includes(`${kind} ${id}`)).map(({id}) => id)
  const faults = await Promise.all(
    given.filter(({id}) => !used.includes(id)).map(one => faultIn(one, configuration)),
  )
  return faults.filter(fault => fault !== null)
}

/** Sections `[plugin.ID]` of which nobody here takes notice. */
export const idleSections = (providers: readonly Provider[], {options}: Configuration): readonly string[] =>
  [...options.keys()].filter(id => !providers.some(provider => provider.id === id))
