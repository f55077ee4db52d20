/** Publishing many files at once: what each is promised beside the others, with syncs that end when the test says so. */
import assert from 'node:assert/strict'
import {GodError} from '../../../src/core/errors.js'
import type {Durable} from '../../../src/store/disk/durable.js'
import type {FileSystem} from '../../../src/store/disk/file-system.js'
import {haltReason} from '../../../src/store/halt.js'
import type {DiskProcess} from '../../support/disk-process.js'
import {quiet} from '../../support/loop-driver.js'
import {Errno} from '../../support/memory-disk.js'
import {DiskWorld} from './disk-world.js'

const BYTES = Buffer.from('{"whole":true}\n')
const FOLDER = '/god/jobs/live'
const at = (n: number): string => `${FOLDER}/${n}.1.json`

interface Asked {
  readonly what: string
  end(error?: Error): void
}

describe('publishing many at once', () => {
  let world: DiskWorld
  let fs: DiskProcess
  /** Syncs that go on. */
  let asked: Asked[]
  let durable: Durable

  const syncing = (what: string, sync: () => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        if (error === undefined) {
          sync()
          resolve()
        } else reject(error)
      }
      asked.push({what, end})
    })

  beforeEach(() => {
    world = new DiskWorld()
    fs = world.process()
    asked = []
    const beside: FileSystem['beside'] = {
      fsync: fd => syncing('file', () => fs.fsync(fd)),
      fsyncDir: path => syncing(path, () => fs.fsyncDir(path)),
    }
    durable = world.durable(Object.assign(fs, {beside}))
  })

  const publish = (n: number, before?: () => void): Promise<boolean> =>
    durable.publishBeside(at(n), BYTES, 0o644, before)
  const named = (...ids: readonly number[]): readonly boolean[] =>
    ids.map(n => world.disk.text(at(n)) === BYTES.toString())
  const endAll = async (): Promise<void> => {
    await quiet()
    for (const {end} of asked.splice(0)) end()
    await quiet()
  }

  it('begins all syncs before one of them ends, and gives no name before', async () => {
    const all = Promise.all([publish(1), publish(2), publish(3)])
    await quiet()
    assert.deepEqual(
      asked.map(({what}) => what),
      ['file', 'file', 'file'],
    )
    assert.deepEqual(named(1, 2, 3), [false, false, false])
    await endAll()
    assert.deepEqual(await all, [true, true, true])
    assert.deepEqual(named(1, 2, 3), [true, true, true])
    assert.deepEqual(world.temporaries(), [])
  })

  it('gives a name that two want to one of them', async () => {
    const both = Promise.all([publish(1), durable.publishBeside(at(1), Buffer.from('late'))])
    await endAll()
    assert.deepEqual(await both, [true, false])
    assert.deepEqual(named(1), [true])
    assert.deepEqual(world.temporaries(), [])
  })

  it('takes what comes meanwhile as the next lot', async () => {
    const first = publish(1)
    await quiet()
    const second = publish(2)
    await quiet()
    assert.equal(asked.length, 1)
    await endAll()
    assert.equal(await first, true)
    assert.equal(asked.length, 1)
    await endAll()
    assert.equal(await second, true)
  })

  it('has no more than 64 files open at a time', async () => {
    const all = Promise.all(Array.from({length: 100}, (_, i) => publish(i)))
    await quiet()
    assert.equal(asked.length, 64)
    await endAll()
    assert.equal(asked.length, 36)
    await endAll()
    assert.ok((await all).every(won => won))
  })

  it('asks right before the name is given, after the sync, and a no prevents it', async () => {
    let overtaken = false
    const mine = publish(1, () => {
      if (overtaken) throw new GodError('E_FENCED', 'a younger one is there')
    })
    const other = publish(2)
    await quiet()
    overtaken = true
    await Promise.all([endAll(), assert.rejects(mine, {code: 'E_FENCED'})])
    assert.equal(await other, true)
    assert.deepEqual(named(1, 2), [false, true])
    assert.deepEqual(world.temporaries(), [])
  })

  it('tells what asking failed with as that, not as a fault of its own file', async () => {
    const stale = new Errno('ESTALE', '/god/lock')
    const mine = publish(1, () => {
      throw stale
    })
    await Promise.all([endAll(), assert.rejects(mine, error => error === stale)])
    assert.deepEqual([named(1), world.temporaries(), fs.openFiles], [[false], [], []])
  })

  it('fails alone when the disk is full at its sync, and leaves nothing', async () => {
    const all = Promise.allSettled([publish(1), publish(2)])
    await quiet()
    const [mine, other] = asked.splice(0)
    mine?.end(new Errno('ENOSPC', at(1)))
    other?.end()
    const [full, good] = await all
    assert.ok(full.status === 'rejected' && full.reason instanceof GodError)
    assert.equal(full.reason.code, 'E_DISK_FULL')
    assert.equal(good.status, 'fulfilled')
    assert.deepEqual([named(1, 2), world.temporaries()], [[false, true], []])
    assert.equal(haltReason(world.process(), world.layout), null)
  })

  it('opens no more files than there may be, and the others come after them', async () => {
    fs.plan({call: 'open-create', n: 3, effect: {error: 'EMFILE'}})
    const all = Promise.all([publish(1), publish(2), publish(3), publish(4)])
    await quiet()
    assert.equal(asked.length, 2)
    await endAll()
    assert.equal(asked.length, 2)
    await endAll()
    assert.deepEqual(await all, [true, true, true, true])
    assert.deepEqual(named(1, 2, 3, 4), [true, true, true, true])
  })

  it('fails when there may be no open file at all, and leaves nothing', async () => {
    fs.plan({call: 'open-create', n: 1, effect: {error: 'ENFILE', from: true}})
    for (const one of await Promise.allSettled([publish(1), publish(2)])) {
      assert.ok(one.status === 'rejected' && one.reason instanceof GodError)
      assert.equal(one.reason.code, 'E_DIR_BUSY')
    }
    assert.deepEqual([named(1, 2), world.temporaries()], [[false, false], []])
  })

  it('gives none of them a name when a sync failed, and halts', async () => {
    const all = Promise.allSettled([publish(1), publish(2)])
    await quiet()
    const [mine, other] = asked.splice(0)
    mine?.end(new Errno('EIO', at(1)))
    other?.end()
    for (const one of await all) {
      assert.ok(one.status === 'rejected' && one.reason instanceof GodError)
      assert.equal(one.reason.code, 'E_DISK')
    }
    assert.deepEqual([named(1, 2), world.temporaries()], [[false, false], []])
    assert.match(haltReason(world.process(), world.layout) ?? '', /EIO/)
    await assert.rejects(publish(3), {code: 'E_DISK'})
  })

  describe('the sync of a folder', () => {
    it('that goes on is not enough for who asks meanwhile: one more is, for all of them', async () => {
      const first = durable.syncBeside(FOLDER)
      await quiet()
      const others = Promise.all([durable.syncBeside(FOLDER), durable.syncBeside(FOLDER)])
      await quiet()
      assert.equal(asked.length, 1)
      await endAll()
      await first
      assert.equal(asked.length, 1)
      await endAll()
      await others
      assert.equal(asked.length, 0)
    })

    it('that failed is told to all who asked, and halts', async () => {
      const both = Promise.allSettled([durable.syncBeside(FOLDER), durable.syncBeside(FOLDER)])
      await quiet()
      assert.equal(asked.length, 1)
      asked.splice(0)[0]?.end(new Errno('EIO', FOLDER))
      for (const one of await both) assert.equal(one.status, 'rejected')
      assert.match(haltReason(world.process(), world.layout) ?? '', /EIO/)
      await assert.rejects(durable.syncBeside(FOLDER), {code: 'E_DISK'})
    })
  })
})
