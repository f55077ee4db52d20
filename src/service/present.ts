/**
 * The queue of now as a pass would see it, read without any right and without touching anything: what runs with its latest
 * ends, what waits, and the nodes whose engines answer, as they were last told.
 */
import {instant} from '../core/brand.js'
import type {Present} from '../core/simulate/foresee.js'
import type {JobStore} from '../store/jobs/job-store.js'
import type {NodeStore} from '../store/node-store.js'
import {waitsForOthers} from './forecasting.js'
import {allocationsOf, pendingJobs} from './live-view.js'
import {nodesTaking} from './node-holds.js'

export interface PresentStores {
  readonly jobs: Pick<JobStore, 'live'>
  readonly nodes: Pick<NodeStore, 'all' | 'down' | 'records'>
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
  const {now, assumedTime} = plans
  const answering = nodes.all().filter(({name}) => !down.has(name))
  const pending = pendingJobs(live)
  const taking = nodesTaking({nodes: {records: () => nodes.records()}, now: () => instant(now)}, answering)
  return {
    now,
    nodes: taking.nodes,
    drained: taking.drained,
    closures: taking.closures,
    running: allocationsOf(live, plans),
    pending,
    kept: new Set(live.all.flatMap(({record}) => (waitsForOthers(record) ? [record.id] : []))),
    assumedTime,
  }
}
