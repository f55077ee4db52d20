/**
 * What an array's record holds of its tasks (state.md 9): which wait, which ended how, and a *part* for each task that
 * runs or whose result is not packed yet. So a million tasks are a few numbers as long as they run in order.
 *
 * Sets are of places in the range (`array-range.ts`), delta-coded. Every task is in exactly one of: waiting, done,
 * failed, killed, or has a part that is not over; `array-law.ts` holds revisions to that.
 */
import * as v from 'valibot'
import type {Instant} from '../brand.js'
import {
  devicesSchema,
  exitSchema,
  far,
  instantSchema,
  pausedSchema,
  reasonSchema,
  requeueSchema,
  stopSchema,
  text,
  tokenSchema,
  usageSchema,
  whole,
} from '../record-fields.js'
import {ALLOCATED_STATES, FINAL_STATES} from '../state.js'
import {type EarlierOfTask, earlierTaskSchema} from '../usage/earlier.js'
import {decodeSet, EMPTY, type IntervalSet} from './interval-set.js'
import {type ArrayRange, MOST_RANGE, tryRange} from './range.js'
import {MAX_TASK} from './task-result.js'

/**
 * Most parts of one array: tasks that run, and results that wait to be packed. With it a record stays below 64 KiB
 * while its tasks run in order; where there are as many, no further task is started before results were packed.
 */
export const MOST_PARTS = 192

/** A task that runs, or has ended and is not packed. What is left out is as at its birth. */
const partSchema = v.strictObject({
  state: v.picklist([...ALLOCATED_STATES, ...FINAL_STATES]),
  desired: v.exactOptional(v.picklist(['suspended', 'killed'] as const)),
  /** Killed for another attempt, which then waits so. */
  requeue: v.exactOptional(requeueSchema),
  attempt: whole(1, 1_000_000),
  /** Index into `places`; left out: it never had one. */
  place: v.exactOptional(whole(0, 1023)),
  nonce: v.exactOptional(tokenSchema),
  /** Which gpus of its node it has, or had. */
  devices: v.exactOptional(devicesSchema),
  /** The engine's id of its container, while it runs. */
  id: v.exactOptional(text(128)),
  charge: v.exactOptional(whole(0, far)),
  started: v.exactOptional(instantSchema),
  ended: v.exactOptional(instantSchema),
  paused: v.exactOptional(pausedSchema),
  stop: v.exactOptional(stopSchema),
  reason: v.exactOptional(reasonSchema),
  exit: v.exactOptional(exitSchema),
  usage: v.exactOptional(usageSchema),
})

const placesSchema = v.array(v.strictObject({node: text(255), engine: v.nullable(text(255))}))
const setSchema = v.array(whole(0, 2 ** 31))
const taskKeySchema = v.pipe(
  v.string(),
  v.regex(/^(0|[1-9]\d{0,9})$/),
  v.check(key => Number(key) <= MAX_TASK),
)

const shapeSchema = v.strictObject({
  range: v.pipe(v.string(), v.maxLength(MOST_RANGE)),
  limit: v.nullable(whole(1, 9_999_999)),
  waiting: setSchema,
  /** Of those that wait: kept from starting. */
  held: setSchema,
  done: setSchema,
  /** Also ended by walltime, by memory, or lost. */
  failed: setSchema,
  killed: setSchema,
  /** Of those that wait: the attempt to come, where it is not the first. */
  again: v.record(taskKeySchema, whole(2, 1_000_000)),
  /** Of those that wait once more, or have a part: what their attempts so far used. */
  earlier: v.exactOptional(v.record(taskKeySchema, earlierTaskSchema)),
  /** Of those that wait once more or run: how often each was tried again by itself; left out: never. */
  tried: v.exactOptional(v.record(taskKeySchema, whole(1, 1000))),
  /** Of these, those that are not to start before then. */
  rests: v.exactOptional(v.record(taskKeySchema, instantSchema)),
  /** Nodes and engines that the parts name. */
  places: placesSchema,
  /** Beginning of the names of its containers; null: none was ever named. */
  stem: v.nullable(text(100)),
  /** Drawn anew for each revision: no two have the same bytes, whoever wrote them (state.md 6). */
  mark: v.exactOptional(text(24)),
  parts: v.record(taskKeySchema, partSchema),
})

export type Part = v.InferOutput<typeof partSchema>
type Shape = v.InferOutput<typeof shapeSchema>
export const SET_NAMES = ['waiting', 'held', 'done', 'failed', 'killed'] as const
export type SetName = (typeof SET_NAMES)[number]
export type ArrayRecord = Readonly<
  Omit<Shape, SetName | 'again' | 'earlier' | 'tried' | 'rests' | 'places' | 'parts'> &
    Record<SetName, readonly number[]> & {
      again: Readonly<Record<string, number>>
      earlier?: Readonly<Record<string, EarlierOfTask>>
      tried?: Readonly<Record<string, number>>
      rests?: Readonly<Record<string, Instant>>
      places: readonly Readonly<Shape['places'][number]>[]
      parts: Readonly<Record<string, Readonly<Part>>>
    }
>

/** The sets of an array, decoded. */
export type TaskSets = Readonly<Record<SetName, IntervalSet>> & {readonly range: ArrayRange}

const decoded = (array: ArrayRecord): TaskSets | string => {
  const range = tryRange(array.range)
  if (typeof range === 'string') return range
  const sets = {range, waiting: EMPTY, held: EMPTY, done: EMPTY, failed: EMPTY, killed: EMPTY}
  for (const name of SET_NAMES) {
    const set = decodeSet(array[name], range.count)
    if (set === null) return `${name} is no set of its tasks`
    sets[name] = set
  }
  return sets
}

/** A record never changes, so what was decoded of one stays true. */
const known = new WeakMap<ArrayRecord, TaskSets>()

export const setsOf = (array: ArrayRecord): TaskSets => {
  const before = known.get(array)
  if (before !== undefined) return before
  const sets = decoded(array)
  if (typeof sets === 'string') throw new TypeError(`an array that no parser let in: ${sets}`)
  known.set(array, sets)
  return sets
}

export const arraySchema = v.pipe(
  shapeSchema,
  v.rawCheck(({dataset, addIssue}) => {
    if (!dataset.typed) return
    const sets = decoded(dataset.value)
    if (typeof sets === 'string') addIssue({message: sets})
    else known.set(dataset.value, sets)
  }),
)
