/**
 * Which tasks of an array may start, and their start (state.md 9). Pure; no task is listed that does not start.
 */

import type {Reason} from '@god-cli/api'
import {counted} from '../amounts.js'
import type {Instant, Token} from '../brand.js'
import type {JobRecord} from '../job.js'
import type {Change} from '../outcome.js'
import {isAllocated} from '../state.js'
import {foldTasks} from './fold.js'
import {
  EMPTY,
  encodeSet,
  firstOf,
  type IntervalSet,
  intersection,
  interval,
  minus,
  setOf,
  size,
  union,
} from './interval-set.js'
import {ordinalOf, parseArray, rangeText} from './range.js'
import {type ArrayRecord, MOST_PARTS, setsOf} from './record.js'
import {awake, pastTasks, restsReason} from './tries.js'
import {taskContainerName, tasksAt} from './view.js'

/** An array as it is admitted; throws on a text that is no range. */
export const newArray = (text: string, hold: boolean): ArrayRecord => {
  const {range, limit} = parseArray(text)
  const all = encodeSet(interval(0, range.count - 1))
  return {
    range: rangeText(range),
    limit,
    waiting: all,
    held: hold ? all : EMPTY,
    done: EMPTY,
    failed: EMPTY,
    killed: EMPTY,
    again: {},
    places: [],
    stem: null,
    parts: {},
  }
}

export interface Startable {
  readonly count: number
  /** Why no more of it may start than `count`. Null: nothing of it waits. */
  readonly reason: Reason | null
}

const no = (code: string, text: string): Startable => ({count: 0, reason: {code, text}})

const least = (...bounds: readonly Startable[]): Startable =>
  bounds.reduce((one, other) => (other.count < one.count ? other : one))

export const runningTasks = (array: ArrayRecord): number =>
  Object.values(array.parts).filter(({state}) => isAllocated(state)).length

/** Tasks with an attempt behind them stand with some numbers in each revision, until their result is packed. */
interface Behind {
  /** Of those that may start. */
  readonly free: IntervalSet
  /** That wait, held or not. */
  readonly waiting: number
  readonly all: number
}

const behind = (array: ArrayRecord): Behind => {
  const {waiting, held, range} = setsOf(array)
  const tasks = pastTasks(array)
  const places = setOf(tasks.flatMap(task => ordinalOf(range, Number(task)) ?? []))
  const wait = intersection(places, waiting)
  return {free: awake(array, minus(wait, held)), waiting: size(wait), all: tasks.length}
}

/** As large as a third of a part. */
const roomOf = ({all}: Behind): number => MOST_PARTS - Math.ceil(0.3 * all)

/** Of those that begin for the first time: each of them may come to wait once more. */
const roomForNew = (array: ArrayRecord, {waiting}: Behind): number =>
  Math.max(0, MOST_PARTS - Object.keys(array.parts).length - waiting)

/** So that no record grows beyond what it may hold. */
const mostParts = (array: ArrayRecord, free: number): Startable => {
  const before = behind(array)
  const [parts, running] = [Object.keys(array.parts).length, runningTasks(array)]
  const again = size(before.free)
  const few = Math.min(roomOf(before) - parts, again + Math.min(free - again, roomForNew(array, before)))
  const all = running + before.waiting
  return {
    count: Math.max(0, few),
    reason:
      running < parts
        ? {
            code: 'packing',
            text: `${counted(parts - running, 'result')} of it ${parts - running === 1 ? 'waits' : 'wait'} to be packed`,
          }
        : before.waiting === 0
          ? {code: 'limit', text: `${MOST_PARTS} of its tasks run; no array has more at once`}
          : {code: 'limit', text: `${all} of its tasks run or wait once more; no array has more at once`},
  }
}

/** That neither a wish nor a pause keeps. */
const freePlaces = (array: ArrayRecord): IntervalSet => {
  const {waiting, held} = setsOf(array)
  return awake(array, minus(waiting, held))
}

/** How many could start now, if there were room for all. */
export const startable = ({array, desired}: Pick<JobRecord, 'array' | 'desired'>): Startable => {
  if (array === undefined) return {count: 0, reason: null}
  const {waiting, held} = setsOf(array)
  if (waiting.length === 0) return {count: 0, reason: null}
  if (desired === 'suspended') return no('suspended', 'the array is suspended')
  const unheld = size(waiting) - size(held)
  if (unheld === 0) return no('held', `${size(held)} held by request`)
  const free = array.rests === undefined ? unheld : size(freePlaces(array))
  const rests = array.rests === undefined ? null : restsReason(array)
  if (free === 0) return {count: 0, reason: rests}
  const running = runningTasks(array)
  const limit = array.limit ?? Number.POSITIVE_INFINITY
  return least(
    {count: free, reason: rests},
    {
      count: Math.max(0, limit - running),
      reason: {code: 'limit', text: `its limit of ${counted(limit, 'task')} at once is reached`},
    },
    mostParts(array, free),
  )
}

/** The lowest; those that wait once more, and as many of the others as there is room for. */
const firstTasks = (array: ArrayRecord, count: number): readonly number[] => {
  const before = behind(array)
  const free = freePlaces(array)
  const fresh = firstOf(minus(free, before.free), roomForNew(array, before))
  return firstOf(union(before.free, setOf(fresh)), count)
}

/** Where a task goes. */
export interface TaskStart {
  readonly node: string
  readonly engine: string | null
  readonly nonce: Token
  /** See the record. */
  readonly charge?: number
  /** Left out: no gpus. */
  readonly devices?: readonly number[]
}

/** S1 of as many tasks as there are starts, the lowest first. `stem`: beginning of their containers' names. */
export const startTasks = (
  record: JobRecord,
  stem: string,
  starts: readonly TaskStart[],
  now: Instant,
): {readonly tasks: readonly number[]; readonly change: Change} | null => {
  const {array} = record
  if (array === undefined) return null
  const tasks = tasksAt(array, firstTasks(array, Math.min(starts.length, startable(record).count)))
  if (tasks.length === 0) return null
  const changes = starts.flatMap(({node, engine, nonce, charge, devices}, i) => {
    const task = tasks[i]
    if (task === undefined) return []
    const name = taskContainerName(array.stem ?? stem, task, array.again[task] ?? 1)
    const container = {name, id: null, nonce, engine}
    const charged = charge === undefined ? {} : {charge}
    const gpus = devices === undefined ? {} : {devices}
    return [{task, change: {state: 'starting' as const, node, container, reason: null, ...charged, ...gpus}}]
  })
  return {tasks, change: foldTasks(record, changes, now)}
}
