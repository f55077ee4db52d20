/**
 * The waiting jobs one after the other, as the policy has it, without sorting them all: lanes, each in order by itself, of
 * which the one with the best next job is next. Pure.
 *
 * A lane is a group, or all jobs of a user who gave some of them a priority: that permutes his jobs among his own places and
 * moves nobody else. Where the order of all is known there is one lane.
 */
import type {Group, Groups} from './groups.js'
import type {Waiting} from './waiting.js'

export type Compare = (a: Waiting, b: Waiting) => number

export interface Lane {
  /** Whose turn it is by the policy. */
  readonly slots: readonly Waiting[]
  /** Who then starts. */
  readonly jobs: readonly Waiting[]
  /** Of each job. */
  readonly groups: readonly Group[] | Group
  readonly first: number
}

export interface Turn {
  readonly job: Waiting
  readonly group: Group
}

const groupAt = ({groups}: Lane, i: number): Group | undefined => ('shape' in groups ? groups : groups[i])

/** Sorted by the policy; each user's jobs exchanged among themselves by their priority. */
const byOwnPriority = (slots: readonly Waiting[], choosy: ReadonlySet<string>): readonly Waiting[] => {
  const own = new Map<string, Waiting[]>()
  for (const job of slots) {
    if (!choosy.has(job.user)) continue
    const jobs = own.get(job.user)
    if (jobs === undefined) own.set(job.user, [job])
    else jobs.push(job)
  }
  // The next of each is taken from the end: the highest priority, of equals the first by the policy.
  for (const jobs of own.values()) jobs.reverse().sort((a, b) => a.priority - b.priority)
  return slots.map(job => own.get(job.user)?.pop() ?? job)
}

const laneOf = (slots: readonly Waiting[], groups: Groups, choosy: ReadonlySet<string>): Lane => {
  const jobs = choosy.size === 0 ? slots : byOwnPriority(slots, choosy)
  const known: Group[] = []
  for (const job of jobs) {
    const group = groups.of(job)
    if (group !== undefined) known.push(group)
  }
  return {slots, jobs, groups: known, first: 0}
}

/** `slots`: all of them, in the policy's order. */
export const oneLane = (slots: readonly Waiting[], groups: Groups): readonly Lane[] => [
  laneOf(slots, groups, groups.choosy()),
]

export const laneOfGroup = (group: Group): Lane => {
  const {members, first} = group
  return {slots: members, jobs: members, groups: group, first}
}

export const lanesOf = (groups: Groups, compare: Compare): readonly Lane[] => {
  const choosy = groups.choosy()
  const lanes: Lane[] = []
  const own = new Map<string, Waiting[]>()
  for (const group of groups.all()) {
    const {members, first} = group
    const user = members[first]?.user
    if (user === undefined) continue
    if (choosy.has(user)) own.set(user, [...(own.get(user) ?? []), ...members.slice(first)])
    else lanes.push(laneOfGroup(group))
  }
  for (const [user, jobs] of own) lanes.push(laneOf(jobs.sort(compare), groups, new Set([user])))
  return lanes
}

interface Cursor {
  readonly lane: Lane
  at: number
}

const sink = (heap: Cursor[], from: number, before: (a: Cursor, b: Cursor) => boolean): void => {
  const moving = heap[from]
  if (moving === undefined) return
  let at = from
  for (;;) {
    const left = 2 * at + 1
    const [one, other] = [heap[left], heap[left + 1]]
    const right = one !== undefined && other !== undefined && before(other, one)
    const child = right ? other : one
    if (child === undefined || !before(child, moving)) break
    heap[at] = child
    at = right ? left + 1 : left
  }
  heap[at] = moving
}

const heapOf = (lanes: readonly Lane[], before: (a: Cursor, b: Cursor) => boolean): Cursor[] => {
  const heap = lanes.map(lane => ({lane, at: lane.first}))
  for (let i = (heap.length >> 1) - 1; i >= 0; i--) sink(heap, i, before)
  return heap
}

/** The one at the top goes on to its next job, or goes. */
const advance = (
  heap: Cursor[],
  isOut: (group: Group) => boolean,
  before: (a: Cursor, b: Cursor) => boolean,
): void => {
  const [top] = heap
  if (top === undefined) return
  top.at++
  const {lane, at} = top
  if (at >= lane.slots.length || ('shape' in lane.groups && isOut(lane.groups))) {
    const last = heap.pop()
    if (last !== undefined && last !== top) heap[0] = last
  }
  sink(heap, 0, before)
}

export interface Turns {
  /** Null: nobody is left. */
  next(): Turn | null
  /** Those without hope are not asked for any more. */
  dropHopeless(): void
}

/**
 * One after the other; of a group that `isOut` no more. Groups that `hopeless` names are kept apart, so that those need not
 * be put into order of whom nobody will ask. `queue`: the jobs of all groups, where they stand in order anyhow: then those
 * that are kept apart are found in it.
 */
export const createTurns = (
  {
    lanes,
    compare,
    queue,
  }: {readonly lanes: readonly Lane[]; readonly compare: Compare; readonly queue?: Lane},
  isOut: (group: Group) => boolean,
  hopeless: (group: Group) => boolean = () => false,
): Turns => {
  const before = (a: Cursor, b: Cursor): boolean => {
    const [one, other] = [a.lane.slots[a.at], b.lane.slots[b.at]]
    return one !== undefined && other !== undefined && (compare(one, other) || one.id - other.id) < 0
  }
  const hoping: Lane[] = []
  const others: Lane[] = []
  for (const lane of lanes) {
    const {groups, first, slots} = lane
    if (first >= slots.length || ('shape' in groups && isOut(groups))) continue
    if ('shape' in groups && hopeless(groups)) others.push(lane)
    else hoping.push(lane)
  }
  const heaps = [heapOf(hoping, before), heapOf(queue === undefined ? others : [queue], before)] as const
  /** Whose turns are not those of the queue. */
  const apart = new Set(queue === undefined ? [] : hoping.map(({groups}) => groups))

  const best = (): Cursor[] => {
    const [[one], [other]] = heaps
    return one === undefined || (other !== undefined && before(other, one)) ? heaps[1] : heaps[0]
  }

  /** Of whose top the job was given last: it goes on only now, when it is known what became of its group. */
  let given: Cursor[] | null = null

  return {
    next: () => {
      if (given !== null) advance(given, isOut, before)
      for (;;) {
        const heap = best()
        const [top] = heap
        given = top === undefined ? null : heap
        if (top === undefined) return null
        const [job, group] = [top.lane.jobs[top.at], groupAt(top.lane, top.at)]
        const isElsewhere = heap === heaps[1] && group !== undefined && apart.has(group)
        if (job !== undefined && group !== undefined && !isElsewhere && !isOut(group)) return {job, group}
        advance(heap, isOut, before)
      }
    },
    dropHopeless: () => {
      if (given === heaps[1]) given = null
      heaps[1].length = 0
    },
  }
}
