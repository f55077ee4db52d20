/**
 * Tasks of an array that are tried again by themselves (`--retry`): how often each was, and which of them wait for the
 * end of a pause (docs/decisions/0038). Pure.
 *
 * The revision that begins the next attempt counts the try and says when its pause ends; another one, of the scheduler,
 * ends it. So who reads the record knows what may start without a clock, and no crash counts a try twice or not at all.
 * An array without such tasks has none of these fields.
 */
import {counted} from '../amounts.js'
import {momentText} from '../begin-time.js'
import {type Instant, instant} from '../brand.js'
import type {JobRecord} from '../job.js'
import type {Change} from '../outcome.js'
import {isResting} from '../retry.js'
import {isAllocated, isFinal, isWaiting} from '../state.js'
import {has, type IntervalSet, minus, setOf} from './interval-set.js'
import {ordinalOf} from './range.js'
import {type ArrayRecord, setsOf} from './record.js'

type Numbers = Readonly<Record<string, number>>

interface Tries {
  readonly tried?: Numbers
  readonly rests?: Readonly<Record<string, Instant>>
}

/** Nothing where there is nothing to tell. */
const toldTries = (tried: Numbers, rests: Readonly<Record<string, Instant>>): Tries => ({
  ...(Object.keys(tried).length === 0 ? {} : {tried}),
  ...(Object.keys(rests).length === 0 ? {} : {rests}),
})

const withTries = (array: ArrayRecord, told: Tries): ArrayRecord => {
  const {tried: _, rests: __, ...rest} = array
  return {...rest, ...told}
}

/** What a task has of its array's; what is over is not tried again. */
export const retryOfTask = (
  {retry}: JobRecord,
  {tried = {}}: ArrayRecord,
  task: number,
  isOver: boolean,
): Pick<JobRecord, 'retry'> =>
  retry === undefined
    ? {}
    : {retry: {...retry, left: isOver ? 0 : Math.max(0, retry.left - (tried[task] ?? 0))}}

/** A task as it became; `rests`: it is to be tried again, not before then. */
export type TaskView = JobRecord & {readonly task: number; readonly rests?: Instant}

/** A change that counts a try says when its pause is over. */
export const restOf = ({retry, eligible}: Change): Pick<TaskView, 'rests'> =>
  retry === undefined || eligible === undefined ? {} : {rests: eligible}

export const triesAfter = (
  {retry}: JobRecord,
  array: ArrayRecord,
  views: readonly TaskView[],
): ArrayRecord => {
  if (retry === undefined) return array
  const [tried, rests] = [{...array.tried}, {...array.rests}]
  for (const {task, state, retry: own = retry, rests: until} of views) {
    delete rests[task]
    delete tried[task]
    const times = retry.left - own.left
    if (times > 0 && !isFinal(state)) tried[task] = times
    if (until !== undefined && isWaiting(state)) rests[task] = until
  }
  return withTries(array, toldTries(tried, rests))
}

/** Of these places those whose pause is over, or that have none. */
export const awake = (array: ArrayRecord, places: IntervalSet): IntervalSet => {
  if (array.rests === undefined) return places
  const {range} = setsOf(array)
  return minus(places, setOf(Object.keys(array.rests).flatMap(task => ordinalOf(range, Number(task)) ?? [])))
}

/** With an attempt behind them: each stands with some numbers in each revision, until its result is packed. */
export const pastTasks = ({earlier = {}, tried}: ArrayRecord): readonly string[] =>
  tried === undefined ? Object.keys(earlier) : Object.keys({...earlier, ...tried})

/** When the first pause ends. Null: none of them rests. */
export const firstRest = ({rests}: ArrayRecord): Instant | null =>
  rests === undefined ? null : instant(Math.min(...Object.values(rests)))

export const restsReason = (array: ArrayRecord): NonNullable<JobRecord['reason']> => {
  const [at, count] = [firstRest(array) ?? 0, Object.keys(array.rests ?? {}).length]
  const what = count === 1 ? '1 of its tasks waits for its' : `${counted(count, 'task')} of it wait for their`
  return {code: 'retry', text: `${what} next try, not before ${momentText(at)}`, numbers: {at}}
}

/** What keeps a task that waits; null: its turn alone. */
export const restReason = (
  {rests = {}, again}: ArrayRecord,
  task: number,
  left: number,
): JobRecord['reason'] => {
  const at = rests[task]
  if (at === undefined) return null
  const after = left === 0 ? 'the last one' : `${left} more may follow`
  const text = `attempt ${(again[task] ?? 2) - 1} ended; the next one not before ${momentText(at)}, ${after}`
  return {code: 'retry', text, numbers: {at, left}}
}

const outside = <T>(array: ArrayRecord, told: Readonly<Record<string, T>>, places: IntervalSet) => {
  const {range} = setsOf(array)
  return Object.fromEntries(
    Object.entries(told).filter(([task]) => !has(places, ordinalOf(range, Number(task)) ?? -1)),
  )
}

/** Those at these places wait for no attempt any more. */
export const withoutAttempts = (array: ArrayRecord, places: IntervalSet): ArrayRecord => ({
  ...withTries(
    array,
    toldTries(outside(array, array.tried ?? {}, places), outside(array, array.rests ?? {}, places)),
  ),
  again: outside(array, array.again, places),
})

/** Those at these places rest no longer. */
export const withoutRests = (array: ArrayRecord, places: IntervalSet): ArrayRecord =>
  array.rests === undefined
    ? array
    : withTries(array, toldTries(array.tried ?? {}, outside(array, array.rests, places)))

/** The next revision, when the pauses are over that end by now. Null: none does. */
export const restedChange = ({state, array}: JobRecord, now: Instant): Change | null => {
  if (array?.rests === undefined) return null
  const rests = Object.fromEntries(
    Object.entries(array.rests).filter(([, eligible]) => isResting({eligible}, now)),
  )
  return Object.keys(rests).length === Object.keys(array.rests).length
    ? null
    : {state, array: withTries(array, toldTries(array.tried ?? {}, rests))}
}

/** Null: what waits or runs was tried, and what rests waits for a try. */
export const triesFault = (array: ArrayRecord): string | null => {
  const {tried = {}, rests = {}, parts} = array
  const {range, waiting} = setsOf(array)
  const waits = (task: string): boolean => has(waiting, ordinalOf(range, Number(task)) ?? -1)
  const over = Object.keys(tried).find(task => !waits(task) && !isAllocated(parts[task]?.state ?? 'done'))
  if (over !== undefined) return `task ${over} has tries and neither waits nor runs`
  const idle = Object.keys(rests).find(task => tried[task] === undefined || !waits(task))
  return idle === undefined ? null : `task ${idle} rests and waits for no try`
}

type ViewOf = (record: JobRecord, task: number) => JobRecord | null

/** What is not over keeps its tries, and a further one is a further attempt. */
const tryFault = (task: string, from: JobRecord, to: JobRecord, views: ViewOf): string | null => {
  const [before, after] = [views(from, Number(task)), views(to, Number(task))]
  const [one, other] = [from.array?.tried?.[task] ?? 0, to.array?.tried?.[task] ?? 0]
  if (before === null || after === null || one === other || isFinal(after.state)) return null
  if (other < one) return `task ${task} lost a try`
  return other === one + 1 && after.attempt === before.attempt + 1
    ? null
    : `task ${task} was tried without an attempt`
}

/** The law of tries between two revisions. `views`: a task seen as a job. */
export const triesLost = (from: JobRecord, to: JobRecord, views: ViewOf): string | null => {
  for (const task of Object.keys({...from.array?.tried, ...to.array?.tried})) {
    const why = tryFault(task, from, to, views)
    if (why !== null) return why
  }
  return null
}
