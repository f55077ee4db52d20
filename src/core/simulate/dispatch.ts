/**
 * The pass of the scheduler, driven by a replay: the same function over the same groups, nodes and rules, with the order
 * of a policy. Kept between passes is only what is exact: as long as nothing ended and the policy looks at nothing but the
 * jobs, a new submission is considered by itself (scheduling.md 3, incremental rule). Pure but for its own state.
 */
import type {NodeReport, PolicyWorld, Resources} from '@god-cli/api'
import {instant} from '../brand.js'
import {inOrder, type Policy} from '../policy-order.js'
import {quotaRoom} from '../quota-room.js'
import {capacityOf, type LineUp, lineUpByRank, lineUpInOrder} from '../schedule.js'
import {barOf} from '../scheduling/bar.js'
import {createGroups} from '../scheduling/groups.js'
import {type Pass, runPass} from '../scheduling/pass.js'
import {placeOfStep, type RoomState, type Step} from '../scheduling/room.js'
import type {Rules} from '../scheduling/rules.js'
import {add, fits, greatest, subtract, type Vector, vectorOf} from '../scheduling/vector.js'
import {alikeKey, type Waiting} from '../scheduling/waiting.js'
import type {Dispatcher, Placed} from './dispatcher.js'
import type {SimulatedJob} from './workload.js'

/** Of fair share and queues; what a site without them says is the default. */
export type Standings = Pick<PolicyWorld, 'standing' | 'queueFactor'>

export const NO_STANDINGS: Standings = {
  standing: () => ({ratio: 0, factor: 1}),
  queueFactor: () => 0,
}

export interface DispatchOptions {
  readonly nodes: readonly NodeReport[]
  readonly policy: Policy
  readonly rules: Rules
  /** As they are at a moment. */
  readonly standings?: (now: number) => Standings
}

interface SimulatedRoom extends RoomState {
  readonly free: number[]
  readonly ends: Step[]
}

/** By name, as passes want them. */
const roomsOf = (nodes: readonly NodeReport[]): readonly SimulatedRoom[] =>
  nodes
    .map(({name, capacity, labels}) => {
      const all = vectorOf(capacity)
      return {name, capacity: all, labels, free: [...all], ends: []}
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))

interface Run {
  readonly room: SimulatedRoom
  readonly need: Vector
  step: Step
}

const NO_QUOTAS = quotaRoom(undefined)

/** No single job has a reason of its own to wait. */
const NOTHING = new Map<never, never>()

/** Every job has a limit here. */
const ASSUMED = 86_400

interface Held {
  readonly job: SimulatedJob
  readonly estimate: number
  waiting: Waiting
  /** Of an array: how many tasks still wait. */
  left: number
}

/** `walltime`: what it is planned for; a policy that goes by time goes by this as well. Spread, it would cost twice. */
const waitingOf = ({pending, tasks, where}: SimulatedJob, walltime: number): Waiting => {
  const {id, uid, user, project, queue, resources, nice, priority, submitted, eligible} = pending
  const planned = {
    id,
    uid,
    user,
    project,
    queue,
    resources,
    walltime,
    nice,
    priority,
    submitted,
    eligible,
    alike: '',
  }
  const whole = where === undefined ? planned : {...planned, where}
  whole.alike = alikeKey(whole)
  return tasks === undefined ? whole : {...whole, tasks: {count: tasks, reason: null}}
}

class PassDriver implements Dispatcher {
  private readonly rooms: readonly SimulatedRoom[]
  private readonly byName: ReadonlyMap<string, SimulatedRoom>
  private readonly capacity: Resources
  private readonly groups = createGroups(ASSUMED)
  private readonly queue = new Map<number, Held>()
  private readonly runs = new Map<SimulatedJob, Run>()
  private readonly bar: ReturnType<typeof barOf>
  /** Of the last whole pass, as long as it can be continued. */
  private last: Pass | null = null
  private fresh: Waiting[] = []
  /** `isFull`, as it was found last; as long as nothing ends it stays so for those who waited then. */
  private full = false

  constructor(private readonly options: DispatchOptions) {
    this.rooms = roomsOf(options.nodes)
    this.byName = new Map(this.rooms.map(room => [room.name, room]))
    this.capacity = capacityOf(options.nodes)
    this.bar = barOf(options.nodes, null)
  }

  enqueue(job: SimulatedJob, estimate: number): void {
    const waiting = waitingOf(job, estimate / 1000)
    this.queue.set(waiting.id, {job, estimate, waiting, left: job.tasks ?? 1})
    this.groups.add(waiting)
    this.fresh.push(waiting)
  }

  adopt(job: SimulatedJob, node: string, end: number): void {
    const room = this.byName.get(node)
    // On a node that takes no more work it is in nobody's way.
    if (room !== undefined) this.occupy(job, room, end)
  }

  release(job: SimulatedJob): void {
    const run = this.runs.get(job)
    if (run === undefined) return
    this.runs.delete(job)
    add(run.room.free, run.need)
    this.removeStep(run)
    this.last = null
    this.full = false
  }

  extend(job: SimulatedJob, end: number): void {
    const run = this.runs.get(job)
    if (run === undefined) return
    this.removeStep(run)
    this.addStep(run, end)
    this.last = null
  }

  fits({pending}: SimulatedJob): boolean {
    const need = vectorOf(pending.resources)
    return this.rooms.some(({free}) => fits(need, free))
  }

  pass(now: number): readonly Placed[] {
    const starts = this.goOn(now) ?? this.afresh(now)
    this.fresh = []
    return starts
  }

  /** There is too little for each of those who wait, so no order of them lets one start. */
  private isFull(): boolean {
    const most = greatest(this.rooms.map(({free}) => free))
    if (this.full) return this.fresh.every(({resources}) => !fits(vectorOf(resources), most))
    for (const {shape} of this.groups.all()) if (fits(shape.need, most)) return false
    return true
  }

  private removeStep({room: {ends}, step}: Run): void {
    const at = ends.lastIndexOf(step, placeOfStep(ends, step.at))
    if (at >= 0) ends.splice(at, 1)
  }

  private addStep(run: Run, end: number): void {
    const {ends} = run.room
    run.step = {at: end, change: run.need}
    ends.splice(placeOfStep(ends, end), 0, run.step)
  }

  private occupy(job: SimulatedJob, room: SimulatedRoom, end: number): void {
    const need = vectorOf(job.pending.resources)
    subtract(room.free, need)
    const run = {room, need, step: {at: end, change: need}}
    this.addStep(run, end)
    this.runs.set(job, run)
  }

  /** Of an array one task; the others wait on, as the array that they are now. */
  private takeOut(held: Held): SimulatedJob {
    const {job, waiting} = held
    this.groups.remove(waiting)
    held.left--
    if (held.left === 0) this.queue.delete(waiting.id)
    else {
      held.waiting = {...waiting, tasks: {count: held.left, reason: null}}
      this.groups.add(held.waiting)
    }
    return job.tasks === undefined ? job : {...job}
  }

  private start(id: number, node: string, now: number): readonly Placed[] {
    const held = this.queue.get(id)
    const room = this.byName.get(node)
    if (held === undefined || room === undefined) return []
    const job = this.takeOut(held)
    const {estimate} = held
    this.occupy(job, room, now + estimate)
    return [{job, node, estimate}]
  }

  /** Null: only a whole pass can tell. */
  private goOn(now: number): readonly Placed[] | null {
    const {last, fresh} = this
    const {compare} = this.options.policy
    if (last === null || compare === undefined || this.isOverdue(now)) return null
    const placed: Placed[] = []
    for (const job of fresh.sort((a, b) => compare(a, b) || a.id - b.id)) {
      const group = this.groups.of(job)
      const starts = group === undefined ? null : last.consider(job, group, now)
      // What was decided until here stands: a whole pass would have decided the same.
      if (starts === null) return [...placed, ...this.whole(now)]
      for (const {id, node} of starts) placed.push(...this.start(id, node, now))
    }
    return placed
  }

  /** Something runs beyond its estimated end: what was reserved by that is out of date. */
  private isOverdue(now: number): boolean {
    return this.rooms.some(({ends}) => (ends[0]?.at ?? Number.POSITIVE_INFINITY) <= now)
  }

  private afresh(now: number): readonly Placed[] {
    this.full = this.isFull()
    return this.full ? [] : this.whole(now)
  }

  private whole(now: number): readonly Placed[] {
    const {policy, rules} = this.options
    const {rooms, bar} = this
    const pass = runPass({...this.lineUp(now), now, rooms, rules, bar, kept: NOTHING, quotas: NO_QUOTAS})
    this.last = policy.rank === undefined && policy.compare !== undefined ? pass : null
    return pass.starts.flatMap(({id, node}) => this.start(id, node, now))
  }

  private lineUp(now: number): LineUp {
    const {policy, standings} = this.options
    const {groups, capacity} = this
    const compare =
      policy.rank?.({now, capacity, ...(standings?.(now) ?? NO_STANDINGS)}).compare ?? policy.compare
    if (compare !== undefined) return lineUpByRank(groups, compare)
    const waiting = [...this.queue.values()].map(held => held.waiting)
    return lineUpInOrder(inOrder(waiting, instant(now), policy), groups)
  }
}

export const createDispatcher = (options: DispatchOptions): Dispatcher => new PassDriver(options)
