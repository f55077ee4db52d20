/**
 * The pass of the scheduler, driven by a replay: the same function over the same groups, nodes and rules, with the order
 * of a policy. Kept between passes is only what is exact: as long as nothing ended and the policy looks at nothing but the
 * jobs, a new submission is considered by itself (scheduling.md 3, incremental rule). Pure but for its own state.
 */
import type {NodeReport, PolicyWorld, Resources} from '@god-cli/api'
import {instant} from '../brand.js'
import {inOrder, type Policy} from '../policy-order.js'
import {quotaRoom} from '../quota-room.js'
import {NO_FACTORS} from '../rank-factors.js'
import {capacityOf, type LineUp, lineUpByRank, lineUpInOrder} from '../schedule.js'
import {barOf} from '../scheduling/bar.js'
import {createGroups, type Groups} from '../scheduling/groups.js'
import {type Pass, runPass} from '../scheduling/pass.js'
import type {Rules} from '../scheduling/rules.js'
import {BASIC, type Space} from '../scheduling/vector.js'
import {alikeKey, type Waiting} from '../scheduling/waiting.js'
import type {Dispatcher, Placed} from './dispatcher.js'
import {Occupancy} from './occupancy.js'
import type {SimulatedJob} from './workload.js'

/** Of fair share, queues and projects; what a site without them says is the default. */
export type Standings = Pick<PolicyWorld, 'standing' | 'queueFactor' | 'projectFactor'>

export const NO_STANDINGS: Standings = {
  standing: () => ({ratio: 0, factor: 1}),
  ...NO_FACTORS,
}

export interface DispatchOptions {
  readonly nodes: readonly NodeReport[]
  readonly policy: Policy
  readonly rules: Rules
  /** What is counted besides. Left out: nothing. */
  readonly space?: Space
  /** As they are at a moment. */
  readonly standings?: (now: number) => Standings
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
  private readonly taken: Occupancy
  private readonly capacity: Resources
  private readonly groups: Groups
  private readonly queue = new Map<number, Held>()
  private readonly bar: ReturnType<typeof barOf>
  /** Of the last whole pass, as long as it can be continued. */
  private last: Pass | null = null
  private fresh: Waiting[] = []

  constructor(private readonly options: DispatchOptions) {
    const {nodes, space = BASIC} = options
    this.taken = new Occupancy(nodes, space)
    this.groups = createGroups(ASSUMED, undefined, space)
    this.capacity = capacityOf(nodes, space)
    this.bar = barOf(nodes, null, [], space)
  }

  enqueue(job: SimulatedJob, estimate: number): void {
    const waiting = waitingOf(job, estimate / 1000)
    this.queue.set(waiting.id, {job, estimate, waiting, left: job.tasks ?? 1})
    this.groups.add(waiting)
    this.fresh.push(waiting)
  }

  adopt(job: SimulatedJob, node: string, end: number): void {
    this.taken.take(job, node, end)
  }

  release(job: SimulatedJob): void {
    if (this.taken.release(job)) this.last = null
  }

  extend(job: SimulatedJob, end: number): void {
    if (this.taken.extend(job, end)) this.last = null
  }

  fits(job: SimulatedJob): boolean {
    return this.taken.fits(job)
  }

  pass(now: number): readonly Placed[] {
    const starts = this.queue.size === 0 ? [] : (this.goOn(now) ?? this.whole(now))
    this.fresh = []
    return starts
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
    if (held === undefined) return []
    const job = this.takeOut(held)
    const {estimate} = held
    this.taken.take(job, node, now + estimate)
    return [{job, node, estimate}]
  }

  /** Null: only a whole pass can tell. */
  private goOn(now: number): readonly Placed[] | null {
    const {last, fresh} = this
    const {compare} = this.options.policy
    // What was reserved by an estimate that is over is out of date.
    if (last === null || compare === undefined || this.taken.isOverdue(now)) return null
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

  private whole(now: number): readonly Placed[] {
    const {policy, rules} = this.options
    const {bar} = this
    const {rooms, site, space} = this.taken
    const given = {now, rooms, site, space, rules, bar, kept: NOTHING, quotas: NO_QUOTAS}
    const pass = runPass({...this.lineUp(now), ...given})
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
