/** First in, first out: the contract of all schedulers, and the one rule of this one. */
import assert from 'node:assert/strict'
import type {HostServices, PendingJob} from '@god-cli/api'
import {schedulerContract} from '../../../plugins/api/src/scheduler-contract.js'
import provider from '../../../plugins/scheduler-fifo/src/index.js'

const host: HostServices = {
  log: () => {},
  now: () => 0,
  delay: async () => {},
  options: {},
  cluster: 'c',
  node: 'n',
  stateDir: '/nowhere',
  signal: new AbortController().signal,
}

const aJob = (id: number, over: Partial<PendingJob> = {}): PendingJob => ({
  id,
  uid: 1000,
  user: 'ann',
  project: 'default',
  queue: 'default',
  resources: {cpus: 1000, memory: 1 << 30, gpus: 0},
  walltime: null,
  nice: 0,
  priority: 0,
  submitted: 0,
  eligible: 0,
  ...over,
})

describe('the contract of a scheduler, kept by fifo', () => {
  schedulerContract(it, () => provider(host))
})

describe('fifo', () => {
  const order = (...jobs: PendingJob[]): readonly number[] => provider(host).order(jobs, 0)

  it('starts what was submitted first, first', () => {
    assert.deepEqual(order(aJob(10), aJob(9), aJob(100)), [9, 10, 100])
  })

  it('puts the nice behind and the urgent before all others', () => {
    assert.deepEqual(order(aJob(1, {nice: 5}), aJob(2), aJob(3, {nice: -1}), aJob(4)), [3, 2, 4, 1])
  })

  it('does not look at clocks, sizes or people', () => {
    const large = aJob(1, {
      submitted: 99,
      eligible: 99,
      resources: {cpus: 9e6, memory: 1e15, gpus: 8},
      user: 'zoe',
    })
    assert.deepEqual(order(aJob(2), large), [1, 2])
  })
})

describe('the contract of a scheduler, broken on purpose', () => {
  /** How many cases a scheduler with that order fails. */
  const failures = (wrong: (pending: readonly PendingJob[]) => readonly number[]): number => {
    let failed = 0
    schedulerContract(
      (_title, run) => {
        try {
          run()
        } catch {
          failed += 1
        }
      },
      () => ({order: wrong}),
    )
    return failed
  }
  const ids = (pending: readonly PendingJob[]): number[] => pending.map(job => job.id)

  it('notices a lost, a doubled and an invented job', () => {
    assert.ok(
      failures(pending =>
        ids(pending)
          .sort((a, b) => a - b)
          .slice(1),
      ) > 0,
    )
    assert.ok(failures(pending => [...ids(pending), ...ids(pending).slice(0, 1)]) > 0)
    assert.ok(failures(pending => [...ids(pending).slice(1), 12_345_678]) > 0)
  })

  it('notices one that keeps the order of the list, answers differently twice, or sorts in place', () => {
    let calls = 0
    assert.equal(failures(ids), 1)
    assert.ok(failures(pending => (calls++ % 2 === 0 ? ids(pending) : ids(pending).reverse())) > 0)
    assert.ok(failures(pending => ids((pending as PendingJob[]).sort((a, b) => a.id - b.id))) > 0)
  })
})
