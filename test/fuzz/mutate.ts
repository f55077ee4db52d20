/**
 * A cheap mutator for the night's large counts: texts that were good, and what was drawn from the grammar, with pieces
 * cut, doubled, exchanged and words of the grammar put in. What gets a new kind of answer joins the pool, so that the
 * next ones begin deeper in the parser. All is drawn from the seed.
 */
import {type Dice, dice} from '../support/seeded.js'

/** Longer ones are cut: a night is for many texts; the very long ones are in `nasties.ts`. */
const MOST = 4096
const POOL = 512

const CHARS = [
  ...'\0\u0001\t\n\r\u001b "\'\\/.,:;-_=@%$#*?<>[]{}()|&~`019aAzZeExX',
  '\u00e4',
  '\u202e',
  '\u2028',
]
const STRANGE = [...CHARS, '\ud800', '\udfff', '\ufeff', '\u{1f4a9}', '\u0660', '\uff11', '\u0130', '\u00a0']
const NUMBERS = ['0', '-0', '-1', '1e400', '1e-400', '2147483647', '2147483648', '4294967295', '4294967296']
const LARGE = ['9007199254740991', '9007199254740993', '1.5', '00', '0x10', 'NaN', '99999999999999999999']
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'null',
  'true',
  'undefined',
]

/** Begin and end of a piece, mostly a short one. */
const span = (from: Dice, length: number): readonly [number, number] => {
  const at = from.roll(length + 1)
  const most = from.chance(0.9) ? 12 : length
  return [at, Math.min(length, at + from.roll(most + 1))]
}

const putIn = (text: string, at: number, piece: string, end = at): string =>
  text.slice(0, at) + piece + text.slice(end)

const otherNumber = (from: Dice, text: string): string => {
  const found = /-?\d+/.exec(text.slice(from.roll(text.length + 1)))
  if (found === null) return text
  const at = text.indexOf(found[0])
  return putIn(text, at, from.pick([...NUMBERS, ...LARGE]), at + found[0].length)
}

type Change = (from: Dice, text: string, other: string) => string

const changes = (words: readonly string[]): readonly Change[] => [
  (from, text) => putIn(text, span(from, text.length)[0], from.pick(words)),
  (from, text) => {
    const [at, end] = span(from, text.length)
    return putIn(text, at, from.pick(words), end)
  },
  (from, text) => {
    const [at, end] = span(from, text.length)
    return putIn(text, at, '', end)
  },
  (from, text) => {
    const [at, end] = span(from, text.length)
    return putIn(text, end, text.slice(at, end).repeat(from.chance(0.95) ? 1 + from.roll(3) : 200))
  },
  (from, text) => putIn(text, from.roll(text.length + 1), from.pick(STRANGE)),
  (from, text) => {
    const at = from.roll(text.length + 1)
    return putIn(text, at, from.pick(STRANGE), at + 1)
  },
  (from, text, other) => {
    const [at, end] = span(from, other.length)
    return putIn(text, from.roll(text.length + 1), other.slice(at, end))
  },
  (from, text, other) => text.slice(0, from.roll(text.length + 1)) + other.slice(from.roll(other.length + 1)),
  otherNumber,
  (from, text) => putIn(text, from.roll(text.length + 1), from.pick(KEYS)),
]

export interface Mutator {
  next(): string
  /** It got an answer of a kind that none had got before. */
  keep(text: string): void
}

export const mutator = (good: readonly string[], words: readonly string[], seed: number): Mutator => {
  const from = dice(seed)
  const pool = [...good, ...(good.length === 0 ? [''] : [])]
  const ways = changes(words.length === 0 ? NUMBERS : words)
  return {
    next: () => {
      let text = from.pick(pool)
      for (let left = 1 + from.roll(4); left > 0; left--) text = from.pick(ways)(from, text, from.pick(pool))
      return text.length > MOST ? text.slice(0, MOST) : text
    },
    keep: text => {
      if (pool.length < POOL) pool.push(text)
      else pool[from.roll(POOL)] = text
    },
  }
}
