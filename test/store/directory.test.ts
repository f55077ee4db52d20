/** Making and opening a shared directory: FORMAT last, and until it is there the directory is none. */
import assert from 'node:assert/strict'
import * as v from 'valibot'
import {GodError} from '../../src/core/errors.js'
import {
  checkNotNewer,
  initDirectory,
  openDirectory,
  raiseFormat,
  readFormatCopy,
  writeFormat,
  writeFormatCopy,
} from '../../src/store/directory.js'
import {createDurable} from '../../src/store/disk/durable.js'
import {isErrno} from '../../src/store/disk/file-system.js'
import {claimEpoch} from '../../src/store/epoch.js'
import {foldersOf, layoutOf} from '../../src/store/layout.js'
import {ManualClock} from '../support/clock.js'
import {Crash, DiskProcess, type Fault} from '../support/disk-process.js'
import {MemoryDisk} from '../support/memory-disk.js'
import {FORMAT, tokens} from './disk/disk-world.js'

const layout = layoutOf('/srv/sites/god')
const random = tokens('')

describe('a shared directory', () => {
  let disk: MemoryDisk
  beforeEach(() => {
    disk = new MemoryDisk(new ManualClock().now)
  })
  const process = (fault?: Fault): DiskProcess => {
    const fs = new DiskProcess(disk)
    return fault === undefined ? fs : fs.plan(fault)
  }
  const init = (fs = process(), config = 'a=b\n'): void =>
    initDirectory(createDurable({fs, random, halt: () => undefined}), layout, FORMAT, config)
  const durable = () => createDurable({fs: process(), random, halt: () => undefined})
  const open = (fs = process()) => openDirectory(fs, layout)
  const code = (expected: string, act: () => unknown): GodError => {
    try {
      act()
    } catch (error) {
      if (!(error instanceof GodError)) throw error
      assert.equal(error.code, expected)
      return error
    }
    return assert.fail(`no ${expected}`)
  }

  it('opens as it was made, with all its folders closed to others', () => {
    init()
    assert.deepEqual(open(), FORMAT)
    assert.equal(disk.text(layout.config), 'a=b\n')
    for (const folder of [layout.root, ...foldersOf(layout)])
      assert.equal(process().lstat(folder).mode, 0o700, folder)
    assert.equal(process().lstat(layout.config).mode, 0o600)
  })

  it('lets accounts of jobs that are not its owner pass to their directories, and see nothing else', () => {
    initDirectory(createDurable({fs: process(), random, halt: () => undefined}), layout, FORMAT, '', true)
    for (const folder of [layout.root, ...foldersOf(layout)])
      assert.equal(
        process().lstat(folder).mode,
        [layout.root, layout.work].includes(folder) ? 0o711 : 0o700,
        folder,
      )
  })

  it('is there after a power loss, from the first folder on', () => {
    init()
    disk.powerLoss()
    assert.deepEqual(open(), FORMAT)
    for (const folder of foldersOf(layout)) assert.equal(disk.lookup(folder)?.kind, 'folder', folder)
    assert.equal(disk.text(layout.config), 'a=b\n')
  })

  const isWhole = (): void => {
    assert.deepEqual(open(), FORMAT)
    for (const folder of foldersOf(layout)) assert.equal(disk.lookup(folder)?.kind, 'folder', folder)
  }

  /** The making stops there; who finds no FORMAT makes the directory again. */
  const stopped = (fault: Fault): void => {
    disk = new MemoryDisk(new ManualClock().now)
    try {
      init(process(fault))
    } catch (error) {
      assert.ok(error instanceof GodError || error instanceof Crash, String(error))
    }
    if (disk.lookup(layout.format) === null) init()
    isWhole()
    disk.powerLoss()
    if (disk.lookup(layout.format) === null) init()
    isWhole()
  }

  it('is whole or none, wherever the making stops; and it can be made again', () => {
    const counting = process()
    init(counting)
    const effects = ['crash-before', 'crash-after', {error: 'EIO'}, {error: 'ENOSPC', from: true}] as const
    for (let n = 1; n <= counting.mutations; n++) for (const effect of effects) stopped({n, effect})
  })

  it('keeps a configuration that is there', () => {
    assert.throws(() =>
      init(process({call: 'link', path: 'FORMAT', n: 1, effect: 'crash-before'}), 'first=1\n'),
    )
    init(process(), 'second=2\n')
    assert.equal(disk.text(layout.config), 'first=1\n')
  })

  it('is made once', () => {
    init()
    code('E_DIR_EXISTS', () => init())
    assert.deepEqual(open(), FORMAT)
  })

  it('is made by one of two', () => {
    const slow = process().on({
      call: 'link',
      path: 'FORMAT',
      when: 'before',
      act: () => init(process(), 'winner\n'),
    })
    code('E_DIR_EXISTS', () => init(slow, 'loser\n'))
    assert.deepEqual(open(), FORMAT)
  })

  it('may be made in a folder that is there, also where its parent may not be synced', () => {
    const fs = process()
    for (const path of ['/srv', '/srv/sites', '/srv/sites/god']) fs.mkdir(path, 0o700)
    init(process({call: 'fsyncDir', path: '/srv/sites', n: 1, effect: {error: 'EACCES'}}))
    assert.deepEqual(open(), FORMAT)
  })

  it('says why it cannot be made', () => {
    const no = code('E_DISK', () => init(process({call: 'mkdir', n: 1, effect: {error: 'EACCES'}})))
    assert.match(no.message, /cannot make \/srv\/sites\/god: EACCES/)
    code('E_DISK_FULL', () => init(process({call: 'mkdir', n: 3, effect: {error: 'ENOSPC'}})))
  })

  it('that is none is told from one that may not be seen, one that is damaged and a sick disk', () => {
    code('E_DIR_MISSING', () => open())
    process().mkdir('/srv', 0o755)
    const fd = process().open('/srv/sites', 'create')
    process().mkdir('/other', fd)
    code('E_DIR_MISSING', () => open())
    process().unlink('/srv/sites')
    init()
    code('E_NOT_PERMITTED', () => open(process({call: 'open', n: 1, effect: {error: 'EACCES'}})))
    assert.throws(
      () => open(process({call: 'open', n: 1, effect: {error: 'EIO'}})),
      error => isErrno(error, 'EIO'),
    )
  })

  const damage = (path: string, text: string): void => {
    const node = disk.lookup(path)
    assert.ok(node !== null)
    node.bytes = Buffer.from(text)
  }

  it('made before there were copies opens as ever', () => {
    init()
    process().unlink(layout.formatCopy)
    assert.deepEqual(open(), FORMAT)
  })

  it('believes the copy in what never changes, and FORMAT in what an operator may change', () => {
    init()
    const other = {...FORMAT, cluster: '6f0a1c9e-2b1d-4f3a-9c77-0123456789ab', fs: 'nfs'}
    damage(layout.format, JSON.stringify(other))
    assert.deepEqual(open(), {...FORMAT, fs: 'nfs'})
  })

  it('is opened where its copy cannot be read', () => {
    init()
    assert.deepEqual(
      open(process({call: 'open', path: 'FORMAT.copy', n: 1, effect: {error: 'EIO', from: true}})),
      FORMAT,
    )
  })

  const older = {...FORMAT, format: 1} as const

  /** As an older god made it. */
  const madeByOlder = (): void => {
    init()
    writeFormat(durable(), layout, older)
    writeFormatCopy(durable(), layout, older)
  }

  it('of an older format is opened as it is, and raised by who leads', () => {
    madeByOlder()
    assert.deepEqual(open(), older)
    claimEpoch(durable(), layout, 'me')
    assert.deepEqual([open(), readFormatCopy(process(), layout)], [FORMAT, {ok: true, value: FORMAT}])
    assert.equal(disk.text(layout.format), `${JSON.stringify(FORMAT)}\n`)
  })

  it('is of one of the two formats wherever the raising stops, and the next who leads goes on', () => {
    for (let n = 1, fired = 1; fired > 0; n++) {
      disk = new MemoryDisk(new ManualClock().now)
      madeByOlder()
      const fs = process({n, effect: 'crash-before'})
      try {
        raiseFormat(createDurable({fs, random, halt: () => undefined}), layout)
      } catch (error) {
        assert.ok(error instanceof Crash)
      }
      fired = fs.fired
      disk.powerLoss()
      assert.ok([1, 2].includes(open().format))
      raiseFormat(durable(), layout)
      assert.deepEqual([open(), readFormatCopy(process(), layout)], [FORMAT, {ok: true, value: FORMAT}])
    }
  })

  it('raised by a newer god is told as that, to who opens it and to who has it open', () => {
    init()
    const newer = JSON.stringify({...FORMAT, format: 3})
    damage(layout.format, newer)
    // A flipped bit looks the same: the copy tells.
    assert.deepEqual(open(), FORMAT)
    checkNotNewer(process(), layout)
    damage(layout.formatCopy, newer)
    for (const act of [open, () => checkNotNewer(process(), layout)])
      assert.match(code('E_DIR_NEWER', act).message, /is of format 3, and this god knows formats up to 2/)
  })

  it('of today is refused by a god of the first format, which asked for exactly its own number', () => {
    init()
    const first = v.strictObject({
      format: v.literal(1),
      cluster: v.string(),
      mode: v.string(),
      fs: v.string(),
    })
    for (const path of [layout.format, layout.formatCopy])
      assert.equal(v.safeParse(first, JSON.parse(disk.text(path) ?? '')).success, false)
  })

  const damages: readonly (readonly [string, string])[] = [
    ['empty', ''],
    ['cut off', '{"format":1,"clus'],
    ['of another version', JSON.stringify({...FORMAT, format: 0})],
    ['without a cluster', JSON.stringify({...FORMAT, cluster: 'mine'})],
    ['with more in it', JSON.stringify({...FORMAT, more: 1})],
    ['no object', '[]'],
  ]
  for (const [what, text] of damages) {
    it(`whose FORMAT is ${what} is opened by its copy, and without that not at all`, () => {
      init()
      damage(layout.format, text)
      assert.deepEqual(open(), FORMAT)
      damage(layout.formatCopy, 'torn')
      code('E_DIR_BAD', () => open())
      process().unlink(layout.formatCopy)
      assert.match(code('E_DIR_BAD', () => open()).message, /FORMAT is damaged or of another version/)
    })
  }
})
