import assert from 'node:assert/strict'
import type {ContainerSpec} from '@god-cli/api'
import {type JobId, uid} from '../../src/core/brand.js'
import {ORPHAN_AFTER} from '../../src/service/orphans.js'
import {createReconciler} from '../../src/service/reconciler.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {watcherPass} from '../../src/service/watcher.js'
import {DiskProcess} from '../support/disk-process.js'
import {packAll} from '../support/packing.js'
import {USER, World} from '../support/world.js'

const FOREVER = {env: {FAKE_SECONDS: 'forever'}}

describe('a container that no record asks for', () => {
  let world: World
  let job: JobId
  beforeEach(async () => {
    world = new World()
    job = world.submit(FOREVER)
    await world.cron()
  })

  const model = (): ContainerSpec =>
    world.containers()[0]?.spec ?? assert.fail('there is no container to copy')
  const plant = (over: Partial<ContainerSpec>): string => {
    const {id} = world.engine.create({...model(), name: `planted-${over.job ?? job}`, ...over})
    return id
  }
  const isThere = (id: string): boolean => world.containers().some(container => container.id === id)
  const watch = (): Promise<{orphans: number | null}> => world.process().watch()

  it('is removed at once if its start was given back and another attempt runs', async () => {
    const next = world.submit(FOREVER)
    const dead = world.process()
    await schedulerPass(dead.service, dead.claimEpoch())
    const {nonce} = world.record(next)?.container ?? assert.fail('it is not starting')
    dead.service.work.voidAttempt(uid(USER), next, 1)
    await world.cron()
    await world.cron()
    assert.deepEqual([world.state(next), world.record(next)?.attempt], ['running', 2])
    const id = plant({job: next, attempt: 1, nonce})
    assert.equal((await watch()).orphans, 1)
    assert.ok(!isThere(id))
    assert.equal(world.state(next), 'running')
  })

  it('is removed at once if another container is the one of its attempt', async () => {
    const id = plant({nonce: 'f'.repeat(24)})
    assert.equal((await watch()).orphans, 1)
    assert.ok(!isThere(id))
    assert.equal(world.state(job), 'running')
  })

  it('is removed also where the disk refuses the line about it, and the service goes on', async () => {
    const id = plant({nonce: 'f'.repeat(24)})
    const full = world.process()
    full.fs.plan({call: 'write', path: '/journal/', n: 1, effect: {error: 'ENOSPC'}})
    await full.watch()
    assert.ok(!isThere(id))
    assert.match(world.log.join('\n'), /the journal was not written/)
  })

  it('is removed at once if its job was killed before it ever started', async () => {
    const held = world.submit({hold: true})
    await world.cron()
    world.control('kill', [held])
    await world.cron()
    const id = plant({job: held, nonce: 'f'.repeat(24)})
    await watch()
    assert.ok(!isThere(id))
  })

  it('is removed at once if its job is packed', async () => {
    const spec = model()
    world.control('kill', [job])
    await world.cron()
    packAll(world)
    const {id} = world.engine.create({...spec, name: 'late'})
    await watch()
    assert.ok(!isThere(id))
  })

  it('is removed at once if it was made late under the name of the one that ended', async () => {
    const spec = model()
    world.control('kill', [job])
    await world.cron()
    const {id} = world.engine.create(spec)
    await watch()
    assert.ok(!isThere(id))
    assert.match(world.log.join('\n'), /removing orphan container god-5f0a1c9e-1-1/)
  })

  const UNKNOWN: readonly (readonly [what: string, spec: () => Partial<ContainerSpec>])[] = [
    ['its job', () => ({job: 99})],
    ['its attempt', () => ({attempt: 7})],
  ]
  for (const [what, spec] of UNKNOWN) {
    it(`of which ${what} is unknown is removed after ten minutes, counted across processes`, async () => {
      const id = plant(spec())
      assert.equal((await watch()).orphans, 0)
      world.clock.advance(ORPHAN_AFTER - 1)
      assert.equal((await watch()).orphans, 0)
      world.clock.advance(1)
      assert.equal((await watch()).orphans, 1)
      assert.ok(!isThere(id))
    })
  }

  it('waits while its record says that it has none yet: the record may be on its way back', async () => {
    const held = world.submit({hold: true})
    await world.cron()
    const id = plant({job: held})
    await watch()
    assert.ok(isThere(id))
  })

  it('that goes away by itself begins anew when it comes back', async () => {
    const id = plant({job: 99})
    await watch()
    const container = world.engine.find(id) ?? assert.fail()
    world.engine.remove(container)
    await watch()
    world.clock.advance(ORPHAN_AFTER)
    plant({job: 99})
    assert.equal((await watch()).orphans, 0)
  })

  it('waits no longer because the note of its first sight could not be read for once', async () => {
    const id = plant({job: 99})
    await watch()
    world.clock.advance(ORPHAN_AFTER)
    const fs = new DiskProcess(world.disk).plan({
      call: 'open',
      path: 'orphans-',
      n: 1,
      effect: {error: 'EIO'},
    })
    assert.equal((await world.process(fs).watch()).orphans, 0)
    assert.equal((await watch()).orphans, 1)
    assert.ok(!isThere(id))
  })

  it('waits ten minutes more, and no longer, when the clock was set back', async () => {
    const id = plant({job: 99})
    await watch()
    world.clock.advance(-365 * 24 * 3_600_000)
    assert.equal((await watch()).orphans, 0)
    world.clock.advance(ORPHAN_AFTER)
    assert.equal((await watch()).orphans, 1)
    assert.ok(!isThere(id))
  })

  it('is not forgotten because the note of its first sight is damaged: it waits anew', async () => {
    const id = plant({job: 99})
    await watch()
    const path = world.disk.files(world.layout.engines).find(name => name.includes('orphans'))
    const note = world.disk.lookup(path ?? '') ?? assert.fail('no note was kept')
    for (const text of ['{"x', '[]', '7', `{"${id}":"soon"}`]) {
      note.bytes = Buffer.from(text)
      assert.equal((await watch()).orphans, 0, text)
    }
    world.clock.advance(ORPHAN_AFTER)
    assert.equal((await watch()).orphans, 1)
  })

  it('that the engine cannot remove stops nobody else, and is tried again', async () => {
    const ids = [plant({name: 'a', nonce: 'f'.repeat(24)}), plant({name: 'b', nonce: 'f'.repeat(24)})]
    const god = world.process()
    god.fs.plan({call: 'engine.remove', n: 1, effect: {error: 'ECONNRESET'}})
    assert.equal((await god.watch()).orphans, 2)
    assert.deepEqual(ids.map(isThere), [true, false])
    assert.match(world.log.join('\n'), /orphan container a stays: ECONNRESET/)
    assert.equal((await watch()).orphans, 1)
  })

  it('that the engine does not remove, nor say why, holds up no pass', async () => {
    const id = plant({nonce: 'f'.repeat(24)})
    const god = world.process()
    const {executor} = god.service
    let asked = 0
    let answer = (): void => undefined
    const remove = async (name: string, container: string): Promise<void> => {
      asked++
      await new Promise<void>(resolve => {
        answer = resolve
      })
      await executor.remove(name, container)
    }
    const slow = new Proxy(executor, {
      get: (target, name) => (name === 'remove' ? remove : Reflect.get(target, name)),
    })
    Object.assign(god.service, {executor: slow})
    const reconciler = createReconciler(god.service, () => undefined)
    const pass = async (): Promise<number | null> => (await watcherPass(god.service, reconciler)).orphans
    assert.deepEqual([await pass(), await pass(), await pass(), asked], [1, 0, 0, 1])
    answer()
    await reconciler.idle()
    assert.ok(!isThere(id))
  })

  it('that stays is left alone for a while, and after two in a row all are', async () => {
    for (const name of ['a', 'b', 'c']) plant({name, nonce: 'f'.repeat(24)})
    const god = world.process()
    const {executor} = god.service
    const asked: string[] = []
    const remove = async (name: string): Promise<void> => {
      asked.push(name)
      throw new Error('500')
    }
    const ill = new Proxy(executor, {
      get: (target, name) => (name === 'remove' ? remove : Reflect.get(target, name)),
    })
    Object.assign(god.service, {executor: ill})
    const reconciler = createReconciler(god.service, () => undefined)
    const pass = async (): Promise<readonly string[]> => {
      asked.length = 0
      await watcherPass(god.service, reconciler)
      await reconciler.idle()
      return [...asked]
    }
    assert.deepEqual([await pass(), await pass(), await pass()], [['a', 'b'], ['c'], []])
    world.clock.advance(1000)
    assert.deepEqual([await pass(), await pass()], [['a', 'b'], ['c']])
    world.clock.advance(1000)
    assert.deepEqual(await pass(), [], 'each pause is longer')
  })

  it('is written to the journal', async () => {
    plant({nonce: 'f'.repeat(24)})
    await watch()
    const journal = world.disk
      .files(world.layout.journal)
      .map(path => world.disk.text(path))
      .join('')
    assert.match(journal, /"what":"orphan","id":1,"attempt":1,"text":"planted-1"/)
  })

  it('is left alone if it is of another cluster', async () => {
    const id = plant({cluster: 'another', nonce: 'f'.repeat(24)})
    world.clock.advance(2 * ORPHAN_AFTER)
    await watch()
    assert.ok(isThere(id))
  })
})
