/**
 * What a revision changes: the fields that each transition of a started job sets, and the final state
 * from exit code, out-of-memory word, fence and our own stop (docker.md 1.3, state.md 8). Pure.
 */
import type {ContainerView, Reason} from '@god-cli/api'
import {type Instant, instant, token} from './brand.js'
import {never} from './errors.js'
import {type JobRecord, MOST_IMAGE_ID} from './job.js'
import {type LaunchFault, launchFaultText, mayBeLaunchFault} from './launch-fault.js'
import {NOT_STARTED} from './not-started.js'
import type {FinalState, State} from './state.js'
import {FENCE_EXIT} from './wrapper.js'

/** Fields of the next revision that differ from its base. */
export type Change = Partial<
  Pick<
    JobRecord,
    | 'state'
    | 'desired'
    | 'requeue'
    | 'reason'
    | 'timetable'
    | 'eligible'
    | 'begin'
    | 'resources'
    | 'counted'
    | 'walltime'
    | 'nice'
    | 'priority'
    | 'name'
    | 'started'
    | 'ended'
    | 'node'
    | 'devices'
    | 'attempt'
    | 'container'
    | 'imageId'
    | 'charge'
    | 'paused'
    | 'stop'
    | 'exit'
    | 'usage'
    | 'earlier'
    | 'req'
    | 'sealed'
    | 'array'
    | 'depend'
    | 'retry'
  >
> & {readonly state: State}

export type Exit = NonNullable<JobRecord['exit']>

const reason = (code: string, text: string, numbers?: Reason['numbers']): Reason =>
  numbers === undefined ? {code, text} : {code, text, numbers}

/** From running on the engine's id is used, never the name. */
export const runningChange = (record: JobRecord, container: ContainerView, now: Instant): Change => {
  const {name, id, nonce, startedAt} = container
  return {
    state: 'running',
    ...imageIdOf(record, container),
    container: {name, id, nonce: token(nonce), engine: record.container?.engine ?? null},
    started: instant(startedAt ?? now),
    reason: null,
  }
}

/** Of a job whose image is private it would tell as much as the name. */
const imageIdOf = ({image}: JobRecord, container: ContainerView | null): Pick<Change, 'imageId'> => {
  const {imageId} = container ?? {}
  return imageId === undefined || image === '' || imageId.length > MOST_IMAGE_ID ? {} : {imageId}
}

export const givenBackChange = (record: JobRecord, why: string, now: Instant): Change =>
  record.desired === 'killed'
    ? {state: 'killed', ended: now, reason: reason('killed', 'killed before it started'), exit: null}
    : {...nextAttempt(record), reason: reason('given-back', why)}

/** A fresh attempt, waiting. */
const nextAttempt = (record: JobRecord): Change => ({
  state: 'pending',
  attempt: record.attempt + 1,
  ...NOT_STARTED,
})

export const stopChange = (cause: 'killed' | 'timeout', signal: string, now: Instant): Change => ({
  state: 'stopping',
  stop: {cause, at: now, signal},
  reason:
    cause === 'killed'
      ? reason('killed', `asked to end with ${signal}`)
      : reason('walltime', `its walltime is over; asked to end with ${signal}`),
})

export const suspendedChange = (record: JobRecord, now: Instant): Change => ({
  state: 'suspended',
  paused: {since: now, total: record.paused.total},
  reason: reason('suspended', 'suspended by request'),
})

export const resumedChange = (record: JobRecord, now: Instant): Change => ({
  state: 'running',
  paused: {since: null, total: record.paused.total + pausedNow(record, now)},
  reason: null,
})

const pausedNow = (record: JobRecord, now: Instant): number =>
  record.paused.since === null ? 0 : Math.max(0, now - record.paused.since)

/** As much of it as a record may hold: one that cannot be read again would go to quarantine. */
const bounded = ({code, text, numbers = {}}: Reason): Reason => {
  const kept = Object.entries(numbers).filter(([name, value]) =>
    typeof value === 'string'
      ? name.length + value.length <= 64
      : Number.isFinite(value) && name.length <= 64,
  )
  return reason(
    code.slice(0, 64),
    text.slice(0, 1024),
    kept.length === 0 ? undefined : Object.fromEntries(kept.slice(0, 16)),
  )
}

/** The job could not be started at all: the engine's or our own sentence says why. */
export const refusedStart = (why: Reason, now: Instant): Change => ({
  state: 'failed',
  ended: now,
  reason: bounded(why),
  exit: null,
})

/** The end of an attempt. `container` null: the engine has none any more, the exit file is the only witness. */
export const endedChange = (
  record: JobRecord,
  container: ContainerView | null,
  exitFile: number | null,
  now: Instant,
  fault: LaunchFault | null = null,
): Change => {
  const started = record.started ?? (container?.startedAt == null ? null : instant(container.startedAt))
  // An engine's end may lie some milliseconds before its start.
  const ended = record.ended ?? instant(Math.max(container?.finishedAt ?? now, started ?? 0))
  const paused = {since: null, total: record.paused.total + pausedNow(record, ended)}
  if (container?.startFault != null) {
    const fault = reason('start', `the engine could not start it: ${container.startFault}`)
    return {...refusedStart(fault, ended), paused}
  }
  const exit = record.exit ?? witnessed(container, exitFile)
  const state = finalState(record, exit, ended)
  const told = imageIdOf(record, container)
  return {
    ...told,
    state,
    started,
    ended,
    paused,
    exit,
    reason: finalReason(state, exit, record, container, fault),
  }
}

/** After a power cut the engine finds its containers ended, and nobody saw how. */
const UNSEEN_EXIT = 255

/** The engine's word, unless it is gone, tells only of the wrapper's fence or did not see the end: then the wrapper's. */
const witnessed = (container: ContainerView | null, exitFile: number | null): Exit | null => {
  const told = container?.exitCode ?? null
  const code = told === null || told === FENCE_EXIT || told === UNSEEN_EXIT ? exitFile : told
  if (code === null) return null
  const signal = code > 128 && code <= 192 ? code - 128 : null
  return {code, signal, oom: container?.oomKilled ?? false}
}

/** When the walltime ends; paused time does not count. */
export const walltimeEnd = ({walltime, started, paused}: JobRecord): Instant | null =>
  walltime === null || started === null ? null : instant(started + walltime * 1000 + paused.total)

const finalState = (record: JobRecord, exit: Exit | null, ended: Instant): FinalState => {
  if (record.stop !== null && record.state === 'stopping') return record.stop.cause
  if (exit === null) return record.desired === 'killed' ? 'killed' : 'lost'
  if (exit.code === 0) return 'done'
  if (record.desired === 'killed' && exit.signal !== null) return 'killed'
  if (exit.oom && exit.code === 137) return 'oom'
  return exit.signal !== null && isTimeOver(record, ended) ? 'timeout' : 'failed'
}

/** Ended by a signal after its time: ours, sent by a watcher that could not record it any more. */
const isTimeOver = (record: JobRecord, ended: Instant): boolean => {
  const end = walltimeEnd(record)
  return end !== null && ended >= end
}

const finalReason = (
  state: FinalState,
  exit: Exit | null,
  record: JobRecord,
  container: ContainerView | null,
  fault: LaunchFault | null,
): Reason | null => {
  switch (state) {
    case 'done':
      return null
    case 'failed':
      return exitReason(exit, fault)
    case 'killed':
      return reason('killed', record.started === null ? 'killed before it started' : 'killed by request')
    case 'timeout':
      return reason('walltime', 'its walltime was over', {walltime: record.walltime ?? 0})
    case 'oom':
      return reason('oom', 'killed by the kernel: out of memory', {memory: record.resources.memory})
    case 'lost':
      return reason(
        'lost',
        container === null
          ? 'its container vanished and left no exit code'
          : 'its container ended before the command could leave an exit code',
      )
    default:
      return never(state)
  }
}

const exitReason = (exit: Exit | null, fault: LaunchFault | null): Reason => {
  const code = exit?.code ?? FENCE_EXIT
  const note = exit?.oom === true ? ' (something in it ran out of memory)' : ''
  if (fault !== null && mayBeLaunchFault(code))
    return reason('exit', `exit code ${code}: ${launchFaultText(fault)}`, {code})
  return exit?.signal == null
    ? reason('exit', `exit code ${code}${note}`, {code})
    : reason('signal', `ended by signal ${exit.signal}${note}`, {signal: exit.signal})
}
