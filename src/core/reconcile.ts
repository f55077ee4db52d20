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
import type {LaunchFault} from './launch-fault.js'
import {beforeNext} from './next-attempt.js'
import {
  endedChange,
  givenBackChange,
  resumedChange,
  runningChange,
  stopChange,
  suspendedChange,
  walltimeEnd,
} from './outcome.js'
import {isAllocated} from './state.js'
import type {Step} from './step.js'
import {goesOnChange, suspendedUntil} from './usage/suspended-time.js'

/** The fence of the attempt, on the shared file system: a folder = it has started, a file = it is void. */
export type Fence = 'none' | 'started' | 'void'

export interface Observed {
  /** Null: the engine has no container of this name. 'unknown': the engine could not be asked. */
  readonly container: ContainerView | null | 'unknown'
  readonly fence: Fence
  /** Exit code that the wrapper left, the second witness. */
  readonly exitFile: number | null
  /** The wrapper's word on a command that could not begin. */
  readonly fault?: LaunchFault | null
}

export interface Limits {
  /** Between the polite signal and KILL, ms. */
  readonly grace: number
  /** Signal sent first, unless the kill named another. */
  readonly signal: string
  /** For which an attempt may be suspended in all, ms; null: no limit. */
  readonly suspended: number | null
}

const wait = (until: Instant | null = null): Step => ({do: 'none', until})

/** The engine was asked, and what it has of this name is of this attempt. */
interface Seen extends Observed {
  readonly container: ContainerView | null
}

const isForeign = (record: JobRecord, container: ContainerView): boolean =>
  container.nonce !== record.container?.nonce

/**
 * Which words of the job's directory `advance` hears. It belongs to the job's user, so nothing is asked of it where
 * the answer counts for nothing: what he does to it must not stop his kill.
 */
export const asked = (
  record: JobRecord,
  container: Observed['container'],
): {readonly fence: boolean; readonly exitFile: boolean} => {
  const lives =
    container !== null && container !== 'unknown' && !isForeign(record, container) && isAlive(container)
  return {
    fence: record.state === 'starting',
    exitFile: isAllocated(record.state) && container !== 'unknown' && !lives,
  }
}

export const advance = (record: JobRecord, observed: Observed, now: Instant, limits: Limits): Step => {
  const step = nextStep(record, observed, now, limits)
  const {container} = observed
  const own = container !== null && container !== 'unknown' && !isForeign(record, container)
  return beforeNext(record, own ? container : null, step, now)
}

const nextStep = (record: JobRecord, observed: Observed, now: Instant, limits: Limits): Step => {
  const {container} = observed
  if (container === 'unknown')
    return record.state === 'starting' ? silentStart(record, observed, now) : wait()
  const foreign = container !== null && isForeign(record, container)
  const seen: Seen = {...observed, container: foreign ? null : container}
  switch (record.state) {
    case 'pending':
    case 'held':
    case 'refused':
      return wait()
    case 'starting':
      return foreign ? foreignStart(record, seen, now) : advanceStarting(record, seen, now)
    case 'running':
      return advanceRunning(record, seen, now, limits)
    case 'suspended':
      return advanceSuspended(record, seen, now, limits)
    case 'stopping':
      return advanceStopping(record, seen, now, limits)
    case 'done':
    case 'failed':
    case 'killed':
    case 'timeout':
    case 'oom':
    case 'lost':
      return seen.container === null ? wait() : {do: 'remove', container: seen.container}
    default:
      return never(record.state)
  }
}

/** A void attempt can never start, so its kill need not wait for a silent engine. */
const silentStart = (record: JobRecord, {fence}: Observed, now: Instant): Step => {
  if (fence === 'void')
    return {do: 'publish', change: givenBackChange(record, 'the start was given back', now)}
  return fence === 'none' && record.desired === 'killed' ? {do: 'void'} : wait()
}

/** Somebody else's container bears our name: this attempt is made void, the next one has another name. */
const foreignStart = (record: JobRecord, seen: Seen, now: Instant): Step => {
  switch (seen.fence) {
    case 'none':
      return {do: 'void'}
    case 'void':
      return {do: 'publish', change: givenBackChange(record, 'its container name was taken', now)}
    case 'started':
      return {do: 'publish', change: endedChange(record, null, seen.exitFile, now, seen.fault)}
    default:
      return never(seen.fence)
  }
}

const advanceStarting = (record: JobRecord, seen: Seen, now: Instant): Step => {
  const {container} = seen
  if (seen.fence === 'void') {
    if (container !== null) return {do: 'remove', container}
    return {do: 'publish', change: givenBackChange(record, 'the start was given back', now)}
  }
  if (container === null) {
    return record.desired === 'killed' ? overStep(record, seen, now) : {do: 'create'}
  }
  switch (container.status) {
    case 'created':
      if (record.desired === 'killed') return {do: 'remove', container}
      return container.startFault === null ? {do: 'start', id: container.id} : overStep(record, seen, now)
    case 'running':
    case 'paused':
      return {do: 'publish', change: runningChange(record, container, now)}
    case 'exited':
      return overStep(record, seen, now)
    default:
      return never(container.status)
  }
}

/** The end of the attempt: its container is over or gone. */
const overStep = (record: JobRecord, {container, exitFile, fault}: Seen, now: Instant): Step => ({
  do: 'collect',
  container,
  change: endedChange(record, container, exitFile, now, fault),
})

/**
 * The container that runs or is paused; null: over. One that we saw running and that the engine says was never
 * started has lost its run in a power cut: a second start would run the attempt twice.
 */
const alive = ({container}: Seen): ContainerView | null =>
  container !== null && isAlive(container) ? container : null

const isAlive = ({status}: ContainerView): boolean => status === 'running' || status === 'paused'

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

const advanceRunning = (record: JobRecord, seen: Seen, now: Instant, limits: Limits): Step => {
  const container = alive(seen)
  if (container === null) return overStep(record, seen, now)
  if (record.desired === 'killed') return stopStep(record, container.id, 'killed', now, limits)
  if (container.status === 'paused') {
    if (record.desired === 'suspended') return {do: 'publish', change: suspendedChange(record, now)}
    return {do: 'unpause', id: container.id}
  }
  const end = walltimeEnd(record)
  if (end !== null && now >= end) return stopStep(record, container.id, 'timeout', now, limits)
  if (record.desired === 'suspended') return suspendStep(record, container, now, limits)
  return wait(end)
}

/** As long as it may stand still. */
const suspendStep = (record: JobRecord, {id, status}: ContainerView, now: Instant, limits: Limits): Step => {
  const end = suspendedUntil(record, limits.suspended, now)
  if (end !== null && now >= end) return {do: 'publish', change: goesOnChange(record)}
  return status === 'running' ? {do: 'pause', id} : wait(end)
}

const advanceSuspended = (record: JobRecord, seen: Seen, now: Instant, limits: Limits): Step => {
  const container = alive(seen)
  if (container === null) return overStep(record, seen, now)
  if (record.desired === 'killed') return stopStep(record, container.id, 'killed', now, limits)
  if (record.desired === 'suspended') return suspendStep(record, container, now, limits)
  if (container.status === 'paused') return {do: 'unpause', id: container.id}
  return {do: 'publish', change: resumedChange(record, now)}
}

const advanceStopping = (record: JobRecord, seen: Seen, now: Instant, limits: Limits): Step => {
  const container = alive(seen)
  if (container === null) return overStep(record, seen, now)
  const since = record.stop?.at ?? now
  const end = (since + limits.grace) as Instant
  // A clock that was set back must not put off KILL by as much: before the signal is after the grace period.
  if (since <= now && now < end) return wait(end)
  // Looked at again one grace period later: KILL needs no second time, a wedged engine may.
  return {do: 'signal', id: container.id, signal: 'SIGKILL', change: null}
}
