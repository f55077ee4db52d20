/** The small parts of the simulator: nodes, predictions, the queue of events, shaken traces. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {outlived} from '../../../src/core/scheduling/expected-run.js'
import {createEndQueue} from '../../../src/core/simulate/end-queue.js'
import {parseNodeLine} from '../../../src/core/simulate/nodes-file.js'
import {forecastBy} from '../../../src/core/simulate/predict.js'
import {shaken} from '../../../src/core/simulate/shake.js'
import {parseTrace} from '../../../src/core/simulate/trace.js'
import {filtered, swfLine} from './workloads.js'

describe('a line of a nodes file', () => {
  it('is a node, with amounts as on the command line', () => {
    const line = '{"name":"n1","cpus":64,"mem":"256G","gpus":2,"labels":{"zone":"a"}}'
    assert.deepEqual(parseNodeLine(line), {
      ok: true,
      value: {name: 'n1', capacity: {cpus: 64_000, memory: 256 * 1024 ** 3, gpus: 2}, labels: {zone: 'a'}},
    })
    const bare = parseNodeLine('{"name":"n2","cpus":"0.5"}')
    assert.ok(bare.ok && bare.value.capacity.cpus === 500 && bare.value.capacity.gpus === 0)
  })

  it('says what is wrong with one that is none', () => {
    for (const [line, why] of [
      ['{"cpus":1}', /name/],
      ['{"name":"","cpus":1}', /name/],
      ['{"name":"n","cpus":-1}', /a number of cpus is expected/],
      ['{"name":"n","cpus":1e30}', /a number of cpus is expected/],
      ['{"name":"n","cpus":1,"mem":"12Q"}', /an amount of memory is expected/],
      ['{"name":"n","cpus":1,"gpus":1.5}', /gpus/],
      ['{"name":"n","cpus":1,"ram":1}', /ram/],
      ['{"name":"n","name":"m","cpus":1}', /twice/],
      ['n1 64', /not JSON/],
    ] as const) {
      const parsed = parseNodeLine(line)
      assert.match(parsed.ok ? 'it is a node' : parsed.why, why, line)
    }
  })
})

describe('a prediction', () => {
  const jobs = [10, 20, 40, 1].map((run, i) =>
    swfLine({job: i + 1, submit: i, run, procs: 1, limit: 25 + run}),
  )

  it('is the mean of the last two that ended, at most the limit, which counts until there are two', () => {
    const [one, two, three, four] = filtered(jobs, 8).jobs
    assert.ok(one && two && three && four)
    const forecast = forecastBy('predicted')
    assert.equal(forecast.of(four), 26_000)
    forecast.ended(one)
    assert.equal(forecast.of(four), 26_000)
    forecast.ended(two)
    assert.equal(forecast.of(four), 15_000)
    forecast.ended(three)
    assert.equal(forecast.of(four), 26_000)
    assert.equal(forecast.of(three), 30_000)
  })

  it('is each user for himself', () => {
    const [one, two, other] = [1, 1, 2].flatMap(
      user => filtered([swfLine({job: 1, submit: 0, run: 2, procs: 1, limit: 9, user})], 8).jobs,
    )
    assert.ok(one && two && other)
    const forecast = forecastBy('predicted')
    for (const job of [one, two]) forecast.ended(job)
    assert.deepEqual([forecast.of(one), forecast.of(other)], [2000, 9000])
  })

  it('that is outlived grows by half of the age, as often as needed, up to the limit', () => {
    assert.equal(outlived(10, 9, 100), 10)
    assert.equal(outlived(10, 10, 100), 15)
    assert.equal(outlived(10, 14, 100), 15)
    assert.equal(outlived(10, 15, 100), 22.5)
    assert.equal(outlived(10, 60, 70), 70)
    assert.equal(outlived(10, 80, 70), 70)
  })
})

describe('the queue of events', () => {
  it('gives the earliest first, and of equal ones the one that came first', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({min: 0, max: 9}), fc.constant(null))), steps => {
        const queue = createEndQueue<number>()
        let plain: {at: number; item: number}[] = []
        for (const [item, at] of steps.entries()) {
          if (at !== null) {
            queue.push(at, item)
            plain = [...plain, {at, item}].sort((a, b) => a.at - b.at || a.item - b.item)
          } else assert.equal(queue.pop(), plain.shift()?.item)
          assert.deepEqual([queue.size, queue.next()], [plain.length, plain[0]?.at ?? Infinity])
        }
      }),
    )
  })
})

describe('a shaken trace', () => {
  const rows = [
    ...parseTrace([5, 100, 2000].map((submit, i) => swfLine({job: i + 1, submit, run: 1, procs: 1}))).rows,
  ]
  const submissions = (most: number, seed: number) => [...shaken(rows, most, seed)].map(({submit}) => submit)

  it('is the same with the same seed, another with another, and stays near', () => {
    assert.deepEqual(submissions(60, 1), submissions(60, 1))
    assert.notDeepEqual(submissions(60, 1), submissions(60, 2))
    for (let seed = 0; seed < 50; seed++)
      for (const [i, submit] of submissions(60, seed).entries()) {
        assert.ok(submit >= 0 && Number.isInteger(submit))
        assert.ok(Math.abs(submit - (rows[i]?.submit ?? 0)) <= 60)
      }
  })

  it('is the trace itself where it is not shaken', () => {
    assert.deepEqual(submissions(0, 1), [5, 100, 2000])
  })
})
