import assert from 'node:assert/strict'
import {GodError} from '../../src/core/errors.js'
import {checkHalt} from '../../src/service/check-halt.js'
import {isPassing, scheduleOnce, schedulePatiently, watchOnce} from '../../src/service/passes.js'
import {writeHalt} from '../../src/store/halt.js'
import {Leases} from '../support/leases.js'
import {quiet} from '../support/loop-driver.js'
import {Errno} from '../support/memory-disk.js'
import {type GodProcess, World} from '../support/world.js'

const SHORT = {env: {FAKE_SECONDS: '5'}}

describe('single passes', () => {
  let world: World
  let leases: Leases
  const once = {
    schedule: (god: GodProcess = world.process()) => scheduleOnce(god.service, leases.acquire, 'test'),
    watch: (god: GodProcess = world.process()) => watchOnce(god.service, leases.acquire),
  }
  beforeEach(() => {
    world = new World()
    leases = new Leases()
  })

  it('alone, by turns, run a batch from submit to end with no process between them', async () => {
    const ids = [1, 2, 3, 4, 5].map(() => world.submit(SHORT))
    for (let i = 0; i < 4; i++) {
      await once.schedule()
      await once.watch()
      world.clock.advance(60_000)
    }
    assert.deepEqual(
      ids.map(id => world.state(id)),
      ['done', 'done', 'done', 'done', 'done'],
    )
    assert.deepEqual(world.containers(), [])
  })

  it('of a scheduler leave what it placed running, and tell what was done', async () => {
    const id = world.submit(SHORT)
    world.submit({hold: true})
    assert.deepEqual(await once.schedule(), {
      admitted: 2,
      refused: 0,
      started: [id],
      pending: 0,
      unread: false,
      crowded: false,
      next: null,
    })
    assert.equal(world.state(id), 'running')
  })

  it('of a scheduler take a great batch at once', async () => {
    const ids = Array.from({length: 600}, () => world.submit({hold: true}))
    assert.equal((await once.schedule())?.admitted, ids.length)
  })

  it('leave nothing to readers that is newer than the index', async () => {
    for (const pass of [once.schedule, once.watch]) {
      for (let i = 0; i < 3; i++) world.submit({env: {FAKE_SECONDS: '0'}})
      await pass()
      const reader = world.process()
      reader.fs.plan({call: 'open', path: '/jobs/live/0/', n: 1, effect: {error: 'EIO', from: true}})
      assert.ok(reader.service.jobs.all().length > 0)
      assert.equal(reader.fs.fired, 0)
    }
  })

  it('do nothing and are content where another process is at work', async () => {
    world.submit(SHORT)
    leases.steal('scheduler')
    leases.steal('watch-n1')
    const before = world.disk.files('/')
    assert.equal(await once.schedule(), null)
    assert.equal(await once.watch(), null)
    assert.deepEqual(world.disk.files('/'), before)
  })

  describe('while an image is being pulled', () => {
    const FOREVER = {env: {FAKE_SECONDS: 'forever'}}
    const hanging = (): GodProcess => {
      const god = world.process()
      const executor = new Proxy(god.service.executor, {
        get: (target, name) =>
          name === 'create' ? () => new Promise(() => undefined) : Reflect.get(target, name),
      })
      Object.assign(god.service, {executor})
      return god
    }

    it('hold up no other: a second scheduler places, a second watcher kills', async () => {
      const first = world.submit(FOREVER)
      void once.schedule(hanging())
      await quiet()
      assert.deepEqual([world.state(first), leases.held()], ['starting', []])
      const second = world.submit(FOREVER)
      assert.deepEqual((await once.schedule())?.started, [second])
      assert.equal(world.state(second), 'running')
      void once.watch(hanging())
      await quiet()
      assert.deepEqual(leases.held(), [])
      world.control('kill', [first, second])
      await once.watch()
      assert.deepEqual([world.state(first), world.state(second)], ['killed', 'killed'])
    })
  })

  it('give up, content, when a younger scheduler takes over in the middle', async () => {
    world.submit(SHORT)
    const god = world.process()
    god.fs.on({
      call: 'link',
      path: '/jobs/live/',
      when: 'before',
      act: () => void world.process().claimEpoch(),
    })
    assert.equal(await once.schedule(god), null)
    assert.deepEqual(leases.held(), [])
  })

  it('let go of the lease, whatever happens', async () => {
    world.submit(SHORT)
    const god = world.process()
    god.fs.plan({call: 'link', n: 1, effect: {error: 'EIO'}})
    await assert.rejects(once.schedule(god), {code: 'E_DISK'})
    const blind = world.process()
    blind.fs.plan({call: 'readdir', path: '/jobs/live', n: 1, effect: {error: 'EIO'}})
    await assert.rejects(once.watch(blind), {code: 'EIO'})
    assert.deepEqual(leases.held(), [])
  })

  it('do not begin while HALT is there, and say why', async () => {
    writeHalt(world.process().fs, world.layout, 'the disk is sick')
    const halted = {code: 'E_HALTED', message: 'HALT is set: the disk is sick'}
    await assert.rejects(once.schedule(), halted)
    await assert.rejects(once.watch(), halted)
    assert.throws(() => checkHalt(world.process().service), {hint: /remove \/god\/HALT/})
  })

  it('of a watcher fail with what ended the work of a job for good', async () => {
    const id = world.submit({env: {FAKE_SECONDS: 'forever'}})
    await world.cron()
    world.control('kill', [id])
    const god = world.process()
    god.fs.plan({call: 'fsync', path: '/jobs/live/', n: 2, effect: {error: 'EIO'}})
    await assert.rejects(once.watch(god), {code: 'E_DISK'})
    assert.notEqual(world.disk.lookup(world.layout.halt), null)
  })

  it('by a timetable survive what passes, and no more', async () => {
    world.submit(SHORT)
    const patient = (god: GodProcess) => schedulePatiently(god.service, leases.acquire, 'test')
    const full = world.process()
    full.fs.plan({call: 'write', path: '/jobs/', n: 1, effect: {error: 'ENOSPC'}})
    await patient(full)
    assert.match(world.log.join('\n'), /cannot write .*ENOSPC/)
    await patient(world.process())
    assert.equal(world.state((await once.watch())?.worked[0] ?? (1 as never)), 'running')
    writeHalt(world.process().fs, world.layout, 'stop')
    await assert.rejects(patient(world.process()), {code: 'E_HALTED'})
  })
})

describe('a fault that may pass', () => {
  it('is a full disk, a busy partner or too many open files; not HALT, not a sick disk, not a bug', () => {
    for (const code of ['E_DISK_FULL', 'E_FENCED'] as const)
      assert.ok(isPassing(new GodError(code, 'x')), code)
    for (const code of ['E_HALTED', 'E_DISK', 'E_BUG', 'E_DIR_BAD'] as const)
      assert.ok(!isPassing(new GodError(code, 'x')), code)
    for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG', 'EMFILE', 'ENFILE', 'EINTR', 'ESTALE'])
      assert.ok(isPassing(new Errno(code, '/x')), code)
    assert.ok(!isPassing(new Errno('EIO', '/x')))
    assert.ok(!isPassing(new TypeError('x')))
  })
})
