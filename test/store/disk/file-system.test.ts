/** The real file system and its twin in memory keep the same word: one table of cases, run against both. */
import assert from 'node:assert/strict'
import {
  errno,
  type FileSystem,
  isErrno,
  realFileSystem,
  type Stat,
} from '../../../src/store/disk/file-system.js'
import {ManualClock} from '../../support/clock.js'
import {DiskProcess} from '../../support/disk-process.js'
import {MemoryDisk} from '../../support/memory-disk.js'
import {realFolder} from './real-folder.js'

interface Place {
  readonly fs: FileSystem
  /** An empty folder. */
  readonly at: string
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

const put = ({fs, at}: Place, name: string, content = 'x'): string => {
  const path = `${at}/${name}`
  const fd = fs.open(path, 'create', 0o644)
  fs.write(fd, Buffer.from(content))
  fs.close(fd)
  return path
}

const get = ({fs}: Place, path: string, size = 64): string => {
  const fd = fs.open(path, 'read')
  const buffer = new Uint8Array(size)
  const n = fs.read(fd, buffer, 0)
  fs.close(fd)
  return text(buffer.subarray(0, n))
}

const folder = ({fs, at}: Place, name: string): string => {
  fs.mkdir(`${at}/${name}`, 0o750)
  return `${at}/${name}`
}

const withFd = <T>({fs}: Place, path: string, act: (fd: number) => T): T => {
  const fd = fs.open(path, 'read')
  try {
    return act(fd)
  } finally {
    fs.close(fd)
  }
}

const shape = ({kind, size, mode, nlink}: Stat) =>
  kind === 'file' ? {kind, size, mode, nlink} : {kind, mode}

/** Each must fail with that code. */
const REFUSALS: readonly (readonly [string, string, (place: Place) => unknown])[] = [
  ['creating over a file', 'EEXIST', p => p.fs.open(put(p, 'a'), 'create')],
  ['creating over a folder', 'EEXIST', p => p.fs.open(folder(p, 'd'), 'create')],
  ['creating in a missing folder', 'ENOENT', p => p.fs.open(`${p.at}/no/a`, 'create')],
  ['creating below a file', 'ENOTDIR', p => p.fs.open(`${put(p, 'a')}/b`, 'create')],
  ['appending to a folder', 'EISDIR', p => p.fs.open(folder(p, 'd'), 'append')],
  ['opening what is not there', 'ENOENT', p => p.fs.open(`${p.at}/no`, 'read')],
  ['a guarded look at what is not there', 'ENOENT', p => p.fs.open(`${p.at}/no`, 'guarded')],
  ['opening a file as a folder', 'ENOTDIR', p => p.fs.open(put(p, 'a'), 'guarded-folder')],
  ['reading a folder', 'EISDIR', p => get(p, folder(p, 'd'))],
  [
    'reading what is open for writing',
    'EBADF',
    p => p.fs.read(p.fs.open(`${p.at}/a`, 'create'), new Uint8Array(1), 0),
  ],
  [
    'writing to what is open for reading',
    'EBADF',
    p => p.fs.write(p.fs.open(put(p, 'a'), 'read'), Buffer.from('y')),
  ],
  [
    'using a closed file',
    'EBADF',
    p => {
      const fd = p.fs.open(put(p, 'a'), 'read')
      p.fs.close(fd)
      p.fs.fstat(fd)
    },
  ],
  ['a look at what is not there', 'ENOENT', p => p.fs.lstat(`${p.at}/no`)],
  ['a look below a file', 'ENOTDIR', p => p.fs.lstat(`${put(p, 'a')}/b`)],
  ['linking over a name', 'EEXIST', p => p.fs.link(put(p, 'a'), put(p, 'b'))],
  ['linking what is not there', 'ENOENT', p => p.fs.link(`${p.at}/no`, `${p.at}/b`)],
  ['linking into a missing folder', 'ENOENT', p => p.fs.link(put(p, 'a'), `${p.at}/no/b`)],
  ['linking a folder', 'EPERM', p => p.fs.link(folder(p, 'd'), `${p.at}/e`)],
  ['linking a folder over a name', 'EEXIST', p => p.fs.link(folder(p, 'd'), put(p, 'a'))],
  ['renaming what is not there', 'ENOENT', p => p.fs.rename(`${p.at}/no`, `${p.at}/b`)],
  ['renaming a file over a folder', 'EISDIR', p => p.fs.rename(put(p, 'a'), folder(p, 'd'))],
  ['renaming a folder over a file', 'ENOTDIR', p => p.fs.rename(folder(p, 'd'), put(p, 'a'))],
  [
    'renaming a folder over a full one',
    'ENOTEMPTY',
    p => {
      const [one, other] = [folder(p, 'd'), folder(p, 'e')]
      put({fs: p.fs, at: other}, 'x')
      p.fs.rename(one, other)
    },
  ],
  ['unlinking what is not there', 'ENOENT', p => p.fs.unlink(`${p.at}/no`)],
  ['unlinking a folder', 'EISDIR', p => p.fs.unlink(folder(p, 'd'))],
  ['making a folder twice', 'EEXIST', p => p.fs.mkdir(folder(p, 'd'), 0o700)],
  ['making a folder over a file', 'EEXIST', p => p.fs.mkdir(put(p, 'a'), 0o700)],
  ['making a folder in a missing one', 'ENOENT', p => p.fs.mkdir(`${p.at}/no/d`, 0o700)],
  ['removing a folder that is not there', 'ENOENT', p => p.fs.rmdir(`${p.at}/no`)],
  ['removing a file as a folder', 'ENOTDIR', p => p.fs.rmdir(put(p, 'a'))],
  [
    'removing a full folder',
    'ENOTEMPTY',
    p => {
      const path = folder(p, 'd')
      put({fs: p.fs, at: path}, 'x')
      p.fs.rmdir(path)
    },
  ],
  ['listing what is not there', 'ENOENT', p => p.fs.readdir(`${p.at}/no`)],
  ['listing a file', 'ENOTDIR', p => p.fs.readdir(put(p, 'a'))],
  ['listing name by name what is not there', 'ENOENT', p => [...p.fs.names(`${p.at}/no`)]],
  ['listing a file name by name', 'ENOTDIR', p => [...p.fs.names(put(p, 'a'))]],
  ['syncing a folder that is not there', 'ENOENT', p => p.fs.fsyncDir(`${p.at}/no`)],
  ['syncing a file as a folder', 'ENOTDIR', p => p.fs.fsyncDir(put(p, 'a'))],
]

/** What is seen must be the same on both. */
const SIGHTS: readonly (readonly [string, unknown, (place: Place) => unknown])[] = [
  ['a new file', {kind: 'file', size: 3, mode: 0o644, nlink: 1}, p => shape(p.fs.lstat(put(p, 'a', 'abc')))],
  ['a new folder', {kind: 'folder', mode: 0o750}, p => shape(p.fs.lstat(folder(p, 'd')))],
  ['the default mode', 0o600, p => p.fs.fstat(p.fs.open(`${p.at}/a`, 'create')).mode],
  ['a link', [2, true, 'abc'], p => linked(p)],
  ['what is left of a file with two names', [1, 'abc'], p => unlinkedOnce(p)],
  ['a rename over a file', ['new', ['b']], p => renamed(p)],
  ['a rename onto another name of the same file', ['a', 'b'], p => renamedToItself(p)],
  [
    'a rename of a folder over an empty one',
    ['e'],
    p => {
      p.fs.rename(folder(p, 'd'), folder(p, 'e'))
      return p.fs.readdir(p.at)
    },
  ],
  [
    'a folder listed name by name',
    ['a', 'b'],
    p => {
      put(p, 'a')
      folder(p, 'b')
      return [...p.fs.names(p.at)].sort()
    },
  ],
  ['appending', 'one\ntwo\n', p => appended(p)],
  ['reading from the middle, and behind the end', ['cd', ''], p => [readAt(p, 2), readAt(p, 9)]],
  [
    'an open file whose name is gone',
    ['abc', 0],
    p =>
      withFd(p, put(p, 'a', 'abc'), fd => {
        p.fs.unlink(`${p.at}/a`)
        const buffer = new Uint8Array(8)
        const n = p.fs.read(fd, buffer, 0)
        return [text(buffer.subarray(0, n)), p.fs.fstat(fd).nlink]
      }),
  ],
  ['a held folder whose name was swapped', ['in the first'], p => held(p)],
  [
    'mode and owner set on the open file',
    [0o640, true],
    p =>
      withFd(p, put(p, 'a'), fd => {
        p.fs.fchmod(fd, 0o640)
        const {uid, gid} = p.fs.fstat(fd)
        p.fs.fchown(fd, uid, gid)
        return [p.fs.fstat(fd).mode, p.fs.fstat(fd).uid === uid]
      }),
  ],
  [
    'an empty folder removed',
    [],
    p => {
      p.fs.rmdir(folder(p, 'd'))
      return p.fs.readdir(p.at)
    },
  ],
  [
    'synced file and folder, as before',
    'abc',
    p => {
      const path = put(p, 'a', 'abc')
      withFd(p, path, fd => p.fs.fsync(fd))
      p.fs.fsyncDir(p.at)
      return get(p, path)
    },
  ],
]

const linked = (p: Place) => {
  const [a, b] = [put(p, 'a', 'abc'), `${p.at}/b`]
  p.fs.link(a, b)
  return [p.fs.lstat(a).nlink, p.fs.lstat(a).ino === p.fs.lstat(b).ino, get(p, b)]
}

const unlinkedOnce = (p: Place) => {
  const [a, b] = [put(p, 'a', 'abc'), `${p.at}/b`]
  p.fs.link(a, b)
  p.fs.unlink(a)
  return [p.fs.lstat(b).nlink, get(p, b)]
}

const renamed = (p: Place) => {
  p.fs.rename(put(p, 'a', 'new'), put(p, 'b', 'old'))
  return [get(p, `${p.at}/b`), p.fs.readdir(p.at)]
}

const renamedToItself = (p: Place) => {
  const [a, b] = [put(p, 'a'), `${p.at}/b`]
  p.fs.link(a, b)
  p.fs.rename(a, b)
  return [...p.fs.readdir(p.at)].sort()
}

const appended = (p: Place) => {
  for (const line of ['one\n', 'two\n']) {
    const fd = p.fs.open(`${p.at}/log`, 'append', 0o600)
    p.fs.write(fd, Buffer.from(line))
    p.fs.close(fd)
  }
  return get(p, `${p.at}/log`)
}

const readAt = (p: Place, position: number): string => {
  const path = `${p.at}/abcd`
  if (!p.fs.readdir(p.at).includes('abcd')) put(p, 'abcd', 'abcd')
  return withFd(p, path, fd => {
    const buffer = new Uint8Array(8)
    return text(buffer.subarray(0, p.fs.read(fd, buffer, position)))
  })
}

const held = (p: Place) => {
  const path = folder(p, 'd')
  put({fs: p.fs, at: path}, 'in the first')
  const fd = p.fs.open(path, 'guarded-folder')
  p.fs.rename(path, `${p.at}/away`)
  put({fs: p.fs, at: folder(p, 'd')}, 'in the second')
  const names = p.fs.readdir(`/proc/self/fd/${fd}`)
  assert.equal(get(p, `/proc/self/fd/${fd}/in the first`), 'x')
  p.fs.close(fd)
  return names
}

const places: readonly {readonly title: string; readonly open: () => Place & {readonly close: () => void}}[] =
  [
    {
      title: 'the real file system',
      open: () => {
        const {path, remove} = realFolder()
        return {fs: realFileSystem, at: path, close: remove}
      },
    },
    {
      title: 'its twin in memory',
      open: () => {
        const fs = new DiskProcess(new MemoryDisk(new ManualClock().now))
        fs.mkdir('/at', 0o755)
        return {fs, at: '/at', close: () => undefined}
      },
    },
  ]

for (const {title, open} of places) {
  describe(title, () => {
    let place: ReturnType<typeof open>
    let umask: number
    beforeEach(() => {
      umask = process.umask(0)
      place = open()
    })
    afterEach(() => {
      process.umask(umask)
      place.close()
    })

    for (const [what, code, act] of REFUSALS) {
      it(`refuses ${what} with ${code}`, () => {
        assert.throws(
          () => act(place),
          error => isErrno(error, code) || assert.fail(`${errno(error)} instead of ${code}`),
        )
      })
    }

    for (const [what, expected, act] of SIGHTS) {
      it(`shows ${what}`, () => {
        assert.deepEqual(act(place), expected)
      })
    }
  })
}

describe('an errno', () => {
  it('is told from every other exception', () => {
    assert.equal(errno(Object.assign(new Error('x'), {code: 'EIO'})), 'EIO')
    for (const stranger of [
      new Error('EIO'),
      Object.assign(new Error('x'), {code: 5}),
      {code: 'EIO'},
      'EIO',
      null,
    ])
      assert.equal(errno(stranger), null)
    assert.ok(!isErrno(new Error('x'), 'EIO'))
  })
})
