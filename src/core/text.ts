/**
 * Text of strangers, made harmless before a terminal sees it (security-reliability.md T60-T63). Pure.
 *
 * Job names, reasons, engine messages and file names may hold escape sequences that rename windows, hide lines or
 * type for the reader. Shown as `\x1b`, they can be seen and do nothing.
 */
import {distance} from 'fastest-levenshtein'

/** C0, DEL, C1, separators of lines, zero-width and direction-turning marks, lone surrogates. */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

const SHORT: Readonly<Record<string, string>> = {'\n': '\\n', '\t': '\\t', '\r': '\\r'}

const escaped = (char: string): string => {
  const code = char.charCodeAt(0)
  const hex = code.toString(16)
  return SHORT[char] ?? (code < 256 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`)
}

/** Nearly all text is of these, and asking costs a fifth of replacing. */
const PLAIN = /^[ -~]*$/

/** One line, no control characters. */
export const neutralise = (text: string): string => (PLAIN.test(text) ? text : text.replace(UNSAFE, escaped))

/** Colours and weights: `ESC [ ... m`. */
const HARMLESS = /\u001b\[([0-9;:]*)m|[\n\t]|\r\n/g

/** A colour by number or by its parts: what follows it is no weight. */
const COLOUR = /(^|;)[345]8;(5;\d*|2;\d*;\d*;\d*)(?=;|$)/g

/** Hidden text is what a reader would paste without having seen it. */
const hides = (marks: string): boolean =>
  marks
    .replace(COLOUR, '')
    .split(';')
    .some(mark => Number(mark) === 8)

/** A job's own output for a terminal: lines, tabs and colours stay, all else that moves or hides is shown. */
export const neutraliseOutput = (text: string): string => {
  let safe = ''
  let at = 0
  for (const match of text.matchAll(HARMLESS)) {
    if (hides(match[1] ?? '')) continue
    safe += neutralise(text.slice(at, match.index)) + match[0]
    at = match.index + match[0].length
  }
  return safe + neutralise(text.slice(at))
}

/** For a terminal that is to have none. */
export const withoutColours = (text: string): string => text.replace(/\u001b\[[0-9;:]*m/g, '')

/** East Asian wide and full-width letters, and pictures: two columns each (Unicode annex 11). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u

/** Columns of a terminal that a line takes. */
export const columnsWide = (line: string): number => {
  let columns = 0
  for (const char of line) columns += /\p{M}|\u200d/u.test(char) ? 0 : WIDE.test(char) ? 2 : 1
  return columns
}

/** The word with each two neighbours exchanged: the commonest slip of the fingers. */
const exchanged = (word: string): readonly string[] =>
  Array.from(
    {length: Math.max(0, word.length - 1)},
    (_, i) => word.slice(0, i) + word.charAt(i + 1) + word.charAt(i) + word.slice(i + 2),
  )

const steps = (word: string, candidate: string): number =>
  Math.min(distance(word, candidate), ...exchanged(word).map(other => 1 + distance(other, candidate)))

const mostSteps = (word: string, candidate: string): number =>
  Math.max(1, Math.floor(Math.min(word.length, candidate.length) / 3))

/** Each letter more is a step: so most words need not be compared. */
const mayBeNear = (word: string, candidate: string): boolean =>
  Math.abs(word.length - candidate.length) <= mostSteps(word, candidate)

/** The words that were probably meant, three at most: of those that are near, the nearest. */
export const nearest = (word: string, words: readonly string[]): readonly string[] => {
  // What is so long was no slip.
  if (word.length > 64) return []
  const near = words
    .filter(candidate => mayBeNear(word, candidate))
    .map(candidate => ({candidate, n: steps(word, candidate)}))
    .filter(({candidate, n}) => n <= mostSteps(word, candidate))
  const least = Math.min(...near.map(({n}) => n))
  return near
    .filter(({n}) => n === least)
    .map(({candidate}) => candidate)
    .sort()
    .slice(0, 3)
}
