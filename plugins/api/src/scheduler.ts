/**
 * Kind `scheduler`: a policy, that is an order of the pending jobs.
 * It is pure: same input, same answer. Placement, limits and capacity are the host's business.
 */
import type {Resources} from './resources.js'

/** What a policy may know of a pending job. Times in epoch milliseconds. */
export interface PendingJob {
  readonly id: number
  readonly uid: number
  readonly user: string
  readonly project: string
  readonly queue: string
  readonly resources: Resources
  /** Seconds; null = no limit asked for. */
  readonly walltime: number | null
  readonly nice: number
  readonly submitted: number
  readonly eligible: number
}

export interface Scheduler {
  /** The ids in the order in which they should start: each given id exactly once, no other. */
  order(pending: readonly PendingJob[], now: number): readonly number[]
  /**
   * Optional, and cheaper where very many wait: negative if `a` starts before `b`, positive if after; of equals the lower
   * id is first. Only for a policy that looks at the two jobs alone, not at the time and not at who else waits. `order`
   * must say the same; a pass then sorts by this, and keeps the order while the same jobs wait.
   */
  compare?(a: PendingJob, b: PendingJob): number
}
