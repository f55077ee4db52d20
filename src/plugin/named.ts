/** What is wrong with the providers that a configuration names, all of it, without importing one of them. */
import type {ProviderKind} from '@god-cli/api'
import {GodError} from '../core/errors.js'
import type {Configuration} from '../core/settings.js'
import {KINDS} from './manifest.js'
import {checkOptions, optionsGiven} from './options.js'
import {type Provider, pickProvider, SETTING_OF} from './resolver.js'

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

/** Sections `[plugin.ID]` of which nobody here takes notice. */
export const idleSections = (providers: readonly Provider[], {options}: Configuration): readonly string[] =>
  [...options.keys()].filter(id => !providers.some(provider => provider.id === id))
