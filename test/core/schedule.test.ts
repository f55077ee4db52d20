import assert from 'node:assert/strict'
import type {NodeReport, PendingJob} from '@god-cli/api'
import {jobId} from '../../src/core/brand.js'
import {type Plan, reasonsOf} from '../../src/core/plan.js'
import {type Allocation, neverReason, schedule} from '../../src/core/schedule.js'
import {DEFAULT_RULES} from '../../src/core/scheduling/rules.js'
import {spaceOf} from '../../src/core/scheduling/vector.js'
import {amounts, aNode, aPending, GIB, NOW} from './builders.js'

const BY_ID = {order: (pending: readonly PendingJob[]) => pending.map(job => job.id).sort((a, b) => a - b)}

/** Backfill has tests of its own, beside the pass. */
const STRICT = {...DEFAULT_RULES, backfill: 'none'} as const

const plan = (
  nodes: readonly NodeReport[],
  pending: readonly PendingJob[],
  allocations: readonly Allocation[] = [],
  policy = BY_ID,
): Plan => schedule({now: NOW, nodes, allocations, pending, rules: STRICT}, policy)

const running = (id: number, node: string, cpus: number, memory = 1): Allocation => ({
  id: jobId(id),
  node,
  user: 'ann',
  project: 'default',
  resources: amounts(cpus, memory),
})

const placed = ({starts}: Plan): string => starts.map(({id, node}) => `${id}@${node}`).join(' ')

const codes = (made: Plan): Record<number, string> =>
  Object.fromEntries([...reasonsOf(made)].map(([id, {code}]) => [id, code]))

const textOf = (made: Plan, id: number): string => reasonsOf(made).get(jobId(id))?.text ?? ''

describe('a scheduling pass', () => {
  it('starts what fits, in the order of the policy', () => {
    const reverse = {order: (pending: readonly PendingJob[]) => BY_ID.order(pending).reverse()}
    const jobs = [aPending(1, amounts(2)), aPending(2, amounts(2)), aPending(3, amounts(2))]
    assert.equal(placed(plan([aNode('n1', 4)], jobs)), '1@n1 2@n1')
    assert.equal(placed(plan([aNode('n1', 4)], jobs, [], reverse)), '3@n1 2@n1')
  })

  it('fills the fullest node that has room, and of equals the first by name', () => {
    const nodes = [aNode('n3', 8), aNode('n2', 8), aNode('n1', 8)]
    assert.equal(placed(plan(nodes, [aPending(1, amounts(2))], [running(9, 'n3', 4)])), '1@n3')
    assert.equal(placed(plan(nodes, [aPending(1, amounts(6))], [running(9, 'n3', 4)])), '1@n1')
  })

  it('compares what would be left with the size of the node', () => {
    const nodes = [aNode('large', 100), aNode('small', 4)]
    const busy = [running(8, 'large', 50), running(9, 'small', 1)]
    assert.equal(placed(plan(nodes, [aPending(1, amounts(2))], busy)), '1@small')
  })

  it('keeps the node with a gpu free of jobs without any', () => {
    assert.equal(placed(plan([aNode('n1', 4, 64, 1), aNode('n2', 4)], [aPending(1, amounts(1))])), '1@n2')
  })

  it("starts nobody before his begin time, and lets him stand in nobody's way meanwhile", () => {
    const early = {...aPending(1, amounts(4)), begin: NOW + 1}
    const due = {...aPending(2, amounts(4)), begin: NOW}
    const made = plan([aNode('n1', 4)], [early, due, aPending(3, amounts(1))])
    assert.equal(placed(made), '2@n1')
    assert.deepEqual(codes(made), {1: 'begin-time', 3: 'resources'})
    assert.match(textOf(made, 1), /begins at 2026-01-01T00:00:00\.001Z/)
  })

  it('counts each start of the same pass', () => {
    const jobs = [aPending(1, amounts(3)), aPending(2, amounts(3)), aPending(3, amounts(1))]
    assert.equal(placed(plan([aNode('n1', 4), aNode('n2', 4)], jobs)), '1@n1 2@n2 3@n1')
  })

  it('lets nobody pass the first job that has to wait', () => {
    const jobs = [aPending(1, amounts(4)), aPending(2, amounts(1)), aPending(3, amounts(1))]
    const result = plan([aNode('n1', 4)], jobs, [running(9, 'n1', 1)])
    assert.equal(placed(result), '')
    assert.deepEqual(codes(result), {1: 'resources', 2: 'priority', 3: 'priority'})
    assert.equal(textOf(result, 1), 'next to start; waits for 1 cpu more on n1')
    assert.equal(textOf(result, 2), 'behind 1 job; job 1 is next')
    assert.equal(textOf(result, 3), 'behind 2 jobs; job 1 is next')
  })

  it('lets a job that fits on no empty node keep nobody waiting', () => {
    const jobs = [aPending(1, amounts(64)), aPending(2, amounts(1))]
    const result = plan([aNode('n1', 4)], jobs)
    assert.equal(placed(result), '2@n1')
    assert.deepEqual(codes(result), {1: 'never'})
  })

  it('says never also behind the job that waits, and does not count it there', () => {
    const jobs = [aPending(1, amounts(4)), aPending(2, amounts(64)), aPending(3, amounts(1))]
    const result = plan([aNode('n1', 4)], jobs, [running(9, 'n1', 1)])
    assert.deepEqual(codes(result), {1: 'resources', 2: 'never', 3: 'priority'})
    assert.match(textOf(result, 3), /^behind 1 job;/)
  })

  it('starts nothing without a node, and says so to all', () => {
    const result = plan([], [aPending(1, amounts(1)), aPending(2, amounts(99))])
    assert.deepEqual([placed(result), codes(result)], ['', {1: 'no-node', 2: 'no-node'}])
  })

  it('takes no notice of what runs on a node that takes no work', () => {
    assert.equal(placed(plan([aNode('n1', 1)], [aPending(1, amounts(1))], [running(9, 'gone', 1)])), '1@n1')
  })

  it('starts nothing on a node that shrank under its jobs, but what needs none of the lost kind', () => {
    const nodes = [aNode('n1', 8, 64, 0)]
    const onGpu: Allocation = {...running(9, 'n1', 1), resources: amounts(1, 1, 2)}
    assert.equal(placed(plan(nodes, [aPending(1, amounts(1))], [onGpu])), '1@n1')
    const shrunk = plan([aNode('n1', 4)], [aPending(1, amounts(2))], [running(9, 'n1', 6)])
    assert.deepEqual([placed(shrunk), codes(shrunk)], ['', {1: 'resources'}])
    assert.match(textOf(shrunk, 1), /waits for 2 cpus more on n1/)
  })

  it('has nothing to do without jobs', () => {
    assert.deepEqual(plan([aNode('n1', 1)], []), {starts: [], waits: [], queue: null, reservations: []})
  })
})

describe('what the nodes share, held by a job that should be over', () => {
  const space = spaceOf([{name: 'seat', scope: 'site', amount: 2}])
  const seated = (job: PendingJob, seat: number): PendingJob => ({
    ...job,
    resources: {...job.resources, counted: {seat}},
  })
  const holder: Allocation = {
    ...running(9, 'n2', 1),
    resources: {...amounts(1), counted: {seat: 1}},
    until: NOW - 1000,
  }
  /** 1 waits for a seat; 2 would run on beyond any time at which 1 could start. */
  const pending = [
    seated(aPending(1, amounts(4)), 2),
    aPending(2, amounts(4)),
    seated(aPending(3, amounts(1)), 2),
  ]
  const planned = (nodes: readonly NodeReport[], drained: readonly NodeReport[] = []): Plan =>
    schedule({now: NOW, nodes, drained, allocations: [holder], pending, space}, BY_ID)

  it('is expected in the next moment where its node can end it, be it drained or not', () => {
    for (const made of [
      planned([aNode('n1', 4), aNode('n2', 1)]),
      planned([aNode('n1', 4)], [aNode('n2', 1)]),
    ]) {
      assert.deepEqual([placed(made), made.reservations], ['', [{id: 1, node: 'n1', at: NOW + 1}]])
      assert.deepEqual(codes(made), {1: 'resources', 2: 'reserved', 3: 'priority'})
    }
  })

  it('is given to nobody while its node is gone, and no node stands idle for who waits for it', () => {
    const made = planned([aNode('n1', 4)])
    assert.deepEqual([placed(made), made.reservations], ['2@n1', []])
    assert.equal(codes(made)[1], 'resources')
    const alone = schedule(
      {now: NOW, nodes: [aNode('n1', 4)], allocations: [holder], pending: pending.slice(0, 1), space},
      BY_ID,
    )
    assert.equal(textOf(alone, 1), 'next to start; waits for 1 seat more of the whole site')
  })
})

describe('a policy that does not keep its contract', () => {
  const jobs = [aPending(3, amounts(1)), aPending(1, amounts(1)), aPending(2, amounts(1))]
  const cases: readonly (readonly [string, readonly number[], string])[] = [
    ['forgets jobs: they come last, by number', [2], '2@n1 1@n1 3@n1'],
    ['repeats a job: it starts once', [3, 3, 1, 2, 1], '3@n1 1@n1 2@n1'],
    ['invents jobs: they are not there', [7, 2, 0, 1, 3], '2@n1 1@n1 3@n1'],
    ['says nothing', [], '1@n1 2@n1 3@n1'],
  ]
  for (const [what, order, starts] of cases) {
    it(what, () => {
      assert.equal(placed(plan([aNode('n1', 8)], jobs, [], {order: () => [...order]})), starts)
    })
  }
})

describe('the reason of the next job', () => {
  const waitsFor = (
    need: PendingJob['resources'],
    nodes: readonly NodeReport[],
    ...busy: Allocation[]
  ): string => textOf(plan(nodes, [aPending(1, need)], busy), 1)

  it('names the resource that is short', () => {
    const nodes = [aNode('n1', 4, 8)]
    assert.match(waitsFor(amounts(1, 8), nodes, running(9, 'n1', 1, 2)), /waits for 2G of memory more on n1/)
    const gpus = [aNode('n1', 4, 8, 2)]
    const busy: Allocation = {...running(9, 'n1', 1), resources: amounts(1, 1, 1)}
    assert.match(waitsFor(amounts(1, 1, 2), gpus, busy), /waits for 1 gpu more on n1/)
  })

  it('never sends to a node that could not run it even when empty', () => {
    const nodes = [aNode('big', 8), aNode('small', 2)]
    assert.match(waitsFor(amounts(4), nodes, running(9, 'big', 8)), /waits for 4 cpus more on big/)
  })

  it('names something that is short also where each node lacks another thing', () => {
    const nodes = [aNode('n1', 8, 8), aNode('n2', 8, 8)]
    const text = waitsFor(amounts(4, 4), nodes, running(8, 'n1', 6, 1), running(9, 'n2', 1, 7))
    assert.match(text, /waits for 2 cpus more on n1/)
  })

  it('compares what is short with what is asked for', () => {
    const nodes = [aNode('n1', 4, 4), aNode('n2', 4, 4)]
    const text = waitsFor(amounts(4, 4), nodes, running(8, 'n1', 3, 0), running(9, 'n2', 0, 1))
    assert.match(text, /waits for 1G of memory more on n2/)
  })

  it('carries the numbers behind the sentence', () => {
    const result = plan([aNode('n1', 4)], [aPending(1, amounts(4))], [running(9, 'n1', 1)])
    assert.deepEqual(reasonsOf(result).get(jobId(1))?.numbers, {resource: 'cpus', short: 1000, node: 'n1'})
  })
})

describe('a job that can never run', () => {
  it('is one that no node could take even empty', () => {
    assert.equal(neverReason(amounts(4, 4), [aNode('n1', 4, 4)]), null)
    assert.notEqual(neverReason({...amounts(4, 4), cpus: 4001}, [aNode('n1', 4, 4)]), null)
  })

  it('is not judged while no node is known', () => {
    assert.equal(neverReason(amounts(1000), []), null)
  })

  it('hears what it asks for and what the largest node has', () => {
    const reason = neverReason(amounts(1, 1, 1), [aNode('n1', 4), aNode('n2', 8)])
    assert.match(reason?.text ?? '', /asks for 1 gpu, .* has 0 gpus/)
    const memory = neverReason(amounts(1, 100), [aNode('n1', 4, 16), aNode('n2', 8, 32)])
    assert.match(memory?.text ?? '', /asks for 100G of memory, .*n2\) has 32G of memory/)
    assert.deepEqual(memory?.numbers, {resource: 'memory', asked: 100 * GIB, greatest: 32 * GIB, node: 'n2'})
  })

  it('hears of all that it asks for together where each amount is somewhere', () => {
    const reason = neverReason(amounts(8, 16), [aNode('n1', 8, 8), aNode('n2', 4, 32)])
    assert.match(reason?.text ?? '', /8 cpus, 16G of memory together/)
    assert.deepEqual(reason?.numbers, amounts(8, 16))
  })
})
