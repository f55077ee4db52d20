/**
 * The scheduling decision: a snapshot and a policy's order in, a plan out (scheduling.md 1).
 *
 * Pure and deterministic: ties end in the job number and the node name. Strict order: the first job that
 * does not fit now keeps all behind it waiting, so nothing starves. A job that fits on no empty node can
 * never start and keeps nobody waiting. Never over the capacity of a node in any resource.
 */
import type {NodeReport, PendingJob, Reason, Resources, Scheduler} from '@god-cli/api'
import {formatCpus, formatMemory} from './amounts.js'
import {type Instant, type JobId, jobId} from './brand.js'

export interface Allocation {
  readonly id: JobId
  readonly node: string
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
}

export interface Start {
  readonly id: JobId
  readonly node: string
}

export interface Plan {
  /** Of an array one for each task: which tasks they are is the array's business. */
  readonly starts: readonly Start[]
  /** One for each that waits and does not start now, or not all of it. */
  readonly reasons: ReadonlyMap<JobId, Reason>
}

const RESOURCES = ['cpus', 'memory', 'gpus'] as const
type Kind = (typeof RESOURCES)[number]

const counted = (amount: string, noun: string): string => `${amount} ${noun}${amount === '1' ? '' : 's'}`

const show = (kind: Kind, amount: number): string => {
  if (kind === 'cpus') return counted(formatCpus(amount), 'cpu')
  return kind === 'memory' ? `${formatMemory(amount)} of memory` : counted(String(amount), 'gpu')
}

/** A node that shrank below what it runs keeps nobody waiting who asks for none of that. */
const fits = (need: Resources, room: Resources): boolean =>
  RESOURCES.every(kind => need[kind] <= Math.max(0, room[kind]))

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

const roomOn = (node: NodeReport, allocations: readonly Allocation[]): Room => ({
  node,
  left: allocations
    .filter(allocation => allocation.node === node.name)
    .reduce((left, {resources}) => minus(left, resources), node.capacity),
})

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

const behind = (head: JobId, ahead: number): Reason => ({
  code: 'priority',
  text: `behind ${ahead} ${ahead === 1 ? 'job' : 'jobs'}; job ${head} is next`,
  numbers: {ahead, next: head},
})

/** The policy's order made whole: unknown and repeated ids dropped, forgotten ones last, by number. */
const ordered = (snapshot: Snapshot, policy: Pick<Scheduler, 'order'>): readonly Waiting[] => {
  const pending = [...snapshot.pending].sort((a, b) => a.id - b.id)
  const left = new Map(pending.map(job => [job.id, job]))
  const jobs: Waiting[] = []
  for (const id of policy.order(pending, snapshot.now)) {
    const job = left.get(id)
    if (job !== undefined) jobs.push(job)
    left.delete(id)
  }
  return [...jobs, ...left.values()]
}

/** Places one after the other until one does not fit, or all have a place: true. So it costs as much as there is room. */
const placeAll = (job: Waiting, rooms: readonly Room[], starts: Start[]): boolean => {
  const count = job.tasks?.count ?? 1
  for (let i = 0; i < count; i++) {
    const room = place(job.resources, rooms)
    if (room === null) return false
    starts.push({id: jobId(job.id), node: room.node.name})
    room.left = minus(room.left, job.resources)
  }
  return true
}

export const schedule = (snapshot: Snapshot, policy: Pick<Scheduler, 'order'>): Plan => {
  const nodes = [...snapshot.nodes].sort((a, b) => (a.name < b.name ? -1 : 1))
  const rooms = nodes.map(node => roomOn(node, snapshot.allocations))
  const starts: Start[] = []
  const reasons = new Map<JobId, Reason>()
  let head: JobId | null = null
  let waiting = 0
  for (const job of ordered(snapshot, policy)) {
    const id = jobId(job.id)
    const never = neverReason(job.resources, nodes)
    // What keeps an array from starting more is its own affair: it is in nobody's way.
    const own = job.tasks?.reason ?? null
    if (job.tasks?.count === 0) reasons.set(id, own ?? NO_NODE)
    else if (never !== null) reasons.set(id, never)
    else if (nodes.length === 0) reasons.set(id, NO_NODE)
    else if (head !== null) reasons.set(id, behind(head, ++waiting))
    else if (!placeAll(job, rooms, starts)) {
      head = id
      reasons.set(id, resourcesReason(job.resources, rooms))
    } else if (own !== null) reasons.set(id, own)
  }
  return {starts, reasons}
}
