import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {chmodSync, closeSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {type FileSystem, realFileSystem} from '../../../src/store/disk/file-system.js'
import {openOutput, readOutput} from '../../../src/store/jobs/output-file.js'
import {DiskWorld} from '../disk/disk-world.js'
import {type RealFolder, realFolder} from '../disk/real-folder.js'

describe('the output of a job', () => {
  let folder: RealFolder
  let work = ''

  beforeEach(() => {
    folder = realFolder()
    work = join(folder.path, '42')
    mkdirSync(join(work, 'logs', 'deep'), {recursive: true})
    writeFileSync(join(work, 'god.log'), 'output')
    writeFileSync(join(work, 'logs', 'deep', 'x.log'), 'deep output')
    writeFileSync(join(folder.path, 'secret'), 'secret')
  })
  afterEach(() => folder.remove())

  /** What a reader gets: the text, or why not. */
  const read = (path: string, fs: FileSystem = realFileSystem): string => {
    const opened = openOutput(fs, work, path)
    if (opened.kind !== 'open') return opened.kind
    try {
      return readFileSync(opened.fd, 'utf8')
    } finally {
      closeSync(opened.fd)
    }
  }

  it('is read from its directory, at any depth', () => {
    assert.equal(read(join(work, 'god.log')), 'output')
    assert.equal(read(join(work, 'logs', 'deep', 'x.log')), 'deep output')
  })

  it('keeps no file open where the disk fails in the middle', () => {
    const world = new DiskWorld()
    world.process().mkdir('/god/work/x', 0o700)
    world.write('/god/work/x/exit', '0')
    for (const call of ['fstat', 'read', 'close']) {
      const fs = world.process().plan({call, n: 1, effect: {error: 'EIO', from: true}})
      const asked = () => readOutput(fs, '/god/work', '/god/work/x/exit', 16)
      if (call === 'close') assert.notEqual(asked(), null)
      else assert.throws(asked, /EIO/)
      assert.deepEqual(fs.openFiles, [], call)
    }
  })

  it('may be a path of the node, where a job runs without an image', () => {
    assert.equal(read(join(folder.path, 'secret')), 'secret')
  })

  it('is absent while nobody has written it', () => {
    for (const path of ['none', 'logs/none', 'none/none', 'god.log/below'])
      assert.equal(read(join(work, path)), 'absent', path)
  })

  it('T05: is not read through a link to a file of others', () => {
    symlinkSync(join(folder.path, 'secret'), join(work, 'link'))
    symlinkSync('god.log', join(work, 'inner-link'))
    for (const path of ['link', 'inner-link']) assert.equal(read(join(work, path)), 'unsafe', path)
  })

  it('is not read through a link in the middle of its path', () => {
    symlinkSync(folder.path, join(work, 'out'))
    symlinkSync('logs', join(work, 'in'))
    for (const path of ['out/secret', 'in/deep/x.log'])
      assert.notEqual(read(join(work, path)), 'secret', path)
    assert.deepEqual(
      ['out/secret', 'in/deep/x.log'].map(path => read(join(work, path))),
      ['absent', 'absent'],
    )
  })

  it('is a regular file: a folder is none, and a FIFO holds nobody', () => {
    execFileSync('mkfifo', [join(work, 'fifo')])
    for (const path of ['logs', 'fifo']) assert.equal(read(join(work, path)), 'unsafe', path)
    assert.equal(read('/dev/zero'), 'unsafe')
  })

  it('that may not be read says so', () => {
    // EAGAIN: its user holds a lease on it.
    for (const code of ['EACCES', 'EAGAIN']) {
      const denied: FileSystem = {
        ...realFileSystem,
        open: () => {
          throw Object.assign(new Error(code), {code})
        },
      }
      assert.equal(read(join(work, 'god.log'), denied), 'unsafe')
    }
    chmodSync(join(work, 'god.log'), 0)
    assert.equal(read(join(work, 'god.log')), process.getuid?.() === 0 ? 'output' : 'unsafe')
  })

  it('leaves no folder open behind', () => {
    const open = new Set<number>()
    const counting: FileSystem = {
      ...realFileSystem,
      open: (path, flag, mode) => {
        const fd = realFileSystem.open(path, flag, mode)
        open.add(fd)
        return fd
      },
      close: fd => {
        open.delete(fd)
        realFileSystem.close(fd)
      },
    }
    for (const path of ['logs/deep/x.log', 'logs/deep/none', 'logs', 'logs/deep']) {
      const opened = openOutput(counting, work, join(work, path))
      if (opened.kind === 'open') counting.close(opened.fd)
      assert.equal(open.size, 0, path)
    }
  })

  it('of a broken disk is an error of its own', () => {
    const broken: FileSystem = {
      ...realFileSystem,
      open: () => {
        throw Object.assign(new Error('EIO'), {code: 'EIO'})
      },
    }
    assert.throws(() => read(join(work, 'god.log'), broken), {code: 'EIO'})
  })
})
