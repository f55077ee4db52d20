/**
 * JSON from strangers and from the disk (state.md 5): what `JSON.parse` takes, less what it takes silently.
 *
 * Refused besides: repeated keys (the last would win), `__proto__`, `constructor` and `prototype` as keys, nesting over
 * 32, more than 20,000 keys where the caller knows no other bound. A scan over the text finds them; `JSON.parse` then judges the grammar itself.
 */
import type {Parsed} from './parse-with.js'

const MOST_DEPTH = 32
export const MOST_KEYS = 20_000
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * A quote, an escape, a bracket or a comma; all else between them is the grammar's business.
 * No loop in it: a pattern for whole strings overflows the stack of the regular expression on a long one.
 */
const MARK = /\\.|["{}[\],]/gs

/** Null: an array, where no string is a key. */
type Scope = {
  readonly keys: Set<string>
  /** The next string is a key. */
  due: boolean
} | null

const keyFault = (literal: string, keys: Set<string>): string | null => {
  const key = String(JSON.parse(literal))
  if (FORBIDDEN.has(key)) return `the key '${key}' is not allowed`
  if (keys.has(key)) return `the key ${JSON.stringify(key).slice(0, 80)} stands twice`
  keys.add(key)
  return null
}

const stringFault = (literal: string, top: Scope | undefined, count: () => string | null): string | null => {
  if (!top?.due) return null
  top.due = false
  return keyFault(literal, top.keys) ?? count()
}

const bracketFault = (stack: Scope[], bracket: string): string | null => {
  switch (bracket) {
    case '{':
      stack.push({keys: new Set(), due: true})
      break
    case '[':
      stack.push(null)
      break
    default:
      stack.pop()
  }
  return stack.length > MOST_DEPTH ? `nested deeper than ${MOST_DEPTH}` : null
}

/** The text is known to be JSON: only keys and depth are looked at. */
const structureFault = (text: string, mostKeys: number): string | null => {
  const stack: Scope[] = []
  let keys = 0
  const count = (): string | null => (++keys > mostKeys ? `more than ${mostKeys} keys` : null)
  /** Where the string that we are in begins; -1: in none. */
  let begin = -1
  for (const {0: mark, index} of text.matchAll(MARK)) {
    const top = stack.at(-1)
    let fault: string | null = null
    if (mark === '"' && begin < 0) begin = index
    else if (mark === '"') {
      fault = stringFault(text.slice(begin, index + 1), top, count)
      begin = -1
    } else if (begin >= 0) continue
    else if (mark !== ',') fault = bracketFault(stack, mark)
    else if (top) top.due = true
    if (fault !== null) return fault
  }
  return null
}

/** `mostKeys`: by what it is, as far as can be told before its structure was judged. */
export const parseStrictJson = (
  text: string,
  mostKeys: (value: unknown) => number = () => MOST_KEYS,
): Parsed<unknown> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return {ok: false, why: 'not JSON'}
  }
  const why = structureFault(text, mostKeys(value))
  return why === null ? {ok: true, value} : {ok: false, why}
}
