/** Sums of what jobs used. */
import assert from 'node:assert/strict'
import type {TaskResult} from '../../../src/core/array/task-result.js'
import {instant, jobId} from '../../../src/core/brand.js'
import type {JobRecord} from '../../../src/core/job.js'
import {addSums, dayOf, sumsOfJob, sumsOfTask} from '../../../src/core/usage/accounting.js'
import {aRecord, GIB, later, NOW} from '../builders.js'

const MINUTE = 60_000

const ended = (over: Partial<JobRecord> = {}): JobRecord =>
  aRecord({
    state: 'done',
    resources: {cpus: 1500, memory: GIB, gpus: 2},
    started: later(10_000),
    ended: later(10_000 + MINUTE),
    usage: {cpuSeconds: 42.5, maxMemory: GIB / 2, exact: true},
    ...over,
  })

const RESULT: TaskResult = {
  id: jobId(42),
  task: 3,
  state: 'failed',
  attempt: 1,
  node: null,
  started: later(10_000),
  ended: later(10_000 + MINUTE),
  exit: null,
  usage: {cpuSeconds: 1, maxMemory: 1, exact: true},
}

describe('the sums of a job', () => {
  it('tell how long it ran and waited, what it used, and what was kept for it', () => {
    assert.deepEqual(sumsOfJob(ended()), {
      day: '2026-01-01',
      user: 'ann',
      uid: 1000,
      project: 'default',
      jobs: 1,
      tasks: 0,
      failed: 0,
      ran: MINUTE,
      waited: 10_000,
      cpu: 42_500,
      cpuKept: 90_000,
      memoryKept: 60 * 1024,
      gpuKept: 2 * MINUTE,
      measured: {cpu: 42_500, cpuKept: 90_000, memoryPeak: 60 * 512, memoryKept: 60 * 1024},
    })
  })

  it('tell of nothing measured where nobody knows what it used, and are added with those that tell of none', () => {
    const none = {cpu: 0, cpuKept: 0, memoryPeak: 0, memoryKept: 0}
    assert.deepEqual(sumsOfJob(ended({usage: null})).measured, none)
    const [known, {measured: _, ...old}] = [sumsOfJob(ended()), sumsOfJob(ended())]
    assert.deepEqual(addSums([old, known])[0]?.measured, known.measured)
    assert.deepEqual(addSums([known, known])[0]?.measured?.memoryPeak, 2 * 60 * 512)
    assert.equal('measured' in (addSums([old, old])[0] ?? {}), false)
  })

  it('leave out its pauses, and are nothing for one that never ran', () => {
    assert.equal(sumsOfJob(ended({paused: {since: null, total: MINUTE / 2}})).ran, MINUTE / 2)
    const {ran, waited, cpuKept, failed, jobs} = sumsOfJob(
      ended({state: 'killed', started: null, usage: null}),
    )
    assert.deepEqual([ran, waited, cpuKept, failed, jobs], [0, 0, 0, 1, 1])
  })

  it('belong to the day of its end, or of its submit where no end is told', () => {
    assert.equal(sumsOfJob(ended({ended: later(24 * 60 * MINUTE)})).day, '2026-01-02')
    assert.equal(sumsOfJob(ended({ended: null})).day, dayOf(NOW))
  })
})

describe('the sums of a task', () => {
  it('are those of its array, by its own times', () => {
    const {user, jobs, tasks, failed, ran, cpu, cpuKept} = sumsOfTask(ended({ended: null}), RESULT)
    assert.deepEqual([user, jobs, tasks, failed, ran, cpu, cpuKept], ['ann', 0, 1, 1, MINUTE, 1000, 90_000])
  })
})

describe('sums together', () => {
  const bob = ended({user: 'bob'})
  const all = [
    sumsOfJob(bob),
    sumsOfJob(ended()),
    sumsOfTask(ended(), RESULT),
    sumsOfJob(ended({project: 'x'})),
  ]

  it('are one for each day, user and project, in that order', () => {
    assert.deepEqual(
      addSums(all).map(({user, project, jobs, tasks, failed, ran}) => [
        user,
        project,
        jobs,
        tasks,
        failed,
        ran,
      ]),
      [
        ['ann', 'default', 1, 1, 1, 2 * MINUTE],
        ['ann', 'x', 1, 0, 0, MINUTE],
        ['bob', 'default', 1, 0, 0, MINUTE],
      ],
    )
  })

  it('are the same in any order and by any steps', () => {
    const steps = addSums([...addSums(all.slice(2)), ...addSums(all.slice(0, 2))])
    assert.deepEqual(addSums([...all].reverse()), addSums(all))
    assert.deepEqual(steps, addSums(all))
  })

  it('of other days stay apart', () => {
    const next = sumsOfJob(ended({ended: instant(NOW + 40 * 3600_000)}))
    assert.deepEqual(
      addSums([next, sumsOfJob(ended())]).map(({day}) => day),
      ['2026-01-01', '2026-01-02'],
    )
  })
})
