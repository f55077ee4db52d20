/** The figures of a replay, by hand. */
import assert from 'node:assert/strict'
import {byUser, jain, metricsOf, startLines} from '../../../src/core/simulate/metrics.js'
import {timelineOf} from '../../../src/core/simulate/timeline.js'
import {filtered, type Row, replayed, swfLine} from './workloads.js'

/** Starts at 0, 10, 2, 10: waits of 0, 9, 0, 7. */
const ROWS: readonly Row[] = [
  {job: 12, submit: 0, run: 10, procs: 3, limit: 20, user: 10},
  {job: 2, submit: 1, run: 5, procs: 2, limit: 5, user: 9},
  {job: 3, submit: 2, run: 30, procs: 1, limit: 30, user: 10},
  {job: 4, submit: 3, run: 4, procs: 1, limit: 4, user: 9},
]
const started = (rows: readonly Row[] = ROWS) => replayed(filtered(rows.map(swfLine), 4).jobs, 4)

describe('the figures of a replay', () => {
  it('are waits, slowdowns, use of the machine and its time', () => {
    const {fairness, meanSlowdown, ...rest} = metricsOf(started(), 4000)
    assert.deepEqual(rest, {
      jobs: 4,
      sumOfWaits: 16,
      meanWait: 4,
      medianWait: 3.5,
      p95Wait: 9,
      maxWait: 9,
      meanBoundedSlowdown: (1 + 14 / 10 + 1 + 11 / 10) / 4,
      utilisation: (30 + 10 + 30 + 4) / (4 * 32),
      makespan: 32,
    })
    assert.equal(meanSlowdown, (1 + 14 / 5 + 1 + 11 / 4) / 4)
    assert.equal(fairness.users, 2)
  })

  it('take the wait of the nearest rank, and the middle of an odd number', () => {
    // One processor: each waits one second longer than the one before.
    const rows = Array.from({length: 41}, (_, i): Row => ({job: i + 1, submit: 0, run: 1, procs: 4}))
    const {p95Wait, medianWait, maxWait} = metricsOf(started(rows), 4000)
    assert.deepEqual([p95Wait, medianWait, maxWait], [38, 20, 40])
  })

  it('tell each user for himself, numbers by their amount, and how equal users are', () => {
    const users = byUser(started())
    assert.deepEqual(users, [
      {user: '9', jobs: 2, meanWait: 8, meanBoundedSlowdown: 1.25, cpuSeconds: 14},
      {user: '10', jobs: 2, meanWait: 0, meanBoundedSlowdown: 1, cpuSeconds: 60},
    ])
    const {fairness} = metricsOf(started(), 4000)
    assert.deepEqual(fairness, {
      users: 2,
      meanWaitOverUsers: 4,
      meanBoundedSlowdownOverUsers: 1.125,
      jainWait: 0.5,
      jainBoundedSlowdown: 2.25 ** 2 / (2 * (1.25 ** 2 + 1)),
    })
  })

  it('call users equal of whom none has anything', () => {
    assert.deepEqual([jain([0, 0]), jain([3, 3, 3]), jain([1, 0, 0, 0])], [1, 1, 0.25])
  })

  it('hash each job by its number, with its start in seconds', () => {
    assert.equal(startLines(started()), '2,10\n3,2\n4,10\n12,0\n')
    const half = started([
      {job: 1, submit: 0, run: 1.5, procs: 4},
      {job: 2, submit: 0, run: 1, procs: 4},
    ])
    assert.equal(startLines(half), '1,0\n2,1.5\n')
  })
})

describe('the time line of a replay', () => {
  it('has the use and the queue of each stretch, and loses no peak', () => {
    // 0-8 s in four: three cpus from 0 to 4, one from 4 to 8; one waits from 1 to 4, another from 3 to 4.
    const rows = [
      {job: 1, submit: 0, run: 4, procs: 3},
      {job: 2, submit: 1, run: 4, procs: 2},
      {job: 3, submit: 3, run: 3, procs: 2},
    ]
    const line = timelineOf(started(rows), 4000, 4)
    assert.deepEqual(
      line.map(({at}) => at),
      [1000, 3000, 5000, 7000],
    )
    assert.deepEqual(
      line.map(({utilisation}) => utilisation),
      [0.75, 0.75, 1, (2 * 2 + 2 * 1) / 8],
    )
    assert.deepEqual(
      line.map(({meanQueue, maxQueue}) => [meanQueue, maxQueue]),
      [
        [0.5, 1],
        [1.5, 2],
        [0, 2],
        [0, 0],
      ],
    )
  })

  it('is empty where nothing ran', () => {
    assert.deepEqual(timelineOf([], 4000, 4), [])
  })
})
