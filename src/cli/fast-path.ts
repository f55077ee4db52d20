/**
 * The short way into a command that people call all day: no oclif, for words that are understood without it. Everything
 * else is declined, and then nothing has been done. What is answered is answered by the same functions, under the same
 * guards, as on the long way.
 */
import {variable} from '../host/environment.js'
import {isTerminal} from '../host/standard-output.js'
import {type FastTable, type FastWords, matchWords} from './fast-words.js'
import {underGuard} from './guard.js'
import {directTerminal} from './screen/direct-terminal.js'
import {type Screen, type ScreenWords, screenFor} from './screen/screen.js'
import {type ColourChoice, guardOutput, openTerminal, type Terminal} from './screen/terminal.js'

/** Set here, they change what oclif does before a command runs: its own log, and a home for who has none. */
const isForOclif = ({variables}: FastTable): boolean =>
  ['DEBUG', 'GOD_NO_FAST', ...variables].some(name => variable(name) !== null) || variable('HOME') === null

/** A stream costs a tenth of a start, and is needed for a terminal alone. */
const terminalFor = (color: ColourChoice): Terminal => {
  if (!isTerminal(1)) return directTerminal(color)
  guardOutput()
  return openTerminal(color)
}

/** What goes wrong in looking is told by the long way. */
const isTaken = (found: FastWords, takes: (found: FastWords) => boolean): boolean => {
  try {
    return takes(found)
  } catch {
    return false
  }
}

/** Null: declined. `act`: with what was found in the words. */
export const answer = (
  command: string,
  table: FastTable,
  words: readonly string[],
  act: (found: FastWords, screen: Screen) => Promise<void>,
  takes: (found: FastWords) => boolean = () => true,
): Promise<void> | null => {
  const found = isForOclif(table) ? null : matchWords(table, words)
  if (found === null || !isTaken(found, takes)) return null
  // The table was made from the class that has these flags.
  const flags = found.flags as unknown as ScreenWords
  return underGuard(
    () => ({command, json: flags.json}),
    () => act(found, screenFor(flags, terminalFor)),
  )
}
