/**
 * Sets of ids as the manifest has them: packed jobs leave few holes, so a million ids are a few intervals, written
 * `1-120,122`. Pure.
 */
import {type IntervalSet, pairsOf, union} from './array/interval-set.js'

/** Of intervals in any order, also such as overlap. */
export const idSetOfPairs = (intervals: readonly (readonly [number, number])[]): IntervalSet =>
  intervals.reduce<IntervalSet>((all, [from, to]) => union(all, [from, to]), [])

/** A set that holds this one, of at most `most` intervals: the narrowest gaps are filled. */
export const coarse = (set: IntervalSet, most: number): IntervalSet => {
  if (set.length / 2 <= most) return set
  // Without its outer bounds it is the end of a span and the beginning of the next one, in turn.
  const gaps = pairsOf(set.slice(1, -1))
  const widths = gaps.map(([end, next]) => next - end)
  const least = widths.sort((a, b) => b - a)[most - 2] ?? Number.POSITIVE_INFINITY
  const kept = gaps.filter(([end, next]) => next - end >= least).slice(0, most - 1)
  return [...set.slice(0, 1), ...kept.flat(), ...set.slice(-1)]
}

export const showIds = (set: IntervalSet): string =>
  pairsOf(set)
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
