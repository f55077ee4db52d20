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
}
