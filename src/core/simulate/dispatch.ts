/**
 * The pass of the scheduler, driven by a replay: the same function over the same groups, nodes and rules, with the order
 * of a policy. Kept between passes is only what is exact: as long as nothing ended and the policy looks at nothing but the
 * jobs, a new submission is considered by itself (scheduling.md 3, incremental rule). Pure but for its own state.
 */
import type {NodeReport, PolicyWorld, Resources} from '@god-cli/api'
import type {Policy} from '../policy-order.js'
import {NO_FACTORS} from '../rank-factors.js'
import {type Caps, capacityOf, roomInCaps, type Snapshot} from '../schedule.js'
import type {Group} from '../scheduling/groups.js'
import {type Pass, runPass} from '../scheduling/pass.js'
import type {RoomState} from '../scheduling/room.js'
import type {Rules} from '../scheduling/rules.js'
import {BASIC, type Space} from '../scheduling/vector.js'
import type {Waiting} from '../scheduling/waiting.js'
import type {Dispatcher, Placed} from './dispatcher.js'
import {Line} from './line.js'
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
  /** Left out: nobody is limited. */
  readonly caps?: Caps
  /** Left out: all nodes are everybody's. */
  readonly closures?: Snapshot['closures']
  /** As they are at a moment. */
  readonly standings?: (now: number) => Standings
}

const NOBODY_LIMITED = roomInCaps({}, [])

/** No single job has a reason of its own to wait. */
const NOTHING = new Map<never, never>()

/** Of jobs each of which has room on some empty node. */
class PassDriver implements Dispatcher {
  private readonly taken: Occupancy
  private readonly capacity: Resources
  private readonly line: Line
  /** Of the last whole pass, as long as it can be continued. */
  private last: Pass | null = null
  private fresh: Waiting[] = []

  constructor(private readonly options: DispatchOptions) {
    const {nodes, policy, space = BASIC} = options
    this.taken = new Occupancy(nodes, space)
    this.capacity = capacityOf(nodes, space)
    this.line = new Line(policy, space, options.caps !== undefined || options.closures !== undefined)
  }

  enqueue(job: SimulatedJob, estimate: number): void {
    this.fresh.push(this.line.enqueue(job, estimate))
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
    const starts = this.goOn(now) ?? this.whole(now)
    this.fresh = []
    return starts
  }

  private start(id: number, node: string, now: number): readonly Placed[] {
    const held = this.line.take(id)
    if (held === undefined) return []
    const {job: whole, estimate} = held
    const job = whole.tasks === undefined ? whole : {...whole}
    this.taken.take(job, node, now + estimate)
    return [{job, node, estimate}]
  }

  /** Null: only a whole pass can tell. */
  private goOn(now: number): readonly Placed[] | null {
    const {last, fresh, line} = this
    const {compare} = this.options.policy
    if (last === null || compare === undefined || !line.isSteady || this.taken.isOverdue(now)) return null
    const turns = fresh
      .sort((a, b) => compare(a, b) || a.id - b.id)
      .flatMap(job => {
        const group = line.groups.of(job)
        return group === undefined ? [] : [{job, group}]
      })
    const starts = last.goOn(turns, now)
    return starts === null ? null : starts.flatMap(({id, node}) => this.start(id, node, now))
  }

  private whole(now: number): readonly Placed[] {
    this.last = null
    const hoping = this.line.within(this.taken.most())
    // There is too little for each of those who wait, so no order of them lets one start.
    return hoping.length === 0 ? [] : this.afresh(now, hoping)
  }

  private roomsAt(now: number): readonly RoomState[] {
    const {closures} = this.options
    const {rooms} = this.taken
    if (closures === undefined) return rooms
    return rooms.map(room => ({
      ...room,
      closures: (closures.get(room.name) ?? []).filter(({to}) => to > now),
    }))
  }

  private afresh(now: number, hoping: readonly Group[]): readonly Placed[] {
    const {options, line, taken, capacity} = this
    const {site, space} = taken
    const {policy, rules, standings, caps} = options
    const ranking = policy.rank?.({now, capacity, ...(standings?.(now) ?? NO_STANDINGS)})
    // Strictly in order the first who does not fit is the last who is asked.
    const asked = rules.backfill === 'none' ? [] : hoping
    const lined = line.lineUp(now, asked, ranking?.compare ?? null)
    const quotas = caps === undefined ? NOBODY_LIMITED : roomInCaps(caps, taken.jobs())
    const rooms = this.roomsAt(now)
    const pass = runPass({...lined, now, rooms, site, space, rules, kept: NOTHING, quotas})
    this.last = line.isSteady ? pass : null
    return pass.starts.flatMap(({id, node}) => this.start(id, node, now))
  }
}

export const createDispatcher = (options: DispatchOptions): Dispatcher => new PassDriver(options)
