/**
 * Kind `scheduler`: a policy, that is an order of the pending jobs.
 * It is pure: same input, same answer. Placement, backfill, limits and capacity are the host's business.
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
  /** Higher = behind jobs of everybody. */
  readonly nice: number
  /** Higher = before other jobs of the same user. */
  readonly priority: number
  readonly submitted: number
  /** Since when nothing but its turn keeps it: not held, begin time and dependencies past. */
  readonly eligible: number
}

/** Where a user stands in fair share (scheduling.md 4). */
export interface Standing {
  /** Used part over entitled part among his siblings; 0 = used nothing, Infinity = entitled to nothing. */
  readonly ratio: number
  /** 0..1; 1 = first in the tree's order. Equal for equals. */
  readonly factor: number
}

/** What a policy may know of the site at the moment of a pass. */
export interface PolicyWorld {
  /** Epoch milliseconds. */
  readonly now: number
  /** Sum of all nodes that take work. */
  readonly capacity: Resources
  standing(user: string): Standing
  /** 0..1, by the operator's word; 0 for one that he says nothing of. */
  queueFactor(queue: string): number
  /** Likewise of a project. */
  projectFactor(project: string): number
}

/** An order as it is at one moment. */
export interface Ranking {
  /** Negative if `a` starts before `b`; of equals the lower id is first. */
  compare(a: PendingJob, b: PendingJob): number
  /** What the order came from, for `god why`: named numbers. */
  terms?(job: PendingJob): Readonly<Record<string, number>>
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
  /**
   * Optional: for a policy that heeds time, usage or queues. Asked once in a pass; then `order` and `compare` are not.
   * Of two jobs alike in all but times and id, submitted equally long before they became eligible, the older must not
   * come after the younger: so a pass need not look at each of very many.
   */
  rank?(world: PolicyWorld): Ranking
}
