/**
 * What users used, as one number each at one moment, from which any later one follows; and the runs that it is made of,
 * as records, results of tasks and daily sums tell them. Pure.
 */

import type {TaskResult} from '../array/task-result.js'
import type {JobRecord} from '../job.js'
import type {Sums} from '../usage/accounting.js'
import type {Earlier} from '../usage/earlier.js'
import {chargedRate} from './charge.js'
import {fadedBy, type Run, usedBy} from './usage.js'

export interface UserRun extends Run {
  readonly user: string
}

export interface Ledger {
  readonly at: number
  readonly used: ReadonlyMap<string, number>
}

const add = (used: Map<string, number>, user: string, amount: number): void =>
  void used.set(user, (used.get(user) ?? 0) + amount)

/** What is left of runs at a moment. */
export const ledgerOf = (runs: Iterable<UserRun>, at: number, halfLife: number): Ledger => {
  const used = new Map<string, number>()
  for (const run of runs) add(used, run.user, usedBy(run, at, halfLife))
  return {at, used}
}

/** What is left of all of them at a moment. */
export const joinLedgers = (ledgers: Iterable<Ledger>, at: number, halfLife: number): Ledger => {
  const used = new Map<string, number>()
  for (const ledger of ledgers) {
    const left = fadedBy(at - ledger.at, halfLife)
    for (const [user, amount] of ledger.used) add(used, user, amount * left)
  }
  return {at, used}
}

export type Ran = Pick<
  JobRecord,
  'user' | 'resources' | 'started' | 'ended' | 'paused' | 'charge' | 'earlier'
>

/** What earlier attempts used counts as spread over the time from the first start to the last end. */
const earlierRun = (user: string, {charged, from, until}: Earlier): UserRun => {
  const took = Math.max(1, until - from)
  return {user, start: until - took, end: until, paused: 0, rate: charged / took}
}

const presentRun = (record: Ran, start: number, now: number): UserRun => {
  const {user, ended, paused} = record
  const end = ended ?? now
  const pause = paused.since === null ? 0 : Math.max(0, end - paused.since)
  return {user, start, end, paused: paused.total + pause, rate: chargedRate(record)}
}

/** Of a job, or of the view of a task; none: it never ran. `now`: the end of one that runs. */
export const runsOf = (record: Ran, now: number): readonly UserRun[] => {
  const {user, started, earlier} = record
  return [
    ...(earlier === undefined ? [] : [earlierRun(user, earlier)]),
    ...(started === null ? [] : [presentRun(record, started, now)]),
  ]
}

type TaskRan = Pick<TaskResult, 'started' | 'ended' | 'charge' | 'paused' | 'earlier'>

export const runsOfTask = (array: JobRecord, result: TaskRan): readonly UserRun[] => {
  const {user, resources} = array
  const never = {since: null, total: 0}
  return runsOf({user, resources, ...result, paused: result.paused ?? never}, result.ended)
}

const DAY = 86_400_000

/** The end of a day, `2026-01-31`, UTC. */
export const endOfDay = (day: string): number => Date.parse(day) + DAY

/** Where nothing finer is left: the cpus kept for all that ended on a day, as if used at its noon. */
export const ledgerOfSums = (all: readonly Sums[], halfLife: number): Ledger => {
  const at = Math.max(0, ...all.map(({day}) => endOfDay(day)))
  const noons = all.map(({day, user, cpuKept}) => ({
    at: endOfDay(day) - DAY / 2,
    used: new Map([[user, cpuKept / 1000]]),
  }))
  return joinLedgers(noons, at, halfLife)
}

/** What ended so long ago is not counted any more: not a billionth of a billionth is left of it. */
export const forgottenAfter = (halfLife: number): number => 64 * halfLife
