import assert from 'node:assert/strict'
import {jobJson} from '../../src/cli/jobs/job-json.js'
import {DONE, KILLED, RUNNING, viewOf, WAITING} from './some-jobs.js'

describe('the JSON of a job', () => {
  it('of one that is done is frozen: names, order, units', () => {
    assert.deepEqual(Object.entries(jobJson(viewOf(DONE))), [
      ['id', 3],
      ['name', 'short'],
      ['user', 'ann'],
      ['uid', 1000],
      ['project', 'default'],
      ['queue', 'default'],
      ['image', 'busybox:local'],
      ['labels', {}],
      ['state', 'done'],
      ['desired', 'run'],
      ['reason', null],
      ['resources', {cpus: 1, memory: 1024 ** 3, gpus: 0}],
      ['walltime', null],
      ['submitted', '2026-01-01T00:00:00.000Z'],
      ['started', '2026-01-01T00:00:00.000Z'],
      ['ended', '2026-01-01T00:01:01.500Z'],
      ['node', 'n1'],
      ['attempt', 1],
      ['container', {name: 'god-5f0a1c9e-42-1', id: 'c1'}],
      ['exit', {code: 0, signal: null, oom: false}],
      ['usage', {cpuSeconds: 59.25, maxMemory: 300 * 1024 ** 2, exact: true}],
      ['live', null],
      ['nice', 0],
      ['priority', 0],
      ['begin', null],
    ])
  })

  it('says how long it may run in seconds, and cpus as cpus', () => {
    const {walltime, resources} = jobJson(viewOf(RUNNING))
    assert.deepEqual([walltime, resources], [7200, {cpus: 2.5, memory: 4 * 1024 ** 3, gpus: 0}])
  })

  it('says why it waits, with its numbers, and what is not yet known', () => {
    const {reason, started, node, container, exit, usage, labels} = jobJson(viewOf(WAITING))
    assert.deepEqual(reason, {code: 'resources', text: '1 node lacks cpus', numbers: {nodes: 1}})
    assert.deepEqual(
      [started, node, container, exit, usage, labels],
      [null, null, null, null, null, {run: '1'}],
    )
  })

  it('has the text of strangers as it is: JSON is no terminal', () => {
    assert.equal(jobJson(viewOf(KILLED)).reason?.text, 'killed by request: \u001b[31mred\n')
  })
})
