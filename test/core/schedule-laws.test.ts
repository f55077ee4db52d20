/** The laws that hold for every snapshot and every policy (R15). */
import assert from 'node:assert/strict'
import type {NodeReport, PendingJob, Resources} from '@god-cli/api'
import fc from 'fast-check'
import createFifo from '../../plugins/scheduler-fifo/src/index.js'
import {jobId} from '../../src/core/brand.js'
import {type Plan, reasonsOf, waitingIn} from '../../src/core/plan.js'
import {inOrder, type Policy} from '../../src/core/policy-order.js'
import {type Allocation, neverReason, type Snapshot, schedule} from '../../src/core/schedule.js'
import {BACKFILLS, DEFAULT_RULES, type Rules} from '../../src/core/scheduling/rules.js'
import {amount, tellCases} from '../support/amount.js'
import {aPending, NOW} from './builders.js'
import {
  ALL_KINDS,
  type AnyKind,
  amountOf,
  anySeats,
  counting,
  countingNode,
  OF_NODE,
  roomOn,
  seatsOf,
  spaceWith,
} from './scheduling/counted.js'

const RUNS = {numRuns: amount(700, 100_000)}
/** Milliseconds for one law. */
const PATIENCE = amount(20_000, 1_800_000)
let cases = 0

/** Small numbers, so that nodes are full, jobs tie and some fit nowhere. */
const anyNeed: fc.Arbitrary<Resources> = counting(
  fc.record({
    cpus: fc.integer({min: 1, max: 6}),
    memory: fc.integer({min: 1, max: 6}),
    gpus: fc.constantFrom(0, 0, 0, 1, 2),
  }),
)

const anyCapacity: fc.Arbitrary<Resources> = countingNode(
  fc.record({
    cpus: fc.integer({min: 0, max: 8}),
    memory: fc.integer({min: 0, max: 8}),
    gpus: fc.constantFrom(0, 0, 1, 3),
  }),
)

const anyNodes: fc.Arbitrary<NodeReport[]> = fc
  .array(anyCapacity, {maxLength: 4})
  .map(capacities => capacities.map((capacity, i) => ({name: `n${i}`, capacity, labels: {}})))

const anyPending: fc.Arbitrary<PendingJob[]> = fc
  .uniqueArray(fc.integer({min: 1, max: 40}), {maxLength: 10})
  .chain(ids =>
    fc.tuple(
      ...ids.map(id =>
        fc.tuple(anyNeed, fc.integer({min: -2, max: 2})).map(([need, nice]) => aPending(id, need, {nice})),
      ),
    ),
  )

/** Some on nodes that are gone, some more than their node, or the site, can bear now. */
const anyAllocations: fc.Arbitrary<Allocation[]> = fc
  .array(fc.record({node: fc.constantFrom('n0', 'n1', 'n2', 'n3', 'gone'), resources: anyNeed}), {
    maxLength: 6,
  })
  .map(list =>
    list.map((allocation, i) => ({...allocation, id: jobId(100 + i), user: 'ann', project: 'default'})),
  )

type Site = Snapshot & Required<Pick<Snapshot, 'space'>>

const anySnapshot: fc.Arbitrary<Site> = fc.record({
  now: fc.constant(NOW),
  nodes: anyNodes,
  allocations: anyAllocations,
  pending: anyPending,
  space: anySeats,
})

const STRICT: Rules = {...DEFAULT_RULES, backfill: 'none'}

const fifo: Policy = createFifo({} as never)
const smallestFirst: Policy = {
  order: pending =>
    [...pending].sort((a, b) => a.resources.cpus - b.resources.cpus || a.id - b.id).map(job => job.id),
}
/** Keeps no contract: forgets, repeats, invents, and looks at the order of the list. */
const sloppy: Policy = {
  order: pending => [...pending.slice(2).map(job => job.id), 999, ...pending.slice(1, 4).map(job => job.id)],
}

const POLICIES: readonly (readonly [string, Policy])[] = [
  ['fifo', fifo],
  ['fifo, by its order alone', {order: fifo.order}],
  ['smallest first', smallestFirst],
  ['a policy that keeps no contract', sloppy],
]

const needs = ({pending}: Snapshot): Map<number, Resources> =>
  new Map(pending.map(job => [job.id, job.resources]))

type Room = Record<AnyKind, number>

/** On the node, and of the seats of the site, which those on other nodes take as well. */
const leftOn = (node: NodeReport, snapshot: Site, plan: Plan): Room => {
  const left = roomOn(node, snapshot.space)
  const all = needs(snapshot)
  const taken = [
    ...snapshot.allocations,
    ...plan.starts.flatMap(start => {
      const resources = all.get(start.id)
      return resources === undefined ? [] : [{node: start.node, resources}]
    }),
  ]
  for (const {node: name, resources} of taken) {
    left.seat -= amountOf(resources, 'seat')
    if (name === node.name) for (const kind of OF_NODE) left[kind] -= amountOf(resources, kind)
  }
  return left
}

const fitsIn = (need: Resources, room: Room): boolean =>
  ALL_KINDS.every(kind => amountOf(need, kind) <= Math.max(0, room[kind]))

const couldRun = (need: Resources, {nodes, space}: Pick<Site, 'nodes' | 'space'>): boolean =>
  nodes.some(node => fitsIn(need, roomOn(node, space)))

/** The order that counts: as the policy says, forgotten ones last. */
const orderOf = ({pending, now}: Snapshot, policy: Policy): number[] => {
  const sorted = [...pending].sort((a, b) => a.id - b.id)
  const known = sorted.map(job => job.id)
  return [...new Set([...policy.order(sorted, now), ...known])].filter(id => known.includes(id))
}

const shuffled = <T>(list: readonly T[]): fc.Arbitrary<T[]> =>
  fc.shuffledSubarray([...list], {minLength: list.length, maxLength: list.length})

const CASES = POLICIES.flatMap(([name, policy]) =>
  BACKFILLS.map(backfill => ({name: `${name}, backfill ${backfill}`, policy, backfill})),
)

for (const {name, policy, backfill} of CASES) {
  const rules: Rules = {...DEFAULT_RULES, backfill}
  const law = (title: string, holds: (snapshot: Site, plan: Plan) => void): void => {
    it(title, () => {
      fc.assert(
        fc.property(anySnapshot, snapshot => {
          cases++
          holds(snapshot, schedule({...snapshot, rules}, policy))
        }),
        RUNS,
      )
    }).timeout(PATIENCE)
  }

  describe(`R15: under ${name}`, () => {
    law('no start takes a node over its capacity in anything', (snapshot, plan) => {
      const all = needs(snapshot)
      for (const {id, node} of plan.starts) {
        const report = snapshot.nodes.find(candidate => candidate.name === node)
        assert.ok(report !== undefined)
        const left = leftOn(report, snapshot, plan)
        const need = all.get(id) ?? assert.fail()
        for (const kind of ALL_KINDS)
          assert.ok(left[kind] >= 0 || amountOf(need, kind) === 0, `${node} ${kind}`)
      }
    })

    law('no job starts twice, and none that is not pending', (snapshot, plan) => {
      const ids = plan.starts.map(start => start.id)
      assert.equal(new Set(ids).size, ids.length)
      assert.ok(ids.every(id => needs(snapshot).has(id)))
    })

    law('each pending job starts or has a reason, never both', (snapshot, plan) => {
      const answered = [...plan.starts.map(start => start.id), ...reasonsOf(plan).keys()].sort(
        (a, b) => a - b,
      )
      assert.deepEqual(
        answered,
        snapshot.pending.map(job => job.id).sort((a, b) => a - b),
      )
      assert.equal(waitingIn(plan), reasonsOf(plan).size)
      for (const reason of reasonsOf(plan).values()) {
        assert.match(
          reason.code,
          backfill === 'none'
            ? /^(never|no-node|resources|priority)$/
            : /^(never|no-node|resources|priority|reserved)$/,
        )
        const told = reason.text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\dZ/g, '')
        assert.ok(told.length > 10 && !/NaN|undefined|null|-\d/.test(told), told)
      }
    })

    law(
      'no job starts while an earlier one that could ever run waits, unless it is backfilled',
      (snapshot, plan) => {
        if (backfill !== 'none') return
        const order = orderOf(snapshot, policy)
        const started = new Set<number>(plan.starts.map(start => start.id))
        const all = needs(snapshot)
        const firstWaiting = order.findIndex(id => {
          const need = all.get(id)
          return (
            !started.has(id) &&
            need !== undefined &&
            neverReason(need, snapshot.nodes, snapshot.space) === null
          )
        })
        if (firstWaiting < 0) return
        assert.ok(order.slice(firstWaiting).every(id => !started.has(id)))
      },
    )

    law('the first that waits fits nowhere, and lacks what its reason says', (snapshot, plan) => {
      const head = [...reasonsOf(plan)].find(([, reason]) => reason.code === 'resources')
      const waiting = [...reasonsOf(plan).values()].filter(reason => reason.code === 'priority')
      if (head === undefined) return assert.deepEqual(waiting, [])
      const [id, reason] = head
      const need = needs(snapshot).get(id)
      assert.ok(need !== undefined)
      for (const node of snapshot.nodes) assert.ok(!fitsIn(need, leftOn(node, snapshot, plan)))
      // Of what the nodes share none is named, and each has as much of it.
      const node = snapshot.nodes.find(
        ({name}) => reason.numbers?.resource === 'seat' || name === reason.numbers?.node,
      )
      assert.ok(
        node !== undefined &&
          (reason.numbers?.node === undefined || fitsIn(need, roomOn(node, snapshot.space))),
        'sent to a node that could never run it',
      )
      const kind = ALL_KINDS.find(candidate => candidate === reason.numbers?.resource)
      assert.ok(kind !== undefined)
      const short = amountOf(need, kind) - Math.max(0, leftOn(node, snapshot, plan)[kind])
      assert.ok(short > 0)
      assert.equal(reason.numbers?.short, short)
      if (backfill !== 'none') return
      waiting.forEach((other, i) => {
        assert.deepEqual([other.numbers?.next, other.numbers?.ahead], [id, i + 1])
      })
    })

    law('never is said of those jobs, and only those, that no empty node could take', (snapshot, plan) => {
      for (const job of snapshot.pending) {
        const isNever = reasonsOf(plan).get(jobId(job.id))?.code === 'never'
        const seatsLack = amountOf(job.resources, 'seat') > seatsOf(snapshot.space)
        assert.equal(isNever, (!couldRun(job.resources, snapshot) && snapshot.nodes.length > 0) || seatsLack)
      }
    })

    it('the same snapshot has the same plan, however it is listed, and is left as it was', () => {
      const listed = anySnapshot.chain(snapshot =>
        fc.record({
          snapshot: fc.constant(snapshot),
          other: fc.record({
            now: fc.constant(snapshot.now),
            space: fc.constant(snapshot.space),
            nodes: shuffled(snapshot.nodes),
            allocations: shuffled(snapshot.allocations),
            pending: shuffled(snapshot.pending),
          }),
        }),
      )
      fc.assert(
        fc.property(listed, ({snapshot, other}) => {
          const before = JSON.stringify(snapshot)
          const plan = schedule({...snapshot, rules}, policy)
          assert.equal(JSON.stringify(snapshot), before)
          assert.deepEqual(schedule({...snapshot, rules}, policy), plan)
          assert.deepEqual(schedule({...other, rules}, policy), plan)
        }),
        RUNS,
      )
    }).timeout(PATIENCE)
  })
}

describe('R15: under fifo', () => {
  it('who gives way to fewer never starts later for it, and keeps nobody before him from starting', () => {
    const changed = anySnapshot
      .filter(({pending}) => pending.length > 0)
      .chain(snapshot => fc.tuple(fc.constant(snapshot), fc.nat({max: snapshot.pending.length - 1})))
    fc.assert(
      fc.property(changed, ([snapshot, which]) => {
        cases++
        const better = snapshot.pending.map((job, i) => (i === which ? {...job, nice: job.nice - 1} : job))
        const id = snapshot.pending[which]?.id
        const startsIn = (pending: typeof better): ReadonlySet<number> =>
          new Set(schedule({...snapshot, pending, rules: STRICT}, fifo).starts.map(start => start.id))
        const [before, after] = [startsIn([...snapshot.pending]), startsIn(better)]
        assert.ok(!before.has(id ?? 0) || after.has(id ?? 0), `job ${id} waits for being nicer to itself`)
        const order = orderOf({...snapshot, pending: better}, fifo)
        for (const other of order.slice(0, order.indexOf(id ?? 0)))
          assert.equal(after.has(other), before.has(other), `job ${other} stands before it still`)
      }),
      RUNS,
    )
  }).timeout(PATIENCE)

  after(() => tellCases('R15', cases))
})

describe('R15: nobody starves', () => {
  const ROUNDS = 80
  const space = spaceWith(2)

  /** Jobs run one to three rounds; each round brings a small job more. Returns the round in which each started. */
  const live = (nodes: readonly NodeReport[], first: readonly PendingJob[], lengths: readonly number[]) => {
    const startedAt = new Map<number, number>()
    let pending = [...first]
    let running: (Allocation & {readonly until: number})[] = []
    for (let round = 0; round < ROUNDS; round++) {
      running = running.filter(job => job.until > round)
      pending.push(aPending(1000 + round, {cpus: 1, memory: 1, gpus: 0}))
      const all = new Map(pending.map(job => [job.id, job.resources]))
      const {starts} = schedule({now: NOW, nodes, allocations: running, pending, rules: STRICT, space}, fifo)
      for (const {id, node} of starts) {
        const resources = all.get(id)
        assert.ok(resources !== undefined)
        startedAt.set(id, round)
        running.push({
          id,
          node,
          user: 'ann',
          project: 'default',
          resources,
          until: round + (lengths[id % lengths.length] ?? 1),
        })
      }
      pending = pending.filter(job => !startedAt.has(job.id))
    }
    return startedAt
  }

  it('each job that some node can bear starts, though small ones keep coming', () => {
    const lengths = fc.array(fc.integer({min: 1, max: 3}), {minLength: 1, maxLength: 5})
    fc.assert(
      fc.property(anyNodes, anyPending, lengths, (nodes, pending, runs) => {
        const jobs = pending.map(job => ({...job, nice: 0}))
        const startedAt = live(nodes, jobs, runs)
        jobs
          .filter(job => couldRun(job.resources, {nodes, space}))
          .sort((a, b) => a.id - b.id)
          .forEach((job, ahead) => {
            const round = startedAt.get(job.id) ?? Number.POSITIVE_INFINITY
            assert.ok(round <= 3 * ahead, `job ${job.id} with ${ahead} ahead started in round ${round}`)
          })
      }),
      {numRuns: 1000},
    )
  }).timeout(PATIENCE * 9)

  it('something starts on an empty site whenever something can', () => {
    fc.assert(
      fc.property(anySnapshot, snapshot => {
        const possible = snapshot.pending.some(job => couldRun(job.resources, snapshot))
        const {starts} = schedule({...snapshot, allocations: []}, fifo)
        assert.equal(starts.length > 0, possible)
      }),
      RUNS,
    )
  }).timeout(PATIENCE)
})

describe('R15: a policy that compares', () => {
  it('has the plan that its order has', () => {
    fc.assert(
      fc.property(anySnapshot, snapshot => {
        const {order} = fifo
        assert.deepEqual(inOrder(snapshot.pending, NOW, fifo), inOrder(snapshot.pending, NOW, {order}))
        assert.deepEqual(schedule(snapshot, fifo), schedule(snapshot, {order}))
      }),
      RUNS,
    )
  })

  it('leaves ties to the lower id', () => {
    const jobs = [3, 1, 2].map(id => aPending(id, {cpus: 1, memory: 1, gpus: 0}))
    const ids = inOrder(jobs, NOW, {order: () => [], compare: () => 0}).map(({id}) => id)
    assert.deepEqual(ids, [1, 2, 3])
  })
})
