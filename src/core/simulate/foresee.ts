/**
 * The present queue played forward: when each waiting job would start if all ran as long as is expected and nothing else
 * were submitted. By the same pass, so that another policy, or one job that asks for less, can be tried on it. Pure.
 */
import type {NodeReport, PendingJob} from '@god-cli/api'
import {jobId} from '../brand.js'
import {
  type Allocation,
  type Caps,
  endlessAmong,
  neverReason,
  roomInCaps,
  type Snapshot,
  type Waiting,
} from '../schedule.js'
import {shapeOf} from '../scheduling/shape.js'
import {BASIC, type Space, subtract, vectorOfSite} from '../scheduling/vector.js'
import {createDispatcher, type DispatchOptions} from './dispatch.js'
import type {Dispatcher} from './dispatcher.js'
import type {Forecast} from './predict.js'
import {type Adopted, createReplay} from './replay.js'
import type {ShareAccount} from './share-account.js'
import {milliseconds, type SimulatedJob, type Started} from './workload.js'

export interface Present {
  readonly now: number
  /** That take new work. */
  readonly nodes: readonly NodeReport[]
  /** That answer, and take none. */
  readonly drained: readonly NodeReport[]
  /** By node, when only some users' jobs run there. */
  readonly closures: NonNullable<Snapshot['closures']>
  /** Left out: nobody is limited. */
  readonly caps?: Caps
  readonly running: readonly Allocation[]
  readonly pending: readonly Waiting[]
  /** Jobs that wait for others, and so for no room: when those end is not known. */
  readonly kept: ReadonlySet<number>
  /** Seconds for which a job without a walltime is planned. */
  readonly assumedTime: number
  readonly space?: Space
}

export interface Manner extends Pick<DispatchOptions, 'policy' | 'rules'> {
  readonly account: ShareAccount
}

export interface Foreseen {
  readonly job: Waiting
  /** Of an array: of its first task. Null: as things are, it does not start. */
  readonly first: Pick<Started, 'start' | 'node'> | null
}

const RUNS: Pick<PendingJob, 'uid' | 'nice' | 'priority'> = {uid: 0, nice: 0, priority: 0}

/** What should have ended is expected to do so in the next moment. */
const adopted = (
  {id, user, project, queue = '', resources, node, until}: Allocation,
  {now, assumedTime}: Present,
): Adopted => {
  const end = Math.max(now + 1, until ?? now + assumedTime * 1000)
  const named = {...RUNS, id, user, project, queue, resources}
  return {job: {...named, job: id, submit: now, run: end - now, limit: end - now}, node, end}
}

const couldStart = (
  job: Waiting,
  {nodes, kept, assumedTime}: Present,
  {space, room}: ReturnType<typeof keptForGood>['left'],
): boolean => {
  if (kept.has(job.id) || room.barred(job) !== null) return false
  const {allows} = shapeOf(job, assumedTime)
  const allowed = nodes.filter(allows)
  return allowed.length > 0 && job.tasks?.count !== 0 && neverReason(job.resources, allowed, space) === null
}

const simulated = (job: Waiting, {now, assumedTime}: Present, expected: Forecast['of']): SimulatedJob => {
  const limit = milliseconds(job.walltime ?? assumedTime)
  const {id, uid, user, project, queue, resources, nice, priority, submitted, eligible} = job
  const named = {id, uid, user, project, queue, resources, nice, priority}
  const whole = {...named, job: jobId(id), since: {submitted, eligible}, submit: now, run: limit, limit}
  const run = Math.max(1, Math.round(expected(whole)))
  return {
    ...whole,
    submit: Math.max(now, job.begin ?? now),
    run,
    limit: run,
    ...(job.tasks === undefined ? {} : {tasks: job.tasks.count}),
    ...(job.where === undefined ? {} : {where: job.where}),
  }
}

/** What those keep for good of whom nobody can tell when they end. */
const keptForGood = (present: Present) => {
  const {running, now, space = BASIC, caps = {}} = present
  const isEndless = endlessAmong(present, now)
  const shared = [...space.shared]
  const endless = running.filter(isEndless)
  for (const {resources} of endless) subtract(shared, vectorOfSite(resources, space) ?? [])
  return {isEndless, left: {space: {...space, shared}, room: roomInCaps(caps, endless)}}
}

/** When an operator's reservation of nodes ends, others may start there. */
const wakesOf = ({closures, now}: Present): readonly number[] =>
  [...closures.values()]
    .flatMap(all => all.map(({to}) => to))
    .filter(to => to > now)
    .sort((a, b) => a - b)

const isLimiting = ({queues, quotas}: Caps): boolean =>
  (queues?.size ?? 0) + (quotas?.users.size ?? 0) + (quotas?.projects.size ?? 0) > 0

/** With what costs something only where there is some of it. */
const dispatcherOf = (
  {nodes, space = BASIC, caps = {}, closures}: Present,
  {policy, rules, account}: Manner,
): Dispatcher =>
  createDispatcher({
    ...{nodes, policy, rules, space, standings: account.standings},
    ...(isLimiting(caps) ? {caps} : {}),
    ...([...closures.values()].some(all => all.length > 0) ? {closures} : {}),
  })

/** `expected`: how long a waiting job will run. */
export const foresee = (present: Present, manner: Manner, expected: Forecast['of']): readonly Foreseen[] => {
  const {pending, running} = present
  const {isEndless, left} = keptForGood(present)
  const jobs = pending
    .filter(job => couldStart(job, present, left))
    .map(job => simulated(job, present, expected))
    .sort((a, b) => a.submit - b.submit || a.id - b.id)
  const dispatcher = dispatcherOf(present, manner)
  for (const one of running.filter(isEndless))
    dispatcher.adopt(adopted(one, present).job, one.node, Number.POSITIVE_INFINITY)
  const replay = createReplay({
    ...{jobs, dispatcher, wakes: wakesOf(present)},
    running: running.filter(one => !isEndless(one)).map(one => adopted(one, present)),
    forecast: {of: ({run}) => run, ended: () => undefined, corrects: false},
    eventOrder: 'batch',
    witness: manner.account.witness,
  })
  // A queue is as long as it is, and each event of it is short.
  while (replay.step(1000));
  const firsts = new Map<number, Started>()
  for (const one of replay.started) if (!firsts.has(one.job.id)) firsts.set(one.job.id, one)
  return pending.map(job => ({job, first: firsts.get(job.id) ?? null}))
}
