/** T48: the time for which a job may be suspended has a limit of its own. */
import assert from 'node:assert/strict'
import type {JobId} from '../../src/core/brand.js'
import {partKey} from '../../src/core/part-key.js'
import type {ServiceSettings} from '../../src/service/service.js'
import {SETTINGS, World} from '../support/world.js'

const MINUTE = 60_000
const ENV = {FAKE_SECONDS: 'forever'}
const limited = (suspended: number | null): Partial<ServiceSettings> => ({
  limits: {...SETTINGS.limits, suspended},
})

describe('T48: a job that is suspended', () => {
  let world: World
  let id: JobId
  const begin = async (wish: object = {}): Promise<void> => {
    id = world.submit({env: ENV, walltime: 60, ...wish})
    await world.cron()
    await suspend()
  }
  const suspend = async (): Promise<void> => {
    world.control('suspend', [id])
    await world.process().watch()
  }
  const later = async (ms: number): Promise<unknown> => {
    world.clock.advance(ms)
    await world.process().watch()
    return world.state(id)
  }
  beforeEach(() => {
    world = new World({settings: limited(10 * MINUTE)})
  })

  it('goes on when the time that it may be is used up, and ends by its walltime', async () => {
    await begin()
    assert.equal(await later(10 * MINUTE - 1), 'suspended')
    assert.equal(await later(1), 'running')
    assert.deepEqual([world.record(id)?.desired, world.containers()[0]?.status], ['run', 'running'])
    const told = world
      .process()
      .service.jobs.history(id)
      .map(({record}) => record.reason?.code)
    assert.ok(told.includes('suspended-time'), String(told))
    assert.equal(await later(MINUTE), 'timeout')
  })

  it('is waited for until then', async () => {
    const began = world.clock.now()
    await begin()
    const {until} = await world.process().watch()
    assert.equal(until, (world.record(id)?.paused.since ?? began) + 10 * MINUTE)
  })

  it('gains nothing by many short suspensions', async () => {
    await begin()
    for (let i = 0; i < 3; i++) {
      assert.equal(await later(3 * MINUTE), 'suspended')
      world.control('resume', [id])
      assert.equal(await later(0), 'running')
      await suspend()
    }
    assert.equal(await later(MINUTE), 'running')
    for (let i = 0; i < 5; i++) await suspend()
    assert.deepEqual([world.state(id), world.containers()[0]?.status], ['running', 'running'])
    assert.equal(await later(MINUTE), 'timeout')
  })

  it('begins anew with each attempt', async () => {
    await begin()
    assert.equal(await later(10 * MINUTE), 'running')
    world.control('requeue', [id])
    await world.settle(4, 0)
    await suspend()
    assert.deepEqual([world.record(id)?.attempt, await later(9 * MINUTE)], [2, 'suspended'])
  })

  it('as a task of an array is held to it as well', async () => {
    await begin({array: '0-1'})
    const states = (): readonly string[] => [0, 1].map(task => world.state(partKey({id, task})))
    assert.deepEqual(states(), ['suspended', 'suspended'])
    await later(10 * MINUTE)
    assert.deepEqual(states(), ['running', 'running'])
    await later(MINUTE)
    assert.deepEqual(states(), ['timeout', 'timeout'])
  })

  it('stays so where the operator set no limit', async () => {
    world = new World({settings: limited(null)})
    await begin()
    assert.equal(await later(1000 * 24 * 60 * MINUTE), 'suspended')
  })
})
