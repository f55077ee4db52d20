/**
 * The policy of a site, or of a replay, as a command asks it: the same plugin that a service would load, by the same door,
 * with its options judged by the same schema.
 */
import type {HostServices, Scheduler} from '@god-cli/api'
import {GodError} from '../core/errors.js'
import {loadProvider} from '../plugin/loader.js'
import {checkOptions} from '../plugin/options.js'
import {type Provider, pickForService} from '../plugin/resolver.js'
import {currentOffer} from './offer.js'

export interface PolicyChoice {
  readonly id: string
  readonly options: Readonly<Record<string, string>>
  /** Where an option was given, for complaints of it. */
  readonly originOf: (key: string) => string
  /** Whether it was given as a word of the command. */
  readonly isTyped?: (key: string) => boolean
  readonly now: () => number
  readonly note: (text: string) => void
}

/** What a plugin does wrong is told as its fault. */
export type Guard = (policy: Scheduler, id: string) => Scheduler

/** A policy is pure, so it needs none of this but its options. */
const hostOf = ({options, now, note}: PolicyChoice): HostServices => ({
  log: (_level, text) => note(text),
  now,
  delay: async () => undefined,
  options,
  cluster: '00000000-0000-4000-8000-000000000000',
  node: 'here',
  stateDir: '/nonexistent',
  signal: new AbortController().signal,
})

/** Not all is said by a schema: what the policy itself refuses is most likely what was typed. */
const made = async (picked: Provider, choice: PolicyChoice): Promise<Scheduler> => {
  try {
    return await loadProvider({...picked, kind: 'scheduler'}, hostOf(choice))
  } catch (error) {
    const typed = Object.keys(choice.options).filter(key => choice.isTyped?.(key) ?? false)
    if (!(error instanceof GodError) || error.code !== 'E_CONFIG_BAD' || typed.length === 0) throw error
    throw new GodError('E_USAGE', error.message, 'Correct --policy-option.', {cause: error})
  }
}

export const loadPolicy = async (choice: PolicyChoice, guard: Guard): Promise<Scheduler> => {
  // Whoever asks is the one who runs it.
  const picked = pickForService(currentOffer().providers, 'scheduler', choice.id, true)
  await checkOptions(picked, choice)
  return guard(await made(picked, choice), choice.id)
}
