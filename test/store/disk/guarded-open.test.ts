/** What a stranger can put where a request is looked for, on the real file system (security-reliability.md A8). */
import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import {createServer, type Server} from 'node:net'
import {join} from 'node:path'
import {type Uid, uid} from '../../../src/core/brand.js'
import {realFileSystem as fs, isErrno} from '../../../src/store/disk/file-system.js'
import {
  type GuardedRead,
  guardedRead,
  holdFolder,
  isNamed,
  readRegular,
} from '../../../src/store/disk/guarded-open.js'
import {ANN, DiskWorld} from './disk-world.js'
import {isRoot, type RealFolder, realFolder} from './real-folder.js'

const LIMIT = 1000
const ME = uid(process.getuid?.() ?? 0)
const STRANGER = 4711
const asRoot = isRoot ? it : it.skip

const openFiles = (): number => readdirSync('/proc/self/fd').length
const verdict = (read: GuardedRead): string => {
  if (read.kind === 'read') return `read ${Buffer.from(read.bytes).toString()}`
  return read.kind === 'bad' ? read.why : read.kind
}

describe('opening what a stranger made', () => {
  let place: RealFolder
  let files: number
  let servers: Server[]
  let umask: number
  beforeEach(() => {
    umask = process.umask(0o077)
    place = realFolder()
    servers = []
    files = openFiles()
  })
  afterEach(async () => {
    process.umask(umask)
    for (const server of servers) await new Promise(done => server.close(done))
    assert.equal(openFiles(), files, 'every file is closed again')
    place.remove()
  })

  const at = (name: string): string => join(place.path, name)
  const put = (name: string, text = 'hello'): string => {
    writeFileSync(at(name), text)
    return at(name)
  }
  const fifo = (name: string): string => {
    execFileSync('mkfifo', [at(name)])
    return at(name)
  }
  const socket = async (name: string): Promise<string> => {
    const server = createServer()
    await new Promise<void>(done => server.listen(at(name), done))
    servers.push(server)
    return at(name)
  }

  describe('a folder', () => {
    const hold = (path: string, owner: Uid = ME): 'held' | 'refused' => {
      const folder = holdFolder(fs, path, owner)
      folder?.close()
      return folder === null ? 'refused' : 'held'
    }
    const make = (name: string, mode: number): string => {
      mkdirSync(at(name))
      chmodSync(at(name), mode)
      return at(name)
    }

    it('of its owner, closed to others, is held', () => {
      assert.equal(hold(make('a', 0o770)), 'held')
      assert.equal(hold(make('b', 0o700)), 'held')
    })

    it('that is none is refused at once', async () => {
      assert.equal(hold(at('missing')), 'refused')
      assert.equal(hold(put('file')), 'refused')
      assert.equal(hold(join(put('file'), 'below')), 'refused')
      assert.equal(hold(fifo('fifo')), 'refused')
      assert.equal(hold(await socket('socket')), 'refused')
    })

    it('that is a link is refused, wherever it leads', () => {
      symlinkSync(make('real', 0o700), at('link'))
      symlinkSync('nowhere', at('dangling'))
      symlinkSync('loop', at('loop'))
      for (const name of ['link', 'dangling', 'loop']) assert.equal(hold(at(name)), 'refused')
    })

    it('open to others in any way is refused', () => {
      for (const mode of [0o701, 0o702, 0o704, 0o777, 0o1777, 0o2773])
        assert.equal(hold(make(mode.toString(8), mode)), 'refused', mode.toString(8))
    })

    it('of somebody else is refused', () => {
      assert.equal(hold(make('mine', 0o700), uid(STRANGER)), 'refused')
    })

    asRoot('is known by its owner, not by its name or group', () => {
      chownSync(make('given', 0o700), STRANGER, 0)
      assert.equal(hold(at('given')), 'refused')
      assert.equal(hold(at('given'), uid(STRANGER)), 'held')
    })

    it('that was swapped after it was held leads nobody astray', () => {
      put(join(make('drop', 0o700).slice(place.path.length + 1), 'r'), 'mine')
      const folder = holdFolder(fs, at('drop'), ME)
      assert.ok(folder !== null)
      renameSync(at('drop'), at('away'))
      mkdirSync(at('drop'))
      put('drop/r', 'planted')
      symlinkSync('/etc', at('drop/etc'))
      assert.deepEqual(fs.readdir(folder.path), ['r'])
      assert.equal(verdict(guardedRead(fs, join(folder.path, 'r'), ME, LIMIT)), 'read mine')
      folder.close()
    })

    it('stays not open where the disk fails, and what fails in it is told by its name', () => {
      const world = new DiskWorld()
      world.process().mkdir('/god/inbox/u1000', 0o700)
      const failing = world.process().plan({call: 'fstat', n: 1, effect: {error: 'EIO'}})
      assert.throws(() => holdFolder(failing, '/god/inbox/u1000', ANN), /EIO/)
      assert.deepEqual(failing.openFiles, [])
      const late = world.process().plan({call: 'readdir', n: 1, effect: {error: 'EIO'}})
      const folder = holdFolder(late, '/god/inbox/u1000', ANN)
      assert.throws(() => folder?.named(() => late.readdir(folder.path)), /EIO: readdir \/god\/inbox\/u1000$/)
    })

    it('that the disk does not give is an error, never a refusal', () => {
      const world = new DiskWorld()
      for (const error of ['EIO', 'EMFILE', 'ESTALE'])
        assert.throws(
          () => holdFolder(world.process().plan({call: 'open', n: 1, effect: {error}}), '/god/ids', ME),
          thrown => isErrno(thrown, error),
        )
      assert.equal(
        holdFolder(world.process().plan({call: 'open', n: 1, effect: {error: 'EACCES'}}), '/god/ids', ME),
        null,
      )
    })
  })

  describe('a file', () => {
    const read = (path: string, owner: Uid = ME): string => verdict(guardedRead(fs, path, owner, LIMIT))

    it('of its owner is read with the time it was written', () => {
      const found = guardedRead(fs, put('a'), ME, LIMIT)
      assert.ok(found.kind === 'read')
      assert.equal(Buffer.from(found.bytes).toString(), 'hello')
      assert.equal(found.mtimeMs, fs.lstat(at('a')).mtimeMs)
    })

    it('that is not there is gone', () => {
      assert.equal(read(at('missing')), 'gone')
    })

    it('that is a link is bad, wherever it leads', () => {
      symlinkSync(put('a'), at('link'))
      symlinkSync('/etc/passwd', at('passwd'))
      symlinkSync('nowhere', at('dangling'))
      for (const name of ['link', 'passwd', 'dangling']) assert.equal(read(at(name)), 'it is a symbolic link')
    })

    it('that is a pipe, socket or folder is bad, and holds nobody', async () => {
      assert.equal(read(fifo('fifo')), 'it is not a regular file')
      assert.equal(read(await socket('socket')), 'it cannot be opened')
      mkdirSync(at('folder'))
      assert.equal(read(at('folder')), 'it is not a regular file')
    })

    asRoot('that is a device is bad', () => {
      execFileSync('mknod', [at('null'), 'c', '1', '3'])
      assert.notEqual(read(at('null')).slice(0, 4), 'read')
    })

    it("with another name is bad: it may be somebody else's file", () => {
      linkSync(put('a'), at('b'))
      assert.equal(read(at('a')), 'it has other names (hard links)')
    })

    it('of somebody else is bad', () => {
      assert.equal(read(put('a'), uid(STRANGER)), 'it belongs to somebody else')
    })

    asRoot('given away is bad, whoever could have read it', () => {
      chownSync(put('a'), STRANGER, 0)
      assert.equal(read(at('a')), 'it belongs to somebody else')
      assert.equal(read(at('a'), uid(STRANGER)), 'read hello')
    })

    it('open to all users in any way is bad', () => {
      for (const mode of [0o601, 0o602, 0o604]) {
        chmodSync(put(`m${mode}`), mode)
        assert.equal(read(at(`m${mode}`)), 'it is open to all users')
      }
      chmodSync(put('group'), 0o640)
      assert.equal(read(at('group')), 'read hello')
    })

    it('that is empty, or one byte too large, is bad; one of just the size is read', () => {
      assert.equal(read(put('empty', '')), 'it is empty')
      assert.equal(read(put('just', 'x'.repeat(LIMIT))), `read ${'x'.repeat(LIMIT)}`)
      assert.equal(read(put('over', 'x'.repeat(LIMIT + 1))), 'it is larger than 1000 bytes')
    })

    it('that claims to be a terabyte costs nothing', () => {
      truncateSync(put('giant'), 2 ** 40)
      assert.equal(read(at('giant')), 'it is larger than 1000 bytes')
      assert.equal(readRegular(fs, at('giant'), LIMIT)?.length, LIMIT + 1)
    })
  })

  describe('a name', () => {
    it('is there whatever bears it, and asking holds nobody', async () => {
      symlinkSync('nowhere', at('dangling'))
      mkdirSync(at('folder'))
      for (const path of [put('a'), fifo('fifo'), await socket('socket'), at('dangling'), at('folder')])
        assert.equal(isNamed(fs, path), true, path)
      assert.equal(isNamed(fs, at('missing')), false)
    })
  })

  describe('a file of any owner', () => {
    it('is read if it is a regular one, and null else', async () => {
      symlinkSync(put('a'), at('link'))
      mkdirSync(at('folder'))
      assert.equal(Buffer.from(readRegular(fs, at('a'), LIMIT) ?? '').toString(), 'hello')
      for (const path of [
        at('link'),
        at('folder'),
        fifo('fifo'),
        await socket('socket'),
        at('missing'),
        join(at('a'), 'below'),
      ])
        assert.equal(readRegular(fs, path, LIMIT), null, path)
    })
  })
})

describe('a stranger who acts while his file is opened', () => {
  const path = '/god/inbox/r'
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
    world.write(path, 'hello')
  })

  const change = (text: string): void => {
    const node = world.disk.lookup(path)
    assert.ok(node !== null)
    node.bytes = Buffer.from(text)
  }
  const meanwhile = (call: string, act: () => void, when: 'before' | 'after' = 'before'): string =>
    verdict(guardedRead(world.process().on({call, when, act}), path, uid(1000), LIMIT))

  it('and puts another file in its place is found out', () => {
    assert.equal(
      meanwhile('lstat', () => world.write(path, 'other')),
      'its name was changed meanwhile',
    )
  })

  it('and takes it away has taken it away', () => {
    assert.equal(
      meanwhile('lstat', () => world.process().unlink(path)),
      'gone',
    )
  })

  it('and makes it longer, shorter or younger is found out', () => {
    const found = 'it was changed while it was read'
    assert.equal(
      meanwhile('read', () => change('hello and more')),
      found,
    )
    world.write(path, 'hello')
    assert.equal(
      meanwhile('read', () => change('hell')),
      found,
    )
    world.write(path, 'hello')
    const touch = (): void => {
      const node = world.disk.lookup(path)
      assert.ok(node !== null)
      node.mtimeMs += 1
    }
    assert.equal(meanwhile('read', touch, 'after'), found)
  })

  it('and makes it shorter for the read alone is found out', () => {
    const fs = world.process()
    fs.on({call: 'read', when: 'before', act: () => change('hell')})
    fs.on({call: 'fstat', n: 3, when: 'before', act: () => change('hello')})
    assert.equal(verdict(guardedRead(fs, path, uid(1000), LIMIT)), 'it was changed while it was read')
  })

  it('and lays a lease on it, or forbids it, has a bad file, never a stopped god', () => {
    for (const error of ['EAGAIN', 'EACCES', 'EPERM', 'ENODEV']) {
      const refusing = () => world.process().plan({call: 'open', n: 1, effect: {error}})
      assert.equal(verdict(guardedRead(refusing(), path, uid(1000), LIMIT)), 'it cannot be opened')
      assert.equal(isNamed(refusing(), path), true)
      assert.equal(readRegular(refusing(), path, LIMIT), null)
    }
  })

  it('is not blamed for a sick disk', () => {
    for (const call of ['open', 'fstat', 'lstat', 'read']) {
      const sick = () => world.process().plan({call, n: 1, effect: {error: 'EIO'}, path})
      const failed = (error: unknown): boolean => isErrno(error, 'EIO')
      assert.throws(() => guardedRead(sick(), path, uid(1000), LIMIT), failed, call)
      if (call === 'open') {
        assert.throws(() => isNamed(sick(), path), failed)
        assert.throws(() => readRegular(sick(), path, LIMIT), failed)
      }
    }
  })
})
