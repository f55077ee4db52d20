/**
 * The range of an array: `0-99`, `1-1000000%50`, `1-9:2,12`, and the original's `1:10:4`, that is 1, 5, 9. Pure.
 *
 * A million tasks are told by a few numbers: the n-th task and the place of a task are computed, never listed. Tasks
 * stand in ascending order, so a place (an *ordinal*) and a task number mean the same order.
 */
import {GodError} from '../errors.js'
import {MAX_TASK} from './task-result.js'

/** One step through the numbers; `last` is reached. */
export interface Stride {
  readonly first: number
  readonly last: number
  readonly step: number
}

export interface ArrayRange {
  /** Ascending, apart from each other. */
  readonly strides: readonly Stride[]
  readonly count: number
}

export interface ArrayWish {
  readonly range: ArrayRange
  /** Most tasks at once; null = no limit. */
  readonly limit: number | null
}

export const MOST_TASKS = 1_000_000
/** Longest text of a range: it stands in every revision. */
export const MOST_RANGE = 2000
const HINT = 'Write 0-99, 1-100%5 (5 at once), 1-9:2,12 or 1:10:4.'

const bad = (text: string, why: string): GodError =>
  new GodError('E_SPEC_BAD', `'${text}' is no range of an array: ${why}`, HINT)

const sizeOf = ({first, last, step}: Stride): number => (last - first) / step + 1

const stride = (first: number, end: number, step: number): Stride => ({
  first,
  last: first + Math.floor((end - first) / step) * step,
  step: end - first < step ? 1 : step,
})

const ITEM = /^(\d{1,10})(?:(?:-(\d{1,10})(?::(\d{1,10}))?)|(?::(\d{1,10})(?::(\d{1,10}))?))?$/

/** A piece of the list, or why it is none. */
const parseItem = (item: string): Stride | string => {
  const match = ITEM.exec(item)
  if (match === null) return item === '' ? 'a part of it is empty' : `'${item}' is no number or range`
  const first = Number(match[1])
  const end = Number(match[2] ?? match[4] ?? first)
  const step = Number(match[3] ?? match[5] ?? 1)
  if (first > MAX_TASK || end > MAX_TASK) return `task numbers go from 0 to ${MAX_TASK}`
  if (end < first) return `${item} ends before it begins`
  if (step < 1) return 'a step is 1 or more'
  return stride(first, end, step)
}

/** Why these are no range together; null = they are one. */
const togetherFault = (strides: readonly Stride[]): string | null => {
  for (const [i, next] of strides.entries()) {
    const before = strides[i - 1]
    if (before !== undefined && next.first <= before.last)
      return `the ranges from ${before.first} and from ${next.first} overlap`
  }
  const count = strides.reduce((sum, one) => sum + sizeOf(one), 0)
  return count > MOST_TASKS ? `it has ${count} tasks; at most ${MOST_TASKS} are taken` : null
}

const rangeOf = (strides: readonly Stride[]): ArrayRange => ({
  strides,
  count: strides.reduce((sum, one) => sum + sizeOf(one), 0),
})

/** The tasks named, or why the text names none. */
export const tryRange = (text: string): ArrayRange | string => {
  if (text.length > MOST_RANGE) return `it is longer than ${MOST_RANGE} characters`
  const strides: Stride[] = []
  for (const item of text.split(',')) {
    const one = parseItem(item.trim())
    if (typeof one === 'string') return one
    strides.push(one)
  }
  strides.sort((a, b) => a.first - b.first)
  return togetherFault(strides) ?? rangeOf(strides)
}

export const parseRange = (text: string): ArrayRange => {
  const range = tryRange(text)
  if (typeof range === 'string') throw bad(text, range)
  return range
}

/** With the limit of `-a`. */
export const parseArray = (text: string): ArrayWish => {
  const [range = '', limit, ...more] = text.split('%')
  if (limit === undefined) return {range: parseRange(range), limit: null}
  if (more.length > 0 || !/^[1-9]\d{0,6}$/.test(limit))
    throw bad(text, `the limit after % is a number from 1 to ${MOST_TASKS}`)
  return {range: parseRange(range), limit: Number(limit)}
}

const strideText = ({first, last, step}: Stride): string => {
  if (first === last) return String(first)
  return step === 1 ? `${first}-${last}` : `${first}-${last}:${step}`
}

/** Canonical: the same tasks give the same text, as far as they were written alike. */
export const rangeText = ({strides}: ArrayRange): string => strides.map(strideText).join(',')

export const arrayText = ({range, limit}: ArrayWish): string =>
  limit === null ? rangeText(range) : `${rangeText(range)}%${limit}`

/** The task at that place; null: there is none. */
export const nth = ({strides}: ArrayRange, ordinal: number): number | null => {
  let left = ordinal
  if (left < 0) return null
  for (const one of strides) {
    const size = sizeOf(one)
    if (left < size) return one.first + left * one.step
    left -= size
  }
  return null
}

/** The place of a task; null: it is none of the array's. */
export const ordinalOf = ({strides}: ArrayRange, task: number): number | null => {
  let before = 0
  for (const one of strides) {
    if (task < one.first) return null
    if (task <= one.last) {
      return (task - one.first) % one.step === 0 ? before + (task - one.first) / one.step : null
    }
    before += sizeOf(one)
  }
  return null
}

/** How many tasks have a smaller number. */
const tasksBelow = ({strides}: ArrayRange, task: number): number => {
  let before = 0
  for (const one of strides) {
    if (task <= one.first) return before
    if (task <= one.last) return before + Math.ceil((task - one.first) / one.step)
    before += sizeOf(one)
  }
  return before
}

/** The places of the tasks from `first` to `last`, as one span; null: none of them is the array's. */
export const span = (range: ArrayRange, first: number, last: number): readonly [number, number] | null => {
  const from = tasksBelow(range, first)
  const to = tasksBelow(range, last + 1) - 1
  return from <= to ? [from, to] : null
}

/** First, last and step, as the variables of a task tell them; of a list with several steps that of the first. */
export const outline = ({strides}: ArrayRange): Stride => ({
  first: strides[0]?.first ?? 0,
  last: strides.at(-1)?.last ?? 0,
  step: strides.find(({first, last}) => first !== last)?.step ?? 1,
})
