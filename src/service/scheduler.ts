/**
 * One scheduling pass (state.md 5, 7, 8): take requests, snapshot, plan, publish `starting`, tell the reasons.
 *
 * The plan is a proposal: each start is published on the revision it was decided on, so whatever changed
 * meanwhile wins. S2 to S4 follow through the reconciler, outside. A crash anywhere leaves nothing that the
 * next pass does not find again.
 */
import type {NodeReport, Reason} from '@god-cli/api'
import {startable, startTasks, type TaskStart} from '../core/array-start.js'
import {allocatedRecords} from '../core/array-view.js'
import {type Epoch, type JobId, token} from '../core/brand.js'
import {containerName, containerStem} from '../core/container.js'
import type {JobRecord} from '../core/job.js'
import {type PartKey, partKey} from '../core/part-key.js'
import {type Plan, schedule, type Waiting} from '../core/schedule.js'
import {isOver} from '../core/state.js'
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
  /** Jobs, and tasks of arrays. */
  readonly started: readonly PartKey[]
  readonly pending: number
  /** Requests lie there that a further pass would take. */
  readonly unread: boolean
}

const pendingJob = (record: JobRecord): Waiting => ({
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
  ...(record.array === undefined ? {} : {tasks: startable(record)}),
})

/** An array waits as long as one of its tasks does. */
const waits = ({state, array}: JobRecord): boolean =>
  array === undefined ? state === 'pending' : !isOver(state) && array.waiting.length > 0

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
      allocations: live
        .flatMap(({record}) => allocatedRecords(record))
        .flatMap(({id, node, resources}) => (node === null ? [] : [{id, node, resources}])),
      pending: live.filter(({record}) => waits(record)).map(({record}) => pendingJob(record)),
    },
    service.policy,
  )

type Place = Pick<TaskStart, 'node' | 'engine'>

/** S1 of a job. Empty: it changed meanwhile. */
const startJob = (
  service: Service,
  base: Stored,
  {node, engine}: Place,
  author: Author,
): readonly PartKey[] => {
  const {id, attempt} = base.record
  const name = containerName(service.format.cluster, id, attempt)
  const container = {name, id: null, nonce: token(service.random()), engine}
  const change = {state: 'starting' as const, node, container, reason: null}
  return publish(service, base, change, author, 'later') === null ? [] : [id]
}

/** S1 of all tasks of an array that this pass chose, in one revision. */
const startArray = (
  service: Service,
  base: Stored,
  places: readonly Place[],
  author: Author,
): readonly PartKey[] => {
  const {record} = base
  const starts = places.map(place => ({...place, nonce: token(service.random())}))
  const start = startTasks(record, containerStem(service.format.cluster, record.id), starts, service.now())
  if (start === null || publish(service, base, start.change, author, 'later') === null) return []
  return start.tasks.map(task => partKey({id: record.id, task}))
}

const startAll = (
  service: Service,
  live: readonly Stored[],
  plan: Plan,
  engine: string | null,
  author: Author,
): readonly PartKey[] => {
  const byId = new Map(live.map(stored => [stored.record.id, stored]))
  const places = new Map<JobId, Place[]>()
  for (const {id, node} of plan.starts) places.set(id, [...(places.get(id) ?? []), {node, engine}])
  const started: PartKey[] = []
  for (const [id, some] of places) {
    const base = byId.get(id)
    const [first] = some
    if (base === undefined || first === undefined) continue
    started.push(
      ...(base.record.array === undefined
        ? startJob(service, base, first, author)
        : startArray(service, base, some, author)),
    )
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
  derived(service, 'the index', () => service.jobs.refreshIndex(service.random, service.now()))
  const {admitted, refused, unread} = taken
  return {admitted, refused, started, pending: plan.reasons.size, unread}
}
