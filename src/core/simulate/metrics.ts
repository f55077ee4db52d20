/**
 * What a replay says in figures (scheduling.md 2), over all jobs of it, without a cut for warming up. Pure.
 * Seconds; a wait is start - submission, and jobs shorter than ten seconds count as ten in a bounded slowdown.
 */
import {inOrder} from '../part-key.js'
import {inUnits, type Started} from './workload.js'

/** Milliseconds. */
const TAU = 10_000

export interface UserMetrics {
  readonly user: string
  readonly jobs: number
  readonly meanWait: number
  readonly meanBoundedSlowdown: number
  /** Cpus times seconds. */
  readonly cpuSeconds: number
}

/** The means of each user, and how equal they are: 1 = all alike, 1/n = one has all of it. */
export interface Fairness {
  readonly users: number
  readonly meanWaitOverUsers: number
  readonly meanBoundedSlowdownOverUsers: number
  readonly jainWait: number
  readonly jainBoundedSlowdown: number
}

export interface Metrics {
  readonly jobs: number
  readonly sumOfWaits: number
  readonly meanWait: number
  readonly medianWait: number
  /** Of the nearest rank. */
  readonly p95Wait: number
  readonly maxWait: number
  readonly meanSlowdown: number
  readonly meanBoundedSlowdown: number
  readonly utilisation: number
  /** From the first submission to the last end. */
  readonly makespan: number
  readonly fairness: Fairness
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : sum(values) / values.length)

/** Where nobody has anything, all have the same. */
export const jain = (values: readonly number[]): number => {
  const squares = sum(values.map(value => value * value))
  return squares === 0 ? 1 : sum(values) ** 2 / (values.length * squares)
}

const waitOf = ({job, start}: Started): number => start - job.submit

const boundedSlowdown = (one: Started): number =>
  Math.max(1, (waitOf(one) + one.job.run) / Math.max(one.job.run, TAU))

const slowdown = (one: Started): number => (waitOf(one) + one.job.run) / one.job.run

/** Thousandths of a cpu times milliseconds. */
const areaOf = ({job}: Started): number => job.resources.cpus * job.run

const middle = (sorted: readonly number[]): number => {
  const half = sorted.length >> 1
  const upper = sorted[half] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2
}

const nearestRank = (sorted: readonly number[], part: number): number =>
  sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0

/** By name; numbers by their amount. */
export const byUser = (started: readonly Started[]): readonly UserMetrics[] => {
  const groups = new Map<string, Started[]>()
  for (const one of started) {
    const {user} = one.job
    const group = groups.get(user)
    if (group === undefined) groups.set(user, [one])
    else group.push(one)
  }
  return [...groups]
    .map(([user, group]) => ({
      user,
      jobs: group.length,
      meanWait: inUnits(mean(group.map(waitOf))),
      meanBoundedSlowdown: mean(group.map(boundedSlowdown)),
      cpuSeconds: inUnits(inUnits(sum(group.map(areaOf)))),
    }))
    .sort((a, b) => Number(a.user) - Number(b.user) || (a.user < b.user ? -1 : 1))
}

const fairnessOf = (users: readonly UserMetrics[]): Fairness => {
  const waits = users.map(({meanWait}) => meanWait)
  const slowdowns = users.map(one => one.meanBoundedSlowdown)
  return {
    users: users.length,
    meanWaitOverUsers: mean(waits),
    meanBoundedSlowdownOverUsers: mean(slowdowns),
    jainWait: jain(waits),
    jainBoundedSlowdown: jain(slowdowns),
  }
}

/** No argument list: there may be very many. */
const extreme = (values: readonly number[], better: (a: number, b: number) => boolean): number =>
  values.reduce((best, value) => (better(value, best) ? value : best), values[0] ?? 0)

const makespanOf = (started: readonly Started[]): number => {
  const first = extreme(
    started.map(({job}) => job.submit),
    (a, b) => a < b,
  )
  const last = extreme(
    started.map(({job, start}) => start + job.run),
    (a, b) => a > b,
  )
  return last - first
}

/** `machine`: thousandths of a cpu. */
export const metricsOf = (
  started: readonly Started[],
  machine: number,
  users: readonly UserMetrics[] = byUser(started),
): Metrics => {
  const waits = started.map(waitOf)
  const sorted = waits.toSorted((a, b) => a - b)
  const makespan = makespanOf(started)
  const offered = machine * makespan
  return {
    jobs: started.length,
    sumOfWaits: inUnits(sum(waits)),
    meanWait: inUnits(mean(waits)),
    medianWait: inUnits(middle(sorted)),
    p95Wait: inUnits(nearestRank(sorted, 0.95)),
    maxWait: inUnits(sorted.at(-1) ?? 0),
    meanSlowdown: mean(started.map(slowdown)),
    meanBoundedSlowdown: mean(started.map(boundedSlowdown)),
    utilisation: offered === 0 ? 0 : sum(started.map(areaOf)) / offered,
    makespan: inUnits(makespan),
    fairness: fairnessOf(users),
  }
}

/**
 * What is hashed of a replay: of each job, by its number, the line `job,start` with a line feed; the start in seconds of
 * the trace, without a point where it is whole. Two schedules are the same if and only if these are.
 */
export const startLines = (started: readonly Started[]): string =>
  started
    .toSorted((a, b) => inOrder(a.job.job, b.job.job) || a.job.id - b.job.id)
    .map(({job, start}) => `${job.job},${inUnits(start)}\n`)
    .join('')
