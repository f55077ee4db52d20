/**
 * The scheduler as a replay drives it: jobs come and go, and a pass says who starts. What is behind it is the pass of
 * the service itself (`dispatch.ts`); a replay knows no more than this.
 */
import type {SimulatedJob} from './workload.js'

export interface Placed {
  readonly job: SimulatedJob
  readonly node: string
  /** How long it is expected to run. */
  readonly estimate: number
}

export interface Dispatcher {
  /** It waits from now on. `estimate`: how long it is expected to run. */
  enqueue(job: SimulatedJob, estimate: number, now: number): void
  /** It runs already, and is expected to until then. */
  adopt(job: SimulatedJob, node: string, end: number): void
  /** Its room is free from now on. */
  release(job: SimulatedJob, now: number): void
  /** It will run longer than was expected: until `end`. */
  extend(job: SimulatedJob, end: number): void
  /** Whether there is room for it now, whoever waits before it. */
  fits(job: SimulatedJob): boolean
  /** Who starts now, in the order in which it was decided; they hold their room already. */
  pass(now: number): readonly Placed[]
}
