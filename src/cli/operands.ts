/**
 * "Options end at the first operand" (design section 4, as sbatch and docker run have it), said to a parser that
 * would go on: `--` is put before the first operand. Also before any help flag that belongs to the user's program.
 */

/** The command whose last words are a program of the user's. */
export const ENDS_AT_OPERAND = 'submit'

/** What must be known of a flag to step over it. */
export interface FlagShape {
  readonly name: string
  readonly char?: string | undefined
  readonly takesValue: boolean
}

/** Where the value of a flag stands: in the next word, or in this one from that index on. */
type Place = 'next' | number

const longPlace = (word: string, flags: readonly FlagShape[]): Place | null => {
  const cut = word.indexOf('=')
  const flag = flags.find(({name}) => `--${name}` === (cut < 0 ? word : word.slice(0, cut)))
  if (flag?.takesValue !== true) return null
  return cut < 0 ? 'next' : cut + 1
}

const shortPlace = (word: string, flags: readonly FlagShape[]): Place | null => {
  for (let i = 1; i < word.length; i++) {
    const flag = flags.find(({char}) => char === word[i])
    if (flag?.takesValue !== true) continue
    if (i === word.length - 1) return 'next'
    return word[i + 1] === '=' ? i + 2 : i + 1
  }
  return null
}

/** Null: it takes none. */
const placeOf = (word: string, flags: readonly FlagShape[]): Place | null =>
  word.startsWith('--') ? longPlace(word, flags) : shortPlace(word, flags)

const isFlag = (word: string): boolean => word.startsWith('-') && word !== '-'

/**
 * A `--` of the user's own is doubled: so the command sees it as its first operand, and knows that what follows is a
 * program and no script.
 */
export const endAtOperand = (argv: readonly string[], flags: readonly FlagShape[]): readonly string[] => {
  let at = 0
  while (at < argv.length) {
    const word = argv[at] ?? ''
    if (word === '--' || !isFlag(word)) return [...argv.slice(0, at), '--', ...argv.slice(at)]
    at += placeOf(word, flags) === 'next' ? 2 : 1
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

/** No word of a command line can hold it. */
const MARK = '\0'

const marked = (value: string): string => (value.startsWith('-') ? MARK + value : value)

/**
 * The value of a flag is the next word, whatever it is, as getopt(3) has it. The parser takes one that looks like a
 * flag (`--sort=-time`) for a missing value: so such values are marked for it, and the mark is taken off again.
 */
export const markValues = (argv: readonly string[], flags: readonly FlagShape[]): readonly string[] => {
  const words = [...argv]
  for (let at = 0; at < words.length && words[at] !== '--'; at++) {
    const word = words[at] ?? ''
    const place = isFlag(word) ? placeOf(word, flags) : null
    if (typeof place === 'number') words[at] = word.slice(0, place) + marked(word.slice(place))
    const next = words[at + 1]
    if (place === 'next' && next !== undefined) words[++at] = marked(next)
  }
  return words
}

const unmarked = (value: unknown): unknown =>
  typeof value === 'string' && value.startsWith(MARK) ? value.slice(MARK.length) : value

/** Takes the marks off what was parsed. */
export const unmarkValues = (flags: Record<string, unknown>): void => {
  for (const [name, value] of Object.entries(flags))
    flags[name] = Array.isArray(value) ? value.map(unmarked) : unmarked(value)
}

export const withoutMarks = (text: string): string => text.replaceAll(MARK, '')
