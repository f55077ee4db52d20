/** Who could change a shared directory of many users, and that nothing is done in it then. */
import assert from 'node:assert/strict'
import {GodError} from '../../src/core/errors.js'
import {checkAccess} from '../../src/store/check-access.js'
import {initDirectory} from '../../src/store/directory.js'
import {createDurable} from '../../src/store/disk/durable.js'
import {foldersOf, layoutOf} from '../../src/store/layout.js'
import {ManualClock} from '../support/clock.js'
import {DiskProcess} from '../support/disk-process.js'
import {MemoryDisk} from '../support/memory-disk.js'
import {FORMAT, tokens} from './disk/disk-world.js'

const layout = layoutOf('/srv/sites/god')
const OWNER = 1000

describe('a shared directory of many users', () => {
  let fs: DiskProcess
  beforeEach(() => {
    fs = new DiskProcess(new MemoryDisk(new ManualClock().now))
    const durable = createDurable({fs, random: tokens(''), halt: () => undefined})
    initDirectory(durable, layout, {...FORMAT, mode: 'multi'}, 'a=b\n')
  })
  const change = (path: string, act: (fd: number) => void): void => {
    const fd = fs.open(path, 'guarded-folder')
    act(fd)
    fs.close(fd)
  }
  const mode = (path: string, to: number): void => change(path, fd => fs.fchmod(fd, to))
  const own = (path: string, to: number): void => change(path, fd => fs.fchown(fd, to, to))
  const refused = (expected: string, words: RegExp, uid = OWNER): void =>
    assert.throws(
      () => checkAccess(fs, layout, uid),
      (error: unknown) => error instanceof GodError && error.code === expected && words.test(error.message),
    )

  it('lets everybody drop requests, claim ids and ring, read what is public, and nothing else', () => {
    const open = new Map([
      [layout.inbox, 0o3733],
      [layout.ids, 0o1733],
      [layout.bells, 0o1733],
      [layout.specs, 0o700],
      [layout.quarantine, 0o700],
      [layout.engines, 0o700],
    ])
    for (const folder of [layout.root, ...foldersOf(layout)])
      assert.equal(fs.lstat(folder).mode, open.get(folder) ?? 0o755, folder)
    assert.equal(fs.lstat(layout.config).mode, 0o644)
    checkAccess(fs, layout, OWNER)
  })

  it('is served by its owner alone', () => {
    refused('E_NOT_PERMITTED', /belongs to uid 1000; you are uid 7/, 7)
  })

  for (const name of [
    'root',
    'live',
    'specs',
    'locks',
    'nodes',
    'journal',
    'work',
    'quarantine',
    'hints',
  ] as const) {
    it(`T18: is not served while others may write in its ${name}`, () => {
      mode(layout[name], 0o777)
      refused('E_DIR_LOOSE', /has mode 0777/)
    })
    it(`T18: is not served while its ${name} belongs to somebody else`, () => {
      if (name === 'root') own(layout.root, 7)
      own(layout[name], 7)
      refused(name === 'root' ? 'E_NOT_PERMITTED' : 'E_DIR_LOOSE', /belongs to uid 7/)
    })
  }

  it('is not served while others may read what is closed', () => {
    mode(layout.specs, 0o755)
    refused('E_DIR_LOOSE', /spec has mode 0755, not 0700/)
  })

  it('T16: is not served while users may remove the names of others', () => {
    for (const folder of [layout.inbox, layout.ids, layout.bells]) {
      mode(folder, 0o733)
      refused('E_DIR_LOOSE', /has mode 0733, not [13]733/)
      mode(folder, folder === layout.inbox ? 0o3733 : 0o1733)
    }
  })

  it('is not served with something else in the place of a folder', () => {
    fs.rmdir(layout.index)
    const fd = fs.open(layout.index, 'create')
    fs.close(fd)
    refused('E_DIR_LOOSE', /index is no folder/)
  })

  it('is served while what is derived is missing: it is made again', () => {
    fs.rmdir(layout.index)
    checkAccess(fs, layout, OWNER)
  })

  it('T06: is not served below a folder in which others could exchange it', () => {
    mode('/srv', 0o777)
    refused('E_DIR_LOOSE', /^\/srv has mode 0777, and the shared directory is below it/)
    mode('/srv', 0o1777)
    checkAccess(fs, layout, OWNER)
    own('/srv/sites', 7)
    refused('E_DIR_LOOSE', /^\/srv\/sites belongs to uid 7/)
  })
})
