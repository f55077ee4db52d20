/** T39: a job that is root in its container, from its start to the directory that its user gets. */
import assert from 'node:assert/strict'
import {dirname} from 'node:path'
import {type JobId, uid} from '../../src/core/brand.js'
import type {Wish} from '../../src/core/job.js'
import type {PartKey} from '../../src/core/part-key.js'
import {createContainer} from '../../src/service/start-container.js'
import {DiskProcess} from '../support/disk-process.js'
import {attempt, dying} from '../support/dying.js'
import {repair} from '../support/fsck.js'
import {packAll} from '../support/packing.js'
import {type GodProcess, SETTINGS, USER, World} from '../support/world.js'

const ROOT = {users: ['*'], groups: [], never: null}

describe('T39 the directory of a job that is root inside', () => {
  let world: World
  let id: JobId
  const folder = (number = 1, part: PartKey = id): string => world.layout.workOf(uid(USER), part, number)
  const look = (path: string): readonly unknown[] => {
    const node = world.disk.lookup(path)
    return [node?.uid, node?.mode]
  }
  const seen = (number = 1, part: PartKey = id): readonly unknown[] => [
    look(dirname(folder(number, part)))[1],
    ...look(folder(number, part)),
  ]
  /** As root would inside: all open, and a program that makes everybody root. */
  const plant = (number = 1, part: PartKey = id): void => {
    const container = new DiskProcess(world.disk, 0)
    const top = container.open(folder(number, part), 'guarded-folder')
    container.fchmod(top, 0o777)
    container.close(top)
    const fd = container.open(`${folder(number, part)}/shell`, 'create', 0o755)
    container.fchmod(fd, 0o6755)
    container.close(fd)
  }
  const running = async (wish: Partial<Wish> = {}): Promise<void> => {
    id = world.submit({root: true, env: {FAKE_SECONDS: '5'}, ...wish})
    await world.cron()
    await world.cron()
  }
  const CLOSED = [0o700, 0, 0o777]
  const HIS = [0o755, USER, 0o700]
  beforeEach(async () => {
    world = new World({settings: {admission: {...SETTINGS.admission, root: ROOT}}})
    await running()
    plant()
  })

  it('is below one that nobody else gets into while it is there, and his and harmless when it has ended', async () => {
    assert.equal(world.state(id), 'running')
    assert.deepEqual(seen(), CLOSED)
    world.clock.advance(6000)
    await world.cron()
    assert.equal(world.state(id), 'done')
    assert.deepEqual([seen(), look(`${folder()}/shell`)], [HIS, [USER, 0o755]])
    assert.deepEqual(world.containers(), [])
    const above = dirname(dirname(folder()))
    assert.notEqual(look(above)[0], undefined)
    assert.equal(look(above)[1], 0o755, 'the way to it is not its user’s')
  })

  it('is closed as long as a pass dies before it is done, and given by the next', async () => {
    for (const n of [1, 2, 3]) {
      world.clock.advance(6000)
      const fs = dying(world, {call: 'fchown', n, effect: 'crash-before'})
      await attempt(fs, () => world.process(fs).watch())
      assert.equal(world.state(id), 'done')
      assert.equal(seen()[0], 0o700)
      await world.cron()
      assert.deepEqual([seen(), look(`${folder()}/shell`)], [HIS, [USER, 0o755]])
      if (n === 3) break
      await running()
      plant()
    }
  })

  it('is given if somebody else removed the container', async () => {
    world.engine.remove(world.containers()[0] ?? assert.fail())
    await world.cron()
    assert.equal(world.state(id), 'lost')
    assert.deepEqual([seen(), look(`${folder()}/shell`)], [HIS, [USER, 0o755]])
  })

  it('stays closed while nobody can say that its container is gone, and its job unpacked', async () => {
    world.clock.advance(6000)
    const god = world.process()
    const {executor} = god.service
    // Removed, by its word, and still there.
    Object.assign(god.service, {
      executor: {...executor, features: executor.features, remove: async () => undefined},
    })
    await god.watch()
    assert.equal(world.state(id), 'done')
    assert.deepEqual(seen(), CLOSED)
    world.clock.advance(3_600_000)
    assert.equal(packAll(world).packed, 0)
    await world.cron()
    assert.deepEqual(seen(), HIS)
    assert.equal(packAll(world).packed, 1)
  })

  it('stays closed, and is told of, if it cannot be given; the job is over all the same', async () => {
    const deep = new DiskProcess(world.disk, 0)
    let path = folder()
    for (let i = 0; i < 205; i++) {
      path += '/d'
      deep.mkdir(path, 0o755)
    }
    world.clock.advance(6000)
    await world.cron()
    assert.deepEqual([world.state(id), seen()[0], world.containers()], ['done', 0o500, []])
    assert.match(world.log.join('\n'), /the directory of job 1, attempt 1, stays closed to ann: .* 200 deep/)
    assert.equal(packAll(world).packed, 1)
  })

  it('is another one for each attempt, and each is given when its own container is gone', async () => {
    world.control('requeue', [id])
    await world.cron()
    await world.cron()
    assert.deepEqual([world.state(id), world.record(id)?.attempt], ['running', 2])
    assert.deepEqual(seen(1), HIS)
    assert.equal(world.containers()[0]?.spec.workDir.source, folder(2))
    assert.equal(seen(2)[0], 0o700)
    assert.equal(look(`${folder(2)}/shell`)[0], undefined, 'nothing that its user could have put there')
    world.clock.advance(6000)
    await world.cron()
    assert.deepEqual([world.state(id), seen(2)], ['done', HIS])
  })

  it('is another one for each try', async () => {
    world.clock.advance(60_000)
    await world.cron()
    await running({retry: '1', env: {FAKE_SECONDS: '5', FAKE_EXIT: '3'}})
    plant()
    await world.settle(40)
    assert.deepEqual([world.state(id), world.record(id)?.attempt], ['failed', 2])
    assert.deepEqual([seen(1), seen(2)], [HIS, HIS])
  })

  describe('is given before another attempt comes', () => {
    /** Its disk does not take what would give it, for now. */
    const faulty = (): GodProcess =>
      world.process(
        new DiskProcess(world.disk).plan({call: 'fchown', n: 1, effect: {error: 'EIO', from: true}}),
      )
    /** Its engine does not say of anything that it is not there. */
    const unsure = (): GodProcess => {
      const god = world.process()
      const {executor} = god.service
      const inspect: typeof executor.inspect = async name =>
        (await executor.inspect(name)) ?? assert.fail('the engine is away')
      Object.assign(god.service, {executor: {...executor, features: executor.features, inspect}})
      return god
    }

    for (const [what, hindered] of [
      ['the disk is in the way', faulty],
      ['nobody can say that its container is gone', unsure],
    ] as const)
      it(`by requeue, though ${what}`, async () => {
        world.control('requeue', [id])
        await world.process().schedule()
        for (let i = 0; i < 3; i++) {
          await hindered().watch()
          world.clock.advance(20_000)
        }
        assert.deepEqual([world.record(id)?.attempt, seen()[0], world.containers()], [1, 0o700, []])
        await world.settle(20)
        assert.deepEqual([world.record(id)?.attempt, seen(1)], [2, HIS])
      })

    it('by requeue of what has ended, though the disk is in the way', async () => {
      world.clock.advance(6000)
      await faulty().watch()
      world.control('requeue', [id])
      await world.process().schedule()
      assert.deepEqual([world.record(id)?.attempt, world.state(id)], [1, 'done'])
      await world.settle(20)
      assert.deepEqual([world.record(id)?.attempt, seen(1)], [2, HIS])
    })

    it('by --retry, though the disk is in the way', async () => {
      await running({retry: '1', env: {FAKE_SECONDS: '5', FAKE_EXIT: '3'}})
      plant()
      world.clock.advance(6000)
      await faulty().watch()
      await world.process().schedule()
      assert.deepEqual([world.state(id), world.record(id)?.attempt, seen()[0]], ['failed', 1, 0o700])
      await world.settle(40)
      assert.deepEqual([world.record(id)?.attempt, seen(1)], [2, HIS])
    })

    it('unless it never will be', async () => {
      const deep = new DiskProcess(world.disk, 0)
      let path = folder()
      for (let i = 0; i < 205; i++) {
        path += '/d'
        deep.mkdir(path, 0o755)
      }
      world.control('requeue', [id])
      await world.settle(20)
      assert.deepEqual([world.record(id)?.attempt, seen(1)[0]], [2, 0o500])
    })
  })

  it('is one for each task of an array, and each is given by itself', async () => {
    await running({array: '1-2', env: {FAKE_SECONDS: '5'}})
    for (const task of [1, 2] as const) plant(1, `${id}[${task}]`)
    assert.deepEqual([seen(1, `${id}[1]`), seen(1, `${id}[2]`)], [CLOSED, CLOSED])
    world.clock.advance(6000)
    await world.cron()
    assert.deepEqual([seen(1, `${id}[1]`), seen(1, `${id}[2]`)], [HIS, HIS])
  })

  it('is not used again for an attempt that comes back from the dead', async () => {
    const record = world.record(id) ?? assert.fail()
    world.clock.advance(6000)
    await world.cron()
    assert.deepEqual(seen(), HIS)
    const answer = await createContainer(world.process().service, record)
    assert.deepEqual(answer, {
      answer: 'refused',
      reason: {code: 'root', text: 'the directory of this attempt was given to its user before'},
    })
    assert.deepEqual(seen(), HIS, 'what his attempt left is not taken from him')
  })

  it('is left to its user where an array of which only the spec is left begins again', async () => {
    await running({array: '1-2', env: {FAKE_SECONDS: '5'}})
    world.clock.advance(6000)
    await world.cron()
    for (const task of [1, 2] as const) assert.deepEqual(seen(1, `${id}[${task}]`)[0], 0o755)
    for (const path of world.disk.files(world.layout.live)) world.process().fs.unlink(path)
    await repair(world)
    assert.equal(world.state(id), 'held')
    const before = [1, 2].map(task => seen(1, `${id}[${task}]`))
    world.clock.advance(11 * 60_000)
    world.control('release', [id])
    await world.settle(20)
    assert.equal(world.begun().length, 3, 'none ran twice')
    assert.deepEqual(
      [1, 2].map(task => seen(1, `${id}[${task}]`)),
      before,
    )
  })
})
