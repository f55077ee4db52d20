/**
 * Sets of places in an array, as spans: what ran in order is one span, whatever its length. Pure and immutable.
 *
 * A set is a flat list of bounds, both inclusive, ascending, never touching: `[0, 7, 9, 9]` = 0 to 7, and 9. In a
 * record it is delta-coded, gap and length in turn (`[0, 8, 1, 1]`), so that late numbers cost no more than early ones.
 */

export type IntervalSet = readonly number[]

export const EMPTY: IntervalSet = []

export const interval = (from: number, to: number): IntervalSet => (from <= to ? [from, to] : EMPTY)

/** The spans of a set, as half-open edges in turn: in, out, in, out. */
const edge = (set: IntervalSet, i: number): number => {
  const bound = set[i] ?? Number.POSITIVE_INFINITY
  return i % 2 === 0 ? bound : bound + 1
}

/** Index of the first bound pair whose end is not before `n`. */
const seek = (set: IntervalSet, n: number): number => {
  let low = 0
  let high = set.length / 2
  while (low < high) {
    const middle = (low + high) >> 1
    if ((set[2 * middle + 1] ?? 0) < n) low = middle + 1
    else high = middle
  }
  return 2 * low
}

export const has = (set: IntervalSet, n: number): boolean => {
  const at = set[seek(set, n)]
  return at !== undefined && at <= n
}

export const size = (set: IntervalSet): number => {
  let sum = 0
  for (let i = 0; i < set.length; i += 2) sum += edge(set, i + 1) - edge(set, i)
  return sum
}

/** Both bounds of each span. */
export const pairsOf = (set: IntervalSet): readonly (readonly [from: number, to: number])[] =>
  Array.from({length: set.length / 2}, (_, i) => [edge(set, 2 * i), edge(set, 2 * i + 1) - 1])

/** The set of what `keeps`, by one walk along the edges of both. */
const combine = (
  a: IntervalSet,
  b: IntervalSet,
  keeps: (inA: boolean, inB: boolean) => boolean,
): IntervalSet => {
  const bounds: number[] = []
  let [i, j] = [0, 0]
  let inside = false
  while (i < a.length || j < b.length) {
    const at = Math.min(edge(a, i), edge(b, j))
    if (edge(a, i) === at) i++
    if (edge(b, j) === at) j++
    const now = keeps(i % 2 === 1, j % 2 === 1)
    if (now !== inside) bounds.push(now ? at : at - 1)
    inside = now
  }
  return bounds
}

export const union = (a: IntervalSet, b: IntervalSet): IntervalSet => {
  if (a.length === 0) return b
  return b.length === 0 ? a : combine(a, b, (inA, inB) => inA || inB)
}
export const minus = (a: IntervalSet, b: IntervalSet): IntervalSet =>
  b.length === 0 ? a : combine(a, b, (inA, inB) => inA && !inB)
export const intersection = (a: IntervalSet, b: IntervalSet): IntervalSet =>
  combine(a, b, (inA, inB) => inA && inB)

export const add = (set: IntervalSet, n: number): IntervalSet => union(set, [n, n])
export const remove = (set: IntervalSet, n: number): IntervalSet => minus(set, [n, n])

/** Of the places below `count`, those that are not in it. */
export const complement = (set: IntervalSet, count: number): IntervalSet => minus(interval(0, count - 1), set)

export const contains = (set: IntervalSet, part: IntervalSet): boolean => minus(part, set).length === 0

/** Of single places, in any order. */
export const setOf = (places: readonly number[]): IntervalSet => {
  const bounds: number[] = []
  for (const n of [...places].sort((a, b) => a - b)) {
    const end = bounds.at(-1)
    if (end === n) continue
    if (end !== undefined && end + 1 === n) bounds[bounds.length - 1] = n
    else bounds.push(n, n)
  }
  return bounds
}

/** Ascending; as many as are asked for, and no more work than that. */
export function* members(set: IntervalSet): Generator<number> {
  for (let i = 0; i < set.length; i += 2) {
    const end = edge(set, i + 1)
    for (let n = edge(set, i); n < end; n++) yield n
  }
}

export const firstOf = (set: IntervalSet, most: number): readonly number[] => {
  const found: number[] = []
  if (most <= 0) return found
  for (const n of members(set)) {
    found.push(n)
    if (found.length >= most) break
  }
  return found
}

/** Gap and length in turn. */
export const encodeSet = (set: IntervalSet): readonly number[] => {
  const deltas: number[] = []
  let at = 0
  for (let i = 0; i < set.length; i += 2) {
    const [from, end] = [edge(set, i), edge(set, i + 1)]
    deltas.push(from - at, end - from)
    at = end
  }
  return deltas
}

/** Null: not what `encodeSet` makes of places below `count`. */
export const decodeSet = (deltas: readonly number[], count: number): IntervalSet | null => {
  if (deltas.length % 2 === 1) return null
  const bounds: number[] = []
  let at = 0
  for (const delta of deltas) {
    // Only the first gap may be empty.
    if (delta < (bounds.length === 0 ? 0 : 1)) return null
    at += delta
    bounds.push(bounds.length % 2 === 0 ? at : at - 1)
  }
  return at <= count ? bounds : null
}
