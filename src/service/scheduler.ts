/**
 * One scheduling pass (state.md 5, 7, 8): take requests, snapshot, plan, publish `starting`, tell the reasons.
 *
 * The plan is a proposal: each start is published on the revision it was decided on, so whatever changed
 * meanwhile wins. S2 to S4 follow through the reconciler, outside. A crash anywhere leaves nothing that the
 * next pass does not find again.
 */
import type {NodeReport, PendingJob, Reason} from '@god-cli/api'
import {type Epoch, type JobId, token} from '../core/brand.js'
import {containerName} from '../core/container.js'
import type {JobRecord} from '../core/job.js'
import {type Plan, schedule} from '../core/schedule.js'
import {isAllocated} from '../core/state.js'
import {checkEpoch} from '../store/epoch.js'
import type {Author, Stored} from '../store/job-store.js'
import {writeReasons} from '../store/reasons.js'
import {burnClaims} from './burn-claims.js'
import {derived} from './derived.js'
import {type EngineLooks, looksAt, type Offer} from './engine-looks.js'
import {publish} from './publish.js'
import type {Service} from './service.js'
import {sweepTemporaries} from './sweep-temporaries.js'
import {takeRequests} from './take-requests.js'

export interface SchedulerReport {
  readonly admitted: number
  readonly refused: number
  readonly started: readonly JobId[]
  readonly pending: number
  /** Requests lie there that a further pass would take. */
  readonly unread: boolean
}

const pendingJob = (record: JobRecord): PendingJob => ({
  id: record.id,
  uid: record.uid,
  user: record.user,
  project: record.project,
  queue: record.queue,
  resources: record.resources,
  walltime: record.walltime,
  nice: record.nice,
  submitted: record.submitted,
  eligible: record.eligible,
})

/** None while the engine cannot be asked: then nothing is started, and all waits with that reason. */
const offerOf = async (
  {log}: Service,
  {offer}: EngineLooks,
): Promise<Offer | {readonly engine: null; readonly nodes: readonly []}> => {
  try {
    return await offer()
  } catch (error) {
    log('warning', `no node: ${error instanceof Error ? error.message : String(error)}`)
    return {engine: null, nodes: []}
  }
}

const planFor = (service: Service, live: readonly Stored[], nodes: readonly NodeReport[]): Plan =>
  schedule(
    {
      now: service.now(),
      nodes,
      allocations: live.flatMap(({record}) =>
        isAllocated(record.state) && record.node !== null
          ? [{id: record.id, node: record.node, resources: record.resources}]
          : [],
      ),
      pending: live.filter(({record}) => record.state === 'pending').map(({record}) => pendingJob(record)),
    },
    service.policy,
  )

/** S1. Null: the job changed meanwhile. */
const publishStart = (
  service: Service,
  base: Stored,
  {node, engine}: {readonly node: string; readonly engine: string | null},
  author: Author,
): Stored | null => {
  const {id, attempt} = base.record
  const name = containerName(service.format.cluster, id, attempt)
  const container = {name, id: null, nonce: token(service.random()), engine}
  return publish(service, base, {state: 'starting', node, container, reason: null}, author, 'later')
}

const startAll = (
  service: Service,
  live: readonly Stored[],
  plan: Plan,
  engine: string | null,
  author: Author,
): readonly JobId[] => {
  const byId = new Map(live.map(stored => [stored.record.id, stored]))
  const started: JobId[] = []
  for (const {id, node} of plan.starts) {
    const base = byId.get(id)
    if (base !== undefined && publishStart(service, base, {node, engine}, author) !== null) started.push(id)
  }
  service.durable.syncPending()
  return started
}

const held = (live: readonly Stored[]): [JobId, Reason][] =>
  live.flatMap(({record}): [JobId, Reason][] =>
    record.state === 'held' ? [[record.id, record.reason ?? {code: 'held', text: 'held by request'}]] : [],
  )

/** `rounds`: how many of taking requests, see there. */
export const schedulerPass = async (
  service: Service,
  mine: Epoch,
  rounds = 1,
  looks: EngineLooks = looksAt(service),
): Promise<SchedulerReport> => {
  const author: Author = {
    by: 'scheduler',
    epoch: mine,
    check: () => checkEpoch(service.durable, service.layout, mine),
  }
  author.check()
  const {engine, nodes} = await offerOf(service, looks)
  service.nodes.report(nodes)
  const taken = takeRequests(service, 'scheduler', author, rounds)
  burnClaims(service, taken.submitted)
  sweepTemporaries(service)
  const live = service.jobs.all()
  const plan = planFor(service, live, nodes)
  const started = startAll(service, live, plan, engine, author)
  const reasons = new Map([...held(live), ...plan.reasons])
  derived(service, 'reasons.json', () =>
    writeReasons(service.durable, service.layout, reasons, service.now()),
  )
  const {admitted, refused, unread} = taken
  return {admitted, refused, started, pending: plan.reasons.size, unread}
}
