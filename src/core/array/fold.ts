/**
 * Changes of tasks folded into the next revision of their array: the parts, the sets, and the array's own state, times,
 * exit and usage (state.md 9). Pure.
 *
 * Many tasks that changed are one revision. What a task's change says is what it would say of a job; the array is
 * pending until a task started, running while one runs or is left, and over at the end.
 */

import {type Instant, instant} from '../brand.js'
import type {JobRecord} from '../job.js'
import type {Change} from '../outcome.js'
import {isAllocated, isFinal, type State} from '../state.js'
import {taskOfEarlier} from '../usage/earlier.js'
import {encodeSet, type IntervalSet, minus, setOf, union} from './interval-set.js'
import {arrayChange, sums} from './own.js'
import {ordinalOf} from './range.js'
import {type ArrayRecord, type Part, SET_NAMES, type SetName, setsOf, type TaskSets} from './record.js'
import {restOf, type TaskView, triesAfter} from './tries.js'
import {stemOf, taskRecord} from './view.js'

export interface TaskChange {
  readonly task: number
  readonly change: Change
}

/** As long as the reason of a task may be: every one stands in each revision of its array. */
const MOST_REASON = 200

const shortened = (reason: NonNullable<JobRecord['reason']>): NonNullable<JobRecord['reason']> =>
  reason.text.length <= MOST_REASON
    ? reason
    : {...reason, text: `${reason.text.slice(0, MOST_REASON - 3)}...`}

type Place = ArrayRecord['places'][number]

const placeIn = (places: Place[], node: string, engine: string | null): number => {
  const at = places.findIndex(place => place.node === node && place.engine === engine)
  return at >= 0 ? at : places.push({node, engine}) - 1
}

const defined = <T extends object>(fields: T): {[K in keyof T]: NonNullable<T[K]>} =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as {
    [K in keyof T]: NonNullable<T[K]>
  }

/** What of the view has to be kept; of a task that is over its container's id is not. */
const partOf = (view: JobRecord, places: Place[]): Part => {
  const {state, attempt, desired, paused, container} = view
  const over = isFinal(state)
  return defined({
    state,
    attempt,
    desired: desired === 'run' ? undefined : desired,
    requeue: over ? undefined : view.requeue,
    place: view.node === null ? undefined : placeIn(places, view.node, container?.engine ?? null),
    nonce: container?.nonce,
    id: over ? undefined : container?.id,
    charge: view.charge,
    started: view.started,
    ended: view.ended,
    paused: paused.since === null && paused.total === 0 ? undefined : paused,
    stop: over ? undefined : view.stop,
    reason: view.reason === null ? undefined : shortened(view.reason),
    exit: view.exit,
    usage: view.usage,
    devices: view.devices,
  }) as Part
}

/** The set that a task without a running part is in. */
const setFor = (state: State): SetName | null => {
  if (state === 'pending' || state === 'held') return 'waiting'
  if (isAllocated(state)) return null
  return state === 'done' || state === 'killed' ? state : 'failed'
}

/** Each touched place taken out of all sets, and put where its state belongs. */
const movedSets = (
  sets: TaskSets,
  states: ReadonlyMap<number, State>,
): Readonly<Record<SetName, IntervalSet>> => {
  const touched = setOf([...states.keys()])
  const into = (name: SetName): IntervalSet =>
    setOf([...states].flatMap(([ordinal, state]) => (setFor(state) === name ? [ordinal] : [])))
  const moved = (name: SetName): IntervalSet => union(minus(sets[name], touched), into(name))
  return {
    waiting: moved('waiting'),
    held: union(
      minus(sets.held, touched),
      setOf([...states].flatMap(([ordinal, state]) => (state === 'held' ? [ordinal] : []))),
    ),
    done: moved('done'),
    failed: moved('failed'),
    killed: moved('killed'),
  }
}

export const encodedSets = (
  sets: Readonly<Record<SetName, IntervalSet>>,
): Record<SetName, readonly number[]> =>
  Object.fromEntries(SET_NAMES.map(name => [name, encodeSet(sets[name])])) as Record<
    SetName,
    readonly number[]
  >

/** Of the tasks that were not touched; only places that a part still names are kept. */
const keptParts = (
  array: ArrayRecord,
  touched: ReadonlySet<number>,
  places: Place[],
): Record<string, Part> => {
  const parts: Record<string, Part> = {}
  for (const [task, part] of Object.entries(array.parts)) {
    if (touched.has(Number(task))) continue
    const old = part.place === undefined ? undefined : array.places[part.place]
    const place = old === undefined ? part.place : placeIn(places, old.node, old.engine)
    parts[task] = place === undefined || place === part.place ? part : {...part, place}
  }
  return parts
}

/** A task that never had a container leaves its state alone. */
const hasPart = ({state, container}: JobRecord): boolean => setFor(state) !== 'waiting' && container !== null

const withParts = (array: ArrayRecord, views: readonly TaskView[]): ArrayRecord => {
  const places: Place[] = []
  const parts = keptParts(array, new Set(views.map(({task}) => task)), places)
  for (const view of views) if (hasPart(view)) parts[view.task] = partOf(view, places)
  return {...array, places, parts}
}

const againAfter = (array: ArrayRecord, views: readonly TaskView[]): ArrayRecord['again'] => {
  const again = {...array.again}
  for (const {task, state, attempt} of views) {
    if (setFor(state) === 'waiting' && attempt > 1) again[task] = attempt
    else delete again[task]
  }
  return again
}

/** By the views; of a result that was packed it goes with its part. */
const earlierAfterViews = (
  {earlier = {}}: ArrayRecord,
  views: readonly TaskView[],
): Pick<ArrayRecord, 'earlier'> => {
  const told = {...earlier}
  for (const {task, earlier: used} of views) if (used !== undefined) told[task] = taskOfEarlier(used)
  return Object.keys(told).length === 0 ? {} : {earlier: told}
}

const stemAfter = (array: ArrayRecord, views: readonly TaskView[]): string | null => {
  if (array.stem !== null) return array.stem
  for (const {container, task, attempt} of views)
    if (container !== null) return stemOf(container.name, task, attempt)
  return null
}

/** The array with these tasks as they are in the views. */
const withViews = (array: ArrayRecord, views: readonly TaskView[]): ArrayRecord => {
  const sets = setsOf(array)
  const states = new Map(views.map(({task, state}) => [ordinalOf(sets.range, task) ?? -1, state]))
  return {
    ...withParts(array, views),
    ...encodedSets(movedSets(sets, states)),
    again: againAfter(array, views),
    ...earlierAfterViews(array, views),
    stem: stemAfter(array, views),
  }
}

const firstStart = (record: JobRecord, views: readonly JobRecord[]): Partial<Change> => {
  const starts = views.flatMap(({started}) => started ?? [])
  if (starts.length === 0) return {}
  const first = Math.min(...starts, record.started ?? Number.POSITIVE_INFINITY)
  return first === record.started ? {} : {started: instant(first)}
}

const lastEnd = (record: JobRecord, {parts}: ArrayRecord, now: Instant): Instant => {
  const ends = Object.values(parts).flatMap(({ended}) => ended ?? [])
  return ends.length === 0 ? now : instant(Math.max(...ends, record.started ?? 0))
}

/** Tasks not of the array are left out. `now`: only where the end of a task tells no time. */
export const foldTasks = (record: JobRecord, changes: readonly TaskChange[], now: Instant): Change => {
  const {array} = record
  if (array === undefined) throw new TypeError(`job ${record.id} is no array`)
  const views = changes.flatMap(({task, change}) => {
    const before = taskRecord(record, task)
    return before === null ? [] : [{...before, ...change, task, ...restOf(change)} as TaskView]
  })
  const next = triesAfter(record, withViews(array, views), views)
  const fields = {
    // What kept it from starting does so no more.
    ...(record.state === 'pending' || record.state === 'held' ? {reason: null} : {}),
    ...firstStart(record, views),
    ...sums(
      record,
      views.filter(({state}) => isFinal(state)),
    ),
  }
  return arrayChange(record, next, fields, lastEnd(record, next, now))
}
