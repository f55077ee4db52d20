/**
 * A node in a pass: what is free on it now, when what runs there is expected to end, and what is reserved (scheduling.md 3).
 *
 * Between the starts of reservations the free amounts only grow, for only ends happen there. So whoever is to run from
 * now on fits as long as he fits now and at each such start before his end: those are the marks. Times in milliseconds.
 */
import {add, fits, subtract, type Vector} from './vector.js'

/** From then on so much more, or less, is free. */
export interface Step {
  readonly at: number
  readonly change: Vector
}

/** The start of a reservation. */
export interface Mark {
  readonly id: number
  readonly at: number
  /** What is free there beside all reservations. */
  readonly free: number[]
}

/** A time in which only some users' jobs run on a node, by an operator's word. */
export interface Closure {
  readonly from: number
  readonly to: number
  readonly users: readonly string[]
  /** In words. Left out: the users. */
  readonly whom?: string
}

/** What a pass begins with; it changes nothing of it. */
export interface RoomState {
  readonly name: string
  readonly capacity: Vector
  readonly labels: Readonly<Record<string, string>>
  readonly free: Vector
  /** By time. */
  readonly ends: readonly Step[]
  /** Left out: none. */
  readonly closures?: readonly Closure[]
}

export interface Room {
  readonly name: string
  readonly capacity: Vector
  readonly labels: Readonly<Record<string, string>>
  readonly free: number[]
  readonly steps: Step[]
  readonly marks: Mark[]
  readonly closures: readonly Closure[]
}

export const openRoom = ({name, capacity, labels, free, ends, closures = []}: RoomState): Room => ({
  name,
  capacity,
  labels,
  free: [...free],
  steps: [...ends],
  marks: [],
  closures,
})

/** Where a step of that time comes to stand: after all others of that time. */
export const placeOfStep = (steps: readonly Step[], at: number): number => {
  let low = 0
  let high = steps.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((steps[middle]?.at ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return low
}

const addStep = (steps: Step[], step: Step): void => {
  steps.splice(placeOfStep(steps, step.at), 0, step)
}

/** The first that keeps that user's job from running here until then. Those that are over are none of the pass. */
export const closureOf = ({closures}: Room, who: string, until: number): Closure | null =>
  closures.length === 0
    ? null
    : (closures.find(({from, users}) => from < until && !users.includes(who)) ?? null)

/** Whether it can run here from now until then and delay no reservation. */
export const fitsUntil = (room: Room, need: Vector, until: number, who: string): boolean => {
  const {free, marks} = room
  if (!fits(need, free) || closureOf(room, who, until) !== null) return false
  for (const mark of marks) if (mark.at < until && !fits(need, mark.free)) return false
  return true
}

/** The first reservation, other than its own, that keeps it from a room in which it would fit now. */
export const keeperOf = ({free, marks}: Room, need: Vector, until: number, own?: number): Mark | null =>
  fits(need, free)
    ? (marks.find(mark => mark.id !== own && mark.at < until && !fits(need, mark.free)) ?? null)
    : null

/** It starts now. */
export const occupy = (room: Room, need: Vector, until: number): void => {
  subtract(room.free, need)
  addStep(room.steps, {at: until, change: need})
  for (const mark of room.marks) if (mark.at < until) subtract(mark.free, need)
}

/** When there is room for it, and what is free there then. */
export interface Gap {
  readonly at: number
  readonly free: readonly number[]
}

/** With the moments at which a closure begins or ends: nothing is freed there, but much may fit from then on. */
const withEdges = (steps: readonly Step[], closures: readonly Closure[]): readonly Step[] => {
  if (closures.length === 0) return steps
  const all = [...steps]
  for (const at of closures.flatMap(({from, to}) => [from, to]))
    if (at < Number.POSITIVE_INFINITY) addStep(all, {at, change: []})
  return all
}

/**
 * The earliest time, after `now`, from which it fits for that long. What should have ended already is expected to do so
 * in the next moment. Null: never, as far as is known.
 */
export const earliestGap = (
  room: Room,
  need: Vector,
  length: number,
  now: number,
  who: string,
): Gap | null => {
  const level = [...room.free]
  const closures = room.closures.filter(({users}) => !users.includes(who))
  const steps = withEdges(room.steps, closures)
  // Asked at each step, and mostly there are none: then nothing is to be made for the question.
  const isClosed = (at: number): boolean =>
    closures.length > 0 && closures.some(({from, to}) => from <= at && at < to)
  let gap: Gap | null = null
  for (let i = 0; i < steps.length; ) {
    const at = Math.max(steps[i]?.at ?? 0, now + 1)
    if (gap !== null && at >= gap.at + length) return gap
    for (; i < steps.length && (steps[i]?.at ?? 0) <= at; i++) add(level, steps[i]?.change ?? [])
    if (isClosed(at) || !fits(need, level)) gap = null
    else gap ??= {at, free: [...level]}
  }
  return gap
}

/** When it has not so much: times in which nobody runs who needs it. What should have ended does so in the next moment. */
export const shortTimes = ({free, steps}: Room, need: Vector, now: number): readonly Closure[] => {
  const level = [...free]
  const times: Closure[] = []
  let from = fits(need, level) ? null : now
  for (let i = 0; i < steps.length; ) {
    const at = Math.max(steps[i]?.at ?? 0, now + 1)
    for (; i < steps.length && (steps[i]?.at ?? 0) <= at; i++) add(level, steps[i]?.change ?? [])
    const isShort = !fits(need, level)
    if (isShort) from ??= at
    else if (from !== null) {
      times.push({from, to: at, users: []})
      from = null
    }
  }
  return from === null ? times : [...times, {from, to: Number.POSITIVE_INFINITY, users: []}]
}

/** What is free at a later time. */
export const freeAt = ({free, steps}: Room, at: number): readonly number[] => {
  const level = [...free]
  for (let i = 0; i < steps.length && (steps[i]?.at ?? 0) <= at; i++) add(level, steps[i]?.change ?? [])
  return level
}

const negative = (need: Vector): Vector => need.map(amount => -amount)

export const reserve = (room: Room, id: number, need: Vector, length: number, {at, free}: Gap): void => {
  for (const mark of room.marks) if (mark.at >= at && mark.at < at + length) subtract(mark.free, need)
  const mark: Mark = {id, at, free: [...free]}
  subtract(mark.free, need)
  room.marks.push(mark)
  addStep(room.steps, {at, change: negative(need)})
  addStep(room.steps, {at: at + length, change: need})
}
