/** Small sites as they are lived: whole cpus and gibibytes, times in minutes, some fpgas and seats, quotas, two policies, any rules. */
import type {NodeReport, PendingJob} from '@god-cli/api'
import fc from 'fast-check'
import createFairshare from '../../../plugins/scheduler-fairshare/src/index.js'
import createFifo from '../../../plugins/scheduler-fifo/src/index.js'
import {type Instant, jobId} from '../../../src/core/brand.js'
import type {Quotas} from '../../../src/core/limits/quota.js'
import {inOrder} from '../../../src/core/policy-order.js'
import {NO_FACTORS} from '../../../src/core/rank-factors.js'
import {
  type Allocation,
  groupsOf,
  type LineUp,
  lineUpByRank,
  lineUpInOrder,
  planLinedUp,
  type Snapshot,
  type Waiting,
} from '../../../src/core/schedule.js'
import {BACKFILLS, DEFAULT_RULES, PLACEMENTS, type Rules} from '../../../src/core/scheduling/rules.js'
import type {Space} from '../../../src/core/scheduling/vector.js'
import {amounts, aNode, aPending, later, NOW} from '../builders.js'
import {amountOf, anySeats, counting, OF_NODE, roomOn, spaceWith, withCounted} from './counted.js'

/** Seconds. */
export const ASSUMED = 3600
const MINUTE = 60
const USERS = ['ann', 'bob', 'cai'] as const

const FACTORS: Readonly<Record<string, number>> = {ann: 1, bob: 2 / 3, cai: 1 / 3}

export interface SomeSite extends Snapshot {
  readonly rules: Rules
  readonly space: Space
  readonly fair: boolean
}

const fifo = createFifo({} as never)
const fairshare = createFairshare({options: {}} as never)

export const lineUpAt =
  (fair: boolean, now: Instant, space: Space) =>
  (pending: readonly Waiting[]): LineUp => {
    const groups = groupsOf(
      [...pending].sort((a, b) => a.id - b.id),
      ASSUMED,
      undefined,
      space,
    )
    const standing = (user: string) => ({ratio: 1, factor: FACTORS[user] ?? 0})
    const world = {now, capacity: amounts(8, 8), standing, ...NO_FACTORS}
    const ranking = fair ? fairshare.rank?.(world) : undefined
    return ranking === undefined
      ? lineUpInOrder(inOrder(pending, now, fifo), groups)
      : lineUpByRank(groups, ranking.compare)
  }

/** In whose turn they are, told by sorting them all. */
export const inTurn = ({pending, fair}: SomeSite): readonly Waiting[] => {
  const points = (job: PendingJob): number => 10_000 * (FACTORS[job.user] ?? 0) - job.nice
  const slots = fair
    ? [...pending].sort((a, b) => points(b) - points(a) || a.submitted - b.submitted || a.id - b.id)
    : inOrder(pending, NOW, fifo)
  const own = new Map<string, Waiting[]>()
  for (const job of slots) own.set(job.user, [...(own.get(job.user) ?? []), job])
  for (const jobs of own.values()) jobs.sort((a, b) => b.priority - a.priority)
  return slots.flatMap(({user}) => own.get(user)?.shift() ?? [])
}

export const planOfSite = (site: SomeSite) =>
  planLinedUp(site, lineUpAt(site.fair, site.now, site.space)(site.pending))

const limitOf = ({walltime}: Waiting): number => (walltime ?? ASSUMED) * 1000

/** What starts runs: passes until nothing starts any more, while no time goes by. */
export const atRest = (given: SomeSite): SomeSite => {
  let site = given
  for (;;) {
    const {pending, now, allocations} = site
    const {starts} = planOfSite(site)
    if (starts.length === 0) return site
    const begun = starts.flatMap(({id, node}): Allocation[] => {
      const job = pending.find(each => each.id === id)
      if (job === undefined) return []
      const {user, project, resources} = job
      return [{id, node, user, project, resources, until: now + limitOf(job)}]
    })
    const ids = new Set<number>(begun.map(({id}) => id))
    site = {
      ...site,
      pending: pending.filter(({id}) => !ids.has(id)),
      allocations: [...allocations, ...begun],
    }
  }
}

const anyAmounts = counting(
  fc.record({
    cpus: fc.integer({min: 1, max: 8}).map(n => n * 500),
    memory: fc.integer({min: 1, max: 8}).map(n => amounts(0, n / 2).memory),
    gpus: fc.constant(0),
  }),
)

const anyNodes: fc.Arbitrary<NodeReport[]> = fc
  .array(fc.tuple(fc.integer({min: 1, max: 4}), fc.integer({min: 1, max: 4}), fc.constantFrom(0, 1, 2, 3)), {
    minLength: 1,
    maxLength: 3,
  })
  .map(all =>
    all.map(([cpus, memory, fpga], i) => {
      const node = aNode(`n${i}`, cpus, memory)
      return {...node, capacity: withCounted(node.capacity, {fpga})}
    }),
  )

const minutes = fc.integer({min: 1, max: 200})

const anyRunning = (nodes: readonly NodeReport[]): fc.Arbitrary<Allocation[]> =>
  fc
    .array(fc.tuple(fc.nat({max: nodes.length - 1}), anyAmounts, minutes, fc.constantFrom(...USERS)), {
      maxLength: 6,
    })
    .map(all => {
      const left = nodes.map(node => roomOn(node, spaceWith(0)))
      return all.flatMap(([at, resources, ends, user], i): Allocation[] => {
        const [node, room] = [nodes[at], left[at]]
        if (node === undefined || room === undefined) return []
        if (OF_NODE.some(kind => amountOf(resources, kind) > room[kind])) return []
        for (const kind of OF_NODE) room[kind] -= amountOf(resources, kind)
        const until = NOW + ends * MINUTE * 1000
        return [{id: jobId(1000 + i), node: node.name, user, project: 'default', resources, until}]
      })
    })

const anyWaiting: fc.Arbitrary<Waiting[]> = fc
  .array(
    fc.tuple(
      anyAmounts,
      fc.option(minutes, {nil: null}),
      fc.constantFrom(...USERS),
      fc.integer({min: 0, max: 1}),
      fc.constantFrom(0, 0, 0, 1),
    ),
    {minLength: 1, maxLength: 10},
  )
  .map(all =>
    all.map(([resources, walltime, user, nice, priority], i) => {
      const submitted = later(i - 1000)
      const seconds = walltime === null ? null : walltime * MINUTE
      return aPending(i + 1, resources, {
        ...{walltime: seconds, user, nice, priority, submitted, eligible: submitted},
      })
    }),
  )

const NO_LIMIT = {cpus: null, ram: null, running: null, pending: null, cpu_time: null}

const anyQuotas: fc.Arbitrary<Quotas | null> = fc.option(
  fc.record({cpus: fc.constantFrom(null, 2000, 3000), running: fc.constantFrom(null, 1, 2)}).map(limits => ({
    users: new Map([['*', {...NO_LIMIT, ...limits}]]),
    projects: new Map(),
    spent: {users: new Map(), projects: new Map()},
  })),
  {nil: null, freq: 3},
)

const anyRules: fc.Arbitrary<Rules> = fc.record({
  backfill: fc.constantFrom(...BACKFILLS, 'easy'),
  depth: fc.constantFrom(1, 1, 2, 3),
  placement: fc.constantFrom(...PLACEMENTS),
  horizon: fc.constantFrom(DEFAULT_RULES.horizon, DEFAULT_RULES.horizon, 3_600_000),
})

export const someSite: fc.Arbitrary<SomeSite> = anyNodes.chain(nodes =>
  fc
    .record({
      now: fc.constant(NOW),
      nodes: fc.constant(nodes),
      allocations: anyRunning(nodes),
      pending: anyWaiting,
      rules: anyRules,
      assumedTime: fc.constant(ASSUMED),
      space: anySeats,
      fair: fc.boolean(),
      quotas: anyQuotas,
    })
    .map(({quotas, ...site}) => (quotas === null ? site : {...site, quotas})),
)
