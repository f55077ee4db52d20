/** A replay that goes on from its last pass starts what whole passes start (scheduling.md 3), on sites of several nodes. */
import assert from 'node:assert/strict'
import type {NodeReport, Resources} from '@god-cli/api'
import fc from 'fast-check'
import {jobId} from '../../../src/core/brand.js'
import {partKey} from '../../../src/core/part-key.js'
import type {Policy} from '../../../src/core/policy-order.js'
import {type Caps, neverReason} from '../../../src/core/schedule.js'
import type {Closure} from '../../../src/core/scheduling/room.js'
import {BACKFILLS, DEFAULT_RULES, PLACEMENTS, type Rules} from '../../../src/core/scheduling/rules.js'
import type {Space} from '../../../src/core/scheduling/vector.js'
import {createDispatcher} from '../../../src/core/simulate/dispatch.js'
import {ESTIMATES, type Estimates, forecastBy} from '../../../src/core/simulate/predict.js'
import {createReplay, EVENT_ORDERS, type EventOrder} from '../../../src/core/simulate/replay.js'
import type {SimulatedJob} from '../../../src/core/simulate/workload.js'
import {amount, tellCases} from '../../support/amount.js'
import {anySeats, counting, countingNode} from '../scheduling/counted.js'
import {FIFO} from './workloads.js'

/** The same ones each time. */
const RUNS = {numRuns: amount(1000, 200_000), seed: 15}
const PATIENCE = amount(60_000, 3_600_000)

interface Life {
  readonly nodes: readonly NodeReport[]
  readonly space: Space
  readonly jobs: readonly SimulatedJob[]
  readonly rules: Omit<Rules, 'horizon'>
  readonly caps: Caps
  readonly closures: ReadonlyMap<string, readonly Closure[]>
  readonly estimates: Estimates
  readonly eventOrder: EventOrder
}

const anyAmounts = (most: number): fc.Arbitrary<Resources> =>
  fc.record({
    cpus: fc.integer({min: 1, max: most}),
    memory: fc.constantFrom(1, 1, 1, most),
    gpus: fc.constantFrom(0, 0, 0, 0, 0, 1),
  })

const anyCapacity = countingNode(
  fc.record({
    cpus: fc.integer({min: 3, max: 6}),
    memory: fc.constantFrom(4, 8),
    gpus: fc.constantFrom(0, 0, 1),
  }),
)

/** Often alike. */
const anyNodes: fc.Arbitrary<NodeReport[]> = fc
  .tuple(anyCapacity, fc.array(fc.option(anyCapacity, {freq: 1}), {minLength: 2, maxLength: 3}))
  .map(([one, all]) => all.map((capacity, i) => ({name: `n${i}`, capacity: capacity ?? one, labels: {}})))

/** Seconds; few different ones, so that much ends together. */
const anyLength = fc.constantFrom(1, 2, 4, 4, 8)

/** In the order of submission; all of them fit on some node. */
const jobsOn = (nodes: readonly NodeReport[], space: Space): fc.Arbitrary<SimulatedJob[]> =>
  fc
    .array(
      fc.record({
        resources: counting(anyAmounts(4)),
        limit: anyLength,
        early: fc.constantFrom(0, 0, 1),
        pause: fc.constantFrom(0, 0, 1, 1, 2),
        nice: fc.constantFrom(0, 0, 0, 1),
        user: fc.constantFrom('ann', 'bob'),
        tasks: fc.constantFrom(1, 1, 1, 1, 2),
      }),
      {minLength: 8, maxLength: 30},
    )
    .map(all => {
      let submit = 0
      return all
        .filter(({resources}) => neverReason(resources, nodes, space) === null)
        .map(({resources, limit, early, pause, nice, user, tasks}, i): SimulatedJob => {
          const id = jobId(i + 1)
          submit += pause * 1000
          const who = {id, uid: 1, user, project: 'default', queue: 'default', nice, priority: 0}
          const times = {submit, run: Math.max(1, limit - early) * 1000, limit: limit * 1000}
          const job = {...who, resources, job: partKey({id}), ...times}
          return tasks === 1 ? job : {...job, tasks}
        })
    })

const anyRules: fc.Arbitrary<Omit<Rules, 'horizon'>> = fc.record({
  backfill: fc.constantFrom(...BACKFILLS),
  depth: fc.integer({min: 1, max: 3}),
  placement: fc.constantFrom(...PLACEMENTS),
})

const NO_LIMIT = {cpus: null, ram: null, running: null, pending: null, cpu_time: null}

/** Of each user, or none; not so little that a job could never start. */
const anyCaps: fc.Arbitrary<Caps> = fc.option(
  fc.record({running: fc.constantFrom(null, 1, 2), cpus: fc.constantFrom(null, 4, 6)}).map(limits => ({
    quotas: {
      users: new Map([['*', {...NO_LIMIT, ...limits}]]),
      projects: new Map(),
      spent: {users: new Map(), projects: new Map()},
    },
  })),
  {nil: {}, freq: 1},
)

const anyClosures = fc
  .array(
    fc.record({
      node: fc.constantFrom('n0', 'n1'),
      from: fc.integer({min: 0, max: 12}),
      length: fc.integer({min: 1, max: 6}),
      users: fc.constantFrom<string[][]>(['ann'], ['bob'], []),
    }),
    {maxLength: 2},
  )
  .map(all => {
    const closures = new Map<string, Closure[]>()
    for (const {node, from, length, users} of all) {
      const one = {from: from * 1000, to: (from + length) * 1000, users}
      closures.set(node, [...(closures.get(node) ?? []), one])
    }
    return closures
  })

const anyLife: fc.Arbitrary<Life> = fc.tuple(anyNodes, anySeats).chain(([nodes, space]) =>
  fc.record({
    nodes: fc.constant(nodes),
    space: fc.constant(space),
    jobs: jobsOn(nodes, space),
    rules: anyRules,
    caps: anyCaps,
    closures: fc.oneof(fc.constant(new Map<string, Closure[]>()), anyClosures),
    estimates: fc.constantFrom(...ESTIMATES),
    eventOrder: fc.constantFrom(...EVENT_ORDERS),
  }),
)

const startsOf = (
  {nodes, space, jobs, rules, caps, closures, estimates, eventOrder}: Life,
  horizon: number,
  policy: Policy,
) => {
  const limits = {...(caps.quotas === undefined ? {} : {caps}), ...(closures.size === 0 ? {} : {closures})}
  const dispatcher = createDispatcher({nodes, space, policy, rules: {...rules, horizon}, ...limits})
  const wakes = [...closures.values()].flatMap(all => all.map(({to}) => to)).sort((a, b) => a - b)
  const replay = createReplay({jobs, eventOrder, forecast: forecastBy(estimates), dispatcher, wakes})
  while (replay.step(1000));
  return replay.started.map(({job: {id}, start, node}) => ({id, start, node}))
}

/** By number; of jobs that start in one moment it is all the same who is told first. */
const inOrder = (starts: ReturnType<typeof startsOf>) =>
  [...starts].sort((a, b) => a.start - b.start || a.id - b.id || (a.node < b.node ? -1 : 1))

describe('R15: a replay that goes on from its last pass', () => {
  let cases = 0

  const law = (title: string, horizon: number): void => {
    it(`starts every job when and where whole passes start it, ${title}`, () => {
      /** A policy that only orders is asked anew each time. */
      const {order} = FIFO
      fc.assert(
        fc.property(anyLife, life => {
          cases++
          const starts = (policy: Policy) => inOrder(startsOf(life, horizon, policy))
          assert.deepEqual(starts(FIFO), starts({order}))
        }),
        RUNS,
      )
    }).timeout(PATIENCE)
  }

  law('though several nodes have room at the same time', DEFAULT_RULES.horizon)
  law('though some wait for longer than room is kept', 3000)

  after(() => tellCases('R15', cases))
})
