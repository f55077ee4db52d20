/**
 * What is to be said of one waiting job beyond the reason that the last pass gave (scheduling.md 7): its place in the queue,
 * who is just ahead and why, which nodes are left for it, when it starts, and what would let it start now. The same pass,
 * policy and rules as the scheduler's; asked for on demand. Pure.
 */
import type {Ranking, Reason} from '@god-cli/api'
import {jobId} from '../brand.js'
import {reasonsOf} from '../plan.js'
import {type LineUp, passInput, planLinedUp, type Snapshot} from '../schedule.js'
import type {PastRun} from './expected-run.js'
import {outlived, typicalRuns} from './expected-run.js'
import {type FunnelStep, funnelOf} from './funnel.js'
import {createTurns} from './lanes.js'
import {runPass} from './pass.js'
import {type PlannedStarts, plannedStarts} from './planned-starts.js'
import {shapeOf} from './shape.js'
import {type Suggestion, suggestionFor} from './suggestion.js'
import {BASIC} from './vector.js'
import type {Waiting} from './waiting.js'

/** What runs, as it is needed to expect its end. */
export interface RunningJob {
  readonly id: number
  readonly user: string
  /** Milliseconds that it has run. */
  readonly age: number
  /** Milliseconds; null: without. */
  readonly limit: number | null
}

export interface ForecastInput {
  readonly snapshot: Snapshot
  /** As the policy has it. */
  readonly lineUp: (pending: readonly Waiting[]) => LineUp
  readonly terms: Ranking['terms']
  /** Nodes of the site, also those that take no work. */
  readonly knownNodes: number
  readonly running: readonly RunningJob[]
  readonly past: readonly PastRun[]
}

/**
 * Epoch milliseconds; `beyond`: only that it is later than that; `notBefore`: no earlier, and what it finds then is planned
 * by nobody. Null: nobody can say.
 */
export type When = {readonly at: number} | {readonly beyond: number} | {readonly notBefore: number} | null

export interface Start {
  /** By what the users' last jobs took. */
  readonly likely: When
  /** By what may be taken at most. */
  readonly latest: When
  /** What keeps it, whatever room there is, so that no time is planned. Null: nothing but want of room. */
  readonly kept: Reason | null
}

export interface Forecast extends Start {
  /** In the next pass, as things are. */
  readonly startsNow: boolean
  readonly reason: Reason | null
  /** 1 = next. */
  readonly place: number
  readonly waiting: number
  /** Others than its own. */
  readonly usersAhead: number
  readonly ahead: {readonly id: number; readonly user: string} | null
  readonly terms: Readonly<Record<string, number>> | null
  readonly termsAhead: Readonly<Record<string, number>> | null
  readonly funnel: readonly FunnelStep[]
  /** What it would lack even if nobody else waited. Null: nothing, or it must let those before it start in any case. */
  readonly lacks: Reason | null
  readonly suggestion: Suggestion | null
}

const assumedOf = ({assumedTime = 86_400}: Snapshot): number => assumedTime

/** The same, if all runs as long as is likely. */
const likelySnapshot = ({snapshot, running, past}: ForecastInput): Snapshot => {
  const typical = typicalRuns(past)
  const assumed = assumedOf(snapshot)
  const ends = new Map(
    running.map(({id, user, age, limit}) => {
      const most = limit ?? assumed * 1000
      return [id, snapshot.now + outlived(typical.get(user) ?? most, age, most) - age]
    }),
  )
  return {
    ...snapshot,
    allocations: snapshot.allocations.map(each => {
      const until = ends.get(each.id) ?? each.until
      return until === undefined ? each : {...each, until}
    }),
    pending: snapshot.pending.map(job => {
      const run = typical.get(job.user)
      if (run === undefined) return job
      const {alike: _, ...rest} = job
      return {...rest, walltime: Math.min(job.walltime ?? assumed, Math.max(1, Math.ceil(run / 1000)))}
    }),
  }
}

/** Of one that waits for its time. */
const momentOf = ({code, numbers = {}}: Reason): When =>
  code === 'begin-time' && typeof numbers.at === 'number' ? {notBefore: numbers.at} : null

const when = (planned: PlannedStarts, id: number): When => {
  const at = planned.at(id)
  if (at !== null) return {at}
  const kept = planned.kept(id)
  if (kept !== null) return momentOf(kept)
  return planned.beyond === null ? null : {beyond: planned.beyond}
}

/** Of each waiting job. */
export const startsOf = (input: ForecastInput): ((id: number) => Start) => {
  const {snapshot, lineUp} = input
  const likely = likelySnapshot(input)
  const byLimits = plannedStarts(snapshot, lineUp(snapshot.pending))
  const byHistory = plannedStarts(likely, lineUp(likely.pending))
  return id => {
    const [latest, expected] = [when(byLimits, id), when(byHistory, id)]
    // Shorter jobs make another plan, and may for one job be a later one.
    const isLater =
      latest !== null && 'at' in latest && expected !== null && 'at' in expected && expected.at > latest.at
    return {latest, likely: isLater ? latest : expected, kept: byLimits.kept(id)}
  }
}

/** Those whose turn is before his, in order. */
const aheadOf = ({lanes, compare}: LineUp, id: number): readonly Waiting[] => {
  const turns = createTurns({lanes, compare}, () => false)
  const ahead: Waiting[] = []
  for (let turn = turns.next(); turn !== null && turn.job.id !== id; turn = turns.next()) ahead.push(turn.job)
  return ahead
}

/** Null: it does not. */
const startsOn = (input: ForecastInput, pending: readonly Waiting[], id: number): string | null => {
  const {starts} = runPass(passInput({...input.snapshot, pending}, input.lineUp(pending)))
  return starts.find(start => start.id === id)?.node ?? null
}

/**
 * Also withdrawn and submitted anew, which is how its user can change it: then it is the last of all, and whom it kept
 * waiting may have the room.
 */
const startsAnew = (input: ForecastInput, job: Waiting): boolean => {
  const {now, pending} = input.snapshot
  const id = 1 + pending.reduce((most, each) => Math.max(most, each.id), 0)
  const others = pending.filter(each => each.id !== job.id)
  return startsOn(input, [...others, {...job, id, submitted: now, eligible: now}], id) !== null
}

/** A minute later it ends a minute later: so long it may take to type it in. */
const typedLate = (job: Waiting, assumed: number): Waiting => ({
  ...job,
  walltime: (job.walltime ?? assumed) + 60,
})

const stillStartsOn = (input: ForecastInput, ahead: readonly Waiting[], job: Waiting): string | null => {
  const node = startsOn(input, [...ahead, job], job.id)
  return node !== null && startsAnew(input, job) ? node : null
}

const lacksAlone = ({snapshot, lineUp}: ForecastInput, job: Waiting): Reason | null => {
  const plan = planLinedUp({...snapshot, pending: [job]}, lineUp([job]))
  return reasonsOf(plan).get(jobId(job.id)) ?? null
}

/** A whole pass for each that is tried: of long queues fewer. */
const triesFor = (ahead: number): number => (ahead > 5000 ? 2 : 12)

export const forecast = (input: ForecastInput, job: Waiting): Forecast => {
  const {snapshot, lineUp, terms} = input
  const {now, pending, space = BASIC} = snapshot
  const line = lineUp(pending)
  const pass = passInput(snapshot, line)
  const {seats} = runPass(pass)
  const plan = planLinedUp(snapshot, line)
  const ahead = aheadOf(line, job.id)
  const before = ahead.at(-1) ?? null
  const startsNow = plan.starts.some(({id}) => id === job.id)
  const assumed = assumedOf(snapshot)
  const moment = {rooms: seats.rooms, now, assumed, tries: triesFor(ahead.length)}
  return {
    // Who comes after it changes nothing for it.
    ...startsOf({...input, snapshot: {...snapshot, pending: [...ahead, job]}})(job.id),
    startsNow,
    reason: reasonsOf(plan).get(jobId(job.id)) ?? null,
    place: ahead.length + 1,
    waiting: pending.length,
    usersAhead: new Set(ahead.flatMap(({user}) => (user === job.user ? [] : [user]))).size,
    ahead: before === null ? null : {id: before.id, user: before.user},
    terms: terms?.(job) ?? null,
    termsAhead: before === null ? null : (terms?.(before) ?? null),
    funnel: funnelOf(shapeOf(job, assumed, space), {...pass, space, known: input.knownNodes}),
    lacks: pass.rules.backfill === 'none' ? null : lacksAlone(input, job),
    suggestion: startsNow
      ? null
      : suggestionFor(job, moment, other => stillStartsOn(input, ahead, typedLate(other, assumed))),
  }
}
