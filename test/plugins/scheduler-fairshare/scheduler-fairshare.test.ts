/** Fair share as a policy: the contract of all schedulers, the worked example, promotion, and its options. */
import assert from 'node:assert/strict'
import type {PendingJob, PolicyWorld, Scheduler} from '@god-cli/api'
import {trialHost} from '@god-cli/api/testing'
import fc from 'fast-check'
import {schedulerContract} from '../../../plugins/api/src/scheduler-contract.js'
import provider from '../../../plugins/scheduler-fairshare/src/index.js'
import {readOptions} from '../../../plugins/scheduler-fairshare/src/options.js'
import {rankAt} from '../../../plugins/scheduler-fairshare/src/ranking.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = 1_700_000_000_000

const create = (options: Readonly<Record<string, string>> = {}): Scheduler =>
  provider(trialHost({options})) satisfies Scheduler

const aJob = (id: number, over: Partial<PendingJob> = {}): PendingJob => ({
  id,
  uid: 1000,
  user: 'ann',
  project: 'default',
  queue: 'default',
  resources: {cpus: 1000, memory: 1 << 30, gpus: 0},
  walltime: null,
  nice: 0,
  priority: 0,
  submitted: NOW,
  eligible: NOW,
  ...over,
})

const waited = (ms: number): Pick<PendingJob, 'submitted' | 'eligible'> => ({
  submitted: NOW - ms,
  eligible: NOW - ms,
})

const FACTORS: Readonly<Record<string, number>> = {x: 1, y: 0.25, z: 0.5}
const PROJECTS: Readonly<Record<string, number>> = {lab: 0.5}
const QUEUES: Readonly<Record<string, number>> = {long: 0.5, short: 1}

const world: PolicyWorld = {
  now: NOW,
  capacity: {cpus: 8000, memory: 64 * 1024 ** 3, gpus: 4},
  standing: user => ({ratio: 1, factor: FACTORS[user] ?? 0}),
  queueFactor: queue => QUEUES[queue] ?? 0,
  projectFactor: project => PROJECTS[project] ?? 0,
}

const rankingOf = (options: Readonly<Record<string, string>> = {}) => rankAt(world, readOptions(options))

const ordered = (jobs: readonly PendingJob[], options: Readonly<Record<string, string>> = {}) =>
  [...jobs].sort(rankingOf(options).compare).map(({id}) => id)

describe('the contract of a scheduler, kept by fairshare', () => {
  schedulerContract(it, create)
})

describe('fairshare', () => {
  const [x, y, z] = [
    aJob(1, {user: 'x'}),
    aJob(2, {user: 'y', queue: 'long', ...waited(3.5 * DAY)}),
    aJob(3, {user: 'z', queue: 'short', ...waited(DAY)}),
  ]

  it('adds up fair share, queue and age (example 8)', () => {
    const {terms} = rankingOf()
    assert.deepEqual(
      [x, y, z].map(job => terms?.(job).priority?.toFixed(3)),
      ['10000.000', '4000.000', '7142.857'],
    )
    assert.deepEqual(ordered([x, y, z], {promote_after: '4d'}), [1, 3, 2])
  })

  it('adds what the operator gives to a project', () => {
    const lab = aJob(4, {user: 'z', project: 'lab'})
    assert.equal(rankingOf().terms?.(lab).project, 1000)
    const other = aJob(3, {user: 'z'})
    assert.deepEqual(ordered([other, lab]), [4, 3])
    assert.deepEqual(ordered([other, lab], {weight_project: '0'}), [3, 4])
  })

  it('promotes who has waited for 48 hours (example 8)', () => {
    assert.deepEqual(ordered([x, y, z]), [2, 1, 3])
    assert.deepEqual(
      [x, y, z].map(job => rankingOf().terms?.(job).promoted),
      [0, 1, 0],
    )
    const [before, at] = [aJob(5, waited(2 * DAY - 1)), aJob(6, waited(2 * DAY))]
    assert.deepEqual(
      [before, at].map(job => rankingOf().terms?.(job).promoted),
      [0, 1],
    )
  })

  it('counts only the time in which nothing but its turn kept a job', () => {
    const held = aJob(4, {user: 'y', submitted: NOW - 30 * DAY, eligible: NOW - HOUR})
    assert.deepEqual(ordered([x, y, z, held]), [2, 1, 3, 4])
    assert.equal(rankingOf().terms?.(aJob(5, {eligible: NOW + HOUR})).age, 0)
  })

  it('takes promoted ones by submission, whatever their points', () => {
    const nice = aJob(7, {user: 'y', nice: 1000, ...waited(5 * DAY)})
    const first = aJob(8, {user: 'x', queue: 'short', ...waited(4 * DAY)})
    assert.deepEqual(ordered([first, nice]), [7, 8])
  })

  it('lets the urgent queue go before promoted ones, and promotes in it too', () => {
    const urgent = aJob(9, {user: 'y', queue: 'urgent'})
    const early = aJob(10, {user: 'y', queue: 'urgent', nice: 9, ...waited(3 * DAY)})
    assert.deepEqual(ordered([x, y, z, urgent, early], {urgent_queue: 'urgent'}), [10, 9, 2, 1, 3])
    assert.deepEqual(ordered([x, y, urgent]), [2, 1, 9])
    assert.equal(rankingOf({urgent_queue: 'urgent'}).terms?.(urgent).urgent, 1)
  })

  it('puts nice jobs behind by their nice value, large ones first only where size has a weight', () => {
    assert.deepEqual(ordered([aJob(1, {nice: 1}), aJob(2)]), [2, 1])
    const large = aJob(2, {resources: {cpus: 1000, memory: 1, gpus: 2}})
    assert.deepEqual(ordered([large, aJob(1)]), [1, 2])
    assert.deepEqual(ordered([large, aJob(1)], {weight_size: '10'}), [2, 1])
    assert.equal(rankingOf({weight_size: '10'}).terms?.(large).size, 5)
    const huge = aJob(3, {resources: {cpus: 80_000, memory: 1, gpus: 0}})
    assert.equal(rankingOf({weight_size: '10'}).terms?.(huge).size, 10)
  })

  it('takes equals by submission, then by id', () => {
    const [a, b, c] = [aJob(3), aJob(2, {submitted: NOW + 1}), aJob(1, {submitted: NOW + 1})]
    assert.deepEqual(ordered([a, b, c]), [3, 1, 2])
  })

  it('takes all users for equals where it knows of no world', () => {
    const jobs = [aJob(1, {user: 'y'}), aJob(2, {user: 'x', nice: -1}), aJob(3, waited(3 * DAY))]
    assert.deepEqual(create().order(jobs, NOW), [3, 2, 1])
  })

  it('lets no younger job overtake an older one that is alike but for its times (property)', () => {
    const times = fc.tuple(fc.nat(10 * DAY), fc.nat(10 * DAY), fc.nat(5 * DAY))
    fc.assert(
      fc.property(times, fc.constantFrom('x', 'y'), ([one, other, delay], user) => {
        const [old, young] = [Math.max(one, other), Math.min(one, other)]
        const at = (id: number, age: number): PendingJob =>
          aJob(id, {user, submitted: NOW - age - delay, eligible: NOW - age})
        if (old > young) assert.deepEqual(ordered([at(1, young), at(2, old)]), [2, 1])
        else assert.deepEqual(ordered([at(2, young), at(1, old)]), [1, 2])
      }),
    )
  })
})

describe('the options of fairshare', () => {
  it('are those of the paper where none are given', () => {
    assert.deepEqual(readOptions({}), {
      weights: {fairshare: 10_000, queue: 2000, project: 2000, age: 1000, size: 0},
      maxAge: 7 * DAY,
      promoteAfter: 2 * DAY,
      urgentQueue: null,
    })
  })

  it('are read', () => {
    const given = {
      weight_fairshare: '0',
      weight_age: '5',
      max_age: '90m',
      promote_after: '1d',
      urgent_queue: 'now',
    }
    const {weights, ...rest} = readOptions(given)
    assert.deepEqual([weights.fairshare, weights.age], [0, 5])
    assert.deepEqual(rest, {maxAge: 90 * 60_000, promoteAfter: DAY, urgentQueue: 'now'})
  })

  it('are refused by name where they say nothing', () => {
    for (const [given, message] of [
      [{weight_queue: '-1'}, /^weight_queue is "-1"; expected a whole number/],
      [{weight_size: '9999999999'}, /^weight_size is "9999999999"/],
      [{max_age: '0d'}, /^max_age is "0d"; expected a time like/],
      [{promote_after: 'none'}, /^promote_after is "none"; expected a time/],
    ] as const)
      assert.throws(() => readOptions(given), {message})
  })
})
