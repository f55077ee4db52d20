/**
 * What a scheduling pass decides: who starts where, and why the others wait, told once for all that wait for the same.
 * Pure.
 */
import type {Reason} from '@god-cli/api'
import type {JobId} from './brand.js'

export interface Start {
  readonly id: JobId
  readonly node: string
}

/** Jobs that wait for the same reason. */
export interface Waits {
  readonly reason: Reason
  readonly ids: readonly JobId[]
}

export interface Plan {
  /** Of an array one for each task: which tasks they are is the array's business. */
  readonly starts: readonly Start[]
  /** By reason, all that wait but those that are only behind another one. */
  readonly waits: readonly Waits[]
  /** The first that waits for room, and all that wait behind it, which may be very many. Null: none does. */
  readonly queue: Queue | null
  /** Room that is kept, in the order in which it was given. */
  readonly reservations: readonly Reservation[]
}

/** A start that is promised to a job that does not fit now. */
export interface Reservation {
  readonly id: number
  readonly node: string
  /** Epoch milliseconds; by what the running jobs may take at most. */
  readonly at: number
}

export interface Queue {
  readonly head: JobId
  /** How many wait for room before the first of `behind`: the head, and others for whom room is reserved. */
  readonly ahead: number
  /** In order. Some are told a better reason among the waits. */
  readonly behind: readonly JobId[]
  /** Who comes after these, in no order. */
  readonly rest: readonly JobId[]
}

const toldIn = ({waits}: Plan): ReadonlyMap<JobId, Reason> =>
  new Map(waits.flatMap(({reason, ids}) => ids.map(id => [id, reason] as const)))

/** How many do not start now, or not all of it. */
export const waitingIn = (plan: Plan): number => {
  const {waits, queue} = plan
  const told = waits.reduce((sum, {ids}) => sum + ids.length, 0)
  if (queue === null) return told
  const {behind, rest} = queue
  const twice = waits.some(({reason}) => reason.code === 'reserved') ? toldIn(plan) : null
  const others = (ids: readonly JobId[]): number =>
    twice === null ? ids.length : ids.reduce((sum, id) => sum + (twice.has(id) ? 0 : 1), 0)
  return told + others(behind) + others(rest)
}

/** One for each pending job that does not start now. */
export const reasonsOf = (plan: Plan): ReadonlyMap<JobId, Reason> => {
  const {queue} = plan
  const reasons = new Map<JobId, Reason>()
  if (queue !== null) {
    const {head, ahead, behind, rest} = queue
    for (const [i, id] of behind.entries()) reasons.set(id, behindReason(head, ahead + i))
    for (const id of rest) reasons.set(id, behindReason(head, ahead + behind.length - 1, true))
  }
  for (const [id, reason] of toldIn(plan)) reasons.set(id, reason)
  return reasons
}

/** `atLeast`: nobody has counted further. */
export const behindReason = (head: JobId, ahead: number, atLeast = false): Reason => ({
  code: 'priority',
  text: `behind ${atLeast ? 'more than ' : ''}${ahead} ${ahead === 1 ? 'job' : 'jobs'}; job ${head} is next`,
  numbers: {ahead, next: head},
})

/** Who waits for what, while the plan is made. */
export const createWaiting = () => {
  const waits = new Map<Reason, JobId[]>()
  return {
    because: (reason: Reason, id: JobId): void => {
      const ids = waits.get(reason)
      if (ids === undefined) waits.set(reason, [id])
      else ids.push(id)
    },
    all: (): readonly Waits[] => [...waits].map(([reason, ids]) => ({reason, ids})),
  }
}
