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

export interface Snapshot {
  readonly now: Instant
  /** Nodes that take new work. */
  readonly nodes: readonly NodeReport[]
  readonly allocations: readonly Allocation[]
  readonly pending: readonly PendingJob[]
}

export interface Start {
  readonly id: JobId
  readonly node: string
}

export interface Plan {
  readonly starts: readonly Start[]
  /** One for each pending job that does not start now. */
  readonly reasons: ReadonlyMap<JobId, Reason>
}

const RESOURCES = ['cpus', 'memory', 'gpus'] as const
type Kind = (typeof RESOURCES)[number]

const show = (kind: Kind, amount: number): string => {
  if (kind === 'cpus') return `${formatCpus(amount)} cpus`
  return kind === 'memory' ? `${formatMemory(amount)} of memory` : `${amount} gpus`
}

const fits = (need: Resources, room: Resources): boolean => RESOURCES.every(kind => need[kind] <= room[kind])

const minus = (room: Resources, need: Resources): Resources => ({
  cpus: room.cpus - need.cpus,
  memory: room.memory - need.memory,
  gpus: room.gpus - need.gpus,
})

/** What is left on each node; below zero where a node shrank under running jobs. */
export const freeResources = (snapshot: Pick<Snapshot, 'nodes' | 'allocations'>): Map<string, Resources> => {
  const free = new Map(snapshot.nodes.map(node => [node.name, node.capacity]))
  for (const allocation of snapshot.allocations) {
    const room = free.get(allocation.node)
    if (room !== undefined) free.set(allocation.node, minus(room, allocation.resources))
  }
  return free
}

/** Null = it fits on some empty node; else why it can never start here. Also asked at submission. */
export const neverReason = (need: Resources, nodes: readonly NodeReport[]): Reason | null => {
  if (nodes.length === 0 || nodes.some(node => fits(need, node.capacity))) return null
  const lacking = RESOURCES.find(kind => nodes.every(node => need[kind] > node.capacity[kind])) ?? 'memory'
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

/** `pack`: the feasible node with the least left over, relative to its size; ties by name. */
const place = (
  need: Resources,
  nodes: readonly NodeReport[],
  free: Map<string, Resources>,
): string | null => {
  let best: {node: string; left: number} | null = null
  for (const node of nodes) {
    const room = free.get(node.name)
    if (room === undefined || !fits(need, room)) continue
    const left = RESOURCES.reduce(
      (sum, kind) => sum + (node.capacity[kind] > 0 ? (room[kind] - need[kind]) / node.capacity[kind] : 0),
      0,
    )
    if (best === null || left < best.left || (left === best.left && node.name < best.node)) {
      best = {node: node.name, left}
    }
  }
  return best?.node ?? null
}

const resourcesReason = (
  need: Resources,
  nodes: readonly NodeReport[],
  free: Map<string, Resources>,
): Reason => {
  const short = (node: NodeReport, kind: Kind): number => need[kind] - (free.get(node.name)?.[kind] ?? 0)
  const lacking = RESOURCES.find(kind => nodes.every(node => short(node, kind) > 0)) ?? 'memory'
  const nearest = nodes.reduce((a, b) => (short(b, lacking) < short(a, lacking) ? b : a))
  const missing = Math.max(0, short(nearest, lacking))
  return {
    code: 'resources',
    text: `next to start; waits for ${show(lacking, missing)} more on ${nearest.name}`,
    numbers: {resource: lacking, short: missing, node: nearest.name},
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
const ordered = (snapshot: Snapshot, policy: Pick<Scheduler, 'order'>): readonly PendingJob[] => {
  const left = new Map([...snapshot.pending].sort((a, b) => a.id - b.id).map(job => [job.id, job]))
  const jobs: PendingJob[] = []
  for (const id of policy.order(snapshot.pending, snapshot.now)) {
    const job = left.get(id)
    if (job !== undefined) jobs.push(job)
    left.delete(id)
  }
  return [...jobs, ...left.values()]
}

export const schedule = (snapshot: Snapshot, policy: Pick<Scheduler, 'order'>): Plan => {
  const nodes = [...snapshot.nodes].sort((a, b) => (a.name < b.name ? -1 : 1))
  const free = freeResources(snapshot)
  const starts: Start[] = []
  const reasons = new Map<JobId, Reason>()
  let head: JobId | null = null
  let waiting = 0
  for (const job of ordered(snapshot, policy)) {
    const id = jobId(job.id)
    const never = neverReason(job.resources, nodes)
    const node = head === null ? place(job.resources, nodes, free) : null
    if (never !== null) reasons.set(id, never)
    else if (nodes.length === 0) reasons.set(id, NO_NODE)
    else if (head !== null) reasons.set(id, behind(head, ++waiting))
    else if (node === null) {
      head = id
      reasons.set(id, resourcesReason(job.resources, nodes, free))
    } else {
      starts.push({id, node})
      free.set(node, minus(free.get(node) ?? job.resources, job.resources))
    }
  }
  return {starts, reasons}
}
