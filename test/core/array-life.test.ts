/** An array from its admission to its end: its tasks seen as jobs, folded into one record. */
import assert from 'node:assert/strict'
import {foldTasks} from '../../src/core/array/fold.js'
import {successionFault} from '../../src/core/array/law.js'
import {MOST_PARTS} from '../../src/core/array/record.js'
import {countsOf, resultsOf, wantsPacking, withoutResults} from '../../src/core/array/results.js'
import {startable} from '../../src/core/array/start.js'
import {allocatedRecords, partRecords, taskRecord} from '../../src/core/array/view.js'
import {type JobRecord, parseRecord} from '../../src/core/job.js'
import {type Change, endedChange, givenBackChange, runningChange} from '../../src/core/outcome.js'
import {aContainer, anExited, later, NOW} from './builders.js'
import {anArray, revised, started, task} from './some-array.js'

/** The law allows it, and a parser reads it again. */
const next = (record: JobRecord, change: Change): JobRecord => {
  const made = revised(record, change)
  assert.equal(successionFault(record, made), null)
  const parsed = parseRecord(JSON.parse(JSON.stringify(made)))
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.why)
  assert.deepEqual(parsed.value, JSON.parse(JSON.stringify(made)))
  return made
}

const fold = (record: JobRecord, ...changes: readonly (readonly [number, (view: JobRecord) => Change])[]) =>
  next(
    record,
    foldTasks(
      record,
      changes.map(([number, change]) => ({task: number, change: change(task(record, number))})),
      later(9000),
    ),
  )

const run = (view: JobRecord): Change =>
  runningChange(
    view,
    aContainer({id: 'f'.repeat(64), name: view.container?.name ?? '', nonce: view.container?.nonce ?? ''}),
    NOW,
  )
const end =
  (code: number) =>
  (view: JobRecord): Change => ({
    ...endedChange(view, anExited(code), null, later(5000)),
    usage: {cpuSeconds: 1.5, maxMemory: 100 + code, exact: true},
  })

describe('an array', () => {
  it('waits as one job, and none of its tasks has anything yet', () => {
    const record = anArray('1-3')
    assert.equal(record.state, 'pending')
    assert.deepEqual(partRecords(record), [])
    assert.equal(task(record, 2).state, 'pending')
    assert.equal(task(record, 2).task, 2)
    assert.equal(task(record, 2).array, undefined)
    assert.equal(taskRecord(record, 4), null)
    assert.deepEqual(countsOf(record.array ?? assert.fail()), {
      pending: 3,
      running: 0,
      done: 0,
      failed: 0,
      killed: 0,
      held: 0,
    })
  })

  it('starts its lowest tasks, each with a container of its own', () => {
    const record = started(anArray('1-9:4,20'), 2)
    assert.equal(record.state, 'running')
    assert.deepEqual(
      allocatedRecords(record).map(view => [view.task, view.state, view.node, view.container?.name]),
      [
        [1, 'starting', 'n1', 'god-5f0a1c9e-42-t1-1'],
        [5, 'starting', 'n1', 'god-5f0a1c9e-42-t5-1'],
      ],
    )
    assert.equal(task(record, 9).state, 'pending')
    assert.deepEqual(record.array?.places, [{node: 'n1', engine: 'fake:n1'}])
  })

  it('lives until the last of its tasks has ended, and sums them up', () => {
    let record = started(anArray('0-2'), 3)
    record = fold(record, [0, run], [1, run], [2, run])
    assert.equal(record.started, NOW)
    record = fold(record, [0, end(0)], [2, end(3)])
    assert.equal(record.state, 'running')
    assert.equal(task(record, 2).state, 'failed')
    assert.equal(task(record, 2).exit?.code, 3)
    record = fold(record, [1, end(1)])
    assert.equal(record.state, 'failed')
    assert.equal(record.exit?.code, 3)
    assert.deepEqual(record.usage, {cpuSeconds: 4.5, maxMemory: 103, exact: true})
    assert.equal(record.ended, later(5000))
    assert.equal(record.reason?.text, '2 of 3 tasks failed')
  })

  it('is done when all are done', () => {
    let record = started(anArray('7'), 1)
    record = fold(record, [7, run])
    record = fold(record, [7, end(0)])
    assert.equal(record.state, 'done')
    assert.equal(record.reason, null)
    assert.deepEqual(record.exit, {code: 0, signal: null, oom: false})
  })

  it('starts a task that was given back as its next attempt, before the later ones', () => {
    let record = started(anArray('0-9'), 2)
    record = fold(record, [0, view => givenBackChange(view, 'no', NOW)])
    assert.equal(task(record, 0).state, 'pending')
    assert.equal(task(record, 0).attempt, 2)
    record = started(record, 1)
    assert.equal(task(record, 0).container?.name, 'god-5f0a1c9e-42-t0-2')
    assert.deepEqual(record.array?.again, {})
  })

  it('starts no more at once than its limit, and says so', () => {
    const record = started(anArray('0-99%3'), 2)
    assert.equal(startable(record).count, 1)
    const full = started(record, 5)
    assert.equal(allocatedRecords(full).length, 3)
    assert.deepEqual(startable(full), {
      count: 0,
      reason: {code: 'limit', text: 'its limit of 3 tasks at once is reached'},
    })
  })

  it('starts nothing while it is suspended, held, or nothing waits', () => {
    assert.equal(startable(anArray('0-9', {desired: 'suspended'})).reason?.code, 'suspended')
    assert.equal(startable(anArray('0-9', {state: 'held'})).reason?.code, 'held')
    assert.deepEqual(startable(started(anArray('0-1'), 2)), {count: 0, reason: null})
  })

  it('stops starting while too many results wait to be packed, and goes on when they are', () => {
    let record = started(anArray('0-999'), MOST_PARTS)
    const all = Array.from({length: MOST_PARTS}, (_, i) => i)
    assert.equal(startable(record).reason?.code, 'limit')
    record = fold(record, ...all.map(n => [n, run] as const))
    record = fold(record, ...all.map(n => [n, end(0)] as const))
    assert.equal(startable(record).reason?.code, 'packing')
    assert.ok(wantsPacking(record))
    const results = resultsOf(record)
    assert.equal(results.length, MOST_PARTS)
    assert.equal(results[7]?.task, 7)
    record = next(record, withoutResults(record, all))
    assert.equal(startable(record).count, MOST_PARTS)
    assert.ok(!wantsPacking(record))
    assert.equal(task(record, 7).state, 'done')
    assert.deepEqual(resultsOf(record), [])
  })

  it('of a million tasks stays small, with as much in it as it may hold', () => {
    let record = started(anArray('1-1000000'), MOST_PARTS)
    const all = Array.from({length: MOST_PARTS}, (_, i) => i + 1)
    record = fold(record, ...all.map(n => [n, run] as const))
    assert.ok(JSON.stringify(record).length < 64 * 1024, `${JSON.stringify(record).length}`)
    record = fold(record, ...all.map(n => [n, end(3)] as const))
    assert.ok(JSON.stringify(record).length < 64 * 1024, `${JSON.stringify(record).length}`)
  })

  it('never keeps a reason longer than a record can hold many of', () => {
    const text = 'x'.repeat(1000)
    const record = fold(started(anArray('0-1'), 1), [
      0,
      () => ({state: 'failed', ended: NOW, reason: {code: 'image', text}, exit: null}),
    ])
    assert.equal(task(record, 0).reason?.text.length, 200)
  })

  it('shows a task whose result was packed by its state alone', () => {
    let record = fold(started(anArray('0-1'), 2), [0, run])
    record = fold(record, [0, end(4)])
    record = next(record, withoutResults(record, [0, 1]))
    assert.equal(task(record, 0).state, 'failed')
    assert.equal(task(record, 0).exit, null)
    assert.equal(task(record, 1).state, 'starting')
  })
})
