/** The words that this process was started with, as bytes: Node shows them as text, and what is no text as U+FFFD. */
import {readFileSync} from 'node:fs'

/** False: some word of ours is no UTF-8, so what Node made of it is not what was typed. */
export const wordsAreText = (words: readonly string[]): boolean => {
  if (!words.some(word => word.includes('\ufffd'))) return true
  try {
    new TextDecoder('utf-8', {fatal: true}).decode(readFileSync('/proc/self/cmdline'))
    return true
  } catch (error) {
    // Without /proc nobody can tell: the mark may have been typed.
    return !(error instanceof TypeError)
  }
}
