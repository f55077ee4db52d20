/**
 * What a revision of an array may be, judged by the one before it (state.md 9): the law of its tasks, beside the table
 * of states that holds for the array itself. Pure.
 *
 * Every task is in exactly one place; what has ended stays ended; a task goes only where a job could go.
 */

import type {JobRecord} from '../job.js'
import {sameValue} from '../same-value.js'
import {isAllocated, type Stage, transitionFault} from '../state.js'

import {contains, has, setOf, size, union} from './interval-set.js'
import {ordinalOf} from './range.js'
import {type ArrayRecord, setsOf} from './record.js'
import {triesFault, triesLost} from './tries.js'
import {taskRecord} from './view.js'

const placesOf = (array: ArrayRecord, running: boolean): readonly number[] => {
  const {range} = setsOf(array)
  return Object.entries(array.parts).flatMap(([task, {state}]) =>
    isAllocated(state) === running ? [ordinalOf(range, Number(task)) ?? range.count] : [],
  )
}

/** Null: every task is in one place, and in one only. */
export const arrayFault = (array: ArrayRecord): string | null => {
  const {range, waiting, held, done, failed, killed} = setsOf(array)
  const sets = [waiting, done, failed, killed, setOf(placesOf(array, true))]
  const all = sets.reduce(union)
  const total = sets.reduce((sum, set) => sum + size(set), 0)
  if (total !== size(all)) return 'a task of it is in two places'
  if (size(all) !== range.count || !contains([0, range.count - 1], all))
    return 'a task of it is in no place, or is none of it'
  if (!contains(waiting, held)) return 'a task is held that does not wait'
  const over = union(union(done, failed), killed)
  if (!contains(over, setOf(placesOf(array, false))))
    return 'a task has ended that is in no set of ended tasks'
  const lost = Object.keys(array.again).find(task => !has(waiting, ordinalOf(range, Number(task)) ?? -1))
  if (lost !== undefined) return `task ${lost} is given back and does not wait`
  const told = Object.keys(array.earlier ?? {}).find(
    task => array.parts[task] === undefined && array.again[task] === undefined,
  )
  return told === undefined ? triesFault(array) : `task ${told} had attempts and waits for none`
}

const stage = (record: JobRecord, view: JobRecord): Stage => ({
  id: record.id,
  rev: record.rev,
  state: view.state,
  attempt: view.attempt,
  sealed: false,
})

/** What has ended has lost no more than its details, which were packed. */
const taskFault = (from: JobRecord, to: JobRecord, task: number): string | null => {
  const [before, after] = [taskRecord(from, task), taskRecord(to, task)]
  if (before === null || after === null) return `task ${task} is none of it`
  const [one, other] = [from.array?.parts[task], to.array?.parts[task]]
  if (other === undefined && one !== undefined && !isAllocated(one.state))
    return isAllocated(after.state) || after.state === 'pending' ? `task ${task} began anew` : null
  if (one !== undefined && other !== undefined && !isAllocated(one.state))
    return sameValue({...one, place: 0}, {...other, place: 0})
      ? null
      : `task ${task} has ended and was changed`
  const why = transitionFault(stage(from, before), stage(to, after))
  return why === null ? null : `task ${task}: ${why}`
}

/** Places that left one set of ended tasks, if any. */
const grows = (from: ArrayRecord, to: ArrayRecord): boolean => {
  const [before, after] = [setsOf(from), setsOf(to)]
  return (['done', 'failed', 'killed'] as const).every(name => contains(after[name], before[name]))
}

const sameArray = (from: ArrayRecord, to: ArrayRecord): boolean =>
  from.range === to.range && from.limit === to.limit && (from.stem === null || from.stem === to.stem)

/** A task that waited may have been held, released or killed without a part; a start makes one. */
const tasksFault = (
  from: JobRecord,
  to: JobRecord,
  before: ArrayRecord,
  after: ArrayRecord,
): string | null => {
  const tasks = new Set([...Object.keys(before.parts), ...Object.keys(after.parts)])
  for (const task of tasks) {
    const why = taskFault(from, to, Number(task))
    if (why !== null) return why
  }
  const tries = triesLost(from, to, taskRecord)
  if (tries !== null) return tries
  for (const [task, attempt] of Object.entries(before.again)) {
    const now = taskRecord(to, Number(task))
    if (now?.state === 'pending' && now.attempt !== attempt) return `task ${task} lost its attempt`
  }
  const ran = setOf(placesOf(before, true))
  const {done, failed} = setsOf(before)
  const {done: nowDone, failed: nowFailed} = setsOf(after)
  return contains(union(union(done, failed), ran), union(nowDone, nowFailed))
    ? null
    : 'a task has ended that never ran'
}

/** Null = allowed; else why not. */
const arraysFault = (from: JobRecord, to: JobRecord): string | null => {
  const [before, after] = [from.array, to.array]
  if (before === undefined && after === undefined) return null
  if (before === undefined || after === undefined) return 'a job cannot become an array, nor an array a job'
  // Sealed, say: only its own fields changed.
  if (before === after) return null
  if (!sameArray(before, after)) return 'the range of an array never changes'
  const why = arrayFault(after)
  if (why !== null) return why
  if (!grows(before, after)) return 'a task that had ended has not any more'
  return tasksFault(from, to, before, after)
}

/** The law of revisions: of jobs the table of states, of arrays their tasks too. */
export const successionFault = (from: JobRecord, to: JobRecord): string | null =>
  transitionFault(from, to) ?? arraysFault(from, to)
