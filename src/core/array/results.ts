/**
 * Results of an array's tasks on their way to the packs (state.md 9 and 10): those its record still holds, and the
 * record without those that are packed. Counts for people. Pure.
 */

import type {Instant} from '../brand.js'
import type {JobRecord} from '../job.js'
import type {Change} from '../outcome.js'
import {isFinal} from '../state.js'
import {has, type IntervalSet, size} from './interval-set.js'
import {ordinalOf} from './range.js'
import {type ArrayRecord, MOST_PARTS, setsOf} from './record.js'
import {runningTasks} from './start.js'
import type {TaskResult} from './task-result.js'
import {partRecords} from './view.js'

const resultOf = (view: JobRecord): readonly TaskResult[] => {
  const {id, task, state, attempt, node, started, ended, exit, usage, reason, charge, paused, earlier} = view
  if (task === undefined || ended === null || !isFinal(state)) return []
  return [
    {
      ...{id, task, state, attempt, node, started, ended, exit, usage},
      ...(reason === null ? {} : {reason}),
      ...(charge === undefined ? {} : {charge}),
      ...(paused.total === 0 ? {} : {paused}),
      ...(earlier === undefined ? {} : {earlier}),
    },
  ]
}

/** Of the tasks that have ended and are not packed, as far as the record knows. */
export const resultsOf = (record: JobRecord): readonly TaskResult[] =>
  record.array === undefined ? [] : partRecords(record).flatMap(resultOf)

/**
 * Parts of tasks that are killed while they wait once more, at these places: what their attempts used is to be told.
 */
export const killedAgain = (array: ArrayRecord, waiting: IntervalSet, now: Instant): ArrayRecord['parts'] => {
  const {range} = setsOf(array)
  const reason = {code: 'killed', text: 'killed before its next attempt'}
  return Object.fromEntries(
    Object.keys(array.earlier ?? {})
      .filter(task => has(waiting, ordinalOf(range, Number(task)) ?? -1))
      .map(task => [
        task,
        {state: 'killed', desired: 'killed', attempt: array.again[task] ?? 1, ended: now, reason} as const,
      ]),
  )
}

/** So many wait that they should be packed now: else the array comes to a stop. */
export const wantsPacking = (record: JobRecord): boolean =>
  record.array !== undefined &&
  Object.keys(record.array.parts).length - runningTasks(record.array) >= MOST_PARTS / 3

/** The next revision, when the results of these tasks are packed. */
export const withoutResults = (record: JobRecord, tasks: readonly number[]): Change => {
  const {array} = record
  if (array === undefined) return {state: record.state}
  const packed = new Set(tasks.map(String))
  const parts = Object.entries(array.parts).filter(([task, {state}]) => !(packed.has(task) && isFinal(state)))
  const {earlier, ...rest} = array
  const told = Object.entries(earlier ?? {}).filter(([task]) => !packed.has(task))
  return {
    state: record.state,
    array: {
      ...rest,
      ...(told.length === 0 ? {} : {earlier: Object.fromEntries(told)}),
      parts: Object.fromEntries(parts),
    },
  }
}

export interface TaskCounts {
  readonly pending: number
  readonly running: number
  readonly done: number
  readonly failed: number
  readonly killed: number
  readonly held: number
}

export const countsOf = (array: ArrayRecord): TaskCounts => {
  const {waiting, held, done, failed, killed} = setsOf(array)
  return {
    pending: size(waiting) - size(held),
    running: runningTasks(array),
    done: size(done),
    failed: size(failed),
    killed: size(killed),
    held: size(held),
  }
}
