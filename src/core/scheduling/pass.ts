/**
 * The scheduling pass (scheduling.md 3, 6): who starts where now, and for whom room is reserved. The scheduler, `god why`
 * and `god simulate` run this one; order, backfill and placement are independent of each other.
 *
 * In the policy's order each starts that fits. Of those that do not, the first few are reserved the earliest room they can
 * have, and nobody behind may delay that. Deterministic: all ties end in the job number and the node's name. Never over the
 * capacity of a node in any resource. Assumes limits that are enforced.
 */
import type {Reason} from '@god-cli/api'
import {type JobId, jobId} from '../brand.js'
import type {QuotaRoom} from '../limits/quota-room.js'
import type {Reservation, Start} from '../plan.js'
import type {Group, Groups} from './groups.js'
import {type Compare, createTurns, type Lane, type Turn} from './lanes.js'
import type {RoomState} from './room.js'
import type {Rules} from './rules.js'
import {createSeats, type Seats} from './seats.js'
import type {Shape} from './shape.js'
import type {Space} from './vector.js'
import {ownReasonAt, type Waiting} from './waiting.js'

export interface PassInput {
  readonly now: number
  /** By name. */
  readonly rooms: readonly RoomState[]
  /** What the nodes share. */
  readonly site: RoomState
  readonly space: Space
  readonly groups: Groups
  readonly lanes: readonly Lane[]
  readonly compare: Compare
  /** As in `createTurns`. */
  readonly queue?: Lane
  readonly rules: Rules
  readonly quotas: QuotaRoom
  /** Why no job of that group can ever start, or none at all now. Null: some could. Left out: of each. */
  readonly bar?: (group: Group) => Reason | null
  /** What keeps single jobs that wait, whatever room there is. */
  readonly kept: ReadonlyMap<JobId, Reason>
}

/** Why the rest of a group does not start. */
export type Verdict =
  | {readonly kind: 'told'; readonly reason: Reason}
  /** For want of room. */
  | {readonly kind: 'behind'}

export interface Pass {
  readonly seats: Seats
  readonly starts: readonly Start[]
  readonly reservations: readonly Reservation[]
  /** In order, those that found no room before as many as may were reserved some. */
  readonly blocked: readonly {readonly job: Waiting; readonly shape: Shape}[]
  readonly verdicts: ReadonlyMap<Group, Verdict>
  /** Reasons of single jobs. */
  readonly told: ReadonlyMap<number, Reason>
  /** Jobs of which nothing waits any more. */
  readonly gone: ReadonlySet<number>
  /**
   * More jobs, in order, submitted after the pass while nothing ended: the same as a whole pass would decide (scheduling.md
   * 3, incremental rule). Null: only a whole pass can tell.
   */
  goOn(turns: readonly Turn[], now: number): readonly Start[] | null
}

const reservationsOf = ({backfill, depth}: Rules): number =>
  backfill === 'none' ? 0 : backfill === 'easy' ? depth : Number.POSITIVE_INFINITY

type Placed =
  | {readonly kind: 'all'}
  | {readonly kind: 'no room'}
  | {readonly kind: 'barred'; readonly reason: Reason}

interface Blocked {
  readonly job: Waiting
  readonly shape: Shape
}

const ownReasons = ({groups, kept, now}: PassInput): Map<number, Reason> => {
  const told = new Map<number, Reason>(kept)
  const own = ownReasonAt(now)
  for (const job of groups.special()) {
    const reason = own(job)
    if (reason !== null) told.set(job.id, reason)
  }
  return told
}

const barredGroups = ({groups, bar}: PassInput): Map<Group, Verdict> => {
  const verdicts = new Map<Group, Verdict>()
  if (bar === undefined) return verdicts
  for (const group of groups.all()) {
    const reason = bar(group)
    if (reason !== null) verdicts.set(group, {kind: 'told', reason})
  }
  return verdicts
}

export const runPass = (input: PassInput): Pass => {
  const {rules, quotas, compare} = input
  const seats = createSeats(input, input.now, rules)
  const most = reservationsOf(rules)
  const isStrict = rules.backfill === 'none'
  const starts: Start[] = []
  const reservations: Reservation[] = []
  const blocked: Blocked[] = []
  const verdicts = barredGroups(input)
  const told = ownReasons(input)
  const gone = new Set<number>()

  const isStopped = (): boolean => isStrict && blocked.length > 0

  /** One after the other until one does not fit: of an array so many tasks as may start. */
  const place = (job: Waiting, shape: Shape, into: Start[]): Placed => {
    const id: JobId = jobId(job.id)
    for (let left = job.tasks?.count ?? 1; left > 0; left--) {
      const reason = quotas.barred(job)
      if (reason !== null) return {kind: 'barred', reason}
      const node = seats.take(shape, job.user)
      if (node === null) return {kind: 'no room'}
      into.push({id, node})
      quotas.take(job)
    }
    return {kind: 'all'}
  }

  const block = (job: Waiting, group: Group): void => {
    const {shape} = group
    // Held by those behind it as well: who can have no room within the horizon holds nobody up.
    const reservation = reservations.length < most ? seats.reserve(job.id, shape, job.user) : null
    if (reservation !== null) reservations.push(reservation)
    if (blocked.length === 0 || reservation !== null) blocked.push({job, shape})
    if (reservations.length >= most || reservation === null) verdicts.set(group, {kind: 'behind'})
  }

  const decide = (job: Waiting, group: Group, into: Start[]): void => {
    const placed = place(job, group.shape, into)
    switch (placed.kind) {
      case 'all':
        if (job.tasks?.reason === undefined || job.tasks.reason === null) gone.add(job.id)
        else told.set(job.id, job.tasks.reason)
        return
      case 'barred':
        verdicts.set(group, {kind: 'told', reason: placed.reason})
        return
      case 'no room':
        block(job, group)
    }
  }

  const turns = createTurns(
    input,
    group => verdicts.has(group),
    ({shape}) => !seats.mayFit(shape),
  )
  for (let turn = turns.next(); turn !== null; turn = turns.next()) {
    if (!told.has(turn.job.id)) decide(turn.job, turn.group, starts)
    if (isStopped()) break
    if (!isStrict && reservations.length >= most) turns.dropHopeless()
  }

  const comesAfterAll = (job: Waiting): boolean =>
    blocked.every(other => (compare(other.job, job) || other.job.id - job.id) < 0)

  return {
    ...{seats, starts, reservations, blocked, verdicts, told, gone},
    goOn: (more, now) => {
      if (!seats.moveTo(now) || !more.every(({job}) => comesAfterAll(job))) return null
      const begun: Start[] = []
      for (const {job, group} of more) {
        const isBarred = input.bar !== undefined && input.bar(group) !== null
        if (!isBarred && !isStopped() && !verdicts.has(group)) decide(job, group, begun)
      }
      return begun
    },
  }
}
