/** What earlier attempts used: added up once for each, and found again in every sum. */
import assert from 'node:assert/strict'
import {controlJob} from '../../../src/core/array/control.js'
import {foldTasks} from '../../../src/core/array/fold.js'
import {arrayFault} from '../../../src/core/array/law.js'
import {MOST_PARTS} from '../../../src/core/array/record.js'
import {resultsOf, withoutResults} from '../../../src/core/array/results.js'
import {startable} from '../../../src/core/array/start.js'
import {allocatedRecords} from '../../../src/core/array/view.js'
import {ledgerOf, runsOf} from '../../../src/core/fair-share/ledger.js'
import {type JobRecord, parseRecord} from '../../../src/core/job.js'
import {type Change, endedChange, runningChange} from '../../../src/core/outcome.js'
import {requeuedChange} from '../../../src/core/requeue.js'
import {addSums, sumsOfJob, sumsOfLive} from '../../../src/core/usage/accounting.js'
import {earlierAfter, earlierOfTask, taskOfEarlier} from '../../../src/core/usage/earlier.js'
import {aContainer, anExited, aRecord, aRunning, GIB, later, NOW} from '../builders.js'
import {anArray, lawfully, revised, started, task} from '../some-array.js'

const SECOND = 1000

const over = (from: number, until: number, fields: Partial<JobRecord> = {}): JobRecord =>
  aRunning({
    state: 'failed',
    started: later(from),
    ended: later(until),
    resources: {cpus: 2000, memory: GIB, gpus: 1},
    charge: 4000,
    usage: {cpuSeconds: 1.5, maxMemory: 1, exact: true},
    ...fields,
  })

const again = (record: JobRecord): JobRecord =>
  revised(record, requeuedChange(record, 'pending', later(90 * SECOND)))

describe('what earlier attempts used', () => {
  it('is added up by the revision that begins the next one', () => {
    const first = again(over(0, 10 * SECOND))
    const used = {cpu: 1500, charged: 40_000, cpuKept: 20_000, memoryKept: 10 * 1024, gpuKept: 10_000}
    assert.deepEqual(first.earlier, {
      runs: 1,
      ran: 10_000,
      ...used,
      from: NOW,
      until: later(10 * SECOND),
    })
    const paused = {since: null, total: 5 * SECOND}
    const second = again(over(20 * SECOND, 30 * SECOND, {paused, earlier: first.earlier ?? assert.fail()}))
    const {runs, ran, cpu, charged, from, until} = second.earlier ?? assert.fail()
    assert.deepEqual(
      [runs, ran, cpu, charged, from, until],
      [2, 15_000, 3000, 60_000, NOW, later(30 * SECOND)],
    )
    assert.ok(parseRecord(second).ok)
  })

  it('is nothing of an attempt that never ran, and stays what it was', () => {
    assert.deepEqual(earlierAfter(aRecord()), {})
    const waiting = again(over(0, 1000))
    const killed = revised(waiting, {state: 'killed', ended: later(99 * SECOND)})
    assert.deepEqual(again(killed).earlier, waiting.earlier)
  })

  it('is charged as spread from the first start to the last end, beside the present attempt', () => {
    const record = again(over(0, 10 * SECOND))
    const charged = (of: JobRecord, at: number): number =>
      ledgerOf(runsOf(of, at), at, Number.POSITIVE_INFINITY).used.get('ann') ?? 0
    assert.equal(charged(record, later(90 * SECOND)), 40)
    const running = revised(record, {state: 'running', started: later(100 * SECOND), charge: 1000})
    assert.equal(charged(running, later(105 * SECOND)), 45)
    const half = ledgerOf(runsOf(record, 0), later(20 * SECOND), 10 * SECOND).used.get('ann') ?? 0
    assert.ok(half > 10 && half < 20, String(half))
  })

  it('counts in the sums once, while the job waits and when it is over', () => {
    const waiting = again(over(0, 10 * SECOND))
    const [live] = addSums(sumsOfLive(waiting))
    assert.deepEqual([live?.jobs, live?.ran, live?.cpu, live?.gpuKept], [0, 10_000, 1500, 10_000])
    const ended = over(100 * SECOND, 103 * SECOND, {earlier: waiting.earlier ?? assert.fail(), state: 'done'})
    const {jobs, ran, cpu, cpuKept, waited, measured} = sumsOfJob(ended)
    assert.deepEqual([jobs, ran, cpu, cpuKept, waited], [1, 13_000, 3000, 26_000, 90_000])
    assert.deepEqual([measured?.cpu, measured?.cpuKept], [1500, 6000])
    assert.deepEqual(sumsOfLive(ended), [sumsOfJob(ended)])
  })

  it('keeps what the operator counts by the amounts of each attempt', () => {
    const tenHours = again(over(0, 36_000 * SECOND, {counted: {lic: 1, seat: 2}}))
    assert.ok(parseRecord(tenHours).ok)
    const other = {...tenHours, counted: {lic: 5}}
    assert.deepEqual(addSums(sumsOfLive(other))[0]?.countedKept, {lic: 36_000, seat: 72_000})
    const run = {started: later(40_000 * SECOND), ended: later(43_600 * SECOND), counted: {lic: 5}}
    const ended = over(0, 0, {...run, earlier: tenHours.earlier ?? assert.fail()})
    assert.deepEqual(sumsOfJob(ended).countedKept, {lic: 54_000, seat: 72_000})
    assert.deepEqual(again(ended).earlier?.countedKept, {lic: 54_000, seat: 72_000})
    const none = again(over(0, 36_000 * SECOND))
    assert.equal('countedKept' in (none.earlier ?? {}), false)
    assert.deepEqual(addSums(sumsOfLive({...none, counted: {lic: 5}}))[0]?.countedKept, undefined)
  })
})

describe('what earlier attempts of tasks used', () => {
  const fold = (record: JobRecord, tasks: readonly number[], change: (view: JobRecord) => Change) =>
    lawfully(
      record,
      foldTasks(
        record,
        tasks.map(number => ({task: number, change: change(task(record, number))})),
        later(9000),
      ),
    )
  const run = (view: JobRecord): Change =>
    runningChange(view, aContainer({id: 'f'.repeat(64), nonce: view.container?.nonce ?? ''}), NOW)
  const end = (view: JobRecord): Change => ({
    ...endedChange(view, anExited(3), null, later(5000)),
    usage: {cpuSeconds: 1234.567891, maxMemory: 123_456_789, exact: true},
  })
  const requeue = (view: JobRecord): Change =>
    requeuedChange(
      {...view, ended: later(5000), usage: {cpuSeconds: 1, maxMemory: 1, exact: true}},
      'pending',
      NOW,
    )
  const ran = (record: JobRecord, number: number): number | undefined => task(record, number).earlier?.ran
  const spent = (record: JobRecord): number | undefined => addSums(sumsOfLive(record))[0]?.ran

  it('stays with the task until its result is packed', () => {
    let record = fold(fold(started(anArray('5-9'), 2), [5, 6], run), [5], requeue)
    assert.deepEqual([ran(record, 5), ran(record, 6), ran(record, 7)], [5000, undefined, undefined])
    assert.equal(spent(record), 5000)
    record = fold(started(record, 1), [5], run)
    assert.equal(task(record, 5).attempt, 2)
    record = fold(record, [5], end)
    const [result] = resultsOf(record)
    assert.deepEqual([result?.task, result?.earlier?.ran], [5, 5000])
    assert.equal(spent(record), 10_000)
    record = lawfully(record, withoutResults(record, [5]))
    assert.equal(record.array?.earlier, undefined)
    assert.equal(spent(record), undefined)
  })

  it('is counted by what the array asks for', () => {
    const counted = {lic: 2}
    let record = fold(fold(started({...anArray('5-9'), counted}, 1), [5], run), [5], requeue)
    assert.deepEqual(addSums(sumsOfLive(record))[0]?.countedKept, {lic: 10})
    record = fold(fold(started(record, 1), [5], run), [5], end)
    assert.deepEqual(addSums(sumsOfLive(record))[0]?.countedKept, {lic: 20})
  })

  it('is told by a result where the task is killed before its next attempt', () => {
    const waiting = fold(fold(started(anArray('0-9'), 2), [0, 1], run), [0], requeue)
    const kill = controlJob(waiting, {op: 'kill'}, '0,5', NOW)
    assert.ok(kill.kind === 'change')
    const record = lawfully(waiting, kill.change)
    assert.deepEqual([task(record, 0).state, task(record, 5).state], ['killed', 'killed'])
    assert.deepEqual(
      resultsOf(record).map(({task: number, state, started: began, earlier}) => [
        number,
        state,
        began,
        earlier?.ran,
      ]),
      [[0, 'killed', null, 5000]],
    )
    assert.equal(spent(record), 5000)
  })

  it('is known of no other task: the law', () => {
    const {array = assert.fail()} = anArray('0-3')
    const told = taskOfEarlier(again(over(0, 1000)).earlier ?? assert.fail())
    assert.match(arrayFault({...array, earlier: {2: told}}) ?? '', /task 2 had attempts and waits for none/)
    assert.deepEqual(taskOfEarlier(earlierOfTask(told, aRecord())), told)
  })

  it('leaves the record of a million tasks small, however many wait once more', () => {
    let record = anArray('1-1000000')
    for (let round = 0; round < 6; round++) {
      record = started(record, MOST_PARTS)
      const tasks = allocatedRecords(record).flatMap(({task: number}) => number ?? [])
      record = fold(record, tasks, run)
      record = fold(record, tasks, round < 4 ? requeue : end)
      assert.ok(JSON.stringify(record).length < 64 * 1024, `${JSON.stringify(record).length}`)
    }
    assert.equal(startable(record).reason?.code, 'packing')
    const known = Object.keys(record.array?.earlier ?? {}).length
    assert.ok(known > 100 && known <= MOST_PARTS, String(known))
    const tasks = Object.keys(record.array?.parts ?? {}).map(Number)
    assert.ok(startable(lawfully(record, withoutResults(record, tasks))).count > 0)
  })
})
