/**
 * JSON from strangers and from the disk (state.md 5): what `JSON.parse` takes, less what it takes silently.
 *
 * Refused besides: repeated keys (the last would win), `__proto__`, `constructor` and `prototype` as keys, nesting over
 * 32, more than 20,000 keys. A scan over the text finds them; `JSON.parse` then judges the grammar itself.
 */
import type {Parsed} from './job.js'

const MOST_DEPTH = 32
const MOST_KEYS = 20_000
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** A string, a bracket, a colon or a comma; all else between them is the grammar's business. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],]/gs

interface Open {
  readonly keys: Set<string> | null
  /** The next string is a key. */
  expectKey: boolean
}

const keyFault = (literal: string, open: Open, count: number): string | null => {
  const key: unknown = JSON.parse(literal)
  if (typeof key !== 'string' || open.keys === null) return null
  if (FORBIDDEN.has(key)) return `the key '${key}' is not allowed`
  if (open.keys.has(key)) return `the key ${JSON.stringify(key).slice(0, 80)} stands twice`
  open.keys.add(key)
  return count > MOST_KEYS ? `more than ${MOST_KEYS} keys` : null
}

/** A string inside an object: a key if one is due. */
const stringFault = (literal: string, top: Open | undefined, count: () => number): string | null => {
  if (top === undefined || top.keys === null || !top.expectKey) return null
  top.expectKey = false
  return keyFault(literal, top, count())
}

const push = (stack: Open[], isObject: boolean): string | null => {
  stack.push({keys: isObject ? new Set() : null, expectKey: isObject})
  return stack.length > MOST_DEPTH ? `nested deeper than ${MOST_DEPTH}` : null
}

const tokenFault = (stack: Open[], literal: string, count: () => number): string | null => {
  const top = stack.at(-1)
  switch (literal) {
    case '{':
    case '[':
      return push(stack, literal === '{')
    case '}':
    case ']':
      stack.pop()
      return null
    case ',':
      if (top !== undefined) top.expectKey = top.keys !== null
      return null
    default:
      return stringFault(literal, top, count)
  }
}

/** The text is known to be JSON: only keys and depth are looked at. */
const structureFault = (text: string): string | null => {
  const stack: Open[] = []
  let keys = 0
  for (const [literal] of text.matchAll(TOKEN)) {
    const fault = tokenFault(stack, literal, () => ++keys)
    if (fault !== null) return fault
  }
  return null
}

export const parseStrictJson = (text: string): Parsed<unknown> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return {ok: false, why: 'not JSON'}
  }
  const why = structureFault(text)
  return why === null ? {ok: true, value} : {ok: false, why}
}
