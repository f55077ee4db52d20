/** T39: the directory of an attempt that was root inside, given to its user with nothing in it that would make anybody root. */
import assert from 'node:assert/strict'
import {chmodSync, lstatSync, mkdirSync, writeFileSync} from 'node:fs'
import {realFileSystem} from '../../src/store/disk/file-system.js'
import {giveBack, MOST_GIVEN} from '../../src/store/give-back.js'
import {DiskProcess} from '../support/disk-process.js'
import {MemoryDisk} from '../support/memory-disk.js'
import {skip} from '../support/skip.js'
import {isRoot, type RealFolder, realFolder} from './disk/real-folder.js'

const OWNER = {uid: 1000, gid: 100}

describe('T39 a directory that was root’s', () => {
  let disk: MemoryDisk
  let root: DiskProcess
  const file = (path: string, mode: number): void => {
    const fd = root.open(path, 'create', 0o600)
    root.fchmod(fd, mode)
    root.close(fd)
  }
  const folder = (path: string, mode: number): void => {
    root.mkdir(path, 0o700)
    const fd = root.open(path, 'guarded-folder')
    root.fchmod(fd, mode)
    root.close(fd)
  }
  const back = (fs = root): Promise<string | null> => giveBack(fs, '/a/files', OWNER)
  const look = (path: string): readonly unknown[] => {
    const node = disk.lookup(path)
    return [node?.uid, node?.gid, node?.mode]
  }
  beforeEach(() => {
    disk = new MemoryDisk(() => 0)
    root = new DiskProcess(disk, 0)
    folder('/a', 0o700)
    folder('/a/files', 0o777)
    folder('/a/files/sub', 0o3755)
    file('/a/files/log', 0o644)
    file('/a/files/sub/shell', 0o4755)
    file('/a/files/sub/group', 0o2755)
  })

  it('becomes its user’s with all that is in it, and no file runs as anybody else', async () => {
    assert.equal(await back(), null)
    for (const [path, mode] of [
      ['/a/files', 0o700],
      ['/a/files/sub', 0o755],
      ['/a/files/log', 0o644],
      ['/a/files/sub/shell', 0o755],
      ['/a/files/sub/group', 0o755],
    ] as const)
      assert.deepEqual(look(path), [1000, 100, mode], path)
    assert.deepEqual(
      look('/a'),
      [0, root.lstat('/a').gid, 0o755],
      'who owns it could put another in its place',
    )
  })

  it('is closed until the last of it is done, wherever it is stopped, and is done then by the next', async () => {
    for (const call of ['fchmod', 'fchown', 'open', 'names', 'lstat'] as const)
      for (let n = 1; ; n++) {
        const above = `/${call}${n}`
        folder(above, 0o700)
        folder(`${above}/files`, 0o777)
        folder(`${above}/files/sub`, 0o777)
        file(`${above}/files/sub/shell`, 0o6755)
        const fs = new DiskProcess(disk, 0)
        fs.plan({call, n, effect: {error: 'EIO'}})
        const fault = await giveBack(fs, `${above}/files`, OWNER)
        if (fault === null) break
        assert.equal(fault, 'EIO')
        assert.equal(look(above)[2], 0o700, 'nobody gets in')
        assert.equal(await giveBack(root, `${above}/files`, OWNER), null)
        assert.deepEqual(look(`${above}/files/sub/shell`), [1000, 100, 0o755])
      }
  })

  it('stays closed, for the operator to see, if it is deeper than anybody makes one, or holds too much', async () => {
    let path = '/a/files'
    for (let i = 0; i < 210; i++) {
      path += '/d'
      root.mkdir(path, 0o755)
    }
    assert.match((await back()) ?? '', /more than 200 deep/)
    assert.equal(look('/a')[2], 0o500)
    const many = new DiskProcess(disk, 0)
    Object.assign(many, {names: () => Array.from({length: MOST_GIVEN + 1}, () => 'log')})
    assert.match((await back(many)) ?? '', /more than 100000 files/)
    const odd = new DiskProcess(disk, 0)
    Object.assign(odd, {names: () => ['\ufffd']})
    assert.match((await back(odd)) ?? '', /no text/)
    assert.equal(look('/a')[2], 0o500)
  })

  it('is never listed further than what would be given of it, however much it holds', async () => {
    let listed = 0
    let isLeft = false
    function* endless(): Generator<string> {
      try {
        for (;;) yield `${listed++}`
      } finally {
        isLeft = true
      }
    }
    const vast = new DiskProcess(disk, 0)
    Object.assign(vast, {names: endless})
    assert.match((await back(vast)) ?? '', /more than 100000 files/)
    assert.deepEqual([listed, isLeft, look('/a')[2]], [MOST_GIVEN + 1, true, 0o500])
  })

  it('stays closed, for the operator to see, where nothing is at its place', async () => {
    root.mkdir('/b', 0o700)
    assert.match((await giveBack(root, '/b/files', OWNER)) ?? '', /not there/)
    assert.equal(look('/b')[2], 0o500)
  })
})

/** What the in-memory disk cannot hold: names that are no text. */
describe('T39 a directory that was root’s, on a real disk', () => {
  let real: RealFolder
  const files = (): string => `${real.path}/attempt.1/files`
  /** `bytes`: as latin1 has them. */
  const named = (bytes: string): Buffer =>
    Buffer.concat([Buffer.from(`${files()}/`), Buffer.from(bytes, 'latin1')])
  const back = (): Promise<string | null> => giveBack(realFileSystem, files(), OWNER)
  const above = (): number => lstatSync(`${real.path}/attempt.1`).mode & 0o7777
  before(function () {
    if (!isRoot) skip(this, 'needs root, who makes files of others')
  })
  beforeEach(() => {
    real = realFolder()
    mkdirSync(`${real.path}/attempt.1`, {mode: 0o700})
    mkdirSync(files(), {mode: 0o700})
  })
  afterEach(() => real.remove())

  /** Each is read as the same text as the name of another, which is harmless and is there. */
  const TWINS = [
    ['\xff', '\ufffd'],
    ['\xed\xa0\x80', '\ufffd\ufffd\ufffd'],
    ['a\xc3', 'a\ufffd'],
  ] as const
  for (const [bytes, twin] of TWINS)
    for (const kind of ['file', 'folder'] as const)
      it(`stays closed over a ${kind} that hides behind another of the same text: ${JSON.stringify(twin)}`, async () => {
        if (kind === 'folder') mkdirSync(named(bytes))
        const shell = kind === 'file' ? named(bytes) : Buffer.concat([named(bytes), Buffer.from('/shell')])
        writeFileSync(shell, '')
        chmodSync(shell, 0o4755)
        if (kind === 'file') writeFileSync(`${files()}/${twin}`, '')
        else mkdirSync(`${files()}/${twin}`)
        assert.match((await back()) ?? '', /no text/)
        assert.deepEqual([above(), lstatSync(shell).mode & 0o7777], [0o500, 0o4755])
      })

  it('is given with names of any text, also such as begin with a mark of byte order', async () => {
    const names = ['ö', 'x', '\ufeffx', '\u{1f600}', 'a\nb']
    for (const name of names) {
      writeFileSync(`${files()}/${name}`, '')
      chmodSync(`${files()}/${name}`, 0o6755)
    }
    assert.equal(await back(), null)
    for (const name of names) {
      const {uid, gid, mode} = lstatSync(`${files()}/${name}`)
      assert.deepEqual([uid, gid, mode & 0o7777], [1000, 100, 0o755], JSON.stringify(name))
    }
    assert.equal(above(), 0o755)
  })
})
