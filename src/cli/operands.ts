/**
 * "Options end at the first operand" (design section 4, as sbatch and docker run have it), said to a parser that
 * would go on: `--` is put before the first operand. Also before any help flag that belongs to the user's program.
 */

/** What must be known of a flag to step over it. */
export interface FlagShape {
  readonly name: string
  readonly char?: string | undefined
  readonly takesValue: boolean
}

/** Words that `word` and its value take; 0 = it is an operand. */
const wordsOf = (word: string, flags: readonly FlagShape[]): number => {
  if (!word.startsWith('-') || word === '-') return 0
  if (word.startsWith('--')) {
    const flag = flags.find(({name}) => `--${name}` === word)
    return flag?.takesValue === true ? 2 : 1
  }
  for (const [i, char] of [...word.slice(1)].entries()) {
    const flag = flags.find(candidate => candidate.char === char)
    if (flag?.takesValue === true) return i === word.length - 2 ? 2 : 1
  }
  return 1
}

/**
 * A `--` of the user's own is doubled: so the command sees it as its first operand, and knows that what follows is a
 * program and no script.
 */
export const endAtOperand = (argv: readonly string[], flags: readonly FlagShape[]): readonly string[] => {
  let at = 0
  while (at < argv.length) {
    const word = argv[at] ?? ''
    const words = word === '--' ? 0 : wordsOf(word, flags)
    if (words === 0) return [...argv.slice(0, at), '--', ...argv.slice(at)]
    at += words
  }
  return argv
}

export interface Operands {
  readonly words: readonly string[]
  /** The user's own `--` stood before them. */
  readonly afterDashes: boolean
}

/** The operands of a command whose argv went through `endAtOperand`. */
export const operandsOf = (parsed: readonly string[]): Operands =>
  parsed[0] === '--' ? {words: parsed.slice(1), afterDashes: true} : {words: parsed, afterDashes: false}
