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

/** Whose jobs are behind, and which of them nothing else is told of. */
interface Asked {
  readonly isBehind: (group: Group) => boolean
  readonly isOpen: (id: number) => boolean
}

interface Behind {
  readonly ordered: readonly JobId[]
  readonly rest: readonly JobId[]
}

/** A lane of all jobs, to be gone through in each pass while the same wait: without a look at each job itself. */
interface Line {
  readonly ids: readonly JobId[]
  readonly groups: readonly Group[]
  /** Of each job: which of the groups is its own. */
  readonly groupOf: Uint32Array
}

const lineOf = ({jobs, groups}: Lane): Line => {
  const ids = jobs.map(({id}) => jobId(id))
  const groupOf = new Uint32Array(jobs.length)
  if ('shape' in groups) return {ids, groups: [groups], groupOf}
  const numbers = new Map<Group, number>()
  for (const [i, group] of groups.entries()) {
    const number = numbers.get(group) ?? numbers.size
    if (number === numbers.size) numbers.set(group, number)
    groupOf[i] = number
  }
  return {ids, groups: [...numbers.keys()], groupOf}
}

const lines = new WeakMap<Lane, Line>()

const inOneLane = (lane: Lane, {isBehind, isOpen}: Asked): Behind => {
  const {ids, groups, groupOf} = lines.get(lane) ?? lineOf(lane)
  lines.set(lane, {ids, groups, groupOf})
  const behind = groups.map(isBehind)
  return {ordered: ids.filter((id, i) => behind[groupOf[i] ?? 0] === true && isOpen(id)), rest: []}
}

/** By turns only so far: who comes after that is told in no order. */
const inManyLanes = ({lanes, compare, groups}: PassInput, {isBehind, isOpen}: Asked): Behind => {
  const ordered = new Set<JobId>()
  const turns = createTurns({lanes, compare}, () => false)
  for (let turn = turns.next(); turn !== null && ordered.size < MOST_ORDERED; turn = turns.next())
    if (isBehind(turn.group) && isOpen(turn.job.id)) ordered.add(jobId(turn.job.id))
  const rest: JobId[] = []
  for (const group of groups.all()) {
    if (!isBehind(group)) continue
    for (const id of idsOf(group)) if (!ordered.has(id) && isOpen(id)) rest.push(id)
  }
  return {ordered: [...ordered], rest}
}

const behindOf = (input: PassInput, asked: Asked): Behind => {
  const [only] = input.lanes
  return only !== undefined && input.lanes.length === 1 ? inOneLane(only, asked) : inManyLanes(input, asked)
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

  const shut = new Set([...single.keys(), ...gone])
  const isOpen = (id: number): boolean => !shut.has(id)
  const keptFor = keeping(pass, input.space)
  const behind = new Set<Group>()
  for (const group of input.groups.all()) {
    const verdict = pass.verdicts.get(group) ?? BEHIND
    if (verdict.kind === 'behind') behind.add(group)
    const reason = verdict.kind === 'told' ? verdict.reason : keptFor(group)
    if (reason !== null) for (const id of idsOf(group).filter(isOpen)) waiting.because(reason, id)
  }

  const [head] = blocked
  const behindHead = (): Behind => behindOf(input, {isBehind: group => behind.has(group), isOpen})
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
