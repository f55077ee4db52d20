/** Publishing durably: a name with all its bytes on the disk, or nothing; and what a failing disk makes of it. */
import assert from 'node:assert/strict'
import {GodError} from '../../../src/core/errors.js'
import {type Durable, syncIfAllowed} from '../../../src/store/disk/durable.js'
import {haltReason} from '../../../src/store/halt.js'
import {Crash, DiskProcess} from '../../support/disk-process.js'
import {DiskWorld} from './disk-world.js'

const BYTES = Buffer.from('{"whole":true}\n')

/** Takes no byte and says no word. */
class Deaf extends DiskProcess {
  override write(): number {
    return 0
  }
}

describe('publishing durably', () => {
  let world: DiskWorld
  let fs: DiskProcess
  let durable: Durable
  const path = '/god/jobs/live/7.1.json'

  beforeEach(() => {
    world = new DiskWorld()
    fs = world.process()
    durable = world.durable(fs)
  })

  const failsWith = (code: string, act: () => unknown): GodError => {
    try {
      act()
    } catch (error) {
      assert.ok(error instanceof GodError, String(error))
      assert.equal(error.code, code)
      return error
    }
    return assert.fail(`no ${code}`)
  }
  const halted = (): string | null => haltReason(world.process(), world.layout)
  const text = (at = path): string | null => world.disk.text(at)

  describe('a new name', () => {
    it('bears all bytes with the mode asked for, and no temporary file is left', () => {
      assert.equal(durable.publishNew(path, BYTES, 0o644), true)
      assert.equal(text(), BYTES.toString())
      assert.equal(fs.lstat(path).mode, 0o644)
      assert.equal(fs.lstat(path).nlink, 1)
      assert.deepEqual(world.temporaries(), [])
    })

    it('goes to the first of two publishers; the second one changes nothing', () => {
      durable.publishNew(path, BYTES)
      assert.equal(world.durable().publishNew(path, Buffer.from('late')), false)
      assert.equal(text(), BYTES.toString())
      assert.deepEqual(world.temporaries(), [])
    })

    it('goes to one publisher alone if two are between their look and their link', () => {
      const other = world.durable()
      const won: boolean[] = []
      fs.on({call: 'link', when: 'before', act: () => won.push(other.publishNew(path, Buffer.from('other')))})
      won.push(durable.publishNew(path, BYTES))
      assert.deepEqual(won, [true, false])
      assert.equal(text(), 'other')
    })

    it('is ours if the reply to the link was lost: it has the inode of our temporary file', () => {
      fs.on({
        call: 'link',
        when: 'before',
        act: () => world.process().link(world.temporaries()[0] ?? '', path),
      })
      assert.equal(durable.publishNew(path, BYTES), true)
      assert.equal(text(), BYTES.toString())
    })

    it('is not ours if it was taken and given free while we looked whose it is', () => {
      world.write(path, 'taken')
      fs.on({call: 'lstat', when: 'before', act: () => world.process().unlink(path)})
      assert.equal(durable.publishNew(path, BYTES), false)
      assert.equal(text(), null)
    })

    it('bears all bytes although each write takes only a part of them', () => {
      fs.plan({call: 'write', n: 1, effect: 'short'})
      assert.equal(durable.publishNew(path, BYTES), true)
      assert.equal(text(), BYTES.toString())
    })

    it('is not given if the file is shorter than what was written', () => {
      fs.on({
        call: 'fsync',
        when: 'after',
        act: () => {
          const temp = world.disk.lookup(world.temporaries()[0] ?? '')
          if (temp !== null) temp.bytes = temp.bytes.subarray(0, 4)
        },
      })
      failsWith('E_DISK', () => durable.publishNew(path, BYTES))
      assert.equal(text(), null)
      assert.deepEqual(world.temporaries(), [])
    })

    it('is not given if the disk takes no byte', () => {
      failsWith('E_DISK', () => world.durable(new Deaf(world.disk)).publishNew(path, BYTES))
      assert.equal(text(), null)
      assert.deepEqual(world.temporaries(), [])
    })

    it('may hold nothing', () => {
      assert.equal(durable.publishNew(path, new Uint8Array()), true)
      assert.equal(text(), '')
    })

    it('stays given if the temporary file cannot be removed', () => {
      fs.plan({call: 'unlink', n: 1, effect: {error: 'EIO'}})
      assert.equal(durable.publishNew(path, BYTES), true)
      assert.equal(text(), BYTES.toString())
      assert.equal(world.temporaries().length, 1)
    })
  })

  describe('replacing', () => {
    it('puts the new bytes in the place of the old ones', () => {
      world.write(path, 'old')
      assert.equal(durable.replace(path, BYTES, 0o644), true)
      assert.equal(text(), BYTES.toString())
      assert.deepEqual(world.temporaries(), [])
    })

    it('leaves the old bytes and no temporary file if the rename fails', () => {
      world.write(path, 'old')
      fs.plan({call: 'rename', n: 1, effect: {error: 'EIO'}})
      failsWith('E_DISK', () => durable.replace(path, BYTES))
      assert.equal(text(), 'old')
      assert.deepEqual(world.temporaries(), [])
    })

    it('has succeeded if the reply to the rename was lost: the name has our inode', () => {
      fs.on({
        call: 'rename',
        when: 'before',
        act: () => world.process().rename(world.temporaries()[0] ?? '', path),
      })
      assert.equal(durable.replace(path, BYTES), true)
      assert.equal(text(), BYTES.toString())
    })

    it('has failed if the temporary file vanished and the name is not ours', () => {
      world.write(path, 'old')
      fs.on({call: 'rename', when: 'before', act: () => world.process().unlink(world.temporaries()[0] ?? '')})
      failsWith('E_DISK', () => durable.replace(path, BYTES))
      assert.equal(text(), 'old')
    })

    it('does nothing if it is told so at the last moment', () => {
      world.write(path, 'old')
      const seen: string[][] = []
      const still = (): boolean => {
        seen.push(world.temporaries())
        return false
      }
      assert.equal(durable.replace(path, BYTES, 0o600, {still}), false)
      assert.equal(seen[0]?.length, 1, 'asked when all is written')
      assert.equal(text(), 'old')
      assert.deepEqual(world.temporaries(), [])
    })

    it('gives the file to its owner before it has its name', () => {
      const before: unknown[] = []
      fs.on({
        call: 'rename',
        when: 'before',
        act: () => {
          const {uid, gid, mode} = world.process().lstat(world.temporaries()[0] ?? '')
          before.push({uid, gid, mode})
        },
      })
      durable.replace(path, BYTES, 0o500, {owner: {uid: 4711, gid: 815}})
      assert.deepEqual(before, [{uid: 4711, gid: 815, mode: 0o500}])
    })
  })

  describe('a power loss', () => {
    it('takes a name whose folder was not synced, and never leaves an empty one', () => {
      durable.publishNew(path, BYTES)
      world.disk.powerLoss()
      assert.equal(text(), null)
      durable.publishNew(path, BYTES)
      // Another file's sync may commit the name early: its content must be there before.
      world.process().fsyncDir('/god/jobs/live')
      world.disk.powerLoss()
      assert.equal(text(), BYTES.toString())
    })

    it('takes nothing once the folder is synced, now or with all that are pending', () => {
      durable.publishNew(path, BYTES)
      durable.syncFolder('/god/jobs/live')
      durable.replace('/god/reasons.json', BYTES)
      durable.syncLater('/god')
      durable.syncPending()
      world.disk.powerLoss()
      assert.equal(text(), BYTES.toString())
      assert.equal(text('/god/reasons.json'), BYTES.toString())
    })

    it('leaves a folder that was made, also if it was made by one who was killed before his sync', () => {
      world.process().mkdir('/god/jobs/live/0', 0o755)
      durable.makeFolder('/god/jobs/live/0', 0o755)
      durable.publishNew('/god/jobs/live/0/1.1.json', BYTES)
      durable.syncFolder('/god/jobs/live/0')
      world.disk.powerLoss()
      assert.equal(text('/god/jobs/live/0/1.1.json'), BYTES.toString())
    })
  })

  describe('syncing', () => {
    const syncs = (): number => fs.counts.get('fsyncDir') ?? 0

    it('is done once for all that is pending in a folder', () => {
      for (const folder of ['/god', '/god/jobs/live', '/god', '/god']) durable.syncLater(folder)
      durable.syncPending()
      durable.syncPending()
      assert.equal(syncs(), 2)
    })

    it('of a folder now leaves nothing pending in it', () => {
      durable.syncLater('/god')
      durable.syncFolder('/god')
      durable.syncPending()
      assert.equal(syncs(), 1)
    })

    it('of the parent is done once for a folder that is asked for again and again', () => {
      for (let i = 0; i < 3; i++) durable.makeFolder('/god/jobs/live/0', 0o755)
      assert.equal(syncs(), 1)
    })

    it('is waived where the caller may not open the folder, and only there', () => {
      fs.plan({call: 'fsyncDir', n: 1, effect: {error: 'EACCES'}})
      syncIfAllowed(durable, '/god/ids')
      assert.equal(halted(), null)
      assert.equal(failsWith('E_DISK', () => syncIfAllowed(durable, '/god/no')).exit, 74)
    })
  })

  describe('a full disk', () => {
    for (const [call, code] of [
      ['open-create', 'ENOSPC'],
      ['write', 'ENOSPC'],
      ['write', 'EDQUOT'],
      ['fsync', 'EDQUOT'],
      ['close', 'ENOSPC'],
      ['link', 'EDQUOT'],
    ] as const) {
      it(`found at ${call} (${code}) is no success, leaves nothing, and is over when there is space`, () => {
        fs.plan({call, n: 1, effect: {error: code}})
        const error = failsWith('E_DISK_FULL', () => durable.publishNew(path, BYTES))
        assert.equal(error.temporary, true)
        assert.match(error.message, new RegExp(`${path}.*${code}`))
        assert.equal(text(), null)
        assert.deepEqual(world.temporaries(), [])
        assert.equal(halted(), null)
        assert.equal(durable.publishNew(path, BYTES), true)
      })
    }

    it('found while a folder is made says so', () => {
      fs.plan({call: 'mkdir', n: 1, effect: {error: 'ENOSPC'}})
      failsWith('E_DISK_FULL', () => durable.makeFolder('/god/jobs/live/0', 0o755))
      durable.makeFolder('/god/jobs/live/0', 0o755)
      assert.ok(world.exists('/god/jobs/live/0'))
    })
  })

  describe('a failed fsync', () => {
    const breakers: readonly (readonly [string, string, () => unknown])[] = [
      ['of a file', 'fsync', () => durable.publishNew(path, BYTES)],
      ['of a file that replaces', 'fsync', () => durable.replace(path, BYTES)],
      ['of a folder', 'fsyncDir', () => durable.syncFolder('/god')],
      [
        'of a pending folder',
        'fsyncDir',
        () => {
          durable.syncLater('/god')
          durable.syncPending()
        },
      ],
      ['of the parent of a new folder', 'fsyncDir', () => durable.makeFolder('/god/jobs/live/0', 0o755)],
    ]

    for (const [what, call, act] of breakers) {
      it(`${what} writes HALT, and this process publishes nothing more`, () => {
        fs.plan({call, n: 1, effect: {error: 'EIO'}})
        const error = failsWith('E_DISK', act)
        assert.equal(error.exit, 74)
        assert.match(halted() ?? '', /^fsync of \/god.* failed \(EIO\)/)
        assert.equal(text(), null)
        assert.deepEqual(world.temporaries(), [])
        for (const later of [
          act,
          () => durable.publishNew('/god/x', BYTES),
          () => durable.replace('/god/y', BYTES),
          () => durable.syncFolder('/god/ids'),
        ])
          failsWith('E_DISK', later)
        assert.equal(fs.fired, 1, 'no sync was tried again')
        assert.equal(text('/god/x'), null)
        assert.equal(text('/god/y'), null)
      })
    }

    it('of a folder is fatal also if the disk was full: names were given already', () => {
      fs.plan({call: 'fsyncDir', n: 1, effect: {error: 'ENOSPC'}})
      failsWith('E_DISK', () => durable.syncFolder('/god'))
      assert.notEqual(halted(), null)
    })

    it('stops us also where HALT cannot be written', () => {
      fs.plan({n: 1, effect: {error: 'EIO', from: true}})
      failsWith('E_DISK', () => durable.syncFolder('/god'))
      assert.equal(halted(), null)
      failsWith('E_DISK', () => durable.syncFolder('/god'))
    })

    it('is none if the folder could not be opened: it stays pending, and all goes on', () => {
      durable.syncLater('/god')
      fs.plan({call: 'fsyncDir', n: 1, effect: {error: 'EMFILE'}})
      failsWith('E_DIR_BUSY', () => durable.syncPending())
      assert.equal(halted(), null)
      durable.publishNew('/god/x', BYTES)
      durable.syncPending()
      world.disk.powerLoss()
      assert.equal(text('/god/x'), BYTES.toString())
    })
  })

  it('lets through unchanged what is no fault of the disk', () => {
    for (const call of ['open-create', 'fsync', 'unlink', 'fsyncDir', 'mkdir']) {
      const dying = world.process().plan({call, n: 1, effect: 'crash-before'})
      const victim = world.durable(dying)
      assert.throws(() => {
        victim.makeFolder('/god/jobs/live/9', 0o755)
        victim.publishNew(`/god/${call}`, BYTES)
      }, Crash)
    }
    assert.equal(halted(), null)
  })
})
