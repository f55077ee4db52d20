/**
 * A task of an array, seen as a job record: so whatever decides on a job decides on a task alike. Pure.
 *
 * The view has the array's own fields, and of the task its state, attempt, place, container and end. What of a task is
 * not in its array any more (it was packed) is null in the view.
 */

import type {JobRecord} from '../job.js'
import {NOT_STARTED} from '../not-started.js'
import {isAllocated, isFinal, type State} from '../state.js'
import {earlierOfTask} from '../usage/earlier.js'
import {has, type IntervalSet, intersection, interval} from './interval-set.js'
import {nth, ordinalOf} from './range.js'
import {type ArrayRecord, type Part, setsOf} from './record.js'
import {restReason, retryOfTask} from './tries.js'

export const taskContainerName = (stem: string, task: number, attempt: number): string =>
  `${stem}-t${task}-${attempt}`

/** The beginning that the names of an array's containers share. */
export const stemOf = (name: string, task: number, attempt: number): string =>
  name.slice(0, name.length - `-t${task}-${attempt}`.length)

const containerOf = (array: ArrayRecord, task: number, part: Part): JobRecord['container'] =>
  array.stem === null || part.nonce === undefined
    ? null
    : {
        name: taskContainerName(array.stem, task, part.attempt),
        id: part.id ?? null,
        nonce: part.nonce,
        engine: part.place === undefined ? null : (array.places[part.place]?.engine ?? null),
      }

/** The array's own wish binds its tasks, but for those that are to end anyway. */
const desiredOf = (record: JobRecord, own: 'suspended' | 'killed' | undefined): JobRecord['desired'] =>
  record.desired === 'killed' ? 'killed' : (own ?? 'run')

const earlierOf = (record: JobRecord, array: ArrayRecord, task: number): Pick<JobRecord, 'earlier'> => {
  const told = array.earlier?.[task]
  return told === undefined ? {} : {earlier: earlierOfTask(told, record)}
}

const viewOfPart = (record: JobRecord, array: ArrayRecord, task: number, part: Part): JobRecord => {
  const {array: _, ...own} = record
  return {
    ...own,
    ...NOT_STARTED,
    task,
    state: part.state,
    desired: desiredOf(record, part.desired),
    ...(part.requeue === undefined ? {} : {requeue: part.requeue}),
    reason: part.reason ?? null,
    attempt: part.attempt,
    node: part.place === undefined ? null : (array.places[part.place]?.node ?? null),
    container: containerOf(array, task, part),
    ...(part.devices === undefined ? {} : {devices: part.devices}),
    started: part.started ?? null,
    ended: part.ended ?? null,
    paused: part.paused ?? NOT_STARTED.paused,
    stop: part.stop ?? null,
    ...(part.charge === undefined ? {} : {charge: part.charge}),
    exit: part.exit ?? null,
    usage: part.usage ?? null,
    ...earlierOf(record, array, task),
    ...retryOfTask(record, array, task, isFinal(part.state)),
  }
}

const stateAtRest = (array: ArrayRecord, ordinal: number): State => {
  const sets = setsOf(array)
  if (has(sets.waiting, ordinal)) return has(sets.held, ordinal) ? 'held' : 'pending'
  if (has(sets.done, ordinal)) return 'done'
  return has(sets.failed, ordinal) ? 'failed' : 'killed'
}

const HELD = {code: 'held', text: 'held by request'} as const

/** What there is of a task without a part: its state. */
const viewAtRest = (record: JobRecord, array: ArrayRecord, task: number, ordinal: number): JobRecord => {
  const {array: _, ...own} = record
  const state = stateAtRest(array, ordinal)
  const tries = retryOfTask(record, array, task, isFinal(state))
  const eligible = array.rests?.[task]
  return {
    ...own,
    ...NOT_STARTED,
    task,
    state,
    desired: state === 'killed' ? 'killed' : desiredOf(record, undefined),
    reason: state === 'held' ? HELD : restReason(array, task, tries.retry?.left ?? 0),
    attempt: array.again[task] ?? 1,
    ...(eligible === undefined ? {} : {eligible}),
    ...earlierOf(record, array, task),
    ...tries,
  }
}

/** Null: the job is no array, or this is no task of it. */
export const taskRecord = (record: JobRecord, task: number): JobRecord | null => {
  const {array} = record
  if (array === undefined) return null
  const part = array.parts[task]
  if (part !== undefined) return viewOfPart(record, array, task, part)
  const ordinal = ordinalOf(setsOf(array).range, task)
  return ordinal === null ? null : viewAtRest(record, array, task, ordinal)
}

/** What can be worked on by itself and may have a container: the job, or the array's parts. */
export const partRecords = (record: JobRecord): readonly JobRecord[] => {
  const {array} = record
  if (array === undefined) return [record]
  return Object.entries(array.parts).map(([task, part]) => viewOfPart(record, array, Number(task), part))
}

/** And of an array the tasks that wait once more: all that ran or may run. */
export const usedRecords = (record: JobRecord): readonly JobRecord[] => {
  const {earlier = {}, parts = {}} = record.array ?? {}
  const waiting = Object.keys(earlier).filter(task => parts[task] === undefined)
  return [...partRecords(record), ...waiting.flatMap(task => taskRecord(record, Number(task)) ?? [])]
}

/** Of these, those that take a node's resources. */
export const allocatedRecords = (record: JobRecord): readonly JobRecord[] =>
  partRecords(record).filter(({state}) => isAllocated(state))

/** Places as the text of their tasks: `3-9,12`. */
export const placesText = (array: ArrayRecord, places: IntervalSet): string => {
  const {range} = setsOf(array)
  const texts: string[] = []
  let before = 0
  for (const {first, last, step} of range.strides) {
    const count = (last - first) / step + 1
    const here = intersection(places, interval(before, before + count - 1))
    for (let i = 0; i < here.length; i += 2) {
      const [from, to] = [here[i] ?? 0, here[i + 1] ?? 0]
      const ends = [from, to].map(place => first + (place - before) * step)
      texts.push(from === to ? `${ends[0]}` : `${ends.join('-')}${step === 1 ? '' : `:${step}`}`)
    }
    before += count
  }
  return texts.join(',')
}

/** The tasks with these places, ascending. */
export const tasksAt = (array: ArrayRecord, ordinals: readonly number[]): readonly number[] =>
  ordinals.flatMap(ordinal => nth(setsOf(array).range, ordinal) ?? [])

/**
 * What of it decides on its next step: of a task its own part alone, for the others change the array's revision all
 * the time.
 */
export const stampOf = (record: JobRecord): string => {
  if (record.task === undefined) return String(record.rev)
  const {state, desired, requeue = null, attempt, container, started, ended, paused, stop} = record
  return JSON.stringify([state, desired, requeue, attempt, container, started, ended, paused, stop])
}

/** Tasks whose part came, went or changed between two revisions, as they are now: for the journal. */
export const changedTasks = (
  from: JobRecord,
  to: JobRecord,
): readonly (readonly [task: number, state: State, attempt: number])[] => {
  const [before, after] = [from.array?.parts ?? {}, to.array?.parts ?? {}]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap(key => {
    const [one, other] = [taskRecord(from, Number(key)), taskRecord(to, Number(key))]
    if (one === null || other === null) return []
    return one.state === other.state && one.attempt === other.attempt
      ? []
      : [[Number(key), other.state, other.attempt] as const]
  })
}
