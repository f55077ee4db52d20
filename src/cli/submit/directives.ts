/** The directives of a script put to what was typed: flags as if all had been typed, and what was ignored. */
import type {LocalTime} from '../../core/begin-time.js'
import {badLine, type DirectiveFlag, type Given, type Ignored} from '../../core/directives/directive.js'
import {hasDirectives, readDirectives} from '../../core/directives/directives.js'
import {added} from '../../core/directives/merge.js'
import {GodError} from '../../core/errors.js'
import type {Command} from '../../core/job.js'
import {standInForAccount} from '../../host/environment.js'
import {defaultsOf, type SubmitFlags} from './wish.js'

export interface Directed<F> {
  readonly flags: F
  readonly ignored: readonly Ignored[]
}

const merged = <F extends SubmitFlags>(
  flags: F,
  given: readonly Given[],
  known: readonly DirectiveFlag[],
): F => Object.assign({}, flags, added(new Map<string, unknown>(Object.entries(flags)), given, known))

/** Each by itself, so that its line can be named. */
const checkEach = (
  flags: SubmitFlags,
  given: readonly Given[],
  known: readonly DirectiveFlag[],
  local: LocalTime,
): void => {
  for (const one of given) {
    try {
      defaultsOf(merged(flags, [one], known), local)
    } catch (error) {
      if (error instanceof GodError) throw badLine(one.line, error.message, error.hint)
      throw error
    }
  }
}

interface Directing {
  readonly command: Command
  readonly local: LocalTime
  /** Names of what the site counts. */
  readonly counted: readonly string[]
}

export const withDirectives = <F extends SubmitFlags>(
  flags: F,
  {command, local, counted}: Directing,
  known: readonly DirectiveFlag[],
): Directed<F> => {
  if (command.kind !== 'script' || !hasDirectives(command.text)) return {flags, ignored: []}
  const {given, ignored} = readDirectives(command.text, {flags: known, counted}, flags.cpus ?? null)
  // The short way has not done it where no variable was typed.
  if (given.some(({flag}) => flag === 'env')) standInForAccount()
  defaultsOf(flags, local)
  checkEach(flags, given, known, local)
  return {flags: merged(flags, given, known), ignored}
}

/** One line, whatever was ignored. */
export const ignoredText = (ignored: readonly Ignored[]): string =>
  `ignored in the script: ${ignored.map(({line, option, why}) => `${option} (line ${line}: ${why})`).join('; ')}`
