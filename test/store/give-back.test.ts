/** T39: the directory of a job that was root inside, given back with nothing in it that would make its user root. */
import assert from 'node:assert/strict'
import {giveBack, MOST_GIVEN} from '../../src/store/give-back.js'
import {DiskProcess} from '../support/disk-process.js'
import {MemoryDisk} from '../support/memory-disk.js'

const OWNER = {uid: 1000, gid: 100}

describe('T39 a directory that was root’s', () => {
  let disk: MemoryDisk
  let root: DiskProcess
  const file = (path: string, mode: number): void => {
    const fd = root.open(path, 'create', 0o600)
    root.fchmod(fd, mode)
    root.close(fd)
  }
  const back = (fs = root): string | null => giveBack(fs, '/w', OWNER)
  const look = (path: string): readonly unknown[] => {
    const node = disk.lookup(path)
    return [node?.uid, node?.gid, node?.mode]
  }
  beforeEach(() => {
    disk = new MemoryDisk(() => 0)
    root = new DiskProcess(disk, 0)
    root.mkdir('/w', 0o700)
    root.mkdir('/w/sub', 0o755)
    file('/w/log', 0o644)
    file('/w/sub/shell', 0o4755)
    file('/w/sub/group', 0o2755)
  })

  it('becomes its user’s with all that is in it, and no file runs as anybody else', () => {
    assert.equal(back(), null)
    for (const [path, mode] of [
      ['/w', 0o700],
      ['/w/sub', 0o755],
      ['/w/log', 0o644],
      ['/w/sub/shell', 0o755],
      ['/w/sub/group', 0o755],
    ] as const)
      assert.deepEqual(look(path), [1000, 100, mode], path)
  })

  it('is closed until the last of it is done, wherever it is stopped, and is done then by the next', () => {
    const calls = ['fchmod', 'fchown'] as const
    for (const call of calls)
      for (let n = 1; ; n++) {
        root.mkdir(`/w${call}${n}`, 0o700)
        const fs = new DiskProcess(disk, 0)
        const path = `/w${call}${n}`
        root.mkdir(`${path}/sub`, 0o777)
        file(`${path}/sub/shell`, 0o6755)
        fs.plan({call, n, effect: {error: 'EIO'}})
        const fault = giveBack(fs, path, OWNER)
        if (fault === null) break
        assert.equal(fault, 'EIO')
        assert.deepEqual(look(path), [0, 0, 0o700])
        assert.equal(giveBack(root, path, OWNER), null)
        assert.deepEqual(look(`${path}/sub/shell`), [1000, 100, 0o755])
      }
  })

  it('stays closed if it is deeper than anybody makes one, or holds too much', () => {
    let path = '/w'
    for (let i = 0; i < 210; i++) {
      path += '/d'
      root.mkdir(path, 0o755)
    }
    assert.match(back() ?? '', /more than 200 deep/)
    assert.deepEqual(look('/w'), [0, 0, 0o700])
    const many = new DiskProcess(disk, 0)
    Object.assign(many, {readdir: () => Array.from({length: MOST_GIVEN + 1}, () => 'log')})
    assert.match(back(many) ?? '', /more than 100000 files/)
  })
})
