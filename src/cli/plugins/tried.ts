/** Several words, each tried whatever became of the others (as `kill` does with its ids); and how that is told. */

import {GodError} from '../../core/errors.js'
import {EXIT} from '../../core/exit.js'
import {errorsJson} from '../jobs/listing.js'
import type {Screen} from '../screen/screen.js'

export interface Tried<T> {
  readonly done: readonly T[]
  readonly failed: readonly GodError[]
}

/** A single word that fails is the failure of the command. */
export const tryEach = async <T>(
  words: readonly string[],
  act: (word: string) => Promise<readonly T[]>,
): Promise<Tried<T>> => {
  const done: T[] = []
  const failed: GodError[] = []
  for (const word of words) {
    try {
      done.push(...(await act(word)))
    } catch (error) {
      if (!(error instanceof GodError) || words.length === 1) throw error
      failed.push(error)
    }
  }
  return {done, failed}
}

/** The exit code: that of the worst. */
export const showTried = (
  screen: Screen,
  document: object,
  lines: readonly string[],
  failed: readonly GodError[],
): number => {
  screen.show({...document, ...(failed.length === 0 ? {} : {errors: errorsJson(failed)})}, () =>
    lines.map(line => `${screen.plain(line)}\n`).join(''),
  )
  for (const fault of failed) screen.fault(fault)
  return Math.max(EXIT.ok, ...failed.map(({exit}) => exit))
}
