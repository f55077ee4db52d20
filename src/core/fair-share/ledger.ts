/**
 * What users used, as one number each at one moment, from which any later one follows; and the runs that it is made of,
 * as records, results of tasks and daily sums tell them. Pure.
 */
import type {Sums} from '../accounting.js'
import type {JobRecord} from '../job.js'
import type {TaskResult} from '../task-result.js'
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

export type Ran = Pick<JobRecord, 'user' | 'resources' | 'started' | 'ended' | 'paused' | 'charge'>

/** Of a job, or of the view of a task. Null: it never ran. `now`: the end of one that runs. */
export const runOf = (record: Ran, now: number): UserRun | null => {
  const {user, started, ended, paused} = record
  if (started === null) return null
  const end = ended ?? now
  const pause = paused.since === null ? 0 : Math.max(0, end - paused.since)
  return {user, start: started, end, paused: paused.total + pause, rate: chargedRate(record)}
}

type TaskRan = Pick<TaskResult, 'started' | 'ended' | 'charge' | 'paused'>

export const runOfTask = (array: JobRecord, {started, ended, charge, paused}: TaskRan): UserRun | null => {
  const {user, resources} = array
  const never = {since: null, total: 0}
  const told = charge === undefined ? {} : {charge}
  return runOf({user, resources, started, ended, paused: paused ?? never, ...told}, ended)
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
