/**
 * What the scheduler would say now of a job that waits, or of one that might be submitted: worked out on demand from what
 * everybody may read, by the scheduler's own plan. Reads the live jobs and the nodes; changes nothing.
 */
import type {NodeReport, Ranking, Reason} from '@god-cli/api'
import {notYet} from '../core/begin-time.js'
import {type JobId, jobId} from '../core/brand.js'
import type {JobRecord} from '../core/job.js'
import type {Waiting} from '../core/schedule.js'
import type {PastRun} from '../core/scheduling/expected-run.js'
import {
  type Forecast,
  type ForecastInput,
  forecast,
  type Start,
  startsOf,
} from '../core/scheduling/forecast.js'
import {isAllocated} from '../core/state.js'
import type {LiveJobs} from '../store/jobs/job-store.js'
import {pendingJobs, placedJobs} from './live-view.js'
import {nodesTaking} from './node-holds.js'
import {lineFor, type PlanningGround, type StandingOf, snapshotOf, worldOf} from './planning.js'

export interface SiteNow {
  readonly live: LiveJobs
  /** Those that take work. */
  readonly nodes: readonly NodeReport[]
  /** With what operators said of them. */
  readonly records: Parameters<typeof nodesTaking>[0]['nodes']
  readonly knownNodes: number
  readonly standing: StandingOf
  /** Who asks has submitted these, and nobody has taken them yet. */
  readonly own: readonly Waiting[]
  /** Jobs that are over. */
  readonly ended: readonly JobRecord[]
}

const ranFor = ({started, paused}: JobRecord, until: number): number =>
  started === null ? 0 : Math.max(0, until - started - paused.total)

const runningJobs = (live: LiveJobs, now: number): ForecastInput['running'] =>
  placedJobs(live).flatMap(record =>
    isAllocated(record.state)
      ? [
          {
            id: record.id,
            user: record.user,
            age: ranFor(record, now),
            limit: record.walltime === null ? null : record.walltime * 1000,
          },
        ]
      : [],
  )

/** How long a finished job ran. Null: it never began, or was ended from outside. */
const pastRun = (record: JobRecord): PastRun | null => {
  const {user, ended, state} = record
  if (ended === null || record.started === null || state === 'killed' || state === 'lost') return null
  return {user, ended, ran: ranFor(record, ended)}
}

export const waitsForOthers = ({depend}: JobRecord): boolean => depend?.met === null

const OTHERS: Reason = {code: 'dependency', text: 'waits for other jobs'}

/** It waits for other jobs, or for its time, which a retry has too. Null: for its turn. */
const keptBy = (live: LiveJobs, id: number, now: number): Reason | null => {
  const record = live.get(jobId(id))?.record
  if (record === undefined) return null
  if (waitsForOthers(record)) return record.reason?.code === OTHERS.code ? record.reason : OTHERS
  return notYet({begin: record.eligible}, now)
}

const keptNow = (live: LiveJobs, pending: readonly Waiting[], now: number): ReadonlyMap<JobId, Reason> =>
  new Map(
    pending.flatMap(({id}) => {
      const reason = keptBy(live, id, now)
      return reason === null ? [] : [[jobId(id), reason] as const]
    }),
  )

const inputOf = (ground: PlanningGround, site: SiteNow, pending: readonly Waiting[]): ForecastInput => {
  const {live, knownNodes, ended, standing} = site
  const taking = nodesTaking({nodes: site.records, now: ground.now}, site.nodes)
  const world = worldOf(ground, taking.nodes, standing)
  const ranking: Ranking | undefined = ground.policy.rank?.(world)
  return {
    snapshot: {
      ...snapshotOf(ground, live, taking, pending),
      kept: keptNow(live, pending, ground.now()),
    },
    lineUp: jobs => lineFor(ground, jobs, world),
    terms: ranking?.terms === undefined ? undefined : job => ranking.terms?.(job) ?? {},
    knownNodes,
    running: runningJobs(live, ground.now()),
    past: ended.flatMap(record => pastRun(record) ?? []),
  }
}

const allWaiting = ({live, own}: SiteNow): readonly Waiting[] =>
  own.length === 0 ? pendingJobs(live) : [...pendingJobs(live), ...own]

/** Null: it does not wait, or not for its turn. */
export const forecastJob = (ground: PlanningGround, site: SiteNow, id: number): Forecast | null => {
  const pending = allWaiting(site)
  const job = pending.find(each => each.id === id)
  if (job === undefined || keptBy(site.live, job.id, ground.now()) !== null) return null
  return forecast(inputOf(ground, site, pending), job)
}

/** Of one that nobody has submitted yet. */
export const forecastNew = (ground: PlanningGround, site: SiteNow, job: Waiting): Forecast =>
  forecast(inputOf(ground, site, [...allWaiting(site), job]), job)

/** Of what stands in no line: a schedule, whose runs are jobs of their own, and what is held. Null: it waits for its turn. */
const asideOf = ({state, timetable, reason}: JobRecord): Start | null => {
  if (state === 'held') return {likely: null, latest: null, kept: reason ?? HELD}
  if (timetable === undefined) return null
  const next = timetable.next === null ? null : {notBefore: timetable.next}
  return {likely: next, latest: next, kept: reason ?? {code: 'timetable', text: 'waits for its next time'}}
}

const HELD: Reason = {code: 'held', text: 'held by request'}

/** When each that waits starts; of an array the next of its tasks. */
export const forecastStarts = (ground: PlanningGround, site: SiteNow): ((id: number) => Start) => {
  const startOf = startsOf(inputOf(ground, site, allWaiting(site)))
  return id => {
    const record = site.live.get(jobId(id))?.record
    return (record === undefined ? null : asideOf(record)) ?? startOf(id)
  }
}
