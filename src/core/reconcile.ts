/**
 * The heart of the watcher: one job, what its record says, what the engine and the job's directory say,
 * and the time, give the next step (state.md 8). Pure; repeated until `none`.
 *
 * The record says what should be; the engine says what is. Every step may be repeated after a crash:
 * each one either changes what is observed or publishes, so no two steps in a row are the same.
 * Assumes that a revision published from here loses if the record changed meanwhile.
 */
import type {ContainerView} from '@god-cli/api'
import type {Instant} from './brand.js'
import {never} from './errors.js'
import type {JobRecord} from './job.js'
import {
  type Change,
  endedChange,
  givenBackChange,
  resumedChange,
  runningChange,
  stopChange,
  suspendedChange,
} from './outcome.js'

/** The fence of the attempt, on the shared file system: a folder = it has started, a file = it is void. */
export type Fence = 'none' | 'started' | 'void'

export interface Observed {
  /** Null: the engine has no container of this name. 'unknown': the engine could not be asked. */
  readonly container: ContainerView | null | 'unknown'
  readonly fence: Fence
  /** Exit code that the wrapper left, the second witness. */
  readonly exitFile: number | null
}

export type Step =
  | {readonly do: 'none' /** When to look again though nothing rings. */; readonly until: Instant | null}
  | {readonly do: 'create'}
  | {readonly do: 'start'; readonly id: string}
  | {readonly do: 'pause'; readonly id: string}
  | {readonly do: 'unpause'; readonly id: string}
  /** Signal, then publish (null: nothing to publish). */
  | {readonly do: 'signal'; readonly id: string; readonly signal: string; readonly change: Change | null}
  | {readonly do: 'publish'; readonly change: Change}
  /** Read the counters, then publish the end. */
  | {readonly do: 'collect'; readonly container: ContainerView; readonly change: Change}
  | {readonly do: 'remove'; readonly container: ContainerView}
  /** Take the fence as a file, so that this attempt can never start; then look again. */
  | {readonly do: 'void'}

export interface Limits {
  /** Between the polite signal and KILL, ms. */
  readonly grace: number
  /** Signal sent first, unless the kill named another. */
  readonly signal: string
}

const wait = (until: Instant | null = null): Step => ({do: 'none', until})

export const advance = (record: JobRecord, observed: Observed, now: Instant, limits: Limits): Step => {
  if (observed.container === 'unknown') return wait()
  const foreign = observed.container !== null && observed.container.nonce !== record.container?.nonce
  switch (record.state) {
    case 'pending':
    case 'held':
    case 'refused':
      return wait()
    case 'starting':
      return foreign ? foreignStart(record, observed, now) : advanceStarting(record, observed, now)
    case 'running':
      return advanceRunning(record, foreign ? absent(observed) : observed, now, limits)
    case 'suspended':
      return advanceSuspended(record, foreign ? absent(observed) : observed, now, limits)
    case 'stopping':
      return advanceStopping(record, foreign ? absent(observed) : observed, now, limits)
    case 'done':
    case 'failed':
    case 'killed':
    case 'timeout':
    case 'oom':
    case 'lost':
      return observed.container !== null && !foreign ? {do: 'remove', container: observed.container} : wait()
    default:
      return never(record.state)
  }
}

const absent = (observed: Observed): Observed => ({...observed, container: null})

/** Somebody else's container bears our name: this attempt is made void, the next one has another name. */
const foreignStart = (record: JobRecord, observed: Observed, now: Instant): Step => {
  switch (observed.fence) {
    case 'none':
      return {do: 'void'}
    case 'void':
      return {do: 'publish', change: givenBackChange(record, 'its container name was taken', now)}
    case 'started':
      return {do: 'publish', change: endedChange(record, null, observed.exitFile, now)}
    default:
      return never(observed.fence)
  }
}

const advanceStarting = (record: JobRecord, observed: Observed, now: Instant): Step => {
  const container = observed.container
  if (container === 'unknown') return wait()
  if (observed.fence === 'void') {
    if (container !== null) return {do: 'remove', container}
    return {do: 'publish', change: givenBackChange(record, 'the start was given back', now)}
  }
  if (container === null) {
    if (record.desired !== 'killed') return {do: 'create'}
    return {do: 'publish', change: endedChange(record, null, observed.exitFile, now)}
  }
  switch (container.status) {
    case 'created':
      if (record.desired === 'killed') return {do: 'remove', container}
      if (container.startFault !== null) return collect(record, container, observed, now)
      return {do: 'start', id: container.id}
    case 'running':
    case 'paused':
      return {do: 'publish', change: runningChange(record, container, now)}
    case 'exited':
      return collect(record, container, observed, now)
    default:
      return never(container.status)
  }
}

const collect = (record: JobRecord, container: ContainerView, observed: Observed, now: Instant): Step => ({
  do: 'collect',
  container,
  change: endedChange(record, container, observed.exitFile, now),
})

/** What running, suspended and stopping have in common: the container is gone or over. Null = it is alive. */
const overStep = (record: JobRecord, observed: Observed, now: Instant): Step | null => {
  const container = observed.container
  if (container === 'unknown') return wait()
  if (container === null) return {do: 'publish', change: endedChange(record, null, observed.exitFile, now)}
  return container.status === 'exited' ? collect(record, container, observed, now) : null
}

const alive = (observed: Observed): ContainerView => {
  if (observed.container === null || observed.container === 'unknown') {
    throw new Error('advance: a live container was expected')
  }
  return observed.container
}

const stopStep = (
  record: JobRecord,
  id: string,
  cause: 'killed' | 'timeout',
  now: Instant,
  limits: Limits,
): Step => {
  const signal = cause === 'killed' && record.stop !== null ? record.stop.signal : limits.signal
  return {do: 'signal', id, signal, change: stopChange(cause, signal, now)}
}

/** When the walltime ends; paused time does not count. */
const walltimeEnd = (record: JobRecord): Instant | null =>
  record.walltime === null || record.started === null
    ? null
    : ((record.started + record.walltime * 1000 + record.paused.total) as Instant)

const advanceRunning = (record: JobRecord, observed: Observed, now: Instant, limits: Limits): Step => {
  const over = overStep(record, observed, now)
  if (over !== null) return over
  const container = alive(observed)
  if (container.status === 'created') return {do: 'start', id: container.id}
  if (record.desired === 'killed') return stopStep(record, container.id, 'killed', now, limits)
  if (container.status === 'paused') {
    if (record.desired === 'suspended') return {do: 'publish', change: suspendedChange(record, now)}
    return {do: 'unpause', id: container.id}
  }
  const end = walltimeEnd(record)
  if (end !== null && now >= end) return stopStep(record, container.id, 'timeout', now, limits)
  if (record.desired === 'suspended') return {do: 'pause', id: container.id}
  return wait(end)
}

const advanceSuspended = (record: JobRecord, observed: Observed, now: Instant, limits: Limits): Step => {
  const over = overStep(record, observed, now)
  if (over !== null) return over
  const container = alive(observed)
  if (record.desired === 'killed') return stopStep(record, container.id, 'killed', now, limits)
  if (record.desired === 'suspended') {
    return container.status === 'running' ? {do: 'pause', id: container.id} : wait()
  }
  if (container.status === 'paused') return {do: 'unpause', id: container.id}
  return {do: 'publish', change: resumedChange(record, now)}
}

const advanceStopping = (record: JobRecord, observed: Observed, now: Instant, limits: Limits): Step => {
  const over = overStep(record, observed, now)
  if (over !== null) return over
  const end = ((record.stop?.at ?? now) + limits.grace) as Instant
  if (now < end) return wait(end)
  // Looked at again one grace period later: KILL needs no second time, a wedged engine may.
  return {do: 'signal', id: alive(observed).id, signal: 'SIGKILL', change: null}
}
