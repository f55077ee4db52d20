/**
 * The scheduling decision: a snapshot and a policy's order in, a plan out (scheduling.md 1). The pass itself is in
 * `scheduling/`; here it is given what a site knows of its nodes, of what runs and of what waits.
 *
 * Pure and deterministic: ties end in the job number and the node name.
 */
import type {NodeReport, PolicyWorld, Reason, Resources} from '@god-cli/api'
import type {Instant, JobId} from './brand.js'
import {type Queues, whereIn} from './limits/queue.js'
import {allRooms, queueRoom} from './limits/queue-room.js'
import type {Quotas, Taking} from './limits/quota.js'
import {type QuotaRoom, quotaRoom} from './limits/quota-room.js'
import type {Plan} from './plan.js'
import {inOrder, type Policy} from './policy-order.js'
import {barOf, type Withheld} from './scheduling/bar.js'
import {createGroups, type Groups} from './scheduling/groups.js'
import {type Compare, type Lane, lanesOf, oneLane} from './scheduling/lanes.js'
import {type PassInput, runPass} from './scheduling/pass.js'
import {planOf} from './scheduling/pass-plan.js'
import type {Closure, RoomState, Step} from './scheduling/room.js'
import {DEFAULT_RULES, type Rules} from './scheduling/rules.js'
import {add, BASIC, KINDS, type Space, subtract, vectorOfNode, vectorOfSite} from './scheduling/vector.js'
import type {Waiting} from './scheduling/waiting.js'

export {neverReason} from './scheduling/never.js'
export type {Waiting} from './scheduling/waiting.js'

export interface Allocation {
  readonly id: JobId
  readonly node: string
  readonly user: string
  readonly project: string
  /** Left out: no cap of a queue counts it. */
  readonly queue?: string
  readonly resources: Resources
  /** When it ends at the latest, epoch milliseconds. Left out: as one that starts now without a walltime. */
  readonly until?: number
}

export interface Snapshot {
  readonly now: Instant
  /** Nodes that take new work. */
  readonly nodes: readonly NodeReport[]
  /** Those that take none for now, by an operator's word. Left out: none. */
  readonly drained?: readonly Withheld[]
  /** By node, when only some users' jobs run there; of those that are not over. Left out: never. */
  readonly closures?: ReadonlyMap<string, readonly Closure[]>
  readonly allocations: readonly Allocation[]
  readonly pending: readonly Waiting[]
  /** Left out: there are none. */
  readonly quotas?: Quotas
  /** Left out: no job is kept from anything by its queue. */
  readonly queues?: Queues
  /** Why nothing starts at all now. Null or left out: nothing keeps it. */
  readonly closed?: Reason | null
  /** What keeps single pending jobs from starting, whatever room there is. Left out: nothing. */
  readonly kept?: ReadonlyMap<JobId, Reason>
  /** Left out: by default. */
  readonly rules?: Rules
  /** Seconds for which a job without a walltime is planned. Left out: a day. */
  readonly assumedTime?: number
  /** What is counted, besides what every site counts. Left out: nothing. */
  readonly space?: Space
}

export const ASSUMED_TIME = 86_400

/** Who waits, lined up for a pass. */
export interface LineUp {
  readonly groups: Groups
  readonly lanes: readonly Lane[]
  readonly compare: Compare
  /** All of them in order, where that is kept up anyhow. */
  readonly queue?: Lane
}

/** `queues`: that keep jobs to their nodes. */
export const groupsOf = (
  pending: readonly Waiting[],
  assumedTime: number,
  queues?: Queues,
  space?: Space,
): Groups => {
  const whereOf = queues === undefined ? undefined : (job: Waiting) => whereIn(queues, job)
  const groups = createGroups(assumedTime, whereOf, space)
  for (const job of pending) groups.add(job)
  return groups
}

/** By an order of all of them. */
export const lineUpInOrder = (ordered: readonly Waiting[], groups: Groups): LineUp => {
  let places: ReadonlyMap<number, number> | null = null
  // Who asks is rare, and there may be a hundred thousand.
  const placeOf = ({id}: Waiting): number => {
    places ??= new Map(ordered.map((job, i) => [job.id, i]))
    return places.get(id) ?? Number.POSITIVE_INFINITY
  }
  return {groups, lanes: oneLane(ordered, groups), compare: (a, b) => placeOf(a) - placeOf(b)}
}

export const lineUpByRank = (groups: Groups, compare: Compare): LineUp => ({
  groups,
  lanes: lanesOf(groups, compare),
  compare,
})

/** `world`: for a policy that ranks. */
const lineUp = (
  {pending, now, assumedTime = ASSUMED_TIME, queues, space}: Snapshot,
  policy: Policy,
  world: PolicyWorld | null,
): LineUp => {
  const groups = groupsOf(
    [...pending].sort((a, b) => a.id - b.id),
    assumedTime,
    queues,
    space,
  )
  return policy.rank === undefined || world === null
    ? lineUpInOrder(inOrder(pending, now, policy), groups)
    : lineUpByRank(groups, policy.rank(world).compare)
}

/** What the nodes share, with all of it free. */
export const emptySite = ({shared}: Space): RoomState & {readonly free: number[]; readonly ends: Step[]} => ({
  name: '',
  capacity: shared,
  labels: {},
  free: [...shared],
  ends: [],
})

/**
 * Of those that should be over: whose node does not answer, so that nothing can end them. When they give back what the nodes
 * share nobody can foretell, and no reservation is built on it.
 */
export const endlessAmong = (
  {nodes, drained = []}: Pick<Snapshot, 'nodes' | 'drained'>,
  now: number,
): ((allocation: Pick<Allocation, 'node' | 'until'>) => boolean) => {
  const answering = new Set([...nodes, ...drained].map(({name}) => name))
  return ({node, until}) => until !== undefined && until <= now && !answering.has(node)
}

/**
 * The nodes, which are in order of their names, with what is left on each, and what is left of what they share: below zero
 * where one shrank under running jobs. What runs on a node that takes no work has its part of the site.
 */
const roomsOf = (nodes: readonly NodeReport[], snapshot: Snapshot): Pick<PassInput, 'rooms' | 'site'> => {
  const {allocations, now, assumedTime = ASSUMED_TIME, closures, space = BASIC} = snapshot
  const isEndless = endlessAmong(snapshot, now)
  const site = emptySite(space)
  const rooms = new Map(
    nodes.map(({name, capacity, labels}) => {
      const all = vectorOfNode(capacity, space)
      const room = {name, capacity: all, labels, free: [...all], ends: [] as Step[]}
      return [name, {...room, closures: closures?.get(name) ?? []}]
    }),
  )
  for (const allocation of allocations) {
    const {node, resources, until = now + assumedTime * 1000} = allocation
    const shared = vectorOfSite(resources, space)
    const takes = [
      {room: rooms.get(node), need: vectorOfNode(resources, space)},
      ...(shared === null ? [] : [{room: site, need: shared}]),
    ]
    for (const {room, need} of takes) {
      if (room === undefined) continue
      subtract(room.free, need)
      if (!isEndless(allocation)) room.ends.push({at: until, change: need})
    }
  }
  for (const {ends} of [...rooms.values(), site]) ends.sort((a, b) => a.at - b.at)
  return {rooms: [...rooms.values()], site}
}

/** What the site has, of all its nodes together. */
export const capacityOf = (nodes: readonly NodeReport[], space: Space = BASIC): Resources => {
  const sum = [...space.shared]
  for (const {capacity} of nodes) add(sum, vectorOfNode(capacity, space))
  const [cpus = 0, memory = 0, gpus = 0, ...counted] = sum
  const names = space.kinds.slice(KINDS.length)
  if (names.length === 0) return {cpus, memory, gpus}
  return {cpus, memory, gpus, counted: Object.fromEntries(names.map((name, i) => [name, counted[i] ?? 0]))}
}

/** How much each may have at once. */
export type Caps = Pick<Snapshot, 'quotas' | 'queues'>

/** What is left of it to all when those have theirs. */
export const roomInCaps = ({quotas, queues}: Caps, having: Iterable<Taking>): QuotaRoom => {
  const room = queues === undefined ? quotaRoom(quotas) : allRooms(quotaRoom(quotas), queueRoom(queues))
  for (const each of having) room.take(each)
  return room
}

const NOTHING_KEPT: ReadonlyMap<JobId, Reason> = new Map()

export const passInput = (snapshot: Snapshot, line: LineUp): PassInput => {
  const {now, space = BASIC} = snapshot
  const nodes = [...snapshot.nodes].sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    ...line,
    now,
    ...roomsOf(nodes, snapshot),
    space,
    rules: snapshot.rules ?? DEFAULT_RULES,
    quotas: roomInCaps(snapshot, snapshot.allocations),
    bar: barOf(nodes, snapshot.closed ?? null, snapshot.drained, space),
    kept: snapshot.kept ?? NOTHING_KEPT,
  }
}

export const planLinedUp = (snapshot: Snapshot, line: LineUp): Plan => {
  const input = passInput(snapshot, line)
  return planOf(runPass(input), input)
}

export const schedule = (snapshot: Snapshot, policy: Policy, world: PolicyWorld | null = null): Plan =>
  planLinedUp(snapshot, lineUp(snapshot, policy, world))
