/**
 * Sets of ids as the manifest has them: packed jobs leave few holes, so a million ids are a few intervals, written
 * `1-120,122`. Pure.
 */
import {type IntervalSet, union} from './interval-set.js'

/** The intervals of a set as pairs. */
const pairs = (set: IntervalSet): readonly (readonly [from: number, to: number])[] =>
  Array.from({length: set.length / 2}, (_, i) => [set[2 * i] ?? 0, set[2 * i + 1] ?? 0])

/** Of intervals in any order, also such as overlap. */
export const idSetOfPairs = (intervals: readonly (readonly [number, number])[]): IntervalSet =>
  intervals.reduce<IntervalSet>((all, [from, to]) => union(all, [from, to]), [])

/** A set that holds this one, of at most `most` intervals: the narrowest gaps are filled. */
export const coarse = (set: IntervalSet, most: number): IntervalSet => {
  if (set.length / 2 <= most) return set
  const gaps = Array.from(
    {length: set.length / 2 - 1},
    (_, i) => (set[2 * i + 2] ?? 0) - (set[2 * i + 1] ?? 0),
  )
  const least = [...gaps].sort((a, b) => b - a)[most - 2] ?? Number.POSITIVE_INFINITY
  let left = most - 1
  const kept: number[] = [set[0] ?? 0]
  for (const [i, gap] of gaps.entries()) {
    if (gap < least || left === 0) continue
    left--
    kept.push(set[2 * i + 1] ?? 0, set[2 * i + 2] ?? 0)
  }
  return [...kept, set.at(-1) ?? 0]
}

export const showIds = (set: IntervalSet): string =>
  pairs(set)
    .map(([from, to]) => (from === to ? String(from) : `${from}-${to}`))
    .join(',')

/** Null: not of this form, or not ascending. */
export const parseIds = (text: string): IntervalSet | null => {
  const set: number[] = []
  if (text === '') return set
  for (const part of text.split(',')) {
    const match = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(part)
    const from = Number(match?.[1] ?? -1)
    const to = Number(match?.[2] ?? from)
    if (match === null || to < from || from <= (set.at(-1) ?? -2) + 1) return null
    set.push(from, to)
  }
  return set
}
