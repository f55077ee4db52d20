/**
 * What a pass decided, told: the starts, and a reason for each job that waits (scheduling.md 7), once for all that wait for
 * the same. Pure.
 */
import type {Reason} from '@god-cli/api'
import {type JobId, jobId} from '../brand.js'
import {createWaiting, type Plan, type Queue, type Reservation} from '../plan.js'
import type {Group} from './groups.js'
import {createTurns, type Lane} from './lanes.js'
import type {Pass, PassInput, Verdict} from './pass.js'
import {reservedReason, resourcesReason} from './room-reasons.js'
import type {Seats} from './seats.js'
import type {Shape} from './shape.js'
import type {Space} from './vector.js'

/** Also that of those whom a pass did not ask, for want of room. */
const BEHIND: Verdict = {kind: 'behind'}

/** How far the order of those behind is worked out where that means to merge very many groups. */
const MOST_ORDERED = 2000

const idsOf = ({members, first}: Group): readonly JobId[] => members.slice(first).map(({id}) => jobId(id))

interface Behind {
  readonly ordered: readonly JobId[]
  readonly rest: readonly JobId[]
}

const inOneLane = ({slots, jobs, groups}: Lane, isBehind: (id: number, group: Group) => boolean): Behind => {
  const ordered: JobId[] = []
  for (let i = 0; i < slots.length; i++) {
    const [job, group] = [jobs[i], 'shape' in groups ? groups : groups[i]]
    if (job !== undefined && group !== undefined && isBehind(job.id, group)) ordered.push(jobId(job.id))
  }
  return {ordered, rest: []}
}

const behindOf = (
  {lanes, compare, groups}: PassInput,
  isBehind: (id: number, group: Group) => boolean,
): Behind => {
  const [only] = lanes
  if (only !== undefined && lanes.length === 1) return inOneLane(only, isBehind)
  const ordered = new Set<JobId>()
  const turns = createTurns({lanes, compare}, () => false)
  for (let turn = turns.next(); turn !== null && ordered.size < MOST_ORDERED; turn = turns.next())
    if (isBehind(turn.job.id, turn.group)) ordered.add(jobId(turn.job.id))
  const rest: JobId[] = []
  for (const group of groups.all())
    for (const id of idsOf(group)) if (!ordered.has(id) && isBehind(id, group)) rest.push(id)
  return {ordered: [...ordered], rest}
}

/** For whom the room is kept that a group of that shape would fit into. */
const keeping = ({seats, reservations}: Pass, space: Space): ((group: Group) => Reason | null) => {
  const known = new Map<Shape, Reason | null>()
  const keptFrom = (shape: Shape, who: string): Reason | null => {
    const keeper = seats.keeper(shape, who)
    return keeper === null ? null : reservedReason(keeper, space)
  }
  const closed = seats.rooms.some(({closures}) => closures.length > 0)
  return ({shape, members, first}) => {
    if (reservations.length === 0 && !closed) return null
    const who = members[first]?.user ?? ''
    if (seats.isFavoured(who)) return keptFrom(shape, who)
    const before = known.get(shape)
    if (before !== undefined) return before
    const reason = keptFrom(shape, who)
    known.set(shape, reason)
    return reason
  }
}

/** Of one that is next. Nothing may be short: with several reservations one may keep the room of another. */
const nextReason =
  (seats: Seats, space: Space) =>
  (shape: Shape, own: Reservation | null, who: string): Reason => {
    const keeper = own === null ? null : seats.keeper(shape, who, own)
    return keeper === null ? resourcesReason(shape, seats, space, own, who) : reservedReason(keeper, space)
  }

/** Reasons of single jobs: their own, and of those that are next. */
const singleReasons = (
  {told, blocked, reservations, seats}: Pass,
  space: Space,
): ReadonlyMap<number, Reason> => {
  const reasonFor = nextReason(seats, space)
  const reserved = new Map(reservations.map(each => [each.id, each]))
  const next = blocked.map(
    ({job, shape}) => [job.id, reasonFor(shape, reserved.get(job.id) ?? null, job.user)] as const,
  )
  return new Map([...told, ...next])
}

export const planOf = (pass: Pass, input: PassInput): Plan => {
  const {gone, starts, blocked, reservations} = pass
  const waiting = createWaiting()
  const single = singleReasons(pass, input.space)
  for (const [id, reason] of single) waiting.because(reason, jobId(id))

  const isOpen = (id: number): boolean => !single.has(id) && !gone.has(id)
  const keptFor = keeping(pass, input.space)
  const behind = new Set<Group>()
  for (const group of input.groups.all()) {
    const verdict = pass.verdicts.get(group) ?? BEHIND
    if (verdict.kind === 'behind') behind.add(group)
    const reason = verdict.kind === 'told' ? verdict.reason : keptFor(group)
    if (reason !== null) for (const id of idsOf(group).filter(isOpen)) waiting.because(reason, id)
  }

  const [head] = blocked
  const behindHead = (): Behind => behindOf(input, (id, group) => behind.has(group) && isOpen(id))
  return {
    starts,
    waits: waiting.all(),
    queue: head === undefined ? null : queueOf(jobId(head.job.id), blocked.length, behindHead()),
    reservations,
  }
}

const queueOf = (head: JobId, ahead: number, {ordered, rest}: Behind): Queue => ({
  head,
  ahead,
  behind: ordered,
  rest,
})
