/**
 * Who waits in a replay, and the line that they make for a pass. Under a policy that compares two jobs by themselves it is
 * kept in its order as jobs come and go, so that a pass costs what those cost who may start. Pure but for its own state.
 */
import {instant} from '../brand.js'
import {inOrder, type Policy} from '../policy-order.js'
import {type LineUp, lineUpByRank, lineUpInOrder} from '../schedule.js'
import {createGroups, type Group, type Groups, placeInOrder} from '../scheduling/groups.js'
import {type Compare, type Lane, laneOfGroup} from '../scheduling/lanes.js'
import {shapeKey, shapeOf} from '../scheduling/shape.js'
import {fits, type Space, type Vector} from '../scheduling/vector.js'
import {alikeKey, type Waiting} from '../scheduling/waiting.js'
import type {SimulatedJob} from './workload.js'

/** Every job has a limit here. */
const ASSUMED = 86_400

export interface Held {
  readonly job: SimulatedJob
  readonly estimate: number
  waiting: Waiting
  /** Of an array: how many tasks still wait. */
  left: number
}

/** `walltime`: what it is planned for; a policy that goes by time goes by this as well. Spread, it would cost twice. */
const waitingOf = (job: SimulatedJob, walltime: number, keyOf: (job: Waiting) => string): Waiting => {
  const {id, uid, user, project, queue, resources, nice, priority, submit, tasks, where} = job
  const {submitted, eligible} = job.since ?? {submitted: submit, eligible: submit}
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
  whole.alike = keyOf(whole)
  return tasks === undefined ? whole : {...whole, tasks: {count: tasks, reason: null}}
}

/** Those are alike between which nothing but their place in the order decides, whoever's they are. */
const roomKeyIn =
  (space: Space) =>
  (job: Waiting): string =>
    shapeKey(shapeOf(job, ASSUMED, space))

/** All who wait in the order of a policy; none are equal in it. */
class Ordered {
  readonly jobs: Waiting[] = []
  private readonly groups: Group[] = []

  constructor(private readonly compare: Compare) {}

  get lane(): Lane {
    return {slots: this.jobs, jobs: this.jobs, groups: this.groups, first: 0}
  }

  add(job: Waiting, group: Group): void {
    const last = this.jobs.at(-1)
    const isLast = last === undefined || this.compare(last, job) < 0
    const place = isLast ? this.jobs.length : placeInOrder(this.jobs, job, this.compare)
    this.jobs.splice(place, 0, job)
    this.groups.splice(place, 0, group)
  }

  remove(job: Waiting): void {
    const place = placeInOrder(this.jobs, job, this.compare)
    if (this.jobs[place]?.id !== job.id) return
    this.jobs.splice(place, 1)
    this.groups.splice(place, 1)
  }
}

/** Groups by what they need, so that those who fit are found without a look at the others. */
class ByNeed {
  private readonly shelves = new Map<string, {readonly need: Vector; readonly groups: Set<Group>}>()

  add(group: Group): void {
    const {need} = group.shape
    const key = need.join(' ')
    const shelf = this.shelves.get(key) ?? {need, groups: new Set()}
    shelf.groups.add(group)
    this.shelves.set(key, shelf)
  }

  remove(group: Group): void {
    const key = group.shape.need.join(' ')
    const shelf = this.shelves.get(key)
    shelf?.groups.delete(group)
    if (shelf?.groups.size === 0) this.shelves.delete(key)
  }

  /** Who needs no more of anything. */
  within(most: Vector): readonly Group[] {
    const found: Group[] = []
    for (const {need, groups} of this.shelves.values()) if (fits(need, most)) found.push(...groups)
    return found
  }
}

const compareOf = ({compare}: Policy): Compare => compare ?? ((a, b) => a.id - b.id)

export class Line {
  readonly groups: Groups
  private readonly held = new Map<number, Held>()
  private readonly byNeed = new ByNeed()
  private readonly ordered: Ordered | null
  private readonly keyOf: (job: Waiting) => string

  /** `isPersonal`: whose a job is, and in which queue, decides with others than the policy whether it may start. */
  constructor(
    private readonly policy: Policy,
    space: Space,
    isPersonal = false,
  ) {
    const {compare, rank} = policy
    const isStatic = rank === undefined && compare !== undefined
    const whole: Compare | undefined = isStatic ? (a, b) => compare(a, b) || a.id - b.id : undefined
    this.groups = createGroups(ASSUMED, undefined, space, whole)
    this.ordered = whole === undefined ? null : new Ordered(whole)
    this.keyOf = isStatic && !isPersonal ? roomKeyIn(space) : alikeKey
  }

  /** Whether one who comes later can be put behind those who wait, without asking about them again. */
  get isSteady(): boolean {
    return this.ordered !== null && this.groups.choosy().size === 0
  }

  private add(job: Waiting): void {
    this.groups.add(job)
    const group = this.groups.of(job)
    if (group === undefined) return
    this.byNeed.add(group)
    this.ordered?.add(job, group)
  }

  private remove(job: Waiting): void {
    const group = this.groups.of(job)
    this.groups.remove(job)
    if (group !== undefined && this.groups.of(job) === undefined) this.byNeed.remove(group)
    this.ordered?.remove(job)
  }

  enqueue(job: SimulatedJob, estimate: number): Waiting {
    const waiting = waitingOf(job, estimate / 1000, this.keyOf)
    this.held.set(waiting.id, {job, estimate, waiting, left: job.tasks ?? 1})
    this.add(waiting)
    return waiting
  }

  /** It starts; of an array one task does, and the others wait on, as the array that they are now. */
  take(id: number): Held | undefined {
    const held = this.held.get(id)
    if (held === undefined) return undefined
    this.remove(held.waiting)
    held.left--
    if (held.left === 0) this.held.delete(id)
    else {
      held.waiting = {...held.waiting, tasks: {count: held.left, reason: null}}
      this.add(held.waiting)
    }
    return held
  }

  /** Those who need no more than that of anything. */
  within(most: Vector): readonly Group[] {
    return this.byNeed.within(most)
  }

  /** `hoping`: all who may find room now. `compare`: of a policy that ranks, as of now. */
  lineUp(now: number, hoping: readonly Group[], compare: Compare | null): LineUp {
    const {policy, groups, ordered} = this
    if (compare !== null) return lineUpByRank(groups, compare)
    if (ordered !== null && this.isSteady)
      return {groups, lanes: hoping.map(laneOfGroup), compare: compareOf(policy), queue: ordered.lane}
    const waiting = ordered?.jobs ?? [...this.held.values()].map(held => held.waiting)
    return lineUpInOrder(inOrder(waiting, instant(now), policy), groups)
  }
}
