/** `god submit` by the short way: an entry of its own, loaded by bin/god.cjs before anything else. */
import type {DirectiveFlag} from '../core/directives/directive.js'
import {standInForAccount} from '../host/environment.js'
import {answer} from './fast-path.js'
import type {FastTable} from './fast-words.js'
import {operandsOf} from './operands.js'
import {type SubmitWords, submit} from './submit/command.js'
import {commandOf} from './submit/wish.js'

/** Put in by the build. */
declare const FAST_TABLE: FastTable
declare const DIRECTIVE_FLAGS: readonly DirectiveFlag[]

/** In any dialect. */
const OF_DEPENDING = /^#(?:GOD|SBATCH|\$|PBS)\s.*(?:-d\b|depend|hold_jid|-W)/m

/** What a job depends on is looked up among all jobs, packed ones too: that is for the long way. */
const mayDepend = (operands: readonly string[]): boolean => {
  const {words, afterDashes} = operandsOf(operands)
  if (words.length === 0) return false
  const command = commandOf(words, afterDashes)
  return command.kind === 'script' && OF_DEPENDING.test(command.text)
}

export const run = (words: readonly string[]): Promise<void> | null =>
  answer(
    'submit',
    FAST_TABLE,
    words,
    async ({flags, operands}, screen) => {
      const given = flags as unknown as SubmitWords
      // Only a job that takes variables of ours can see it.
      if (given.env !== undefined) standInForAccount()
      const parts = {known: DIRECTIVE_FLAGS, checkDepend: null}
      process.exitCode = await submit(given, operands, parts, screen)
    },
    ({operands}) => !mayDepend(operands),
  )
