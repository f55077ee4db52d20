/** Whole reads through the port. */
import assert from 'node:assert/strict'
import {isErrno} from '../../../src/store/disk/file-system.js'
import {
  ensureFolder,
  exists,
  listNames,
  readFile,
  readOpen,
  unlinkIfThere,
} from '../../../src/store/disk/read-file.js'
import {DiskProcess} from '../../support/disk-process.js'
import {DiskWorld} from './disk-world.js'

/** Gives at most three bytes a call. */
class Slow extends DiskProcess {
  override read(fd: number, buffer: Uint8Array, position: number): number {
    return super.read(fd, buffer.subarray(0, 3), position)
  }
}

describe('a whole read', () => {
  let world: DiskWorld
  let fs: DiskProcess
  beforeEach(() => {
    world = new DiskWorld()
    fs = world.process()
  })
  const path = '/god/file'
  const read = (from = fs, limit = 100): string =>
    Buffer.from(readFile(from, path, {limit})?.bytes ?? 'absent').toString()

  it('gives all bytes, however few each call gives', () => {
    world.write(path, 'abcdefghij')
    assert.equal(read(), 'abcdefghij')
    assert.equal(read(new Slow(world.disk)), 'abcdefghij')
    world.write(path, '')
    assert.equal(read(), '')
  })

  it('is null where there is no file, and tells of the file where there is one', () => {
    assert.equal(readFile(fs, path), null)
    world.write(path, 'abc', 0o640)
    const stat = readFile(fs, path)?.stat
    assert.deepEqual([stat?.kind, stat?.size, stat?.mode], ['file', 3, 0o640])
  })

  it('stops one byte behind the limit, so that who asks sees that there is more', () => {
    world.write(path, 'abcdefghij')
    assert.equal(read(fs, 10), 'abcdefghij')
    assert.equal(read(fs, 9), 'abcdefghij')
    assert.equal(read(fs, 4), 'abcde')
    assert.equal(read(new Slow(world.disk), 4), 'abcde')
  })

  it('gives what was written behind the size that was seen first', () => {
    world.write(path, 'abc')
    fs.on({call: 'read', when: 'before', act: () => world.write('/god/other', 'x')})
    const fd = fs.open(path, 'read')
    fs.on({
      call: 'fstat',
      when: 'after',
      n: 1,
      act: () => {
        const node = world.disk.lookup(path)
        if (node !== null) node.bytes = Buffer.from('abcdef')
      },
    })
    assert.equal(Buffer.from(readOpen(fs, fd, 100)).toString(), 'abcdef')
  })

  it('fails as the disk fails, and leaves no file open', () => {
    world.write(path, 'abc')
    for (const call of ['open', 'read', 'fstat']) {
      const sick = world.process().plan({call, n: 1, effect: {error: 'EIO'}, path})
      assert.throws(
        () => readFile(sick, path),
        error => isErrno(error, 'EIO'),
      )
      if (call !== 'open') assert.throws(() => sick.fstat(3), /EBADF/)
    }
  })
})

describe('what may be missing', () => {
  let world: DiskWorld
  let fs: DiskProcess
  beforeEach(() => {
    world = new DiskWorld()
    fs = world.process()
  })

  it('is told as missing', () => {
    assert.equal(exists(fs, '/god/no'), false)
    assert.deepEqual(listNames(fs, '/god/no'), [])
    assert.equal(unlinkIfThere(fs, '/god/no'), false)
  })

  it('is used where it is there', () => {
    world.write('/god/x', '')
    assert.equal(exists(fs, '/god/x'), true)
    assert.equal(unlinkIfThere(fs, '/god/x'), true)
    assert.equal(exists(fs, '/god/x'), false)
    assert.equal(ensureFolder(fs, '/god/new', 0o700), true)
    assert.equal(ensureFolder(fs, '/god/new', 0o700), false)
    assert.ok(listNames(fs, '/god').includes('new'))
  })

  it('is not told as missing if the disk fails', () => {
    world.write('/god/x', '')
    const sick = (call: string) => world.process().plan({call, n: 1, effect: {error: 'EIO', from: true}})
    const acts: readonly (() => unknown)[] = [
      () => exists(sick('open'), '/god/x'),
      () => listNames(sick('readdir'), '/god'),
      () => unlinkIfThere(sick('unlink'), '/god/x'),
      () => ensureFolder(sick('mkdir'), '/god/y', 0o700),
    ]
    for (const act of acts) assert.throws(act, error => isErrno(error, 'EIO'))
  })
})
