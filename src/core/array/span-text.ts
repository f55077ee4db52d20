/**
 * Spans of ids as a text, for where there are very many: each as the gap to the one before it, in base 36, with the
 * steps to its end behind a point if it has any. `1000, 1020 to 1022, 1040` is `rs,k.2,i`. Pure.
 */
import type {IntervalSet} from './interval-set.js'

const BASE = 36

export const spanText = (spans: IntervalSet): string => {
  const words: string[] = []
  let before = 0
  for (let i = 0; i < spans.length; i += 2) {
    const from = spans[i] ?? 0
    const to = spans[i + 1] ?? from
    const gap = (from - before).toString(BASE)
    words.push(from === to ? gap : `${gap}.${(to - from).toString(BASE)}`)
    before = to
  }
  return words.join(',')
}

/** What a letter counts; NaN: it is none. */
const digit = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48
  return code >= 97 && code <= 122 ? code - 87 : Number.NaN
}

/** By letters: `parseInt` takes what is none as the end. NaN: no number. */
const numberIn = (word: string): number => {
  let value = word === '' ? Number.NaN : 0
  for (let i = 0; i < word.length; i++) value = value * BASE + digit(word.charCodeAt(i))
  return value
}

/** The spans again; null: no text that `spanText` writes. */
export const spansIn = (text: string): IntervalSet | null => {
  const spans: number[] = []
  let before = -1
  for (const word of text === '' ? [] : text.split(',')) {
    const point = word.indexOf('.')
    const from = Math.max(before, 0) + numberIn(point < 0 ? word : word.slice(0, point))
    const to = point < 0 ? from : from + numberIn(word.slice(point + 1))
    if (!Number.isSafeInteger(to) || from <= before) return null
    spans.push(from, to)
    before = to
  }
  return spans
}

export const isSpanText = (text: string): boolean => spansIn(text) !== null
