/**
 * The present queue played forward: when each waiting job would start if all ran as long as is expected and nothing else
 * were submitted. By the same pass, so that another policy, or one job that asks for less, can be tried on it. Pure.
 */
import type {NodeReport, PendingJob} from '@god-cli/api'
import {jobId} from '../brand.js'
import {type Allocation, endlessAmong, neverReason, type Waiting} from '../schedule.js'
import {shapeOf} from '../scheduling/shape.js'
import {BASIC, type Space, subtract, vectorOfSite} from '../scheduling/vector.js'
import {createDispatcher, type DispatchOptions} from './dispatch.js'
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

const RUNS: Pick<PendingJob, 'uid' | 'queue' | 'nice' | 'priority'> = {
  uid: 0,
  queue: '',
  nice: 0,
  priority: 0,
}

/** What should have ended is expected to do so in the next moment. */
const adopted = (
  {id, user, project, resources, node, until}: Allocation,
  {now, assumedTime}: Present,
): Adopted => {
  const end = Math.max(now + 1, until ?? now + assumedTime * 1000)
  const named = {...RUNS, id, user, project, resources}
  return {job: {...named, job: id, submit: now, run: end - now, limit: end - now}, node, end}
}

const couldStart = (job: Waiting, {nodes, kept, assumedTime, space}: Present): boolean => {
  if (kept.has(job.id)) return false
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

/** Without those of whom nobody can tell when they end, and what they hold of what the nodes share. */
const foreseeable = (present: Present): Present => {
  const {running, now, space = BASIC} = present
  const isEndless = endlessAmong(present, now)
  const shared = [...space.shared]
  for (const one of running) if (isEndless(one)) subtract(shared, vectorOfSite(one.resources, space) ?? [])
  return {...present, running: running.filter(one => !isEndless(one)), space: {...space, shared}}
}

/** `expected`: how long a waiting job will run. */
export const foresee = (
  all: Present,
  {policy, rules, account}: Manner,
  expected: Forecast['of'],
): readonly Foreseen[] => {
  const present = foreseeable(all)
  const able = present.pending.filter(job => couldStart(job, present))
  const jobs = able
    .map(job => simulated(job, present, expected))
    .sort((a, b) => a.submit - b.submit || a.id - b.id)
  const replay = createReplay({
    jobs,
    running: present.running.map(one => adopted(one, present)),
    forecast: {of: ({run}) => run, ended: () => undefined, corrects: false},
    eventOrder: 'batch',
    witness: account.witness,
    dispatcher: createDispatcher({
      ...{nodes: present.nodes, policy, rules, standings: account.standings},
      ...(present.space === undefined ? {} : {space: present.space}),
    }),
  })
  // A queue is as long as it is, and each event of it is short.
  while (replay.step(1000));
  const firsts = new Map<number, Started>()
  for (const one of replay.started) if (!firsts.has(one.job.id)) firsts.set(one.job.id, one)
  return present.pending.map(job => ({job, first: firsts.get(job.id) ?? null}))
}
