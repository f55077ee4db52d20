/**
 * One thing that would let a job start now, if there is one: less time, less memory, fewer cpus (scheduling.md 7). Each is
 * tried by the pass itself, so what is said is true of this moment. Pure.
 */
import type {Resources} from '@god-cli/api'
import type {Room} from './room.js'
import type {Waiting} from './waiting.js'

export type Change = Partial<Resources> & {readonly walltime?: number}

export interface Suggestion {
  readonly change: Change
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

/**
 * What could be asked for so that a node has it, the least change first: time, then one amount. Who is reserved some of what
 * the nodes share has room on one of them from the same time on.
 */
const changesFor = (job: Waiting, {free, marks}: Room, {now, assumed}: Moment): Change[] => {
  const changes: Change[] = []
  const limit = job.walltime ?? assumed
  for (const {at} of marks) {
    const walltime = Math.floor((at - now - TIME_TO_ACT) / 1000 / MINUTE) * MINUTE
    if (walltime >= MINUTE && walltime < limit) changes.push({walltime})
  }
  const [cpus = 0, memory = 0] = free
  const fewer = less(cpus, job.resources.cpus, GRAIN.cpus)
  if (fewer !== null) changes.push({cpus: fewer})
  const smaller = less(memory, job.resources.memory, GRAIN.memory)
  if (smaller !== null) changes.push({memory: smaller})
  return changes
}

export const changed = (job: Waiting, {walltime, ...amounts}: Change): Waiting => {
  const {alike: _, ...rest} = job
  return {
    ...rest,
    resources: {...job.resources, ...amounts},
    walltime: walltime ?? job.walltime,
  }
}

/** How much of what it asked for it would lose. */
const loss = (job: Waiting, {walltime, cpus, memory}: Change, assumed: number): number =>
  1 -
  ((walltime ?? job.walltime ?? assumed) / (job.walltime ?? assumed)) *
    ((cpus ?? job.resources.cpus) / job.resources.cpus) *
    ((memory ?? job.resources.memory) / job.resources.memory)

/** Many nodes have the same left. */
const eachOnce = (all: readonly Change[]): Change[] => [
  ...new Map(all.map(each => [JSON.stringify(each), each])).values(),
]

interface Moment {
  readonly rooms: readonly Room[]
  readonly now: number
  readonly assumed: number
  /** How many may be tried. */
  readonly tries: number
}

/** `startsOn`: where it starts now if it asks for that instead; null: it does not. */
export const suggestionFor = (
  job: Waiting,
  moment: Moment,
  startsOn: (job: Waiting) => string | null,
): Suggestion | null => {
  const {rooms, assumed, tries} = moment
  const tried = eachOnce(rooms.flatMap(room => changesFor(job, room, moment)))
    .sort((a, b) => loss(job, a, assumed) - loss(job, b, assumed))
    .slice(0, tries)
  for (const change of tried) {
    const node = startsOn(changed(job, change))
    if (node !== null) return {change, node}
  }
  return null
}
