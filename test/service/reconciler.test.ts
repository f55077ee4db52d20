import assert from 'node:assert/strict'
import type {Executor} from '@god-cli/api'
import type {Epoch, JobId} from '../../src/core/brand.js'
import {createReconciler, type Sight} from '../../src/service/reconciler.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {writeHalt} from '../../src/store/halt.js'
import {type GodProcess, World} from '../support/world.js'

const FOREVER = {env: {FAKE_SECONDS: 'forever'}}
const SIGHT: Sight = {text: '2 absent', urgent: false}

/** A call of the engine that answers when the test says so. */
const gate = () => {
  let open = (): void => undefined
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return {open: () => open(), opened}
}

describe('the reconciler', () => {
  let world: World
  let god: GodProcess
  let id: JobId
  let wakes: number
  let rung: string
  let mine: Epoch
  const wake = (ring: string): void => {
    rung = ring
    wakes++
  }
  beforeEach(async () => {
    world = new World()
    wakes = 0
    rung = ''
    id = world.submit(FOREVER)
    god = world.process()
    mine = god.claimEpoch()
    await schedulerPass(god.service, mine)
  })
  const patch = (over: Partial<Executor>): void => {
    const {executor} = god.service
    const patched = new Proxy(executor, {
      get: (target, name) => Reflect.get(over, name) ?? Reflect.get(target, name),
    })
    Object.assign(god.service, {executor: patched})
  }

  it('settles a job, says who is busy, and wakes its owner when it has ended, not when it has begun', async () => {
    const reconciler = createReconciler(god.service, wake)
    const work = reconciler.reconcile(id, SIGHT)
    assert.deepEqual([[...reconciler.busy()], wakes], [[id], 0])
    await work
    assert.deepEqual([[...reconciler.busy()], wakes, world.state(id)], [[], 0, 'running'])
    assert.equal(reconciler.restsUntil(id, SIGHT), null)
    await god.service.executor.signal(world.containers()[0]?.id ?? '', 'SIGKILL')
    await reconciler.reconcile(id, SIGHT)
    assert.deepEqual([wakes, rung, world.state(id)], [1, 'room', 'failed'])
  })

  it('wakes its owner when a job has begun whose time will end', async () => {
    const timed = world.submit({...FOREVER, walltime: 60})
    await schedulerPass(god.service, god.claimEpoch())
    await createReconciler(god.service, wake).reconcile(timed)
    assert.deepEqual([world.state(timed), wakes, rung], ['running', 1, 'all'])
  })

  it('does not ask for the container of a job that was placed this moment', async () => {
    const {executor} = god.service
    const asked: string[] = []
    patch({
      create: async spec => {
        asked.push('create')
        return executor.create(spec)
      },
      inspect: async name => {
        asked.push('inspect')
        return executor.inspect(name)
      },
    })
    const settleBeside = god.service.jobs.settleBeside
    Object.assign(god.service, {
      jobs: {
        ...god.service.jobs,
        settleBeside: async (one: JobId) => {
          asked.push('sync')
          await settleBeside(one)
        },
      },
    })
    await createReconciler(god.service, wake).reconcile(id, {placed: mine})
    assert.equal(world.state(id), 'running')
    assert.equal(asked[0], 'create', 'neither is its revision synced again')
    for (const [name, occasion] of [
      ['that somebody placed some time ago', undefined],
      ['that is on the attempt of a younger scheduler by now', {placed: mine}],
    ] as const) {
      const other = world.submit(FOREVER)
      await schedulerPass(god.service, god.claimEpoch())
      asked.length = 0
      await createReconciler(god.service, wake).reconcile(other, occasion)
      assert.deepEqual(asked.slice(0, 3), ['inspect', 'sync', 'create'], `of one ${name}`)
    }
  })

  it('goes on with the next attempt of a job that is placed while the last one is being cleared away', async () => {
    const {open, opened} = gate()
    const {executor} = god.service
    const reconciler = createReconciler(god.service, wake)
    await reconciler.reconcile(id, {placed: mine})
    await executor.signal(world.containers()[0]?.id ?? '', 'SIGKILL')
    let looks = 0
    patch({
      inspect: async name => {
        looks++
        return executor.inspect(name)
      },
      remove: async (...args) => {
        await opened
        return executor.remove(...args)
      },
    })
    const work = reconciler.reconcile(id)
    void reconciler.reconcile(id, {placed: mine})
    open()
    await work
    assert.deepEqual([looks, wakes, rung], [2, 1, 'room'])
  })

  it('finds the container of a job that was placed this moment, if somebody was faster all the same', async () => {
    const other = world.process()
    const {executor} = god.service
    patch({
      create: async spec => {
        await createReconciler(other.service, wake).reconcile(id)
        return executor.create(spec)
      },
    })
    await createReconciler(god.service, wake).reconcile(id, {placed: mine})
    assert.equal(world.state(id), 'running')
    assert.equal(world.containers().length, 1)
  })

  it('does not ask again for a container that it has removed', async () => {
    const {executor} = god.service
    const asked: string[] = []
    const reconciler = createReconciler(god.service, wake)
    await reconciler.reconcile(id)
    await executor.signal(world.containers()[0]?.id ?? '', 'SIGKILL')
    patch({
      inspect: async name => {
        asked.push('inspect')
        return executor.inspect(name)
      },
      remove: async (...args) => {
        asked.push('remove')
        return executor.remove(...args)
      },
    })
    await reconciler.reconcile(id)
    assert.deepEqual([world.state(id), asked], ['failed', ['inspect', 'remove']])
    assert.deepEqual(world.containers(), [])
  })

  it('works on a job once, however often it is asked', async () => {
    const {open, opened} = gate()
    const {create} = god.service.executor
    let creates = 0
    patch({
      create: async spec => {
        creates++
        await opened
        return create(spec)
      },
    })
    const reconciler = createReconciler(god.service, wake)
    const works = [reconciler.reconcile(id), reconciler.reconcile(id), reconciler.reconcile(id, SIGHT)]
    open()
    await Promise.all(works)
    assert.deepEqual([creates, wakes], [1, 0])
  })

  it('looks once more at a job whose container ended after the last look, while it was worked on', async () => {
    const {executor} = god.service
    const looks: string[] = []
    const reconciler = createReconciler(god.service, wake)
    patch({
      inspect: async name => {
        const seen = await executor.inspect(name)
        looks.push(seen?.status ?? 'absent')
        if (seen?.status === 'running' && looks.length < 9) {
          await executor.signal(seen.id, 'SIGKILL')
          reconciler.look(id)
        }
        return seen
      },
    })
    await reconciler.reconcile(id)
    assert.equal(world.state(id), 'failed', looks.join(' '))
    assert.deepEqual([world.containers(), wakes, rung], [[], 1, 'room'])
    reconciler.look(id)
    await reconciler.idle()
    assert.equal(wakes, 1, 'for a job that was over before')
  })

  it('takes a fault of what is worked on beside the jobs as one of a job: told, and the service goes on', async () => {
    const reconciler = createReconciler(god.service, wake)
    assert.equal(
      reconciler.beside(() => Promise.reject(new Error('EIO: disk'))),
      true,
    )
    assert.equal(
      reconciler.beside(async () => undefined),
      false,
      'one at a time',
    )
    await reconciler.idle()
    assert.deepEqual([world.log.at(-1), wakes], ['EIO: disk', 1])
    reconciler.check()
  })

  it('looks at a job nobody works on at once', async () => {
    const reconciler = createReconciler(god.service, wake)
    await reconciler.reconcile(id)
    world.engine.signal(world.engine.find('fake1') ?? assert.fail(), 'SIGKILL')
    reconciler.look(id)
    await reconciler.idle()
    assert.deepEqual([world.state(id), world.containers(), wakes], ['failed', [], 1])
  })

  it('does not make a kill wait for a start that takes its time', async () => {
    const {open, opened} = gate()
    const asked = gate()
    const {create} = god.service.executor
    patch({
      create: async spec => {
        asked.open()
        await opened
        return create(spec)
      },
    })
    const reconciler = createReconciler(god.service, wake)
    const start = reconciler.reconcile(id)
    await asked.opened
    world.control('kill', [id])
    const other = world.process()
    world.engineDown = true
    await other.watch()
    world.engineDown = false
    assert.equal(world.state(id), 'killed')
    await reconciler.reconcile(id, {text: 'any', urgent: true})
    assert.deepEqual([...reconciler.busy()], [id])
    open()
    await start
    assert.deepEqual([world.state(id), world.containers(), world.begun()], ['killed', [], []])
  })

  describe('when nothing can be done', () => {
    it('pauses, twice as long each time up to a minute, as long as the sight is the same', async () => {
      world.engineDown = true
      const reconciler = createReconciler(god.service, wake)
      const pauses: number[] = []
      for (let i = 0; i < 8; i++) {
        await reconciler.reconcile(id, SIGHT)
        const until = reconciler.restsUntil(id, SIGHT) ?? 0
        pauses.push((until - world.clock.now()) / 1000)
        world.clock.advance(until - world.clock.now())
        assert.equal(reconciler.restsUntil(id, SIGHT), null)
      }
      assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 60, 60])
    })

    it('does not pause on another sight, and begins anew with it', async () => {
      world.engineDown = true
      const reconciler = createReconciler(god.service, wake)
      for (let i = 0; i < 3; i++) await reconciler.reconcile(id, SIGHT)
      const other = {...SIGHT, text: '2 created'}
      assert.equal(reconciler.restsUntil(id, other), null)
      await reconciler.reconcile(id, other)
      assert.equal((reconciler.restsUntil(id, other) ?? 0) - world.clock.now(), 1000)
    })

    it('does not pause longer because the clock was set back', async () => {
      world.engineDown = true
      const reconciler = createReconciler(god.service, wake)
      await reconciler.reconcile(id, SIGHT)
      world.clock.advance(-3_600_000)
      assert.equal(reconciler.restsUntil(id, SIGHT), null)
    })

    it('forgets its pause once the job came on', async () => {
      world.engineDown = true
      const reconciler = createReconciler(god.service, wake)
      await reconciler.reconcile(id, SIGHT)
      world.engineDown = false
      await reconciler.reconcile(id, SIGHT)
      assert.deepEqual([world.state(id), reconciler.restsUntil(id, SIGHT)], ['running', null])
    })

    it('holds no pause against a job that it was told to start', async () => {
      world.engineDown = true
      const reconciler = createReconciler(god.service, wake)
      await reconciler.reconcile(id)
      assert.equal(reconciler.restsUntil(id, SIGHT), null)
    })
  })

  it('leaves a job whose engine fails to the next try, and says so', async () => {
    patch({create: () => Promise.reject(new Error('socket hang up'))})
    const reconciler = createReconciler(god.service, wake)
    await reconciler.reconcile(id, SIGHT)
    reconciler.check()
    assert.equal(world.state(id), 'starting')
    assert.match(world.log.join('\n'), /job 1: socket hang up/)
  })

  for (const call of ['create', 'start'] as const)
    it(`makes and starts nothing once HALT is there, also if it came just before ${call}`, async () => {
      const halt = (): void => writeHalt(world.process().fs, world.layout, 'stop')
      if (call === 'create') halt()
      else {
        const {create} = god.service.executor
        patch({
          create: async spec => {
            halt()
            return create(spec)
          },
        })
      }
      const reconciler = createReconciler(god.service, wake)
      await reconciler.reconcile(id, SIGHT)
      reconciler.check()
      assert.deepEqual([world.containers().length, world.begun()], [call === 'create' ? 0 : 1, []])
    })

  it('tries again after a full disk', async () => {
    god.fs.plan({call: 'write', path: '/jobs/live', n: 1, effect: {error: 'ENOSPC'}})
    const reconciler = createReconciler(god.service, wake)
    await reconciler.reconcile(id, SIGHT)
    reconciler.check()
    await reconciler.reconcile(id, SIGHT)
    assert.equal(world.state(id), 'running')
  })

  it('tells, by check and idle, of a disk that cannot be trusted: the first fault', async () => {
    god.fs.plan({call: 'fsyncDir', path: '/jobs/live', n: 1, effect: {error: 'EIO'}})
    const reconciler = createReconciler(god.service, wake)
    await reconciler.reconcile(id, SIGHT)
    assert.throws(() => reconciler.check(), {code: 'E_DISK', message: /EIO/})
    await assert.rejects(reconciler.idle(), {code: 'E_DISK'})
    await reconciler.reconcile(id, SIGHT)
    assert.throws(() => reconciler.check(), {message: /EIO/})
  })

  it('is idle when all rests, also what was begun meanwhile', async () => {
    const second = world.submit(FOREVER)
    await schedulerPass(god.service, god.claimEpoch())
    const reconciler = createReconciler(god.service, wake)
    const {create} = god.service.executor
    let asked = 0
    patch({
      create: async spec => {
        if (asked++ === 0) void reconciler.reconcile(second)
        return create(spec)
      },
    })
    void reconciler.reconcile(id)
    await reconciler.idle()
    assert.deepEqual([world.state(id), world.state(second)], ['running', 'running'])
  })
})
