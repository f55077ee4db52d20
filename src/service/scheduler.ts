/**
 * One scheduling pass (state.md 5, 7, 8): take requests, snapshot, plan, publish `starting`, tell the reasons.
 *
 * The plan is a proposal: each start is published on the revision it was decided on, so whatever changed
 * meanwhile wins. S2 to S4 follow through the reconciler, outside. A crash anywhere leaves nothing that the
 * next pass does not find again.
 */
import type {NodeReport, Reason} from '@god-cli/api'
import {startTasks, type TaskStart} from '../core/array/start.js'
import {nextBegin} from '../core/begin-time.js'
import {type Epoch, type Instant, type JobId, jobId, token} from '../core/brand.js'
import {containerName, containerStem} from '../core/container.js'
import {resourcesOf} from '../core/counted.js'
import {chargeOf} from '../core/fair-share/charge.js'
import {createGpuDesk} from '../core/node/gpu-desk.js'
import {withWords} from '../core/node/words.js'
import {type PartKey, partKey} from '../core/part-key.js'
import {type Plan, waitingIn} from '../core/plan.js'
import {capacityOf} from '../core/schedule.js'
import type {Sections} from '../core/settings/sections.js'
import {sooner} from '../core/sooner.js'
import {checkEpoch} from '../store/epoch.js'
import type {Author, LiveJobs, Stored} from '../store/jobs/job-store.js'
import {writeReasons} from '../store/reasons.js'
import {crowdedJobs} from './bound-jobs.js'
import {burnClaims} from './burn-claims.js'
import {clearSquats} from './clear-squats.js'
import {derived} from './derived.js'
import {endLost} from './end-lost.js'
import {type EngineLooks, looksAt, type Offer} from './engine-looks.js'
import {fireTimetables} from './fire-timetables.js'
import {settleMembers} from './group-members.js'
import {gpuHolders, pendingJobs, timedJobs} from './live-view.js'
import {planFor} from './planning.js'
import {publish, publishBeside} from './publish.js'
import type {Service} from './service.js'
import {type Dependencies, nextTry, settleDependencies} from './settle-dependencies.js'
import {sweepTemporaries} from './sweep-temporaries.js'
import {takeRequests} from './take-requests.js'
import {barredBy, vetStarts} from './vet-starts.js'

export interface SchedulerReport {
  readonly admitted: number
  readonly refused: number
  /** Jobs, and tasks of arrays. */
  readonly started: readonly PartKey[]
  readonly pending: number
  /** Requests lie there that a further pass would take, or what jobs depend on is not settled to the end. */
  readonly unread: boolean
  /** An array waits for its results to be packed. */
  readonly crowded: boolean
  /** When the first of those may start that wait for their begin time, or for the end of a pause. Null: none does. */
  readonly next: Instant | null
}

/** None while the engine cannot be asked: then nothing is started, and all waits with that reason. */
const offerOf = async (
  {log, settings}: Service,
  {offer}: EngineLooks,
): Promise<Offer | {readonly engine: null; readonly nodes: readonly []}> => {
  try {
    const {engine, nodes} = await offer()
    return {engine, nodes: withWords(nodes, settings.admission.sections)}
  } catch (error) {
    log('warning', `no node: ${error instanceof Error ? error.message : String(error)}`)
    return {engine: null, nodes: []}
  }
}

type Place = Pick<TaskStart, 'node' | 'engine' | 'charge' | 'devices'>

/** S1 of a job. Empty: it changed meanwhile. */
const startJob = async (
  service: Service,
  base: Stored,
  {node, engine, ...given}: Place,
  author: Author,
): Promise<readonly PartKey[]> => {
  const {id, attempt} = base.record
  const name = containerName(service.format.cluster, id, attempt)
  const container = {name, id: null, nonce: token(service.random()), engine}
  const change = {state: 'starting' as const, node, container, reason: null, ...given}
  return (await publishBeside(service, base, change, author)) === null ? [] : [id]
}

/**
 * S1 of all tasks of an array that this pass chose, in one revision. At once, before anybody else of this process can do
 * anything: while an array runs its tasks change it all the time, and it would lose to each of those.
 */
const startArray = async (
  service: Service,
  base: Stored,
  places: readonly Place[],
  author: Author,
): Promise<readonly PartKey[]> => {
  const {record} = base
  const starts = places.map(place => ({...place, nonce: token(service.random())}))
  const start = startTasks(record, containerStem(service.format.cluster, record.id), starts, service.now())
  if (start === null || publish(service, base, start.change, author, 'later') === null) return []
  return start.tasks.map(task => partKey({id: record.id, task}))
}

/** Engine null: it cannot be asked. */
interface Offered {
  readonly engine: string | null
  readonly nodes: readonly NodeReport[]
}

interface Places {
  readonly places: ReadonlyMap<JobId, readonly Place[]>
  /** Who would get no gpus that are surely free. */
  readonly waits: Plan['waits']
}

const unsureGpus = (node: string): Reason => ({
  code: 'resources',
  text: `which gpus of ${node} are in use is not known: the jobs that have them must end first`,
  numbers: {resource: 'gpus', node},
})

/** Where each goes, with which gpus. */
const placesOf = (
  live: LiveJobs,
  plan: Plan,
  {engine, nodes}: Offered,
  {space, resources: all}: Sections,
): Places => {
  const places = new Map<JobId, Place[]>()
  const waits: {readonly reason: Reason; readonly ids: readonly JobId[]}[] = []
  const desk = createGpuDesk(nodes, gpuHolders(live))
  const capacity = capacityOf(nodes, space)
  const weights = new Map([...all].map(([name, {weight}]) => [name, weight]))
  for (const {id, node} of plan.starts) {
    const record = live.get(id)?.record
    if (record === undefined) continue
    const resources = resourcesOf(record)
    const devices = desk.take(node, resources.gpus)
    if (devices === null) {
      waits.push({reason: unsureGpus(node), ids: [id]})
      continue
    }
    const charge = chargeOf(resources, capacity, weights)
    const place = {node, engine, charge, ...(devices.length === 0 ? {} : {devices})}
    places.set(id, [...(places.get(id) ?? []), place])
  }
  return {places, waits}
}

/** All begin before any ends; what fails is told when nothing goes on any more. */
const startAll = async (
  service: Service,
  live: LiveJobs,
  places: Places['places'],
  author: Author,
): Promise<readonly PartKey[]> => {
  const begun = [...places].flatMap(([id, some]) => {
    const base = live.get(id)
    const [first] = some
    if (base === null || first === undefined) return []
    const isArray = base.record.array !== undefined
    return [isArray ? startArray(service, base, some, author) : startJob(service, base, first, author)]
  })
  await Promise.allSettled(begun)
  const started = await Promise.all(begun)
  service.durable.syncPending()
  return started.flat()
}

/** Planned again without each user of whom it turns out that nothing of his may start, or nothing that is root: he stands in nobody's way. */
const vettedPlan = async (
  service: Service,
  settled: Dependencies,
  nodes: readonly NodeReport[],
  author: Author,
): Promise<Plan> => {
  const out = new Map<string, Reason>()
  for (;;) {
    const planned = planFor(service, settled, nodes, out)
    const {plan, bars, reasons} = await vetStarts(service, settled.live, planned, author)
    for (const [key, reason] of reasons) out.set(key, reason)
    if (bars.size === 0) return {...plan, waits: [...plan.waits, ...barredWaits(settled.live, out)]}
  }
}

const barredWaits = (live: LiveJobs, out: ReadonlyMap<string, Reason>): Plan['waits'] =>
  [...out].map(([key, reason]) => ({
    reason,
    ids: pendingJobs(live).flatMap(job => (barredBy(job).includes(key) ? [jobId(job.id)] : [])),
  }))

/** What one plan came to. */
interface Planned {
  readonly live: LiveJobs
  readonly plan: Plan
  readonly started: readonly PartKey[]
  /** Of what jobs depend on there is more to publish. */
  readonly more: boolean
}

/**
 * Anew where a job turned out to be on a bad sector only when it was to start: the index knew it, and room was kept for
 * it. So often as one is found, and each is found once.
 */
const planAndStart = async (service: Service, offer: Offered, author: Author): Promise<Planned> => {
  const started: PartKey[] = []
  for (;;) {
    const settled = await settleDependencies(service, author)
    const {live, more} = settled
    const vetted = await vettedPlan(service, settled, offer.nodes, author)
    const {places, waits} = placesOf(live, vetted, offer, service.settings.admission.sections)
    const plan = waits.length === 0 ? vetted : {...vetted, waits: [...vetted.waits, ...waits]}
    started.push(...(await startAll(service, live, places, author)))
    if (![...service.jobs.unread.keys()].some(id => live.get(id) !== null)) return {live, plan, started, more}
  }
}

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
  const offer = await offerOf(service, looks)
  service.nodes.report(offer.nodes)
  clearSquats(service)
  const taken = await takeRequests(service, 'scheduler', author, rounds)
  burnClaims(service, taken.submitted)
  const fired = await fireTimetables(service, author)
  sweepTemporaries(service)
  await endLost(service, author)
  await settleMembers(service)
  const {live, plan, started, more} = await planAndStart(service, offer, author)
  derived(service, 'reasons.json', () => writeReasons(service.durable, service.layout, plan, service.now()))
  derived(service, 'the index', () => service.jobs.refreshIndex(service.random, service.now()))
  const {admitted, refused} = taken
  const unread = taken.unread || more
  const crowded = crowdedJobs(live).length > 0
  const now = service.now()
  const next = sooner(nextBegin(timedJobs(live), now), nextTry(live, now))
  const pending = waitingIn(plan)
  return {admitted: admitted + fired, refused, started, pending, unread, crowded, next}
}
