/**
 * What is taken of the nodes of a replay, and of what they share, by whom and until when: kept up as jobs come and go, as
 * a pass wants to see it. Pure but for its own state.
 */
import type {NodeReport} from '@god-cli/api'
import {emptySite} from '../schedule.js'
import {placeOfStep, type RoomState, type Step} from '../scheduling/room.js'
import {
  add,
  fits,
  greatest,
  type Space,
  subtract,
  type Vector,
  vectorOfNode,
  vectorOfSite,
} from '../scheduling/vector.js'
import type {SimulatedJob} from './workload.js'

interface SimulatedRoom extends RoomState {
  readonly free: number[]
  readonly ends: Step[]
}

/** By name, as passes want them. */
const roomsOf = (nodes: readonly NodeReport[], space: Space): readonly SimulatedRoom[] =>
  nodes
    .map(({name, capacity, labels}) => {
      const all = vectorOfNode(capacity, space)
      return {name, capacity: all, labels, free: [...all], ends: []}
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))

/** What a job takes of a node, or of what the nodes share. */
interface Stay {
  readonly room: SimulatedRoom
  readonly need: Vector
  step: Step
}

const addStep = (stay: Stay, end: number): void => {
  const {ends} = stay.room
  stay.step = {at: end, change: stay.need}
  ends.splice(placeOfStep(ends, end), 0, stay.step)
}

const removeStep = ({room: {ends}, step}: Stay): void => {
  const at = ends.lastIndexOf(step, placeOfStep(ends, step.at))
  if (at >= 0) ends.splice(at, 1)
}

const stayIn = (room: SimulatedRoom, need: Vector, end: number): Stay => {
  subtract(room.free, need)
  const stay = {room, need, step: {at: end, change: need}}
  addStep(stay, end)
  return stay
}

export class Occupancy {
  readonly rooms: readonly SimulatedRoom[]
  readonly site: SimulatedRoom
  private readonly byName: ReadonlyMap<string, SimulatedRoom>
  private readonly stays = new Map<SimulatedJob, readonly Stay[]>()

  constructor(
    nodes: readonly NodeReport[],
    readonly space: Space,
  ) {
    this.rooms = roomsOf(nodes, space)
    this.site = emptySite(space)
    this.byName = new Map(this.rooms.map(room => [room.name, room]))
  }

  /** On a node that takes no more work it is in nobody's way there. */
  take(job: SimulatedJob, node: string, end: number): void {
    const {resources} = job
    const room = this.byName.get(node)
    const stays = room === undefined ? [] : [stayIn(room, vectorOfNode(resources, this.space), end)]
    const shared = vectorOfSite(resources, this.space)
    if (shared !== null) stays.push(stayIn(this.site, shared, end))
    this.stays.set(job, stays)
  }

  /** All that take something. */
  jobs(): Iterable<SimulatedJob> {
    return this.stays.keys()
  }

  /** False: it was not there. */
  release(job: SimulatedJob): boolean {
    const stays = this.stays.get(job) ?? []
    this.stays.delete(job)
    for (const stay of stays) {
      add(stay.room.free, stay.need)
      removeStep(stay)
    }
    return stays.length > 0
  }

  /** False: it is not there. */
  extend(job: SimulatedJob, end: number): boolean {
    const stays = this.stays.get(job) ?? []
    for (const stay of stays) {
      removeStep(stay)
      addStep(stay, end)
    }
    return stays.length > 0
  }

  fits({resources}: SimulatedJob): boolean {
    const [here, shared] = [vectorOfNode(resources, this.space), vectorOfSite(resources, this.space)]
    return (shared === null || fits(shared, this.site.free)) && this.rooms.some(({free}) => fits(here, free))
  }

  /** Who needs more of one thing finds no room. */
  most(): Vector {
    const {kinds, ofNode} = this.space
    const here = greatest(
      ofNode,
      this.rooms.map(({free}) => free),
    )
    return kinds.map((_, i) => (i < ofNode ? here[i] : this.site.free[i]) ?? 0)
  }

  /** Something is there beyond its estimated end. */
  isOverdue(now: number): boolean {
    const late = ({ends}: SimulatedRoom): boolean => (ends[0]?.at ?? Number.POSITIVE_INFINITY) <= now
    return late(this.site) || this.rooms.some(late)
  }
}
