/**
 * What a control request does to a job: the next revision's change, "nothing to do", or a reasoned no.
 *
 * Pure, and asked twice: by the command, for an early answer, and by the pass that applies the request.
 * A wish for a job that has begun only sets the desired state; its watcher brings it about.
 */
import type {Instant} from './brand.js'
import {type Refusal, refusal} from './errors.js'
import type {JobRecord} from './job.js'
import type {Change} from './outcome.js'
import type {ControlOp, ControlRequest} from './request.js'
import {willRetry} from './retry.js'
import {isOver, type State} from './state.js'

export type Effect =
  | {readonly kind: 'change'; readonly change: Change}
  /** Already so: idempotent. The text says how. */
  | {readonly kind: 'already'; readonly text: string}
  | {readonly kind: 'refused'; readonly refusal: Refusal}

export type ControlWish = Pick<ControlRequest, 'op' | 'signal' | 'remark'>
type Wish = ControlWish

/** As much of a job as decides; a request that nobody has admitted has it too. */
type Controlled = Pick<JobRecord, 'id' | 'state' | 'desired'> &
  Partial<Pick<JobRecord, 'exit' | 'retry' | 'sealed'>>

const change = (fields: Change): Effect => ({kind: 'change', change: fields})
const already = (text: string): Effect => ({kind: 'already', text})

/** What keeps it from being changed, in words for people. */
const standing = ({state, desired}: Controlled): string => {
  if (isOver(state)) return `over (${state})`
  return desired === 'killed' ? 'being killed' : state
}

const wrongState = (record: Controlled, verb: string, hint: string): Effect => ({
  kind: 'refused',
  refusal: refusal('E_WRONG_STATE', `job ${record.id} cannot be ${verb}: it is ${standing(record)}`, hint),
})

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
  }
}

const WAITING: readonly State[] = ['pending', 'held']

const isTriedAgain = ({state, desired, exit = null, retry, sealed = false}: Controlled): boolean =>
  retry !== undefined && willRetry({state, desired, exit, retry, sealed})

const kill = (record: Controlled, wish: Wish, now: Instant): Effect => {
  // That end becomes the job's: nothing follows it.
  if (isTriedAgain(record)) return change({state: record.state, sealed: true})
  if (isOver(record.state)) return already(`is over already (${record.state})`)
  if (record.desired === 'killed') return already('is being killed already')
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
  return change({state: 'pending', eligible: now, reason: null})
}

/** What a dry run says. */
export const WOULD: Readonly<Record<ControlOp, string>> = {
  kill: 'would be killed',
  suspend: 'would be suspended',
  resume: 'would be resumed',
  hold: 'would be held',
  release: 'would be released',
}

/** What a command says it asked for. */
export const PAST: Readonly<Record<ControlOp, string>> = {
  kill: 'kill requested',
  suspend: 'suspend requested',
  resume: 'resume requested',
  hold: 'hold requested',
  release: 'release requested',
}
