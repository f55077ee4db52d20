/**
 * What was used, summed by user, project and day of the end (UTC): of packed jobs for good, also when retention has
 * dropped their lines. Pure; all units are whole, so sums are the same in any order.
 */
import {resultsOf} from '../array/results.js'
import type {TaskResult} from '../array/task-result.js'
import {usedRecords} from '../array/view.js'
import type {Instant, Uid} from '../brand.js'
import type {Counted} from '../counted.js'
import type {JobRecord} from '../job.js'
import {type FinalState, isFinal} from '../state.js'
import {countedKeptFor, type Earlier, keptFor, mibSeconds, plusCountedKept, plusKept} from './earlier.js'

export interface Sums {
  /** `2026-01-31`. */
  readonly day: string
  readonly user: string
  readonly uid: Uid
  readonly project: string
  /** Jobs that ended, arrays among them. */
  readonly jobs: number
  /** Tasks of arrays that ended. */
  readonly tasks: number
  /** Jobs and tasks that did not end as `done`. */
  readonly failed: number
  /** Milliseconds that they ran, without pauses. */
  readonly ran: number
  /** Milliseconds that they waited until they began. */
  readonly waited: number
  /** Milliseconds of cpu that they used. */
  readonly cpu: number
  /** What was kept for them while they ran: milliseconds of a cpu, MiB seconds, milliseconds of a gpu. */
  readonly cpuKept: number
  readonly memoryKept: number
  readonly gpuKept: number
  /** The same of what the operator counts: seconds of one, by its name; left out: nothing. */
  readonly countedKept?: Counted
  /** Of those of which it is known what they used; left out in sums of an older god. */
  readonly measured?: Measured
}

/** Units as above; `memoryPeak`: MiB seconds, as if each had used its peak all the time that it ran. */
export interface Measured {
  readonly cpu: number
  readonly cpuKept: number
  readonly memoryPeak: number
  readonly memoryKept: number
}

type Run = Pick<JobRecord, 'started' | 'usage' | 'retry' | 'earlier'> & {
  readonly state: JobRecord['state'] | FinalState
  readonly ended: Instant
  readonly paused: number
}

const NONE: ReadonlySet<number> = new Set()

const NOTHING: Measured = {cpu: 0, cpuKept: 0, memoryPeak: 0, memoryKept: 0}

/** UTC, as segments are named. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

type Used = Pick<Earlier, 'ran' | 'cpu' | 'cpuKept' | 'memoryKept' | 'gpuKept'>

const usedBy = ({ran, cpu, cpuKept, memoryKept, gpuKept}: Used): Used => ({
  ran,
  cpu,
  cpuKept,
  memoryKept,
  gpuKept,
})

const plusUsed = (a: Used, b: Used | undefined): Used =>
  b === undefined
    ? a
    : {
        ran: a.ran + b.ran,
        cpu: a.cpu + b.cpu,
        cpuKept: a.cpuKept + b.cpuKept,
        memoryKept: a.memoryKept + b.memoryKept,
        gpuKept: a.gpuKept + b.gpuKept,
      }

/** By its last attempt, and by those before it as far as an older god wrote them down. */
const lastUsed = ({resources}: JobRecord, {started, ended, paused, usage, retry}: Run): Used => {
  const ran = (started === null ? 0 : Math.max(0, ended - started - paused)) + (retry?.ran ?? 0)
  const cpu = Math.round((usage?.cpuSeconds ?? 0) * 1000) + (retry?.cpu ?? 0)
  return {ran, cpu, ...keptFor(resources, ran)}
}

const whose = ({user, uid, project}: JobRecord): Pick<Sums, 'user' | 'uid' | 'project'> => ({
  user,
  uid,
  project,
})

const sumsOf = (record: JobRecord, run: Run): Omit<Sums, 'jobs' | 'tasks'> => {
  const {started, ended, usage, state, retry, earlier} = run
  const last = lastUsed(record, run)
  const {ran, cpu, cpuKept, memoryKept} = last
  const before = (retry?.ran ?? 0) + (earlier?.ran ?? 0)
  return {
    day: dayOf(ended),
    ...whose(record),
    failed: state === 'done' ? 0 : 1,
    waited: started === null ? 0 : Math.max(0, started - record.submitted - before),
    ...plusUsed(last, earlier),
    ...plusCountedKept(countedKeptFor(record.counted, ran), earlier ?? {}),
    measured:
      usage === null ? NOTHING : {cpu, cpuKept, memoryPeak: mibSeconds(usage.maxMemory, ran), memoryKept},
  }
}

/** Of a record that is over. What an array used is told by its tasks. */
export const sumsOfJob = (record: JobRecord): Sums => {
  const ended = record.ended ?? record.submitted
  const itself = record.array === undefined ? {} : {started: null, usage: null}
  return {...sumsOf(record, {...record, ended, paused: record.paused.total, ...itself}), jobs: 1, tasks: 0}
}

export const sumsOfTask = (array: JobRecord, result: TaskResult): Sums => ({
  ...sumsOf(array, {...result, paused: result.paused?.total ?? 0}),
  jobs: 0,
  tasks: 1,
})

/** Of what waits or runs once more: its attempts so far, on the day of the last one's end. */
const sumsOfEarlier = (record: JobRecord): readonly Sums[] => {
  const {earlier} = record
  if (earlier === undefined) return []
  const day = dayOf(earlier.until)
  const used = {...usedBy(earlier), ...plusCountedKept(earlier, {})}
  return [{day, ...whose(record), jobs: 0, tasks: 0, failed: 0, waited: 0, ...used}]
}

/** Of a live record all that has ended: itself, tasks of it, attempts. `packed`: tasks that are counted elsewhere. */
export const sumsOfLive = (record: JobRecord, packed: ReadonlySet<number> = NONE): readonly Sums[] => [
  ...(isFinal(record.state) ? [sumsOfJob(record)] : []),
  ...resultsOf(record).flatMap(result => (packed.has(result.task) ? [] : [sumsOfTask(record, result)])),
  ...usedRecords(record).flatMap(view => (isFinal(view.state) ? [] : sumsOfEarlier(view))),
]

const keyOf = ({day, uid, user, project}: Sums): string => JSON.stringify([day, uid, user, project])

const plusMeasured = (a: Measured, b: Measured): Measured => ({
  cpu: a.cpu + b.cpu,
  cpuKept: a.cpuKept + b.cpuKept,
  memoryPeak: a.memoryPeak + b.memoryPeak,
  memoryKept: a.memoryKept + b.memoryKept,
})

const plus = (a: Sums, b: Sums): Sums => ({
  ...a,
  jobs: a.jobs + b.jobs,
  tasks: a.tasks + b.tasks,
  failed: a.failed + b.failed,
  ran: a.ran + b.ran,
  waited: a.waited + b.waited,
  cpu: a.cpu + b.cpu,
  ...plusKept(a, b),
  ...plusCountedKept(a, b),
  ...(a.measured === undefined && b.measured === undefined
    ? {}
    : {measured: plusMeasured(a.measured ?? NOTHING, b.measured ?? NOTHING)}),
})

/** One for each day, user and project, in that order. */
export const addSums = (all: Iterable<Sums>): readonly Sums[] => {
  const byKey = new Map<string, Sums>()
  for (const sums of all) {
    const key = keyOf(sums)
    const before = byKey.get(key)
    byKey.set(key, before === undefined ? sums : plus(before, sums))
  }
  const order = (sums: Sums): string => `${sums.day} ${sums.user} ${sums.project} ${sums.uid}`
  return [...byKey.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1))
}
