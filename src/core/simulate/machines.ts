/**
 * The nodes of a replay: what is free on each, and when what runs there is expected to end. Kept up as jobs start and end,
 * so that a pass is given them as they are. Pure but for its own state.
 */
import type {NodeReport} from '@god-cli/api'
import {placeOfStep, type RoomState, type Step} from '../scheduling/room.js'
import {add, fits, greatest, subtract, type Vector, vectorOf} from '../scheduling/vector.js'
import type {SimulatedJob} from './workload.js'

interface Machine extends RoomState {
  readonly free: number[]
  readonly ends: Step[]
}

interface Run {
  readonly machine: Machine
  readonly need: Vector
  step: Step
}

const addStep = ({ends}: Machine, need: Vector, end: number): Step => {
  const step = {at: end, change: need}
  ends.splice(placeOfStep(ends, end), 0, step)
  return step
}

const removeStep = ({machine: {ends}, step}: Run): void => {
  const at = ends.lastIndexOf(step, placeOfStep(ends, step.at))
  if (at >= 0) ends.splice(at, 1)
}

export class Machines {
  /** By name, as passes want them. */
  readonly rooms: readonly Machine[]
  private readonly byName: ReadonlyMap<string, Machine>
  private readonly runs = new Map<SimulatedJob, Run>()

  constructor(nodes: readonly NodeReport[]) {
    this.rooms = nodes
      .map(({name, capacity, labels}) => {
        const all = vectorOf(capacity)
        return {name, capacity: all, labels, free: [...all], ends: []}
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    this.byName = new Map(this.rooms.map(room => [room.name, room]))
  }

  /** On a node that takes no more work it is in nobody's way. */
  occupy(job: SimulatedJob, node: string, end: number): void {
    const machine = this.byName.get(node)
    if (machine === undefined) return
    const need = vectorOf(job.resources)
    subtract(machine.free, need)
    this.runs.set(job, {machine, need, step: addStep(machine, need, end)})
  }

  /** False: it held nothing. */
  release(job: SimulatedJob): boolean {
    const run = this.runs.get(job)
    if (run === undefined) return false
    this.runs.delete(job)
    add(run.machine.free, run.need)
    removeStep(run)
    return true
  }

  extend(job: SimulatedJob, end: number): boolean {
    const run = this.runs.get(job)
    if (run === undefined) return false
    removeStep(run)
    run.step = addStep(run.machine, run.need, end)
    return true
  }

  fits(need: Vector): boolean {
    return this.rooms.some(({free}) => fits(need, free))
  }

  /** Who needs more of one thing fits nowhere. */
  most(): Vector {
    return greatest(this.rooms.map(({free}) => free))
  }

  /** Something runs beyond its estimated end: what was reserved by that is out of date. */
  isOverdue(now: number): boolean {
    return this.rooms.some(({ends}) => (ends[0]?.at ?? Number.POSITIVE_INFINITY) <= now)
  }
}
