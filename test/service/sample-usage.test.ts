/** The watcher's looks at the counters of what runs. */
import assert from 'node:assert/strict'
import type {JobId} from '../../src/core/brand.js'
import {createUsageSampler} from '../../src/service/sample-usage.js'
import {readLiveUsages} from '../../src/store/live-usage.js'
import {type GodProcess, World} from '../support/world.js'

const FOREVER = {env: {FAKE_SECONDS: 'forever', FAKE_MEMORY: '5000'}}
const SECOND = 1000

describe('the usage of running jobs', () => {
  let world: World
  let god: GodProcess
  beforeEach(() => {
    world = new World()
    god = world.process()
  })
  const seen = (id: JobId) => readLiveUsages(god.service.durable, world.layout).get(id)
  const running = async (wish: object = FOREVER): Promise<JobId> => {
    const id = world.submit(wish)
    await world.cron()
    return id
  }

  it('is written down with its pace since the look before, at most every ten seconds', async () => {
    const id = await running()
    const sample = createUsageSampler(god.service)
    world.clock.advance(4 * SECOND)
    await sample()
    assert.deepEqual(seen(id), {attempt: 1, at: world.clock.now(), cpuSeconds: 4, memory: 5000, cpus: 1})
    world.clock.advance(9 * SECOND)
    await sample()
    assert.equal(seen(id)?.cpuSeconds, 4)
    world.control('suspend', [id])
    await world.cron()
    world.clock.advance(SECOND)
    await sample()
    assert.deepEqual(
      [Math.round(seen(id)?.cpuSeconds ?? 0), seen(id)?.cpus],
      [13, 0.9],
      'paused in the last of ten seconds',
    )
  })

  it('goes on from the last look of another process, as in cron', async () => {
    const id = await running()
    world.clock.advance(60 * SECOND)
    await createUsageSampler(god.service)()
    world.control('suspend', [id])
    await world.cron()
    world.clock.advance(60 * SECOND)
    await createUsageSampler(world.process().service)()
    assert.deepEqual([Math.round(seen(id)?.cpuSeconds ?? 0), seen(id)?.cpus], [60, 0])
  })

  it('is dropped with the job; a site at rest writes nothing', async () => {
    const id = await running({env: {FAKE_SECONDS: '5'}})
    world.clock.advance(SECOND)
    await createUsageSampler(god.service)()
    assert.equal(seen(id)?.cpus, 1)
    world.clock.advance(5 * SECOND)
    await world.settle(2)
    await createUsageSampler(god.service)()
    assert.equal(seen(id), undefined)
    const idle = world.process()
    await createUsageSampler(idle.service)()
    assert.equal(idle.fs.mutations, 0)
  })

  it('is none of a silent engine, and of no concern to the pass', async () => {
    const id = await running()
    world.engineDown = true
    await createUsageSampler(god.service)()
    assert.equal(seen(id), undefined)
  })

  it('stops no pass where the disk refuses it', async () => {
    const id = await running()
    const full = world.process()
    full.fs.plan({call: 'write', n: 1, effect: {error: 'ENOSPC'}})
    await createUsageSampler(full.service)()
    assert.equal(seen(id), undefined)
    assert.match(world.log.at(-1) ?? '', /usage of running jobs was not written/)
  })
})
