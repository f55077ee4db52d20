/** Arrays at their edges: what is no array or no task of it, tasks on several nodes, and how the array's own end is told. */
import assert from 'node:assert/strict'
import {controlJob} from '../../src/core/array/control.js'
import {foldTasks} from '../../src/core/array/fold.js'
import {arrayFault, successionFault} from '../../src/core/array/law.js'
import type {ArrayRecord} from '../../src/core/array/record.js'
import {resultsOf} from '../../src/core/array/results.js'
import {startable, startTasks} from '../../src/core/array/start.js'
import {changedTasks, partRecords, taskRecord, tasksAt} from '../../src/core/array/view.js'
import {token} from '../../src/core/brand.js'
import {type JobRecord, parseRecord} from '../../src/core/job.js'
import {type Change, endedChange, givenBackChange} from '../../src/core/outcome.js'
import {sumsOfTask} from '../../src/core/usage/accounting.js'
import {anExited, aRecord, later, NOW} from './builders.js'
import {anArray, revised, STEM, started, task} from './some-array.js'

const arrayOf = (record: JobRecord): ArrayRecord => record.array ?? assert.fail('no array')

const withArray = (record: JobRecord, over: Partial<ArrayRecord>): JobRecord =>
  revised(record, {state: record.state, array: {...arrayOf(record), ...over}})

const fold = (record: JobRecord, number: number, change: Change): JobRecord =>
  revised(record, foldTasks(record, [{task: number, change}], later(9000)))

const ended = (record: JobRecord, number: number, code: number | null): JobRecord =>
  fold(record, number, {...endedChange(task(record, number), anExited(0), null, NOW), ...exited(code)})

const exited = (code: number | null): Change =>
  code === 0
    ? {state: 'done', exit: {code, signal: null, oom: false}}
    : {
        state: 'failed',
        exit: {code, signal: code === null ? 9 : null, oom: false},
        reason: {code: 'exit', text: 'no'},
      }

/** Each start on a node of its own. */
const spread = (record: JobRecord, nodes: readonly string[]): JobRecord => {
  const starts = nodes.map((node, i) => ({
    node,
    engine: `fake:${node}`,
    nonce: token(String(record.rev * 100 + i).padStart(24, '0')),
  }))
  const start = startTasks(record, STEM, starts, NOW) ?? assert.fail('nothing starts')
  return revised(record, start.change)
}

describe("what an array's task is charged", () => {
  const CHARGE = 16_000

  it('is fixed at its start, and told by its result, with the time that it was paused', () => {
    const record = anArray('1-2')
    const starts = [{node: 'n1', engine: null, nonce: token('b'.repeat(24)), charge: CHARGE}]
    const start = startTasks(record, STEM, starts, NOW) ?? assert.fail('nothing starts')
    const begun = revised(record, start.change)
    assert.equal(task(begun, 1).charge, CHARGE)
    assert.equal(task(begun, 2).charge, undefined)
    const paused = {since: null, total: 2000}
    const change = {state: 'done' as const, started: NOW, ended: later(5000), paused}
    const over = revised(begun, foldTasks(begun, [{task: 1, change}], later(5000)))
    const [result] = resultsOf(over)
    assert.deepEqual([result?.charge, result?.paused], [CHARGE, paused])
    assert.equal(sumsOfTask(over, result ?? assert.fail()).ran, 3000)
    const read = parseRecord(JSON.parse(JSON.stringify(over)))
    assert.ok(read.ok && read.value.array?.parts[1]?.charge === CHARGE)
  })
})

describe('a job that is no array', () => {
  it('has no tasks to see, to start or to change', () => {
    const job = aRecord()
    assert.equal(taskRecord(job, 0), null)
    assert.deepEqual(startable(job), {count: 0, reason: null})
    assert.equal(startTasks(job, STEM, [{node: 'n1', engine: null, nonce: token('a'.repeat(24))}], NOW), null)
    assert.deepEqual(changedTasks(job, {...job, state: 'held'}), [])
    assert.throws(() => foldTasks(job, [], NOW), /job 42 is no array/)
  })
})

describe('a place in an array', () => {
  it('that is outside of its range is no task, and what is told of it changes nothing', () => {
    const record = anArray('10-19')
    assert.deepEqual(tasksAt(arrayOf(record), [0, 9, 10]), [10, 19])
    const {array} = foldTasks(record, [{task: 5, change: {state: 'done'}}], NOW)
    assert.deepEqual(array, arrayOf(record))
  })
})

describe('the places that the parts of an array name', () => {
  it('are only those in use, and no task changes its node because another one left', () => {
    const both = spread(anArray('0-3'), ['n1', 'n2', 'n2'])
    assert.deepEqual(
      arrayOf(both).places.map(({node}) => node),
      ['n1', 'n2'],
    )
    const left = fold(both, 0, givenBackChange(task(both, 0), 'no room', NOW))
    assert.deepEqual(arrayOf(left).places, [{node: 'n2', engine: 'fake:n2'}])
    for (const number of [1, 2]) {
      const view = task(left, number)
      assert.deepEqual([view.node, view.container?.engine], ['n2', 'fake:n2'])
      assert.equal(view.container?.name, task(both, number).container?.name)
    }
    assert.equal(successionFault(both, left), null)
  })

  it('are not needed: a part without one, and one that had no container, are seen as they are', () => {
    const running = started(anArray('0-3'), 2)
    const {state, attempt} = arrayOf(running).parts[0] ?? assert.fail()
    const bare = withArray(running, {parts: {...arrayOf(running).parts, 0: {state, attempt}}})
    const view = task(bare, 0)
    assert.deepEqual([view.state, view.node, view.container], ['starting', null, null])
    const after = ended(bare, 1, 0)
    assert.deepEqual(arrayOf(after).parts[0], {state, attempt})
    const placeless = withArray(running, {
      parts: {...arrayOf(running).parts, 0: {state, attempt, nonce: token('b'.repeat(24))}},
    })
    assert.equal(task(placeless, 0).container?.engine, null)
    const lost = withArray(running, {places: []})
    assert.deepEqual(
      partRecords(lost).map(({node, container}) => [node, container?.engine]),
      [
        [null, null],
        [null, null],
      ],
    )
    assert.equal(arrayOf(ended(lost, 1, 0)).parts[0]?.place, 0)
  })
})

describe('a task that was given back', () => {
  it('starts again under the name of its next attempt', () => {
    const once = started(anArray('0-3'), 1)
    const back = fold(once, 0, givenBackChange(task(once, 0), 'no room', NOW))
    const again = started(back, 2)
    assert.deepEqual(
      partRecords(again).map(({container}) => container?.name),
      [`${STEM}-t0-2`, `${STEM}-t1-1`],
    )
  })

  it('takes no more starts than there are tasks that wait', () => {
    const record = started(anArray('0-1'), 5)
    assert.deepEqual(
      partRecords(record).map(({task: number}) => number),
      [0, 1],
    )
  })
})

describe('the end of an array', () => {
  it('tells of one task as one', () => {
    const record = ended(started(anArray('7'), 1), 7, 3)
    assert.equal(record.state, 'failed')
    assert.equal(record.reason?.text, '1 of 1 task failed')
  })

  it('has the highest code of its tasks, in whatever order they ended', () => {
    for (const codes of [
      [3, 1, 0],
      [1, 3, 0],
      [0, 3, null],
      [3, null, 0],
      [null, 3, 1],
    ]) {
      let record = started(anArray('0-2'), 3)
      for (const [number, code] of codes.entries()) record = ended(record, number, code)
      assert.equal(record.state, 'failed')
      assert.equal(record.exit?.code, 3, codes.join())
    }
  })

  const KILLED = {
    task: 1,
    change: {
      state: 'killed' as const,
      ended: NOW,
      exit: {code: 137, signal: 9, oom: false},
      reason: {code: 'killed', text: 'killed by request'},
    },
  }

  it('is done with code 0 if a running task was killed by request and the others are done', () => {
    for (const order of [
      [0, 1, 2],
      [1, 0, 2],
      [2, 0, 1],
    ]) {
      let record = started(anArray('0-2'), 3)
      const kill = controlJob(record, {op: 'kill'}, '1', NOW)
      record = revised(record, kill.kind === 'change' ? kill.change : assert.fail(kill.kind))
      for (const number of order)
        record = number === 1 ? revised(record, foldTasks(record, [KILLED], NOW)) : ended(record, number, 0)
      assert.deepEqual(
        [record.state, record.exit?.code, record.exit?.signal],
        ['done', 0, null],
        order.join(),
      )
      assert.equal(record.reason?.text, '1 of 3 tasks killed')
    }
  })

  it('is killed if each of its tasks was killed by itself', () => {
    let record = anArray('0-2')
    for (const number of ['0', '1-2']) {
      const effect = controlJob(record, {op: 'kill'}, number, NOW)
      record = revised(record, effect.kind === 'change' ? effect.change : assert.fail(effect.kind))
    }
    assert.deepEqual([record.state, record.desired], ['killed', 'run'])
    assert.equal(record.reason?.text, '3 of 3 tasks killed')
  })
})

describe('the law of arrays, of what a bug might write,', () => {
  const running = started(anArray('0-9'), 2)
  const {parts} = arrayOf(running)
  const part = parts[0] ?? assert.fail()
  const over = {state: 'done', attempt: 1} as const

  it('lets a revision that leaves the array alone be', () => {
    assert.equal(successionFault(running, revised(running, {state: 'running'})), null)
  })

  it('finds a task that runs, ended or is given back outside of the range', () => {
    const fault = (change: Partial<ArrayRecord>): string =>
      arrayFault({...arrayOf(running), ...change}) ?? 'none'
    assert.match(fault({parts: {...parts, 99: part}}), /in no place, or is none of it/)
    assert.match(fault({parts: {...parts, 99: over}}), /ended that is in no set of ended tasks/)
    assert.match(fault({again: {99: 2}}), /task 99 is given back and does not wait/)
  })

  it('finds a part that has ended while its task still waits', () => {
    assert.match(
      arrayFault({...arrayOf(running), parts: {...parts, 5: over}}) ?? 'none',
      /ended that is in no set of ended tasks/,
    )
  })

  it('finds a task that was none of it, and one that begins anew', () => {
    const holding = (number: number): JobRecord => withArray(running, {parts: {...parts, [number]: over}})
    const after = revised(holding(5), {state: 'running', array: {...arrayOf(running)}})
    assert.equal(successionFault(holding(99), after), 'task 99 is none of it')
    assert.equal(successionFault(holding(5), after), 'task 5 began anew')
    assert.deepEqual(changedTasks(holding(99), after), [])
  })

  it('finds an attempt that was forgotten, for its container would have the name of an old one', () => {
    const back = fold(running, 0, givenBackChange(task(running, 0), 'no room', NOW))
    assert.deepEqual(arrayOf(back).again, {0: 2})
    assert.equal(successionFault(back, withArray(back, {again: {}})), 'task 0 lost its attempt')
  })

  it('reads no array whose fields are of another kind', () => {
    const text = JSON.stringify(withArray(running, {limit: 'all' as never}))
    const parsed = parseRecord(JSON.parse(text))
    assert.match(parsed.ok ? 'read' : parsed.why, /limit/)
  })
})
