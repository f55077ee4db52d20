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

  it('of a job whose counters are no numbers is not written down, and that of the others is', async () => {
    const [odd, other] = [await running(), await running()]
    const {executor} = god.service
    const broken = new Proxy(executor, {
      get: (target, name) =>
        name === 'usage'
          ? async (container: string, id: string) => {
              const usage = await executor.usage(container, id)
              return container.endsWith(`-${odd}-1`) && usage !== null
                ? {...usage, cpuSeconds: Number.NaN}
                : usage
            }
          : Reflect.get(target, name),
    })
    Object.assign(god.service, {executor: broken})
    world.clock.advance(4 * SECOND)
    await createUsageSampler(god.service)()
    assert.deepEqual([seen(odd), seen(other)?.cpuSeconds], [undefined, 4])
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
