/**
 * The words of a command that are understood without oclif: a list of what is allowed, made from the command's class
 * when god is built (scripts/fast-table.ts). What is not on it is left to oclif, never guessed at. Pure.
 */

export interface FastFlag {
  readonly name: string
  /** How often it may stand, or `nothing`: it takes no value. */
  readonly takes: 'nothing' | 'one' | 'many'
  /** What stands between several values in one word; null: a word is a value. */
  readonly delimiter: string | null
  /** What a word must be like to be a value of it. */
  readonly value: string
}

export interface FastTable {
  /** By each way to write one: `-a`, `--all`. */
  readonly flags: Readonly<Record<string, FastFlag>>
  /** Of every flag that has one, also of those that are not in the list. */
  readonly defaults: Readonly<Record<string, unknown>>
  /** Where one of these is set, it is oclif that knows what follows. */
  readonly variables: readonly string[]
  /** What a word must be like to be an operand, the first one where options end there. */
  readonly operand: string
  readonly endsAtOperand: boolean
}

export interface FastWords {
  readonly flags: Readonly<Record<string, unknown>>
  readonly operands: readonly string[]
}

interface Taken {
  readonly flag: FastFlag
  readonly value: string | true
  /** Words that it took. */
  readonly length: number
}

const flagAt = ({flags}: FastTable, word: string): FastFlag | null =>
  Object.hasOwn(flags, word) ? (flags[word] ?? null) : null

/** `--name=value` and `-cvalue`. */
const attached = (table: FastTable, word: string): Taken | null => {
  const cut = word.startsWith('--') ? word.indexOf('=') : 2
  const flag = cut < 0 ? null : flagAt(table, word.slice(0, cut))
  if (flag === null || flag.takes === 'nothing') return null
  const value = word.slice(word.startsWith('--') ? cut + 1 : cut)
  return value.startsWith('=') ? null : {flag, value, length: 1}
}

const taken = (table: FastTable, word: string, next: string | undefined): Taken | null => {
  const flag = flagAt(table, word)
  if (flag === null) return attached(table, word)
  if (flag.takes === 'nothing') return {flag, value: true, length: 1}
  return next === undefined ? null : {flag, value: next, length: 2}
}

/** False: it may not stand there. */
const put = (flags: Record<string, unknown>, seen: Set<string>, {flag, value}: Taken): boolean => {
  const {name, takes, delimiter} = flag
  if (value !== true && !new RegExp(flag.value).test(value)) return false
  if (seen.has(name) && takes !== 'many') return false
  if (takes === 'many' && value !== true) {
    const before = seen.has(name) ? (flags[name] as readonly string[]) : []
    flags[name] = [...before, ...(delimiter === null ? [value] : value.split(delimiter))]
  } else flags[name] = value
  seen.add(name)
  return true
}

const isOperand = (table: FastTable, word: string): boolean => new RegExp(table.operand).test(word)

/** All that follows are operands. */
const ends = (table: FastTable, word: string): boolean =>
  table.endsAtOperand && (word === '--' || isOperand(table, word))

/** Null: they are for oclif. */
export const matchWords = (table: FastTable, words: readonly string[]): FastWords | null => {
  const flags: Record<string, unknown> = {...table.defaults}
  const seen = new Set<string>()
  const operands: string[] = []
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? ''
    // A `--` of the user's own stays: so the command knows of it (operands.ts).
    if (ends(table, word)) return {flags, operands: words.slice(at)}
    const found = word.startsWith('-') ? taken(table, word, words[at + 1]) : null
    if (found === null ? !isOperand(table, word) : !put(flags, seen, found)) return null
    if (found === null) operands.push(word)
    at += found?.length ?? 1
  }
  return {flags, operands}
}
