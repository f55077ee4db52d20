/** A policy of somebody else's, asked by the passes: its faults are its own. */
import assert from 'node:assert/strict'
import type {PendingJob, PolicyWorld, Scheduler} from '@god-cli/api'
import {GodError} from '../../src/core/errors.js'
import {guardedPolicy} from '../../src/service/guarded-policy.js'
import {isPassing} from '../../src/service/passes.js'

const JOBS: readonly PendingJob[] = [2, 1].map(id => ({
  id,
  uid: 1000,
  user: 'ann',
  project: 'default',
  queue: 'default',
  resources: {cpus: 1000, memory: 1 << 20, gpus: 0},
  walltime: null,
  nice: 0,
  priority: 0,
  submitted: 0,
  eligible: 0,
}))

const WORLD: PolicyWorld = {
  now: 7,
  capacity: {cpus: 1000, memory: 1 << 20, gpus: 0},
  standing: () => ({ratio: 0, factor: 1}),
  queueFactor: () => 0,
  projectFactor: () => 0,
}

/** A plugin is checked by no compiler of ours. */
const policy = (order: (pending: PendingJob[]) => unknown): Scheduler =>
  guardedPolicy({order} as unknown as Scheduler, 'night')

const fault = (order: (pending: PendingJob[]) => unknown): GodError => {
  try {
    policy(order).order(structuredClone(JOBS), 0)
  } catch (error) {
    if (error instanceof GodError) return error
  }
  return assert.fail('no fault')
}

describe('a policy, asked by a pass', () => {
  it('is asked with the jobs, and its order is taken', () => {
    assert.deepEqual(policy(pending => pending.map(({id}) => id)).order(JOBS, 0), [2, 1])
  })

  it('that throws or answers nonsense is named; it costs one pass, and no service its life', () => {
    const faults = [
      fault(() => {
        throw new Error('no moon')
      }),
      fault(() => undefined),
      fault(() => 'soon'),
      fault(async () => [1, 2]),
    ]
    for (const error of faults) {
      assert.equal(error.code, 'E_PROVIDER_BAD')
      assert.match(error.message, /^the scheduler 'night' cannot order the queue, so nothing starts: /)
      assert.ok(isPassing(error))
    }
    assert.match(faults[0]?.message ?? '', /no moon$/)
  })

  it('that ranks is asked once for the moment, and named when its ranking is none', () => {
    const ranking = (rank: NonNullable<Scheduler['rank']>) =>
      guardedPolicy({order: () => [], rank}, 'night').rank?.(WORLD)
    const [two, one] = JOBS
    assert.ok(two !== undefined && one !== undefined)
    const byMoment = ranking(world => ({
      compare: (a, b) => (a.id - b.id) * world.now,
      terms: ({id}) => ({id}),
    }))
    assert.equal(byMoment?.compare(two, one), WORLD.now)
    assert.deepEqual(byMoment?.terms?.(two), {id: 2})
    for (const wrong of [
      () => ranking(() => assert.fail('no moon')),
      () => ranking(() => undefined as never),
      () => ranking(() => ({compare: () => Number.NaN}))?.compare(two, one),
      () => ranking(() => ({compare: () => assert.fail('no moon')}))?.compare(two, one),
    ])
      assert.throws(wrong, (error: unknown) => error instanceof GodError && error.code === 'E_PROVIDER_BAD')
  })

  it('cannot change what it is shown', () => {
    for (const change of [
      (pending: PendingJob[]) => pending.sort((a, b) => a.id - b.id),
      ([first]: PendingJob[]) => Object.assign(first ?? {}, {nice: -9}),
      ([first]: PendingJob[]) => Object.assign(first?.resources ?? {}, {cpus: 0}),
    ])
      assert.match(fault(change).message, /read.only/)
  })

  it('loses what is no id', () => {
    assert.deepEqual(policy(() => ['1', 2, null, 1]).order(JOBS, 0), [2, 1])
  })
})
