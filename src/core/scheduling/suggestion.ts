/**
 * One thing that would let a job start now, if there is one: less time, less memory, fewer cpus (scheduling.md 7). Each is
 * tried by the pass itself, so what is said is true of this moment. Pure.
 */
import type {Resources} from '@god-cli/api'
import type {Room} from './room.js'
import type {Waiting} from './waiting.js'

export interface Suggestion {
  readonly change: Partial<Resources> & {readonly walltime?: number}
  readonly node: string
}

const MIB = 1024 ** 2
/** Thousandths of a cpu, bytes, gpus: what one would write. */
const GRAIN = {cpus: 100, memory: MIB, gpus: 1} as const
const MINUTE = 60
/** Milliseconds for its user to do what he is told: until then the room that he is told of must be his. */
const TIME_TO_ACT = 60_000
/** With less of cpus or memory hardly any job would do. */
const LEAST_PART = 0.5

const less = (free: number, asked: number, grain: number): number | null => {
  const amount = Math.floor(free / grain) * grain
  return amount >= grain && amount >= asked * LEAST_PART && amount < asked ? amount : null
}

/** What could be asked for so that a node has it, the least change first: time, then one amount. */
const changesFor = (job: Waiting, {free, marks, name}: Room, now: number, assumed: number): Suggestion[] => {
  const changes: Suggestion[] = []
  const limit = job.walltime ?? assumed
  for (const {at} of marks) {
    const walltime = Math.floor((at - now - TIME_TO_ACT) / 1000 / MINUTE) * MINUTE
    if (walltime >= MINUTE && walltime < limit) changes.push({change: {walltime}, node: name})
  }
  const [cpus = 0, memory = 0] = free
  const fewer = less(cpus, job.resources.cpus, GRAIN.cpus)
  if (fewer !== null) changes.push({change: {cpus: fewer}, node: name})
  const smaller = less(memory, job.resources.memory, GRAIN.memory)
  if (smaller !== null) changes.push({change: {memory: smaller}, node: name})
  return changes
}

export const changed = (job: Waiting, {change: {walltime, ...amounts}}: Suggestion): Waiting => {
  const {alike: _, ...rest} = job
  return {
    ...rest,
    resources: {...job.resources, ...amounts},
    walltime: walltime ?? job.walltime,
  }
}

/** How much of what it asked for it would lose. */
const loss = (job: Waiting, {change: {walltime, cpus, memory}}: Suggestion, assumed: number): number =>
  1 -
  ((walltime ?? job.walltime ?? assumed) / (job.walltime ?? assumed)) *
    ((cpus ?? job.resources.cpus) / job.resources.cpus) *
    ((memory ?? job.resources.memory) / job.resources.memory)

/** Many nodes have the same left. */
const eachOnce = (all: readonly Suggestion[]): Suggestion[] => [
  ...new Map(all.map(each => [JSON.stringify(each.change), each])).values(),
]

interface Moment {
  readonly rooms: readonly Room[]
  readonly now: number
  readonly assumed: number
  /** How many may be tried. */
  readonly tries: number
}

/** `starts`: whether it starts now if it asks for that instead. */
export const suggestionFor = (
  job: Waiting,
  {rooms, now, assumed, tries}: Moment,
  starts: (job: Waiting) => boolean,
): Suggestion | null =>
  eachOnce(rooms.flatMap(room => changesFor(job, room, now, assumed)))
    .sort((a, b) => loss(job, a, assumed) - loss(job, b, assumed))
    .slice(0, tries)
    .find(suggestion => starts(changed(job, suggestion))) ?? null
