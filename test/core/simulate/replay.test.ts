/** What happens when, in a replay: worked out by hand, and held against a second, plain simulator. */
import assert from 'node:assert/strict'
import type {PendingJob, PolicyWorld, Ranking} from '@god-cli/api'
import fc from 'fast-check'
import {jobId} from '../../../src/core/brand.js'
import {partKey} from '../../../src/core/part-key.js'
import {DEFAULT_RULES, type Placement} from '../../../src/core/scheduling/rules.js'
import {spaceOf} from '../../../src/core/scheduling/vector.js'
import {createDispatcher} from '../../../src/core/simulate/dispatch.js'
import {parseNodeLine} from '../../../src/core/simulate/nodes-file.js'
import {forecastBy} from '../../../src/core/simulate/predict.js'
import {createReplay, EVENT_ORDERS} from '../../../src/core/simulate/replay.js'
import type {SimulatedJob} from '../../../src/core/simulate/workload.js'
import {amount} from '../../support/amount.js'
import {referenceStarts} from './reference.js'
import {FIFO, filtered, type Row, replayed, startsOf, swfLine} from './workloads.js'

/** On four processors, 2 is the first that does not fit. Room for it is expected at 20, and two processors are over. */
const FOUR: readonly Row[] = [
  {job: 1, submit: 0, run: 10, procs: 3, limit: 20},
  {job: 2, submit: 1, run: 5, procs: 2, limit: 5},
  {job: 3, submit: 2, run: 30, procs: 1, limit: 30},
  {job: 4, submit: 3, run: 4, procs: 1, limit: 4},
]

describe('a replay', () => {
  it('lets nobody pass without backfill, and who delays nobody with it', () => {
    assert.deepEqual(startsOf(FOUR, 4, {rules: {backfill: 'none'}}), {1: 0, 2: 10, 3: 10, 4: 10})
    assert.deepEqual(startsOf(FOUR, 4), {1: 0, 2: 10, 3: 2, 4: 10})
  })

  it('plans with the limits, or with what really happens', () => {
    // 2 waits for all; room for it is expected at 10, by its limit, or at 4.
    const rows = [
      {job: 1, submit: 0, run: 4, procs: 1, limit: 10},
      {job: 2, submit: 1, run: 1, procs: 2, limit: 1},
      {job: 3, submit: 1, run: 5, procs: 1, limit: 5},
    ]
    assert.deepEqual(startsOf(rows, 2), {1: 0, 2: 6, 3: 1})
    assert.deepEqual(startsOf(rows, 2, {estimates: 'actual'}), {1: 0, 2: 4, 3: 5})
  })

  it('ends a job exactly, and starts another in the moment of its submission', () => {
    const rows = [
      {job: 1, submit: 0, run: 10, procs: 1},
      {job: 2, submit: 10, run: 1, procs: 1},
      {job: 3, submit: 10.5, run: 0.25, procs: 1},
    ]
    assert.deepEqual(startsOf(rows, 1), {1: 0, 2: 10, 3: 11})
  })

  it('gives a job its place before those of its user that came earlier, where its priority says so', () => {
    const node = {name: 'n1', capacity: {cpus: 10_000, memory: 0, gpus: 0}, labels: {}}
    const dispatcher = createDispatcher({nodes: [node], policy: FIFO, rules: DEFAULT_RULES})
    const at = (submit: number, id: number, cpus: number, priority: number, limit: number) => {
      const who = {id, uid: 1, user: 'ann', project: 'default', queue: 'default', nice: 0, priority}
      const resources = {cpus: cpus * 1000, memory: 0, gpus: 0}
      dispatcher.enqueue(
        {...who, resources, job: partKey({id: jobId(id)}), submit, run: limit, limit},
        limit,
        submit,
      )
      return dispatcher.pass(submit).map(({job}) => job.id)
    }
    assert.deepEqual(at(0, 1, 6, 0, 100_000), [1])
    assert.deepEqual(at(5000, 2, 8, 0, 100_000), [])
    assert.deepEqual(at(10_000, 3, 4, 5, 200_000), [3])
  })

  it('waits for what the nodes share as for what they have, and lets pass who needs none of it', () => {
    const space = spaceOf([{name: 'seat', scope: 'site', amount: 1}])
    const nodes = ['n1', 'n2'].map(name => ({name, capacity: {cpus: 4000, memory: 0, gpus: 0}, labels: {}}))
    const dispatcher = createDispatcher({nodes, policy: FIFO, rules: DEFAULT_RULES, space})
    const job = (id: number, seat: number, limit: number): SimulatedJob => {
      const who = {id, uid: 1, user: 'ann', project: 'default', queue: 'default', nice: 0, priority: 0}
      const resources = {cpus: 4000, memory: 0, gpus: 0, ...(seat === 0 ? {} : {counted: {seat}})}
      return {...who, resources, job: partKey({id: jobId(id)}), submit: 0, run: limit, limit}
    }
    const first = job(1, 1, 10_000)
    for (const each of [first, job(2, 1, 10_000), job(3, 0, 5000)]) dispatcher.enqueue(each, each.limit, 0)
    const started = (now: number) => dispatcher.pass(now).map(({job: {id}, node}) => [id, node])
    assert.deepEqual(started(0), [
      [1, 'n1'],
      [3, 'n2'],
    ])
    assert.equal(dispatcher.fits(job(4, 1, 1)), false)
    dispatcher.extend(first, 20_000)
    assert.deepEqual(started(10_000), [])
    dispatcher.release(first, 12_000)
    assert.deepEqual(started(12_000), [[2, 'n1']])
  })

  it('goes by submission, then by number, however the rows are listed and numbered', () => {
    const rows = [
      {job: 9, submit: 1, run: 5, procs: 1},
      {job: 4, submit: 1, run: 5, procs: 1},
      {job: 7, submit: 0, run: 5, procs: 1},
      {job: 2, submit: 3, run: 5, procs: 1},
    ]
    assert.deepEqual(startsOf(rows, 1), {7: 0, 4: 5, 9: 10, 2: 15})
  })

  /** At 10 one ends by its limit and one before it, four processors are waited for, and two are asked for. */
  const TOGETHER: readonly Row[] = [
    {job: 1, submit: 0, run: 10, procs: 2, limit: 10},
    {job: 2, submit: 0, run: 10, procs: 2, limit: 20},
    {job: 3, submit: 5, run: 7, procs: 4, limit: 7},
    {job: 4, submit: 10, run: 5, procs: 2, limit: 5},
  ]

  it('takes all that happens in one instant together, by default', () => {
    assert.deepEqual(startsOf(TOGETHER, 4), {1: 0, 2: 0, 3: 10, 4: 17})
  })

  it('takes it one by one if asked: submissions first, for whom a time that is up is over', () => {
    assert.deepEqual(startsOf(TOGETHER, 4, {eventOrder: 'serial'}), {1: 0, 2: 0, 4: 10, 3: 15})
  })

  it('one by one, is still expected to go on who ends before its time', () => {
    const rows = [
      {job: 1, submit: 0, run: 10, procs: 2, limit: 20},
      {job: 2, submit: 10, run: 1, procs: 1},
    ]
    assert.deepEqual(startsOf(rows, 2, {eventOrder: 'serial'}), {1: 0, 2: 10})
  })

  it('expects who runs through its limit to end in the next moment, again and again', () => {
    // 2 is the head; for all that is known 1 ends at once, so 3, which fits, would delay it.
    const rows = [
      {job: 1, submit: 0, run: 20, procs: 1, limit: 5},
      {job: 2, submit: 10, run: 1, procs: 2, limit: 1},
      {job: 3, submit: 11, run: 3, procs: 1, limit: 3},
    ]
    assert.deepEqual(startsOf(rows, 2, {overLimit: 'run-through'}), {1: 0, 2: 20, 3: 21})
    assert.deepEqual(startsOf(rows, 2), {1: 0, 2: 10, 3: 11})
  })

  it('predicts the mean of two runs, and gives who outlives it half of its age more', () => {
    const ann = {procs: 1, user: 1}
    const rows = [
      {job: 1, submit: 0, run: 4, limit: 100, ...ann},
      {job: 2, submit: 10, run: 8, limit: 100, ...ann},
      // Expected to run for 6, at 26 for 9, at 29 for 13.5: until 33.5.
      {job: 3, submit: 20, run: 40, limit: 100, ...ann},
      {job: 4, submit: 30, run: 1, limit: 1, procs: 2, user: 2},
      // Of another user, without a history: by their limits.
      {job: 5, submit: 31, run: 4, limit: 4, procs: 1, user: 3},
      {job: 6, submit: 31, run: 2, limit: 2, procs: 1, user: 3},
    ]
    assert.deepEqual(startsOf(rows, 2, {estimates: 'predicted'}), {1: 0, 2: 10, 3: 20, 6: 31, 5: 61, 4: 60})
    assert.deepEqual(startsOf(rows, 2), {1: 0, 2: 10, 3: 20, 5: 31, 6: 35, 4: 60})
  })

  it('reserves for as many as are asked for', () => {
    // 4 delays 3, but not 2.
    const rows = [
      {job: 1, submit: 0, run: 10, procs: 3},
      {job: 2, submit: 1, run: 10, procs: 3},
      {job: 3, submit: 2, run: 5, procs: 4},
      {job: 4, submit: 3, run: 25, procs: 1},
    ]
    assert.deepEqual(startsOf(rows, 4), {1: 0, 2: 10, 3: 28, 4: 3})
    const careful = {1: 0, 2: 10, 3: 20, 4: 25}
    assert.deepEqual(startsOf(rows, 4, {rules: {depth: 2}}), careful)
    assert.deepEqual(startsOf(rows, 4, {rules: {backfill: 'conservative'}}), careful)
  })

  it('asks a policy that ranks by the time anew whenever somebody may start, and one that only orders too', () => {
    const rows = [
      {job: 1, submit: 0, run: 10, procs: 1},
      {job: 2, submit: 1, run: 9, procs: 1},
      {job: 3, submit: 2, run: 1, procs: 1},
      {job: 4, submit: 3, run: 5, procs: 1},
    ]
    const shortFirst = (a: PendingJob, b: PendingJob): number => (a.walltime ?? 0) - (b.walltime ?? 0)
    const order = (pending: readonly PendingJob[]): readonly number[] =>
      [...pending].sort(shortFirst).map(({id}) => id)
    const expected = {1: 0, 3: 10, 4: 11, 2: 16}
    assert.deepEqual(startsOf(rows, 1, {policy: {order}}), expected)
    assert.deepEqual(startsOf(rows, 1, {policy: {order, compare: shortFirst}}), expected)
    const times: number[] = []
    const rank = ({now, capacity}: PolicyWorld): Ranking => {
      times.push(now)
      assert.deepEqual(capacity.cpus, 1000)
      // Until 12 the short ones first, then the long ones.
      return {compare: (a, b) => (now < 12_000 ? 1 : -1) * shortFirst(a, b)}
    }
    assert.deepEqual(startsOf([...rows, {job: 5, submit: 4, run: 4, procs: 1}], 1, {policy: {order, rank}}), {
      ...{1: 0, 3: 10, 5: 11, 2: 15, 4: 24},
    })
    assert.deepEqual(
      times,
      [0, 10, 11, 15, 24].map(second => second * 1000),
    )
  })

  it('places jobs on the nodes that it is given, packed or spread, and tells which', () => {
    const nodes = ['{"name":"b","cpus":4}', '{"name":"a","cpus":2}', '{"name":"g","cpus":4,"gpus":2}'].map(
      line => {
        const parsed = parseNodeLine(line)
        assert.ok(parsed.ok)
        return parsed.value
      },
    )
    const placed = (placement: Placement): readonly string[] => {
      const rows = [1, 2, 3].map(job => swfLine({job, submit: job, run: 100, procs: 2}))
      const replay = createReplay({
        jobs: filtered(rows, 10).jobs,
        eventOrder: 'batch',
        forecast: forecastBy('user'),
        dispatcher: createDispatcher({nodes, policy: FIFO, rules: {...DEFAULT_RULES, placement}}),
      })
      while (replay.step(1));
      return replay.started.map(({node}) => node)
    }
    assert.deepEqual(placed('pack'), ['a', 'b', 'b'])
    assert.deepEqual(placed('spread'), ['b', 'a', 'b'])
  })

  it('tells of jobs that can never start instead of going on for ever', () => {
    const {jobs} = filtered([swfLine({job: 1, submit: 0, run: 1, procs: 9})], 9)
    assert.throws(() => replayed(jobs, 4), /1 job never started/)
  })

  const anyRows = fc
    .array(
      fc.record({
        submit: fc.integer({min: 0, max: 30}),
        run: fc.integer({min: 1, max: 12}),
        procs: fc.integer({min: 1, max: 4}),
        over: fc.constantFrom(0, 0, 1, 5, 20),
        number: fc.integer({min: 0, max: 9}),
      }),
      {minLength: 1, maxLength: 14},
    )
    .map(list =>
      list.map(
        ({submit, run, procs, over, number}, i): Row => ({
          job: number * 100 + i,
          submit,
          run,
          procs,
          limit: run + over,
        }),
      ),
    )

  it('starts every job when the plain simulator does, in both orders of events', () => {
    const ways = EVENT_ORDERS.flatMap(eventOrder =>
      (['none', 'easy'] as const).flatMap(backfill =>
        (['user', 'actual'] as const).map(estimates => ({eventOrder, backfill, estimates})),
      ),
    )
    fc.assert(
      fc.property(anyRows, rows => {
        for (const way of ways) {
          const {eventOrder, backfill, estimates} = way
          assert.deepEqual(
            startsOf(rows, 4, {eventOrder, estimates, rules: {backfill}}),
            referenceStarts(rows, 4, way),
            JSON.stringify(way),
          )
        }
      }),
      {numRuns: amount(300, 20_000)},
    )
  })

  it('is the same in both orders where run times are known exactly', () => {
    fc.assert(
      fc.property(anyRows, rows => {
        const [batch, serial] = EVENT_ORDERS.map(eventOrder =>
          startsOf(rows, 4, {eventOrder, estimates: 'actual'}),
        )
        assert.deepEqual(batch, serial)
      }),
      {numRuns: amount(300, 20_000)},
    )
  })
})
