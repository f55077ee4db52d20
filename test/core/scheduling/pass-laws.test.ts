/** Laws of the pass with backfill (R15), on sites of several nodes: it decides as the slow one, and keeps its promises. */
import assert from 'node:assert/strict'
import type {NodeReport, Resources} from '@god-cli/api'
import fc from 'fast-check'
import createFifo from '../../../plugins/scheduler-fifo/src/index.js'
import {instant, jobId} from '../../../src/core/brand.js'
import type {Plan} from '../../../src/core/plan.js'
import {inOrder} from '../../../src/core/policy-order.js'
import {
  type Allocation,
  groupsOf,
  lineUpByRank,
  passInput,
  planLinedUp,
  type Snapshot,
  schedule,
  type Waiting,
} from '../../../src/core/schedule.js'
import {runPass} from '../../../src/core/scheduling/pass.js'
import type {Closure} from '../../../src/core/scheduling/room.js'
import {BACKFILLS, DEFAULT_RULES, PLACEMENTS, type Rules} from '../../../src/core/scheduling/rules.js'
import {amount, tellCases} from '../../support/amount.js'
import {aPending, NOW} from '../builders.js'
import {type BrutePlan, brutePass} from './brute-pass.js'
import {amountOf, anySeats, counting, countingNode, OF_NODE, roomOn, seatsOf, spaceWith} from './counted.js'

const RUNS = {numRuns: amount(1500, 200_000)}
const PATIENCE = amount(60_000, 3_600_000)
let cases = 0

const fifo = createFifo({} as never)
const ASSUMED = 5

const anyAmounts = (most: number): fc.Arbitrary<Resources> =>
  counting(
    fc.record({
      cpus: fc.integer({min: 1, max: most}),
      memory: fc.integer({min: 1, max: most}),
      gpus: fc.constantFrom(0, 0, 0, 1),
    }),
  )

const anyNodes: fc.Arbitrary<NodeReport[]> = fc
  .array(
    countingNode(
      fc.record({
        cpus: fc.integer({min: 1, max: 6}),
        memory: fc.integer({min: 1, max: 6}),
        gpus: fc.constantFrom(0, 0, 2),
      }),
    ),
    {minLength: 1, maxLength: 3},
  )
  .map(all => all.map((capacity, i) => ({name: `n${i}`, capacity, labels: {}})))

/** Short of room, with many times alike; seconds. */
const aTime = fc.integer({min: 1, max: 6})

/** One that takes no new work, and answers. */
const DRAINED: NodeReport = {name: 'd0', capacity: {cpus: 6, memory: 6, gpus: 0}, labels: {}}

/** Some on nodes that take no work, of which only seats matter. */
const anyRunning = (nodes: readonly NodeReport[]): fc.Arbitrary<Allocation[]> => {
  const names = [...nodes.map(({name}) => name), DRAINED.name, 'gone']
  return fc
    .array(fc.tuple(fc.constantFrom(...names), anyAmounts(3), fc.integer({min: -1, max: 6})), {
      maxLength: 5,
    })
    .map(all => {
      const left = new Map(nodes.map(node => [node.name, roomOn(node, spaceWith(0))]))
      return all.flatMap(([node, resources, seconds], i) => {
        const room = left.get(node)
        // More seats may be taken than there are now: an operator may have fewer of them.
        if (room !== undefined) {
          if (OF_NODE.some(kind => amountOf(resources, kind) > room[kind])) return []
          for (const kind of OF_NODE) room[kind] -= amountOf(resources, kind)
        }
        const until = NOW + seconds * 1000
        return [{id: jobId(1000 + i), node, user: 'ann', project: 'default', resources, until}]
      })
    })
}

const anyWaiting: fc.Arbitrary<Waiting[]> = fc
  .array(
    fc.tuple(
      anyAmounts(5),
      fc.option(aTime, {nil: null}),
      fc.constantFrom('ann', 'bob'),
      fc.integer({min: 0, max: 1}),
      fc.constantFrom(0, 0, 0, 1, -1),
    ),
    {maxLength: 9},
  )
  .map(all =>
    all.map(([resources, walltime, user, nice, priority], i) =>
      aPending(i + 1, resources, {walltime, user, nice, priority, submitted: NOW + (i >> 1)}),
    ),
  )

const anyRules: fc.Arbitrary<Rules> = fc.record({
  backfill: fc.constantFrom(...BACKFILLS),
  depth: fc.integer({min: 1, max: 3}),
  placement: fc.constantFrom(...PLACEMENTS),
  horizon: fc.constantFrom(DEFAULT_RULES.horizon, 3000),
})

/** Of some nodes at some times, for one of the users or for nobody. */
const anyClosures = (nodes: readonly NodeReport[]): fc.Arbitrary<Map<string, Closure[]>> =>
  fc
    .array(
      fc.tuple(
        fc.nat({max: nodes.length - 1}),
        fc.integer({min: -2, max: 6}),
        fc.integer({min: 1, max: 4}),
        fc.constantFrom<string[][]>(['ann'], ['bob'], []),
      ),
      {maxLength: 2},
    )
    .map(all => {
      const closures = new Map<string, Closure[]>()
      for (const [at, seconds, length, users] of all) {
        const [name, from] = [nodes[at]?.name ?? '', NOW + seconds * 1000]
        const one = {from, to: from + length * 1000, users}
        // Those that are over are nobody's.
        if (one.to > NOW) closures.set(name, [...(closures.get(name) ?? []), one])
      }
      return closures
    })

const anySite = anyNodes.chain(nodes =>
  fc.record({
    now: fc.constant(NOW),
    nodes: fc.constant(nodes),
    drained: fc.constant([DRAINED]),
    allocations: anyRunning(nodes),
    closures: fc.oneof(fc.constant(new Map<string, Closure[]>()), anyClosures(nodes)),
    pending: anyWaiting,
    rules: anyRules,
    assumedTime: fc.constant(ASSUMED),
    space: anySeats,
  }),
)
type Site = Snapshot & Required<Pick<Snapshot, 'rules' | 'closures' | 'space'>>

const ofNode = (resources: Resources): number[] => OF_NODE.map(kind => amountOf(resources, kind))
const ofSite = (resources: Resources): number[] => [amountOf(resources, 'seat')]

/** Each user's jobs among his own places, by their priority. */
const permuted = (order: readonly Waiting[]): readonly Waiting[] => {
  const own = new Map<string, Waiting[]>()
  for (const job of order) own.set(job.user, [...(own.get(job.user) ?? []), job])
  for (const jobs of own.values()) jobs.sort((a, b) => b.priority - a.priority)
  return order.map(({user}) => own.get(user)?.shift() ?? assert.fail())
}

const slowly = (site: Site): BrutePlan =>
  brutePass(
    {
      now: site.now,
      nodes: site.nodes.map(({name, capacity}) => ({
        name,
        capacity: ofNode(capacity),
        closures: site.closures.get(name) ?? [],
      })),
      shared: [seatsOf(site.space)],
      running: site.allocations.map(({node, resources, until = 0}) => ({
        node,
        need: ofNode(resources),
        shared: ofSite(resources),
        from: 0,
        // Nothing can end it.
        to: node === 'gone' && until <= site.now ? Number.POSITIVE_INFINITY : until,
      })),
      jobs: permuted(inOrder(site.pending, site.now, fifo)).map(({id, user, resources, walltime}) => ({
        id,
        user,
        need: ofNode(resources),
        shared: ofSite(resources),
        limit: (walltime ?? ASSUMED) * 1000,
      })),
    },
    site.rules,
  )

/** The jobs in order, and no own priority, which would exchange some. */
const impartial = (site: Site): Site => ({
  ...site,
  pending: inOrder(
    site.pending.map(job => ({...job, priority: 0})),
    site.now,
    fifo,
  ),
})

const placeOf = ({pending}: Site, id: number): number => pending.findIndex(job => job.id === id)

const decided = ({starts, reservations}: Pick<Plan, 'starts' | 'reservations'>): BrutePlan => ({
  starts: [...starts],
  reservations: [...reservations],
})

const law = (title: string, holds: (site: Site) => void): void => {
  it(title, () => {
    fc.assert(
      fc.property(anySite, site => {
        cases++
        holds(site)
      }),
      RUNS,
    )
  }).timeout(PATIENCE)
}

describe('R15: the pass with backfill', () => {
  law('decides as the one that looks at each job by itself', site => {
    assert.deepEqual(decided(schedule(site, fifo)), slowly(site))
  })

  law('decides the same by groups of alike jobs as by one order of all', site => {
    const groups = groupsOf(site.pending, ASSUMED, undefined, site.space)
    const byGroups = planLinedUp(
      site,
      lineUpByRank(groups, (a, b) => a.nice - b.nice || a.id - b.id),
    )
    assert.deepEqual(decided(byGroups), decided(schedule(site, fifo)))
  })

  law('delays with whoever it lets pass nobody for whom room is reserved', given => {
    const site = impartial(given)
    const plan = schedule(site, fifo)
    for (const [i, {id, at}] of plan.reservations.entries()) {
      // Later ones were made beside the backfill before them; the first stands against all of it.
      if (i > 0 && site.rules.backfill === 'easy') continue
      const alone = schedule({...site, pending: site.pending.slice(0, placeOf(site, id) + 1)}, fifo)
      assert.equal(alone.reservations.find(each => each.id === id)?.at, at, `job ${id}`)
    }
  })

  law('without backfill, and with conservative, lets who comes later change nothing', given => {
    const site = impartial(given)
    if (site.rules.backfill === 'easy') return
    const plan = schedule(site, fifo)
    const first = site.pending.slice(0, site.pending.length >> 1)
    const ids = new Set(first.map(({id}) => id))
    assert.deepEqual(decided(schedule({...site, pending: first}, fifo)), {
      starts: plan.starts.filter(({id}) => ids.has(jobId(id))),
      reservations: plan.reservations.filter(({id}) => ids.has(id)),
    })
  })

  it('takes one more job, when nothing has ended, as a whole pass would, or tells that it cannot', () => {
    let told = 0
    fc.assert(
      fc.property(anySite, fc.constantFrom(0, 500, 1500), (site, wait) => {
        const jobs = site.pending.map(job => ({...job, nice: 0, priority: 0}))
        const last = jobs.at(-1)
        if (last === undefined) return
        const before = {...site, pending: jobs.slice(0, -1)}
        const after = lived(before, wait)
        if (after.allocations.some(({until = 0}) => until <= after.now)) return
        const starts = oneMore(before, last, after.now)
        if (starts === null) return
        told++
        assert.deepEqual(starts, schedule({...after, pending: [...after.pending, last]}, fifo).starts)
      }),
      RUNS,
    )
    assert.ok(told > RUNS.numRuns / 4, `only ${told}`)
  }).timeout(PATIENCE)

  it('is deterministic in time: moved by any time it decides the same', () => {
    fc.assert(
      fc.property(anySite, fc.integer({min: 1, max: 10_000_000}), (site, by) => {
        const later = {
          ...site,
          now: instant(site.now + by),
          allocations: site.allocations.map(each => ({...each, until: (each.until ?? 0) + by})),
          closures: new Map(
            [...site.closures].map(([name, all]) => [
              name,
              all.map(({from, to, users}) => ({from: from + by, to: to + by, users})),
            ]),
          ),
          pending: site.pending.map(job => ({
            ...job,
            submitted: job.submitted + by,
            eligible: job.eligible + by,
          })),
        }
        const [one, other] = [schedule(site, fifo), schedule(later, fifo)]
        assert.deepEqual(other.starts, one.starts)
        assert.deepEqual(
          other.reservations.map(each => each.at - by),
          one.reservations.map(each => each.at),
        )
      }),
      RUNS,
    )
  }).timeout(PATIENCE)

  after(() => tellCases('R15', cases))
})

/** Some time after a pass, when nothing has ended. */
const lived = (site: Site, wait: number): Site => {
  const {pending, now, closures} = site
  const {starts} = schedule(site, fifo)
  const begun = starts.flatMap(({id, node}): Allocation[] => {
    const job = pending.find(each => each.id === id)
    if (job === undefined) return []
    const {user, project, resources, walltime} = job
    return [{id, node, user, project, resources, until: now + (walltime ?? ASSUMED) * 1000}]
  })
  const ids = new Set<number>(begun.map(({id}) => id))
  return {
    ...site,
    now: instant(now + wait),
    allocations: [...site.allocations, ...begun],
    pending: pending.filter(({id}) => !ids.has(id)),
    // Those that are over are nobody's.
    closures: new Map([...closures].map(([name, all]) => [name, all.filter(({to}) => to > now + wait)])),
  }
}

/** What starts of a job that comes after a pass, by the incremental rule. */
const oneMore = (site: Site, job: Waiting, now: number) => {
  const groups = groupsOf(site.pending, ASSUMED, undefined, site.space)
  const compare = (a: Waiting, b: Waiting): number => a.nice - b.nice || a.id - b.id
  const pass = runPass(passInput(site, lineUpByRank(groups, compare)))
  groups.add(job)
  const group = groups.of(job)
  assert.ok(group !== undefined)
  return pass.goOn([{job, group}], now)
}
