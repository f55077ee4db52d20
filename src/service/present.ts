/**
 * The queue of now as a pass would see it, read without any right and without touching anything: what runs with its latest
 * ends, what waits, and the nodes whose engines answer, as they were last told.
 */
import type {Present} from '../core/simulate/foresee.js'
import type {JobStore} from '../store/jobs/job-store.js'
import type {NodeStore} from '../store/node-store.js'
import {allocationsOf, pendingJobs} from './live-view.js'

export interface PresentStores {
  readonly jobs: Pick<JobStore, 'live'>
  readonly nodes: Pick<NodeStore, 'all' | 'down'>
}

export interface PresentPlans {
  readonly now: number
  /** Seconds. */
  readonly assumedTime: number
  /** Milliseconds. */
  readonly grace: number
}

export const presentOf = ({jobs, nodes}: PresentStores, plans: PresentPlans): Present => {
  const live = jobs.live()
  const down = nodes.down()
  return {
    now: plans.now,
    nodes: nodes.all().filter(({name}) => !down.has(name)),
    running: allocationsOf(live, plans),
    pending: pendingJobs(live),
    assumedTime: plans.assumedTime,
  }
}
