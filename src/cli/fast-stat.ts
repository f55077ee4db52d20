/** `god stat` by the short way: an entry of its own, loaded by bin/god.cjs before anything else. */
import {answer} from './fast-path.js'
import type {FastTable} from './fast-words.js'
import {type StatFlags, stat} from './stat/command.js'

/** Put in by the build. */
declare const FAST_TABLE: FastTable

export const run = (words: readonly string[]): Promise<void> | null =>
  answer('stat', FAST_TABLE, words, ({flags, operands}, screen) =>
    stat(
      flags as unknown as StatFlags,
      operands,
      code => {
        process.exitCode = code
      },
      screen,
    ),
  )
