/** The lines of segments: what goes in comes out, and nothing else does. */
import assert from 'node:assert/strict'
import {MAX_TASK, type TaskResult} from '../../src/core/array/task-result.js'
import {epoch, instant, jobId, rev, token, uid} from '../../src/core/brand.js'
import type {JobRecord} from '../../src/core/job.js'
import {
  endOf,
  jobLineText,
  lineSubject,
  packedJob,
  parsePackedJob,
  parseTaskResult,
  taskLineText,
} from '../../src/core/packed.js'
import {aRecord} from './builders.js'

const SUBMIT = {uid: uid(1000), tok: token('5'.repeat(24))}
const LIFE: readonly Partial<JobRecord>[] = [
  {state: 'pending', req: SUBMIT, by: 'u1000'},
  {state: 'starting', by: 'scheduler', node: 'n1'},
  {state: 'killed', by: 'watcher', ended: instant(5000), reason: {code: 'killed', text: 'by request'}},
  {state: 'killed', by: 'packer', ended: instant(5000), sealed: true},
]
const revisions = LIFE.map((fields, i) => ({
  record: aRecord({id: jobId(7), rev: rev(i + 1), epoch: epoch(1), ...fields}),
  writtenAt: 1000 * i + 0.4,
}))

const packed = packedJob(revisions) ?? assert.fail('not packed')

const RESULT: TaskResult = {
  id: jobId(7),
  task: 0,
  state: 'failed',
  attempt: 2,
  node: 'n1',
  started: instant(1000),
  ended: instant(2000),
  exit: {code: 3, signal: null, oom: false},
  usage: {cpuSeconds: 0.25, maxMemory: 4096, exact: true},
}

describe('a job line', () => {
  it('holds the sealed record, the request it came from, and each transition', () => {
    assert.equal(packed.record, revisions[3]?.record)
    assert.deepEqual(packed.submit, SUBMIT)
    assert.deepEqual(
      packed.history.map(({rev: r, at, state, by, node}) => [r, at, state, by, node]),
      [
        [1, 0, 'pending', 'u1000', null],
        [2, 1000, 'starting', 'scheduler', 'n1'],
        [3, 2000, 'killed', 'watcher', null],
        [4, 3000, 'killed', 'packer', null],
      ],
    )
    assert.equal(packed.history[2]?.reason?.text, 'by request')
  })

  it('comes out as it went in', () => {
    const parsed = parsePackedJob(JSON.parse(jobLineText(packed)))
    assert.deepEqual(parsed, {ok: true, value: packed})
  })

  it('is not made of a job that may still change', () => {
    assert.equal(packedJob(revisions.slice(0, 3)), null)
    assert.equal(packedJob([]), null)
    assert.equal(packedJob([{record: aRecord({state: 'held', sealed: true}), writtenAt: 0}]), null)
  })

  it('does not take a later request for the one it came from', () => {
    assert.equal(packedJob(revisions.slice(1))?.submit, null)
  })

  it('ends when its record ended, or when it was submitted if that is not told', () => {
    assert.equal(endOf(packed), 5000)
    assert.equal(endOf({...packed, record: {...packed.record, ended: null}}), packed.record.submitted)
  })

  it('is refused where it tells of another job than its record, or not of all of it', () => {
    const value = JSON.parse(jobLineText(packed))
    for (const bad of [{...value, id: 8}, {...value, record: {}}, {...value, history: [{}]}, null])
      assert.equal(parsePackedJob(bad).ok, false)
  })
})

describe('a later god', () => {
  it('may have added fields', () => {
    const value = JSON.parse(jobLineText(packed))
    const parsed = parsePackedJob({...value, later: 1, record: {...value.record, later: 1}})
    assert.equal(parsed.ok && parsed.value.id, 7)
    assert.ok(parseTaskResult({...RESULT, later: 1}).ok)
  })
})

describe('a task line', () => {
  it('comes out as it went in, with a reason and without', () => {
    const reason = {code: 'exit', text: 'exit code 3'}
    const charged = {...RESULT, charge: 1500, paused: {since: null, total: 7}}
    for (const result of [RESULT, {...RESULT, task: MAX_TASK, reason}, charged])
      assert.deepEqual(parseTaskResult(JSON.parse(taskLineText(result))), {ok: true, value: result})
  })

  it('is short', () => {
    assert.ok(taskLineText(RESULT).length < 240, taskLineText(RESULT))
  })

  it('is refused where its task or state cannot be', () => {
    for (const bad of [
      {...RESULT, task: -1},
      {...RESULT, task: MAX_TASK + 1},
      {...RESULT, state: 'running'},
    ])
      assert.equal(parseTaskResult(bad).ok, false)
  })
})

describe('the beginning of a line', () => {
  it('tells what it is about', () => {
    assert.deepEqual(lineSubject(jobLineText(packed)), {id: 7, task: null})
    assert.deepEqual(lineSubject(taskLineText(RESULT)), {id: 7, task: 0})
  })

  it('tells nothing where there is no line', () => {
    for (const text of ['', '{"id":7}', '{"id":,"record":', '{"task":1,"id":7,', ' {"id":7,"record":'])
      assert.equal(lineSubject(text), null)
  })
})
