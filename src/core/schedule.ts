/**
 * The scheduling decision: a snapshot and a policy's order in, a plan out (scheduling.md 1).
 *
 * Pure and deterministic: ties end in the job number and the node name. Strict order: the first job that
 * does not fit now keeps all behind it waiting, so nothing starves. A job that fits on no empty node can
 * never start and keeps nobody waiting. Never over the capacity of a node in any resource.
 */
import type {NodeReport, PendingJob, Reason, Resources} from '@god-cli/api'
import {formatCpus, formatMemory} from './amounts.js'
import {type Instant, type JobId, jobId} from './brand.js'
import {createWaiting, type Plan, type Start} from './plan.js'
import {inOrder, type Policy} from './policy-order.js'
import type {Quotas} from './quota.js'
import {type QuotaRoom, quotaRoom} from './quota-room.js'

export interface Allocation {
  readonly id: JobId
  readonly node: string
  readonly user: string
  readonly project: string
  readonly resources: Resources
}

/** What waits: a job, or an array, of which several tasks may start in one pass. */
export interface Waiting extends PendingJob {
  /** Of an array: how many tasks may start now, and why no more. */
  readonly tasks?: {readonly count: number; readonly reason: Reason | null}
}

export interface Snapshot {
  readonly now: Instant
  /** Nodes that take new work. */
  readonly nodes: readonly NodeReport[]
  readonly allocations: readonly Allocation[]
  readonly pending: readonly Waiting[]
  /** Left out: there are none. */
  readonly quotas?: Quotas
  /** Why nothing starts at all now. Null or left out: nothing keeps it. */
  readonly closed?: Reason | null
  /** What keeps single jobs from starting, whatever room there is. Left out: nothing. */
  readonly kept?: ReadonlyMap<JobId, Reason>
}

const RESOURCES = ['cpus', 'memory', 'gpus'] as const
type Kind = (typeof RESOURCES)[number]

const counted = (amount: string, noun: string): string => `${amount} ${noun}${amount === '1' ? '' : 's'}`

const show = (kind: Kind, amount: number): string => {
  if (kind === 'cpus') return counted(formatCpus(amount), 'cpu')
  return kind === 'memory' ? `${formatMemory(amount)} of memory` : counted(String(amount), 'gpu')
}

/** A node that shrank below what it runs keeps nobody waiting who asks for none of that. Asked of every job. */
const fits = (need: Resources, room: Resources): boolean =>
  need.cpus <= Math.max(0, room.cpus) &&
  need.memory <= Math.max(0, room.memory) &&
  need.gpus <= Math.max(0, room.gpus)

const minus = (room: Resources, need: Resources): Resources => ({
  cpus: room.cpus - need.cpus,
  memory: room.memory - need.memory,
  gpus: room.gpus - need.gpus,
})

/** A node, and what is left on it; below zero where it shrank under running jobs. */
interface Room {
  readonly node: NodeReport
  left: Resources
}

const roomsOn = (nodes: readonly NodeReport[], allocations: readonly Allocation[]): readonly Room[] => {
  const rooms = new Map<string, Room>(nodes.map(node => [node.name, {node, left: node.capacity}]))
  for (const {node, resources} of allocations) {
    const room = rooms.get(node)
    if (room !== undefined) room.left = minus(room.left, resources)
  }
  return nodes.flatMap(({name}) => rooms.get(name) ?? [])
}

/** Null = it fits on some empty node; else why it can never start here. Also asked at submission. */
export const neverReason = (need: Resources, nodes: readonly NodeReport[]): Reason | null => {
  if (nodes.length === 0 || nodes.some(node => fits(need, node.capacity))) return null
  const lacking = RESOURCES.find(kind => nodes.every(node => need[kind] > node.capacity[kind]))
  return lacking === undefined ? notTogether(need) : tooMuch(need, lacking, nodes)
}

/** Each amount is somewhere, but never all on one node. */
const notTogether = (need: Resources): Reason => ({
  code: 'never',
  text: `asks for ${RESOURCES.filter(kind => need[kind] > 0)
    .map(kind => show(kind, need[kind]))
    .join(', ')} together, and no node has all of it`,
  numbers: {...need},
})

const tooMuch = (need: Resources, lacking: Kind, nodes: readonly NodeReport[]): Reason => {
  const largest = nodes.reduce((a, b) => (b.capacity[lacking] > a.capacity[lacking] ? b : a))
  return {
    code: 'never',
    text: `asks for ${show(lacking, need[lacking])}, but no node has all it asks for; the largest (${largest.name}) has ${show(lacking, largest.capacity[lacking])}`,
    numbers: {
      resource: lacking,
      asked: need[lacking],
      greatest: largest.capacity[lacking],
      node: largest.name,
    },
  }
}

/** Very many jobs ask for few different amounts, and most fit on a large node. */
const neverReasons = (nodes: readonly NodeReport[]): ((need: Resources) => Reason | null) => {
  if (nodes.length === 0) return () => NO_NODE
  const [large] = [...nodes].sort((a, b) => b.capacity.cpus - a.capacity.cpus)
  const known = new Map<string, Reason | null>()
  return need => {
    if (large === undefined || fits(need, large.capacity)) return null
    const key = `${need.cpus} ${need.memory} ${need.gpus}`
    const before = known.get(key)
    if (before !== undefined) return before
    const reason = neverReason(need, nodes)
    known.set(key, reason)
    return reason
  }
}

const leftOver = (need: Resources, {node, left}: Room): number =>
  RESOURCES.reduce(
    (sum, kind) => sum + (node.capacity[kind] > 0 ? (left[kind] - need[kind]) / node.capacity[kind] : 0),
    0,
  )

/** `pack`: of the rooms it fits in, the one with the least left over, relative to its size; the first of equals. */
const place = (need: Resources, rooms: readonly Room[]): Room | null => {
  let best: {readonly room: Room; readonly over: number} | null = null
  for (const room of rooms) {
    if (!fits(need, room.left)) continue
    const over = leftOver(need, room)
    if (best === null || over < best.over) best = {room, over}
  }
  return best?.room ?? null
}

/** What the room lacks most, as a part of what is asked for. */
const shortage = (need: Resources, {node, left}: Room) =>
  RESOURCES.map(kind => {
    const missing = need[kind] - Math.max(0, left[kind])
    return {kind, missing, part: missing / Math.max(1, need[kind]), node: node.name}
  }).reduce((a, b) => (b.part > a.part ? b : a))

/** On the node that lacks the least of those that could ever run it. */
const resourcesReason = (need: Resources, rooms: readonly Room[]): Reason => {
  const {kind, missing, node} = rooms
    .filter(room => fits(need, room.node.capacity))
    .map(room => shortage(need, room))
    .reduce((a, b) => (b.part < a.part ? b : a))
  return {
    code: 'resources',
    text: `next to start; waits for ${show(kind, missing)} more on ${node}`,
    numbers: {resource: kind, short: missing, node},
  }
}

const NO_NODE: Reason = {
  code: 'no-node',
  text: 'no node takes work: none is known or its engine does not answer',
}

/**
 * Places one after the other until one does not fit, or all have a place. So it costs as much as there is room.
 * `own`: what keeps an array from starting more, which is its own affair: it is in nobody's way. So is a quota.
 */
const placeAll = (job: Waiting, rooms: readonly Room[], quotas: QuotaRoom, starts: Start[]): Placed => {
  const count = job.tasks?.count ?? 1
  for (let i = 0; i < count; i++) {
    const barred = quotas.barred(job)
    if (barred !== null) return {kind: 'barred', reason: barred}
    const room = place(job.resources, rooms)
    if (room === null) return {kind: 'no room'}
    starts.push({id: jobId(job.id), node: room.node.name})
    room.left = minus(room.left, job.resources)
    quotas.take(job)
  }
  const own = job.tasks?.reason ?? null
  return own === null ? {kind: 'all'} : {kind: 'barred', reason: own}
}

type Placed =
  | {readonly kind: 'all'}
  | {readonly kind: 'no room'}
  | {readonly kind: 'barred'; readonly reason: Reason}

/** Why a job cannot start now, whatever the others do. */
const ownReasons = (
  nodes: readonly NodeReport[],
  {closed = null, kept = new Map()}: Pick<Snapshot, 'closed' | 'kept'>,
): ((job: Waiting) => Reason | null) => {
  const never = neverReasons(nodes)
  return ({id, tasks, resources}) =>
    tasks?.count === 0 ? (tasks.reason ?? NO_NODE) : (kept.get(jobId(id)) ?? closed ?? never(resources))
}

const roomInQuotas = (quotas: Quotas | undefined, allocations: readonly Allocation[]): QuotaRoom => {
  const room = quotaRoom(quotas)
  for (const allocation of allocations) room.take(allocation)
  return room
}

/** `pending` of the snapshot is in order already. */
export const planInOrder = ({nodes: listed, allocations, pending, ...limits}: Snapshot): Plan => {
  const quotas = roomInQuotas(limits.quotas, allocations)
  const nodes = [...listed].sort((a, b) => (a.name < b.name ? -1 : 1))
  const rooms = roomsOn(nodes, allocations)
  const alone = ownReasons(nodes, limits)
  const starts: Start[] = []
  const behind: JobId[] = []
  const waiting = createWaiting()
  let head: JobId | null = null
  for (const job of pending) {
    const id = jobId(job.id)
    const barred = alone(job)
    if (barred !== null) waiting.because(barred, id)
    else if (head !== null) behind.push(id)
    else {
      const placed = placeAll(job, rooms, quotas, starts)
      if (placed.kind === 'barred') waiting.because(placed.reason, id)
      if (placed.kind === 'no room') {
        head = id
        waiting.because(resourcesReason(job.resources, rooms), id)
      }
    }
  }
  return {starts, waits: waiting.all(), queue: head === null ? null : {head, behind}}
}

export const schedule = (snapshot: Snapshot, policy: Policy): Plan =>
  planInOrder({...snapshot, pending: inOrder(snapshot.pending, snapshot.now, policy)})
