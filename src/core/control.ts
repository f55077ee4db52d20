/**
 * What a control request does to a job: the next revision's change, "nothing to do", or a reasoned no.
 *
 * Pure, and asked twice: by the command, for an early answer, and by the pass that applies the request.
 * A wish for a job that has begun only sets the desired state; its watcher brings it about.
 */
import {eligibleFrom} from './begin-time.js'
import type {Instant} from './brand.js'
import {already, change, type Effect, refused} from './effect.js'
import type {JobRecord} from './job.js'
import type {Change} from './outcome.js'
import type {AnyOp, PlainControl} from './request.js'
import {requeuedChange} from './requeue.js'
import {willRetry} from './retry.js'
import {isOver, type State} from './state.js'
import type {Attempted} from './usage/earlier.js'

export type ControlWish = Pick<PlainControl, 'op' | 'signal' | 'hold' | 'remark'>
type Wish = ControlWish

/** As much of a job as decides; a request that nobody has admitted has it too. */
type Controlled = Pick<JobRecord, 'id' | 'state' | 'desired'> &
  Attempted &
  Partial<Pick<JobRecord, 'exit' | 'retry'>> & {
    readonly attempt: number
    readonly begin?: number | null
    readonly requeue?: JobRecord['requeue'] | undefined
    readonly sealed?: boolean
  }

/** What keeps it from being changed, in words for people. */
const standing = ({state, desired, requeue}: Controlled): string => {
  if (isOver(state)) return `over (${state})`
  if (desired !== 'killed') return state
  return requeue == null ? 'being killed' : 'being requeued'
}

const wrongState = (record: Controlled, verb: string, hint: string): Effect =>
  refused('E_WRONG_STATE', `job ${record.id} cannot be ${verb}: it is ${standing(record)}`, hint)

export const applyControl = (record: Controlled, wish: Wish, now: Instant): Effect => {
  switch (wish.op) {
    case 'kill':
      return kill(record, wish, now)
    case 'suspend':
      return suspend(record, wish)
    case 'resume':
      return resume(record, wish)
    case 'hold':
      return hold(record, wish)
    case 'release':
      return release(record, now)
    case 'requeue':
      return requeue(record, wish, now)
  }
}

const WAITING: readonly State[] = ['pending', 'held']

const isTriedAgain = ({state, desired, exit = null, retry, sealed = false}: Controlled): boolean =>
  retry !== undefined && willRetry({state, desired, exit, retry, sealed})

const kill = (record: Controlled, wish: Wish, now: Instant): Effect => {
  // That end becomes the job's: nothing follows it.
  if (isTriedAgain(record)) return change({state: record.state, sealed: true})
  if (isOver(record.state)) return already(`is over already (${record.state})`)
  if (record.desired === 'killed')
    return record.requeue == null
      ? already('is being killed already')
      : // No next attempt follows any more.
        change({
          state: record.state,
          desired: 'killed',
          requeue: null,
          ...remarked('killed', 'kill requested', wish),
        })
  const text =
    wish.remark === undefined ? 'killed before it started' : `killed before it started: ${wish.remark}`
  if (WAITING.includes(record.state)) {
    return change({state: 'killed', desired: 'killed', ended: now, reason: {code: 'killed', text}})
  }
  const named =
    wish.signal === undefined ? {} : {stop: {cause: 'killed' as const, at: now, signal: wish.signal}}
  return change({
    state: record.state,
    desired: 'killed',
    ...(record.state === 'stopping' ? {} : named),
    ...remarked('killed', 'kill requested', wish),
  })
}

/** For the job's history: its next transition has a reason of its own. */
const remarked = (code: string, what: string, {remark}: Wish): Partial<Change> =>
  remark === undefined ? {} : {reason: {code, text: `${what}: ${remark}`}}

const suspend = (record: Controlled, wish: Wish): Effect => {
  if (record.desired === 'suspended') return already('is suspended already')
  if (record.desired === 'killed') return wrongState(record, 'suspended', '')
  if (!(['starting', 'running', 'suspended'] as State[]).includes(record.state)) {
    const waiting = WAITING.includes(record.state)
    return wrongState(
      record,
      'suspended',
      waiting ? `Keep it from starting with 'god hold ${record.id}'.` : '',
    )
  }
  return change({
    state: record.state,
    desired: 'suspended',
    ...remarked('suspended', 'suspend requested', wish),
  })
}

const resume = (record: Controlled, {remark}: Wish): Effect => {
  if (record.state === 'held') return wrongState(record, 'resumed', `Use 'god release ${record.id}'.`)
  if (isOver(record.state) || record.desired === 'killed') {
    return wrongState(record, 'resumed', isOver(record.state) ? 'Submit it again.' : '')
  }
  if (record.desired === 'run') return already('is not suspended')
  // Also without a remark: the reason of the suspension is none any more.
  const text = remark === undefined ? PAST.resume : `${PAST.resume}: ${remark}`
  return change({state: record.state, desired: 'run', reason: {code: 'resumed', text}})
}

const hold = (record: Controlled, wish: Wish): Effect => {
  if (record.state === 'held') return already('is held already')
  if (record.state !== 'pending') {
    return wrongState(
      record,
      'held',
      isOver(record.state) ? '' : `Stop it for a while with 'god suspend ${record.id}'.`,
    )
  }
  return change({state: 'held', reason: {code: 'held', text: wish.remark ?? 'held by request'}})
}

const release = (record: Controlled, now: Instant): Effect => {
  if (record.state === 'pending') return already('is not held')
  if (record.state !== 'held') return wrongState(record, 'released', '')
  // What it waited before it was held does not count: only time in which nothing but its turn keeps it.
  return change({state: 'pending', eligible: eligibleFrom(now, record.begin ?? undefined), reason: null})
}

const requeue = (record: Controlled, wish: Wish, now: Instant): Effect => {
  const {state} = record
  const to = wish.hold === true ? 'held' : 'pending'
  if (state === 'pending') return wish.hold === true ? hold(record, wish) : already('is waiting already')
  if (state === 'held') return already('is held already')
  if (state === 'refused') return wrongState(record, 'requeued', 'Submit it again.')
  if (record.sealed === true) return refused(...packedAway(record.id))
  if (isOver(state)) return change(requeuedChange(record, to, now, wish.remark))
  if (record.requeue === to) return already('is being requeued already')
  return change({
    state,
    desired: 'killed',
    requeue: to,
    ...remarked('requeued', 'requeue requested', wish),
  })
}

/** What packing has begun nobody runs again: its result is told for good. */
export const packedAway = (id: number): [code: 'E_WRONG_STATE', message: string, hint: string] => [
  'E_WRONG_STATE',
  `job ${id} cannot be requeued: it is over and packed`,
  'Submit it again.',
]

/** What a dry run says. */
export const WOULD: Readonly<Record<AnyOp, string>> = {
  update: 'would be updated',
  kill: 'would be killed',
  suspend: 'would be suspended',
  resume: 'would be resumed',
  hold: 'would be held',
  release: 'would be released',
  requeue: 'would be requeued',
}

/** What a command says it asked for. */
export const PAST: Readonly<Record<AnyOp, string>> = {
  update: 'update requested',
  kill: 'kill requested',
  suspend: 'suspend requested',
  resume: 'resume requested',
  hold: 'hold requested',
  release: 'release requested',
  requeue: 'requeue requested',
}
