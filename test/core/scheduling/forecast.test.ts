/** What is said of a waiting job before its time: true in the plan, or not said. */
import assert from 'node:assert/strict'
import type {NodeReport} from '@god-cli/api'
import fc from 'fast-check'
import createFifo from '../../../plugins/scheduler-fifo/src/index.js'
import {jobId} from '../../../src/core/brand.js'
import {inOrder} from '../../../src/core/policy-order.js'
import {
  type Allocation,
  groupsOf,
  lineUpInOrder,
  type Snapshot,
  schedule,
  type Waiting,
} from '../../../src/core/schedule.js'
import {type Forecast, type ForecastInput, forecast, startsOf} from '../../../src/core/scheduling/forecast.js'
import {DEFAULT_RULES} from '../../../src/core/scheduling/rules.js'
import {changed} from '../../../src/core/scheduling/suggestion.js'
import {amount, tellCases} from '../../support/amount.js'
import {amounts, aNode, aPending, NOW} from '../builders.js'

const HOUR = 3600
const fifo = createFifo({} as never)

const running = (id: number, node: string, cpus: number, hours: number, user = 'ann'): Allocation => ({
  id: jobId(id),
  node,
  user,
  project: 'default',
  resources: amounts(cpus, 1),
  until: NOW + hours * HOUR * 1000,
})

const inputOf = (snapshot: Snapshot, over: Partial<ForecastInput> = {}): ForecastInput => ({
  snapshot,
  lineUp: pending => lineUpInOrder(inOrder(pending, NOW, fifo), groupsOf(pending, 86_400)),
  terms: undefined,
  knownNodes: snapshot.nodes.length,
  running: [],
  past: [],
  ...over,
})

const site = (
  pending: readonly Waiting[],
  allocations: readonly Allocation[],
  nodes: readonly NodeReport[],
) => ({
  ...{now: NOW, nodes, allocations, pending, rules: DEFAULT_RULES},
})

const of = (input: ForecastInput, id: number): Forecast => {
  const job = input.snapshot.pending.find(each => each.id === id)
  assert.ok(job !== undefined)
  return forecast(input, job)
}

const hours = (when: Forecast['latest']): number | null =>
  when !== null && 'at' in when ? (when.at - NOW) / HOUR / 1000 : null

describe('the forecast of a waiting job', () => {
  const wide = aPending(1, amounts(4), {walltime: HOUR})
  const long = aPending(2, amounts(1), {walltime: 24 * HOUR, user: 'bob'})
  const busy = [running(9, 'n1', 3, 2)]

  it('tells its place, who is just ahead, and how many users are', () => {
    const others = [wide, long, aPending(3, amounts(1), {walltime: 24 * HOUR, user: 'cai'})]
    const {place, waiting, usersAhead, ahead} = of(inputOf(site(others, busy, [aNode('n1', 4)])), 3)
    assert.deepEqual(
      {place, waiting, usersAhead, ahead},
      {place: 3, waiting: 3, usersAhead: 2, ahead: {id: 2, user: 'bob'}},
    )
    // One is no user ahead of himself.
    assert.equal(of(inputOf(site([wide, long, {...long, id: 3}], busy, [aNode('n1', 4)])), 3).usersAhead, 1)
  })

  it('suggests the longest walltime that delays nobody if it is done within a minute, on the node where that is so', () => {
    const found = of(inputOf(site([wide, long], busy, [aNode('n1', 4)])), 2)
    assert.deepEqual(found.suggestion, {change: {walltime: 2 * HOUR - 60}, node: 'n1'})
    assert.equal(found.reason?.code, 'reserved')
  })

  it('suggests nothing with which another would get the room, when the first is withdrawn and submitted anew', () => {
    const small = aPending(2, amounts(1), {walltime: 24 * HOUR})
    const all = [aPending(1, amounts(4), {walltime: HOUR}), small]
    const half = [running(9, 'n1', 2, 2)]
    assert.equal(of(inputOf(site(all, half, [aNode('n1', 4)])), 1).suggestion, null)
    const alone = of(inputOf(site(all.slice(0, 1), half, [aNode('n1', 4)])), 1)
    assert.deepEqual(alone.suggestion, {change: {cpus: 2000}, node: 'n1'})
  })

  it('suggests less of what is short, but not less than half', () => {
    const input = (cpus: number) =>
      inputOf(site([aPending(1, amounts(4))], [running(9, 'n1', cpus, 2)], [aNode('n1', 4)]))
    assert.deepEqual(of(input(2), 1).suggestion, {change: {cpus: 2000}, node: 'n1'})
    assert.equal(of(input(3), 1).suggestion, null)
  })

  it('tells when it starts at the latest, by limits, and when it is likely to, by what its users’ jobs took', () => {
    const past = [HOUR, 2 * HOUR, 9 * HOUR].map((ran, i) => ({user: 'ann', ran: ran * 1000, ended: -i}))
    const input = inputOf(site([wide], [running(9, 'n1', 3, 9)], [aNode('n1', 4)]), {
      past,
      running: [{id: 9, user: 'ann', age: 0, limit: 9 * HOUR * 1000}],
    })
    const {likely, latest, startsNow} = of(input, 1)
    assert.deepEqual([hours(likely), hours(latest), startsNow], [1.5, 9, false])
  })

  it('expects one that has outlived its like to go on by half, and no longer than its limit', () => {
    const past = [HOUR, HOUR].map((ran, i) => ({user: 'ann', ran: ran * 1000, ended: -i}))
    const likelyAfter = (age: number, limit: number) =>
      hours(
        of(
          inputOf(site([wide], [running(9, 'n1', 3, limit - age)], [aNode('n1', 4)]), {
            past,
            running: [{id: 9, user: 'ann', age: age * HOUR * 1000, limit: limit * HOUR * 1000}],
          }),
          1,
        ).likely,
      )
    assert.equal(likelyAfter(1, 9), 0.5)
    assert.equal(likelyAfter(2, 2.125), 0.125)
  })

  it('says that it starts now where it does', () => {
    const {startsNow, likely, latest, suggestion} = of(inputOf(site([long], busy, [aNode('n1', 4)])), 2)
    assert.deepEqual([startsNow, hours(likely), hours(latest), suggestion], [true, 0, 0, null])
  })

  it('follows the nodes down to those that have room now', () => {
    const nodes = [aNode('n1', 4), aNode('n2', 16, 1), aNode('n3', 16, 64, 1)]
    const {funnel} = of(
      inputOf(site([aPending(1, amounts(5, 2))], [running(9, 'n3', 12, 1)], nodes), {knownNodes: 5}),
      1,
    )
    assert.deepEqual(
      funnel.map(({what, nodes: count}) => `${what} ${count}`),
      ['nodes 5', 'take work 3', 'have 5 cpus 2', 'have 2G of memory 1', 'have it free now 0'],
    )
  })

  it('says of a very long queue only that it is later than what could be planned', () => {
    const many = Array.from({length: 1200}, (_, i) => aPending(i + 1, amounts(4), {walltime: HOUR}))
    const at = startsOf(inputOf(site(many, [running(9, 'n1', 4, 1)], [aNode('n1', 4)])))
    assert.equal(hours(at(1000).latest), 1000)
    assert.deepEqual(at(1200).latest, {beyond: NOW + 1000 * HOUR * 1000})
  })
})

describe('the start of a job that something else than room keeps', () => {
  const nodes = [aNode('n1', 4)]
  const startOf = (job: Waiting, over: Partial<Snapshot> = {}) =>
    startsOf(inputOf({...site([job], [], nodes), ...over}))(job.id)

  it('is not before its begin time', () => {
    const at = NOW + 5 * HOUR * 1000
    const {likely, latest, kept} = startOf({...aPending(1, amounts(1)), begin: at})
    assert.deepEqual([likely, latest, kept?.code], [{notBefore: at}, {notBefore: at}, 'begin-time'])
  })

  it('is nobody’s to tell where a quota, its array or another job keeps it, and that is said', () => {
    const none = {cpus: null, ram: null, running: null, pending: null, cpu_time: null}
    const quotas = {
      users: new Map([['ann', {...none, cpus: 1000}]]),
      projects: new Map(),
      spent: {users: new Map(), projects: new Map()},
    }
    const job = aPending(1, amounts(2))
    const byQuota = startOf(job, {quotas})
    assert.deepEqual([byQuota.likely, byQuota.latest, byQuota.kept?.code], [null, null, 'quota'])
    const reason = {code: 'limit', text: 'its limit of 1 task at once is reached'}
    assert.deepEqual(startOf({...job, tasks: {count: 0, reason}}).kept, reason)
    const other = {code: 'dependency', text: 'waits until job 7 ends'}
    assert.deepEqual(startOf(job, {kept: new Map([[jobId(1), other]])}).kept, other)
    assert.equal(startOf(job).kept, null)
  })

  it('is not taken for one beyond those that were planned', () => {
    const many = Array.from({length: 1200}, (_, i) => aPending(i + 1, amounts(4), {walltime: HOUR}))
    const begin = NOW + HOUR * 1000
    const late = {...aPending(1201, amounts(4)), begin}
    const at = startsOf(inputOf(site([...many, late], [running(9, 'n1', 4, 1)], nodes)))
    assert.deepEqual(at(1201).latest, {notBefore: begin})
    assert.deepEqual(at(1200).latest, {beyond: NOW + 1000 * HOUR * 1000})
  })
})

describe('R15: what is suggested', () => {
  let cases = 0
  let suggested = 0
  const anyAmounts = fc.record({
    cpus: fc.integer({min: 1, max: 6}).map(cpus => cpus * 1000),
    memory: fc.integer({min: 1, max: 6}).map(mib => mib * 1024 ** 2),
    gpus: fc.constant(0),
  })
  const anySite = fc.record({
    nodes: fc.array(anyAmounts, {minLength: 1, maxLength: 3}),
    jobs: fc.array(fc.tuple(anyAmounts, fc.integer({min: 1, max: 9})), {minLength: 1, maxLength: 7}),
    taken: fc.array(fc.tuple(fc.nat({max: 2}), fc.integer({min: 1, max: 9})), {maxLength: 4}),
  })

  it('lets the job start now, as the pass itself has it', () => {
    fc.assert(
      fc.property(anySite, ({nodes, jobs, taken}) => {
        const pending = jobs.map(([resources, minutes], i) =>
          aPending(i + 1, resources, {walltime: minutes * 60}),
        )
        const snapshot = site(
          pending,
          taken.map(([node, minutes], i) => ({
            ...running(100 + i, `n${node}`, 0, minutes / 60),
            resources: {cpus: 1000, memory: 1024 ** 2, gpus: 0},
          })),
          nodes.map((capacity, i) => ({name: `n${i}`, capacity, labels: {}})),
        )
        for (const job of pending) {
          cases++
          const {suggestion, startsNow} = forecast(inputOf(snapshot), job)
          assert.ok(!startsNow || suggestion === null)
          if (suggestion === null) continue
          suggested++
          const tried = pending.map(each => (each.id === job.id ? changed(each, suggestion.change) : each))
          const {starts} = schedule({...snapshot, pending: tried}, fifo)
          assert.ok(
            starts.some(({id}) => id === job.id),
            `job ${job.id}: ${JSON.stringify(suggestion)}`,
          )
        }
      }),
      {numRuns: amount(1000, 50_000)},
    )
    assert.ok(suggested > 0)
  }).timeout(amount(60_000, 3_600_000))

  after(() => tellCases('R15', cases))
})
