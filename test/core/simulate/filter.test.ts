/** Which rows of a trace are replayed, and as what. */
import assert from 'node:assert/strict'
import {filtered, swfLine} from './workloads.js'

/** Submit, run, allocated, requested, limit. */
const row = (job: number, submit: number, run: number, allocated: number, requested: number, limit: number) =>
  `${job} ${submit} -1 ${run} ${allocated} -1 -1 ${requested} ${limit} -1 1 7 3 -1 1 -1 -1 -1`

const NONE = {tooLarge: 0, noProcessors: 0, noRunTime: 0, noLimit: 0, negativeSubmit: 0, noNode: 0}

describe('the rules for rows of a trace', () => {
  it('each take what they name, the first of them where several would', () => {
    const rows = [
      row(1, 0, 10, 9, 4, 20), // too wide as it ran
      row(2, 0, 10, 4, 9, 20), // too wide as it was asked for
      row(3, 0, 0, -1, 9, -1), // too wide, before all else that is wrong with it
      row(4, 0, 10, -1, 0, 20), // no processors
      row(5, 0, 0, 1, 1, 20), // ended at once
      row(6, 0, -1, 1, 1, -1), // run time unknown, before its limit
      row(7, 0, 10, 1, 1, -1), // no limit
      row(8, -5, 10, 1, 1, 20), // before the start
      row(9, 0, 10, 1, 1, 20),
    ]
    const {jobs, dropped} = filtered(rows, 8)
    assert.deepEqual(
      jobs.map(({job}) => job),
      [9],
    )
    assert.deepEqual(dropped, {
      ...NONE,
      tooLarge: 3,
      noProcessors: 1,
      noRunTime: 2,
      noLimit: 1,
      negativeSubmit: 1,
    })
  })

  it('take the processors that were requested, else those that were allocated', () => {
    const {jobs} = filtered([row(1, 0, 10, 2, 4, 20), row(2, 0, 10, 3, -1, 20), row(3, 0, 10, 3, 0, 20)], 8)
    assert.deepEqual(
      jobs.map(({resources}) => resources),
      [4000, 3000, 3000].map(cpus => ({cpus, memory: 0, gpus: 0})),
    )
  })

  it('end a run at its limit, unless it may run through', () => {
    const rows = [row(1, 0, 30, 1, 1, 20), row(2, 0, 20, 1, 1, 20)]
    const cut = filtered(rows, 8)
    assert.deepEqual(
      cut.jobs.map(({run, limit}) => [run, limit]),
      [
        [20_000, 20_000],
        [20_000, 20_000],
      ],
    )
    assert.deepEqual(cut.changed, {cutAtLimit: 1, limitFromRun: 0})
    const through = filtered(rows, 8, {overLimit: 'run-through'})
    assert.deepEqual(through.jobs[0]?.run, 30_000)
    assert.deepEqual(through.changed.cutAtLimit, 0)
  })

  it('take the run time for a limit that is missing, if asked', () => {
    const {jobs, dropped, changed} = filtered([row(1, 0, 30, 1, 1, -1)], 8, {missingLimit: 'run'})
    assert.deepEqual([jobs[0]?.limit, dropped.noLimit, changed.limitFromRun], [30_000, 0, 1])
  })

  it('take rows in any order, and number them as they were submitted', () => {
    const rows = [
      swfLine({job: 3, submit: 9, run: 1, procs: 1}),
      swfLine({job: 8, submit: 2, run: 1, procs: 1}),
      swfLine({job: 5, submit: 2, run: 1, procs: 1}),
    ]
    assert.deepEqual(
      filtered(rows, 8).jobs.map(({job, id, submit}) => [job, id, submit]),
      [
        [5, 1, 2000],
        [8, 2, 2000],
        [3, 3, 9000],
      ],
    )
  })

  it('leave out what fits on no empty node, and tell how many', () => {
    const rows = [
      swfLine({job: 1, submit: 0, run: 1, procs: 5}),
      swfLine({job: 2, submit: 0, run: 1, procs: 4}),
    ]
    const {jobs, dropped} = filtered(rows, 8, {fits: ({cpus}) => cpus <= 4000})
    assert.deepEqual([jobs.length, dropped.noNode], [1, 1])
  })

  it('count memory only if it is asked for: that of each processor, times the processors', () => {
    const line = '1 0 -1 10 2 -1 500 4 20 1024 1 7 3 -1 1 -1 -1 -1'
    assert.deepEqual(filtered([line], 8).jobs[0]?.resources.memory, 0)
    assert.deepEqual(filtered([line], 8, {memory: 'requested'}).jobs[0]?.resources.memory, 4 * 1024 ** 2)
  })

  it('keep the names of users, groups and queues', () => {
    const [job] = filtered([row(1, 0, 10, 1, 1, 20)], 8).jobs
    assert.deepEqual([job?.user, job?.project, job?.queue], ['7', '3', '1'])
  })
})
