/**
 * What the passes need to know of the live jobs: who waits for a start, and who is concerned by an engine. Made a bucket
 * at a time and kept while that is unchanged, so that a pass over very many waiting jobs looks at few. Keeps nothing that
 * a crash could lose.
 */
import type {Resources} from '@god-cli/api'
import {startable} from '../core/array/start.js'
import {partRecords} from '../core/array/view.js'
import {resourcesOf} from '../core/counted.js'
import type {JobRecord} from '../core/job.js'
import {type EndPlans, latestEnd} from '../core/latest-end.js'
import {whereOf} from '../core/node/constraint.js'
import type {GpuHolder} from '../core/node/gpu-desk.js'
import type {Allocation, Waiting} from '../core/schedule.js'
import {alikeKey} from '../core/scheduling/waiting.js'
import {isAllocated, isFinal, isOver} from '../core/state.js'
import type {LiveJobs, Stored} from '../store/jobs/job-store.js'
import {lastKnownParts} from './readable-jobs.js'

type Writable<T> = {-readonly [Key in keyof T]: T[Key]}

interface Part {
  readonly pending: readonly Waiting[]
  /** Of these, those that do not start before a moment of their own. */
  readonly timed: readonly Waiting[]
  readonly placed: readonly JobRecord[]
}

/** What alike jobs share, kept once for all of a bucket: there may be a hundred thousand of them. */
interface Shared {
  readonly alike: string
  readonly resources: Resources
}

/** Frozen: policies of others are shown it. */
const pendingJob = (record: JobRecord, known: Map<string, Shared>): Waiting => {
  const job: Writable<Waiting> = {
    id: record.id,
    uid: record.uid,
    user: record.user,
    project: record.project,
    queue: record.queue,
    resources: resourcesOf(record),
    walltime: record.walltime,
    nice: record.nice,
    priority: record.priority ?? 0,
    submitted: record.submitted,
    eligible: record.eligible,
    ...(record.begin === undefined ? {} : {begin: record.begin}),
    ...(record.root === undefined ? {} : {root: record.root}),
    ...whereOf(record.constraint),
    ...(record.array === undefined ? {} : {tasks: startable(record)}),
  }
  const alike = alikeKey(job)
  const shared = known.get(alike) ?? {alike, resources: Object.freeze(job.resources)}
  known.set(alike, shared)
  return Object.freeze(Object.assign(job, shared))
}

/** An array waits as long as one of its tasks does; a schedule never runs itself. */
const waits = ({state, array, timetable}: JobRecord): boolean =>
  timetable !== undefined
    ? false
    : array === undefined
      ? state === 'pending'
      : !isOver(state) && array.waiting.length > 0

const isPlaced = ({state}: JobRecord): boolean => isAllocated(state) || isFinal(state)

const parts = new WeakMap<readonly Stored[], Part>()

const partOf = (bucket: readonly Stored[]): Part => {
  const before = parts.get(bucket)
  if (before !== undefined) return before
  const known = new Map<string, Shared>()
  const pending = bucket.flatMap(({record}) => (waits(record) ? [pendingJob(record, known)] : []))
  const part = {
    pending,
    timed: pending.filter(({begin}) => begin !== undefined),
    placed: bucket.flatMap(({record}) => partRecords(record).filter(isPlaced)),
  }
  parts.set(bucket, part)
  return part
}

const pendings = new WeakMap<LiveJobs, readonly Waiting[]>()

/** The same list while nothing has changed. */
export const pendingJobs = (live: LiveJobs): readonly Waiting[] => {
  const before = pendings.get(live)
  if (before !== undefined) return before
  const none: readonly Waiting[] = []
  const pending = none.concat(...live.buckets.map(bucket => partOf(bucket).pending))
  pendings.set(live, pending)
  return pending
}

/** Those of the pending that have a begin time. */
export const timedJobs = (live: LiveJobs): readonly Waiting[] =>
  live.buckets.flatMap(bucket => partOf(bucket).timed)

/** Jobs and tasks of arrays that have, or had, a place on a node. */
export const placedJobs = (live: LiveJobs): readonly JobRecord[] =>
  live.buckets.flatMap(bucket => partOf(bucket).placed)

/** Who has gpus now; what cannot be read now may still have those that it had. */
export const gpuHolders = (live: LiveJobs): readonly GpuHolder[] =>
  [...placedJobs(live), ...lastKnownParts(live)].flatMap(({state, node, resources: {gpus}, devices}) => {
    if (gpus === 0 || !isAllocated(state) || node === null) return []
    return [{node, gpus, ...(devices === undefined ? {} : {devices})}]
  })

/** What cannot be read now may still run where it was last known to be. */
export const allocationsOf = (live: LiveJobs, plans: EndPlans): readonly Allocation[] =>
  [...placedJobs(live), ...lastKnownParts(live)].flatMap(record => {
    const {id, state, node, user, project, queue} = record
    if (!isAllocated(state) || node === null) return []
    return [{id, node, user, project, queue, resources: resourcesOf(record), until: latestEnd(record, plans)}]
  })
