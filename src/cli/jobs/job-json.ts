/** The JSON of a job (design section 4): stable names; times ISO 8601, walltime seconds, memory bytes, cpus whole cpus. */
import type {Reason, Resources} from '@god-cli/api'
import type {ArrayRecord} from '../../core/array/record.js'
import {countsOf, type TaskCounts} from '../../core/array/results.js'
import type {JobRecord} from '../../core/job.js'
import {iso} from '../../host/clock.js'
import type {JobView} from './job-view.js'

export const SCHEMA = 1

const time = (at: number | null): string | null => (at === null ? null : iso(at))

const reasonJson = (reason: Reason | null): Reason | null =>
  reason === null
    ? null
    : {
        code: reason.code,
        text: reason.text,
        ...(reason.numbers === undefined ? {} : {numbers: reason.numbers}),
      }

export interface JobJson {
  readonly id: number
  /** Of an array: its range, most tasks at once, and how many are how. */
  readonly array?: {readonly range: string; readonly limit: number | null} & TaskCounts
  /** Of an array: which task of it this is. */
  readonly task?: number
  /** What it waits for, as it was asked; when all of it held first. Left out: for nothing. */
  readonly depend?: {readonly on: string; readonly open: string; readonly met: string | null}
  /** How it is tried again, and how many attempts are left; of an array, of each task. Left out: it is not. */
  readonly retry?: {readonly rule: string; readonly left: number}
  /** Of a schedule. */
  readonly timetable?: {
    readonly cron: string
    readonly zone: string
    readonly overlap: boolean
    readonly next: string | null
    readonly last: {readonly at: string | null; readonly job: number} | null
  }
  /** Of a run: its schedule. */
  readonly schedule?: number
  /** It is root in its container; left out: it is not, or it is not known yet. */
  readonly root?: true
  readonly name: string
  readonly user: string
  readonly uid: number
  readonly project: string
  readonly queue: string
  readonly image: string
  /** Of the image that its last attempt which began was made of; left out: not known. */
  readonly imageId?: string
  readonly labels: Readonly<Record<string, string>>
  /** Labels that its node must have; left out: any node, or not known yet. */
  readonly constraint?: Readonly<Record<string, string>>
  readonly state: string
  readonly desired: string
  readonly reason: Reason | null
  /** `counted`: of what the operator counts besides; left out: nothing. */
  readonly resources: Resources
  readonly walltime: number | null
  readonly submitted: string | null
  readonly started: string | null
  readonly ended: string | null
  readonly node: string | null
  /** Which gpus of its node it has, or had; left out: none. */
  readonly devices?: readonly number[]
  readonly attempt: number
  /** What the attempts before this one used. Left out: none of them ran. */
  readonly earlier?: {readonly attempts: number; readonly ranSeconds: number; readonly cpuSeconds: number}
  readonly container: {readonly name: string; readonly id: string | null} | null
  readonly exit: {readonly code: number | null; readonly signal: number | null; readonly oom: boolean} | null
  readonly usage: {readonly cpuSeconds: number; readonly maxMemory: number; readonly exact: boolean} | null
  /** While it runs: what its node's watcher saw last. `cpus`: busy since the look before; memory in bytes. */
  readonly live: {
    readonly at: string
    readonly cpus: number | null
    readonly memory: number | null
    readonly cpuSeconds: number
  } | null
  readonly nice: number
  readonly priority: number
  /** Not before that; null: at any time. */
  readonly begin: string | null
}

const arrayJson = (array: ArrayRecord): NonNullable<JobJson['array']> => ({
  range: array.range,
  limit: array.limit,
  ...countsOf(array),
})

const keptJson = (record: JobRecord | null): Pick<JobJson, 'depend' | 'retry'> => {
  const {depend, retry} = record ?? {}
  return {
    ...(depend === undefined ? {} : {depend: {...depend, met: time(depend.met)}}),
    ...(retry === undefined ? {} : {retry: {rule: retry.rule, left: retry.left}}),
  }
}

const earlierJson = (record: JobRecord | null): Pick<JobJson, 'earlier'> => {
  const earlier = record?.earlier
  if (earlier === undefined) return {}
  const {runs, ran, cpu} = earlier
  return {earlier: {attempts: runs, ranSeconds: ran / 1000, cpuSeconds: cpu / 1000}}
}

const timetableJson = (record: JobView['record']): Pick<JobJson, 'timetable' | 'schedule'> => {
  const timetable = record?.timetable
  const schedule = record?.schedule
  if (schedule !== undefined) return {schedule}
  if (timetable === undefined) return {}
  const {cron, zone, overlap, next, last} = timetable
  const told = last === null ? null : {at: time(last.at), job: last.child}
  return {timetable: {cron, zone, overlap, next: time(next), last: told}}
}

/** Whole cpus. */
export const resourcesJson = ({cpus, memory, gpus, counted}: Resources): Resources => ({
  cpus: cpus / 1000,
  memory,
  gpus,
  ...(counted === undefined ? {} : {counted}),
})

export const jobJson = (job: JobView): JobJson => ({
  id: job.id,
  ...(job.array === undefined ? {} : {array: arrayJson(job.array)}),
  ...(job.task === undefined ? {} : {task: job.task}),
  ...keptJson(job.record),
  ...timetableJson(job.record),
  ...(job.record?.root === undefined ? {} : {root: job.record.root}),
  name: job.name,
  user: job.user,
  uid: job.uid,
  project: job.project,
  queue: job.queue,
  image: job.image,
  ...(job.record?.imageId === undefined ? {} : {imageId: job.record.imageId}),
  labels: job.labels,
  ...(job.record?.constraint === undefined ? {} : {constraint: job.record.constraint}),
  state: job.state,
  desired: job.desired,
  reason: reasonJson(job.reason),
  resources: resourcesJson(job.resources),
  walltime: job.walltime,
  submitted: time(job.submitted),
  started: time(job.started),
  ended: time(job.ended),
  node: job.node,
  ...(job.node === null || job.record?.devices === undefined ? {} : {devices: job.record.devices}),
  attempt: job.attempt,
  ...earlierJson(job.record),
  container:
    job.record?.container == null ? null : {name: job.record.container.name, id: job.record.container.id},
  exit: job.exit,
  usage:
    job.usage === null
      ? null
      : {cpuSeconds: job.usage.cpuSeconds, maxMemory: job.usage.maxMemory, exact: job.usage.exact},
  live:
    job.live === null
      ? null
      : {
          at: iso(job.live.at),
          cpus: job.live.cpus,
          memory: job.live.memory,
          cpuSeconds: job.live.cpuSeconds,
        },
  nice: job.nice,
  priority: job.priority,
  begin: time(job.begin),
})
