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
  /** The first that waits for room, and in order all that wait behind it, which may be very many. Null: none does. */
  readonly queue: Queue | null
}

export interface Queue {
  readonly head: JobId
  readonly behind: readonly JobId[]
}

/** How many do not start now, or not all of it. */
export const waitingIn = ({waits, queue}: Plan): number =>
  waits.reduce((sum, {ids}) => sum + ids.length, queue?.behind.length ?? 0)

/** One for each pending job that does not start now. */
export const reasonsOf = ({waits, queue}: Plan): ReadonlyMap<JobId, Reason> => {
  const reasons = new Map(waits.flatMap(({reason, ids}) => ids.map(id => [id, reason] as const)))
  for (const [i, id] of (queue?.behind ?? []).entries())
    reasons.set(id, behindReason(queue?.head ?? id, i + 1))
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
