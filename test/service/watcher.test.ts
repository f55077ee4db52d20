import assert from 'node:assert/strict'
import type {Executor} from '@god-cli/api'
import {type JobId, uid} from '../../src/core/brand.js'
import type {PartKey} from '../../src/core/part-key.js'
import {createReconciler} from '../../src/service/reconciler.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {watcherPass} from '../../src/service/watcher.js'
import {GIB, type GodProcess, GRACE, USER, World} from '../support/world.js'

const FOREVER = {FAKE_SECONDS: 'forever'}
const SECOND = 1000

describe('a watcher pass', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const running = async (
    wish: object = {},
    env: Readonly<Record<string, string>> = FOREVER,
  ): Promise<JobId> => {
    const id = world.submit({env, ...wish})
    await world.cron()
    assert.equal(world.state(id), 'running')
    return id
  }
  const looks = (god: GodProcess) => {
    const seen: string[] = []
    const {executor} = god.service
    const spy = new Proxy(executor, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return (...args: unknown[]) => {
          seen.push(String(name))
          return (member as (...all: unknown[]) => unknown)(...args)
        }
      },
    })
    Object.assign(god.service, {executor: spy})
    return seen
  }

  it('that finds nothing to do asks the engine who it is and what it has, whatever runs', async () => {
    for (let i = 0; i < 3; i++) await running({cpus: 500})
    const done = world.submit({env: {FAKE_SECONDS: '0'}})
    await world.settle(3)
    assert.equal(world.state(done), 'done')
    const god = world.process()
    const asked = looks(god)
    assert.deepEqual(await god.watch(), {worked: [], until: null, orphans: 0})
    assert.deepEqual(asked, ['identity', 'list'])
  })

  it('changes nothing on the disk when it finds nothing to do', async () => {
    await running()
    const god = world.process()
    await god.watch()
    assert.equal(god.fs.mutations, 0)
  })

  it('hands over what has ended, and only that', async () => {
    await running()
    const short = await running({}, {FAKE_SECONDS: '5'})
    world.clock.advance(6 * SECOND)
    const report = await world.process().watch()
    assert.deepEqual(report.worked, [short])
    assert.equal(world.state(short), 'done')
  })

  it('tells when a walltime or a grace period ends, the earliest', async () => {
    const began = world.clock.now()
    await running({walltime: 100})
    const soon = await running({walltime: 60}, {...FOREVER, FAKE_IGNORES_TERM: '1'})
    assert.equal((await world.process().watch()).until, began + 60 * SECOND)
    world.clock.advance(60 * SECOND)
    await world.process().watch()
    assert.equal(world.state(soon), 'stopping')
    assert.equal((await world.process().watch()).until, began + 60 * SECOND + GRACE)
  })

  it('ends a job at its walltime: asked politely, then killed after the grace period', async () => {
    const id = await running({walltime: 60}, {...FOREVER, FAKE_IGNORES_TERM: '1'})
    world.clock.advance(60 * SECOND - 1)
    await world.process().watch()
    assert.equal(world.state(id), 'running')
    world.clock.advance(1)
    await world.process().watch()
    assert.equal(world.state(id), 'stopping')
    world.clock.advance(GRACE - 1)
    await world.process().watch()
    assert.equal(world.state(id), 'stopping')
    world.clock.advance(1)
    await world.process().watch()
    assert.deepEqual([world.state(id), world.record(id)?.exit?.code], ['timeout', 137])
  })

  it('does not count paused time as walltime', async () => {
    const id = await running({walltime: 60})
    world.control('suspend', [id])
    await world.process().watch()
    world.clock.advance(3600 * SECOND)
    await world.process().watch()
    assert.equal(world.state(id), 'suspended')
    world.control('resume', [id])
    await world.process().watch()
    world.clock.advance(59 * SECOND)
    await world.process().watch()
    assert.equal(world.state(id), 'running')
    world.clock.advance(SECOND)
    await world.process().watch()
    assert.equal(world.state(id), 'timeout')
  })

  it('suspends and resumes in the engine, not only on paper', async () => {
    const id = await running()
    world.control('suspend', [id])
    await world.process().watch()
    assert.deepEqual([world.state(id), world.containers()[0]?.status], ['suspended', 'paused'])
    world.control('resume', [id])
    await world.process().watch()
    assert.deepEqual([world.state(id), world.containers()[0]?.status], ['running', 'running'])
  })

  it('follows the engine where it differs: paused by hand is thawed, gone is lost', async () => {
    const id = await running()
    const [container = assert.fail()] = world.containers()
    world.engine.pause(container)
    await world.process().watch()
    assert.deepEqual([world.state(id), container.status], ['running', 'running'])
    world.engine.remove(container)
    await world.process().watch()
    assert.deepEqual([world.state(id), world.record(id)?.reason?.code], ['lost', 'lost'])
  })

  it('uses the signal that the kill names', async () => {
    const id = await running()
    const {service} = world.process()
    const tok = world.random()
    const fs = world.process().fs
    const fd = fs.open(`${world.layout.dropFolder(uid(USER))}/${tok}.req`, 'create', 0o640)
    const wish = {v: 1, op: 'kill', tok, cluster: service.format.cluster, ids: [id], signal: 'SIGINT'}
    fs.write(fd, Buffer.from(JSON.stringify(wish)))
    fs.close(fd)
    await world.process().watch()
    assert.deepEqual([world.state(id), world.record(id)?.stop?.signal], ['killed', 'SIGINT'])
  })

  it('lets no power cut take back a stop that another pass has published and not synced', async () => {
    const id = await running({}, {...FOREVER, FAKE_IGNORES_TERM: '1'})
    world.control('kill', [id])
    const {service} = world.process()
    const reconciler = createReconciler(service, () => undefined)
    await watcherPass(service, reconciler)
    await reconciler.idle()
    assert.equal(world.state(id), 'stopping', 'and its process dies here')
    await world.process().watch()
    world.disk.powerLoss()
    assert.equal(world.state(id), 'stopping')
  })

  it('takes up a start that its scheduler did not live to carry out', async () => {
    const id = world.submit({env: FOREVER})
    const god = world.process()
    await schedulerPass(god.service, god.claimEpoch())
    const report = await world.process().watch()
    assert.deepEqual([report.worked, world.state(id)], [[id], 'running'])
  })

  it('leaves the jobs of other nodes to their watchers', async () => {
    const capacity = {cpus: 4000, memory: 4 * GIB, gpus: 0}
    world = new World({nodes: ['n1', 'n2'].map(name => ({name, capacity, labels: {}}))})
    const id = world.submit({env: {FAKE_SECONDS: '0'}})
    const other = world.process(undefined, 'n2')
    await other.schedule()
    assert.equal(world.record(id)?.node, 'n2')
    world.clock.advance(SECOND)
    assert.deepEqual((await world.process(undefined, 'n1').watch()).worked, [])
    const mine = world.submit({env: FOREVER})
    const god = world.process(undefined, 'n2')
    await schedulerPass(god.service, god.claimEpoch())
    assert.deepEqual((await world.process(undefined, 'n1').watch()).worked, [])
    assert.deepEqual((await world.process(undefined, 'n2').watch()).worked, [mine])
  })

  describe('whose engine is another one than that of its jobs', () => {
    const elsewhere = (): GodProcess => {
      const god = world.process()
      const {executor} = god.service
      const other: Partial<Executor> = {
        identity: async () => 'other:n1',
        list: async () => [],
        inspect: async () => null,
      }
      const get = (target: Executor, name: keyof Executor) => other[name] ?? Reflect.get(target, name)
      Object.assign(god.service, {
        executor: new Proxy(executor, {get: (target, name) => get(target, name as keyof Executor)}),
      })
      return god
    }

    it('leaves them alone, and says so once', async () => {
      const ids = [await running({cpus: 500}), await running({cpus: 500, walltime: 5})]
      world.clock.advance(60 * SECOND)
      world.control('kill', ids)
      const {worked} = await elsewhere().watch()
      assert.deepEqual([worked, ids.map(id => world.state(id))], [[], ['running', 'running']])
      assert.deepEqual(
        world.log.filter(line => line.includes('another engine')),
        ['2 jobs belong to another engine than other:n1; left alone'],
      )
      await world.process().watch()
      assert.deepEqual(
        ids.map(id => world.state(id)),
        ['killed', 'killed'],
      )
    })

    it('makes no container for one that was placed on the other', async () => {
      const id = world.submit({env: FOREVER})
      const god = world.process()
      await schedulerPass(god.service, god.claimEpoch())
      const other = elsewhere()
      await other.watch()
      await createReconciler(other.service, () => undefined).reconcile(id)
      assert.deepEqual([world.state(id), world.containers()], ['starting', []])
    })

    it('is told the engine by the record of a start, and it stays there', async () => {
      const id = await running()
      assert.equal(world.record(id)?.container?.engine, 'fake:n1')
    })
  })

  describe('whose node was given another name', () => {
    const renamed = (): GodProcess => {
      const god = world.process()
      Object.assign(god.service, {node: 'renamed'})
      return god
    }

    it('goes on with the jobs of its engine', async () => {
      const [ended, gone] = [await running({cpus: 500}, {FAKE_SECONDS: '5'}), await running({cpus: 500})]
      const container = world.containers().find(({spec}) => spec.job === gone)
      world.engine.remove(container ?? assert.fail())
      world.clock.advance(6 * SECOND)
      assert.deepEqual((await renamed().watch()).worked, [ended, gone])
      assert.deepEqual([world.state(ended), world.state(gone)], ['done', 'lost'])
    })

    it('goes on with what its engine has, also when that goes by another identity', async () => {
      const id = await running()
      const god = renamed()
      const get = (target: Executor, name: string) =>
        name === 'identity' ? async () => 'new:id' : Reflect.get(target, name)
      Object.assign(god.service, {
        executor: new Proxy(god.service.executor, {get: (target, name) => get(target, String(name))}),
      })
      world.control('kill', [id])
      assert.deepEqual((await god.watch()).worked, [id])
      assert.deepEqual([world.state(id), world.containers()], ['killed', []])
    })
  })

  describe('with a silent engine', () => {
    beforeEach(() => {
      world.engineDown = true
    })

    it('takes requests all the same, and leaves what runs', async () => {
      world.engineDown = false
      const id = await running()
      world.engineDown = true
      world.control('kill', [id])
      const report = await world.process().watch()
      assert.deepEqual(report, {worked: [], until: null, orphans: null})
      assert.deepEqual([world.state(id), world.record(id)?.desired], ['running', 'killed'])
      assert.match(world.log.join('\n'), /the engine does not answer/)
    })

    it('marks its node, once and with the reason, until the engine answers again', async () => {
      world.engineDown = false
      await running()
      const {service} = world.process()
      const files = (): number => world.disk.files(world.layout.nodes).length
      world.engineDown = true
      const since = world.clock.now()
      await world.process().watch()
      const before = files()
      world.clock.advance(SECOND)
      await world.process().watch()
      const down = service.nodes.down().get(service.node)
      assert.deepEqual([down?.since, files()], [since, before])
      assert.notEqual(down?.why, '')
      world.engineDown = false
      await world.process().watch()
      assert.equal(service.nodes.down().size, 0)
    })

    it('carries out the kill of what has not started', async () => {
      world.engineDown = false
      const id = world.submit({env: FOREVER})
      const god = world.process()
      await schedulerPass(god.service, god.claimEpoch())
      world.engineDown = true
      world.control('kill', [id])
      assert.deepEqual((await world.process().watch()).worked, [id])
      assert.equal(world.state(id), 'killed')
    })
  })

  describe('again and again by one process', () => {
    it('does not hammer an engine that fails', async () => {
      const id = world.submit({env: FOREVER})
      const first = world.process()
      await schedulerPass(first.service, first.claimEpoch())
      const god = world.process()
      Object.assign(god.service, {
        executor: new Proxy(god.service.executor, {
          get: (target, name) =>
            name === 'create' ? () => Promise.reject(new Error('500')) : Reflect.get(target, name),
        }),
      })
      const reconciler = createReconciler(god.service, () => undefined)
      const turn = async (): Promise<readonly PartKey[]> => {
        const {worked} = await watcherPass(god.service, reconciler)
        await reconciler.idle()
        return worked
      }
      assert.deepEqual(await turn(), [id])
      const resting = await watcherPass(god.service, reconciler)
      assert.deepEqual([resting.worked, resting.until], [[], world.clock.now() + SECOND])
      world.clock.advance(SECOND)
      assert.deepEqual(await turn(), [id])
      world.clock.advance(SECOND)
      assert.deepEqual(await turn(), [])
    })
  })
})
