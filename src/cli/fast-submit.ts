/** `god submit` by the short way: an entry of its own, loaded by bin/god.cjs before anything else. */
import type {DirectiveFlag} from '../core/directives/directive.js'
import {standInForAccount} from '../host/environment.js'
import {answer} from './fast-path.js'
import type {FastTable} from './fast-words.js'
import {type SubmitWords, submit} from './submit-command.js'

/** Put in by the build. */
declare const FAST_TABLE: FastTable
declare const DIRECTIVE_FLAGS: readonly DirectiveFlag[]

export const run = (words: readonly string[]): Promise<void> | null =>
  answer('submit', FAST_TABLE, words, async ({flags, operands}, screen) => {
    const given = flags as unknown as SubmitWords
    // Only a job that takes variables of ours can see it.
    if (given.env !== undefined) standInForAccount()
    process.exitCode = await submit(given, operands, DIRECTIVE_FLAGS, screen)
  })
