/** A job's directory: given to its user, with the fences that decide whether an attempt ran or is void. */
import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {jobId, uid} from '../../src/core/brand.js'
import type {Command} from '../../src/core/job.js'
import {createDurable} from '../../src/store/disk/durable.js'
import {isErrno, realFileSystem} from '../../src/store/disk/file-system.js'
import {haltReason} from '../../src/store/halt.js'
import {layoutOf} from '../../src/store/layout.js'
import {createWorkFolder} from '../../src/store/work-folder.js'
import {Crash, type DiskProcess} from '../support/disk-process.js'
import {ANN, DiskWorld, tokens} from './disk/disk-world.js'
import {isRoot, type RealFolder, realFolder} from './disk/real-folder.js'

const ID = jobId(7)
const ARGV: Command = {kind: 'argv', argv: ['true']}
const SCRIPT: Command = {kind: 'script', text: '#!/bin/sh\necho hello\n', args: []}
const OWNER = {uid: 1000, gid: 100}
const FOLDER = '/god/work/u1000/7'

describe('the directory of a job', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })
  const work = (fs: DiskProcess = world.process(0)) => createWorkFolder(world.durable(fs), world.layout)
  const prepare = (command: Command = ARGV, fs?: DiskProcess): string =>
    work(fs).prepare(ANN, ID, command, OWNER)
  const look = (path: string) => {
    const {uid: owner, gid, mode} = world.process().lstat(path)
    return [owner, gid, mode]
  }

  it('belongs to the account of the job, below folders of the service', () => {
    assert.equal(prepare(), FOLDER)
    assert.deepEqual(look(FOLDER), [1000, 100, 0o700])
    assert.deepEqual(look('/god/work/u1000'), [0, 0, 0o755])
    assert.deepEqual(world.process().readdir(FOLDER), [])
  })

  it('of a task lies in that of its array, which is of the service', () => {
    const folder = work().prepare(ANN, '7[12]', SCRIPT, OWNER)
    assert.equal(folder, '/god/work/u1000/7/12')
    assert.deepEqual(look(folder), [1000, 100, 0o700])
    assert.deepEqual(look('/god/work/u1000/7'), [0, 0, 0o755])
    assert.equal(work().voidAttempt(ANN, '7[13]', 2), 'void')
    assert.equal(work().fence(ANN, '7[13]', 2), 'void')
    assert.equal(work().fence(ANN, '7[12]', 2), 'none')
    world.disk.powerLoss()
    assert.equal(work().fence(ANN, '7[13]', 2), 'void')
    assert.notEqual(world.disk.lookup(folder), null)
  })

  it('holds the script, which only its owner can run', () => {
    prepare(SCRIPT)
    assert.equal(world.disk.text(`${FOLDER}/cmd.sh`), '#!/bin/sh\necho hello\n')
    assert.deepEqual(look(`${FOLDER}/cmd.sh`), [1000, 100, 0o500])
  })

  it('prepared again stays as its user made it', () => {
    prepare(SCRIPT)
    world.write(`${FOLDER}/cmd.sh`, 'mine now', 0o700)
    world.write(`${FOLDER}/result`, '42')
    const fs = world.process(0)
    prepare(SCRIPT, fs)
    assert.equal(world.disk.text(`${FOLDER}/cmd.sh`), 'mine now')
    assert.equal(world.disk.text(`${FOLDER}/result`), '42')
    assert.deepEqual([...fs.counts.keys()].sort(), ['fsyncDir', 'mkdir'])
  })

  /** What its user does in it while we write there; the name of our temporary file he can see. */
  const meddling = (call: 'rename' | 'link' | 'fsync', act: (fs: DiskProcess, temporary: string) => void) =>
    world.process(0).on({
      ...{call, when: 'before' as const},
      act: () => {
        const fs = world.process()
        const [name = ''] = fs.readdir(FOLDER).filter(one => one.startsWith('.t.'))
        act(fs, `${FOLDER}/${name}`)
      },
    })

  const MEDDLED = {
    'takes our temporary file away': (fs: DiskProcess, temporary: string) => fs.unlink(temporary),
    'makes a folder of that name': (fs: DiskProcess) => fs.mkdir(`${FOLDER}/cmd.sh`, 0o755),
  }
  for (const [title, act] of Object.entries(MEDDLED))
    it(`whose user ${title} is the fault of no disk: it concerns his job alone`, () => {
      prepare()
      assert.throws(
        () => prepare(SCRIPT, meddling('rename', act)),
        error => isErrno(error, 'ENOENT', 'EISDIR'),
      )
    })

  it('whose user writes into what was given to him is the fault of no disk either', () => {
    prepare()
    const write = (fs: DiskProcess, temporary: string): void => {
      const fd = fs.open(temporary, 'append')
      fs.write(fd, Buffer.from('x'))
      fs.close(fd)
    }
    assert.throws(
      () => prepare(SCRIPT, meddling('fsync', write)),
      error => isErrno(error, 'EBUSY'),
    )
  })

  it('is there after a power loss, as a container that was created for it is', () => {
    prepare(SCRIPT)
    world.disk.powerLoss()
    assert.equal(world.disk.text(`${FOLDER}/cmd.sh`), '#!/bin/sh\necho hello\n')
  })

  it('is whole after a crash anywhere in the preparing of it', () => {
    const counting = world.process(0)
    prepare(SCRIPT, counting)
    for (let n = 1; n <= counting.mutations; n++) {
      for (const effect of ['crash-before', 'crash-after'] as const) {
        world = new DiskWorld()
        assert.throws(() => prepare(SCRIPT, world.process(0).plan({n, effect})), Crash)
        prepare(SCRIPT)
        assert.deepEqual(look(FOLDER), [1000, 100, 0o700])
        assert.deepEqual(look(`${FOLDER}/cmd.sh`), [1000, 100, 0o500])
        assert.equal(world.disk.text(`${FOLDER}/cmd.sh`), '#!/bin/sh\necho hello\n')
      }
    }
  })

  describe('its fence', () => {
    const fence = (attempt = 1) => work().fence(ANN, ID, attempt)
    const start = (attempt = 1): void => world.process().mkdir(`${FOLDER}/started.${attempt}`, 0o755)

    it('is none, then tells for ever whether the attempt started or is void', () => {
      assert.equal(fence(), 'none')
      prepare()
      assert.equal(fence(), 'none')
      start()
      assert.equal(fence(), 'started')
      assert.equal(work().voidAttempt(ANN, ID, 1), 'started')
      assert.equal(work().voidAttempt(ANN, ID, 2), 'void')
      assert.equal(fence(2), 'void')
      assert.throws(() => start(2), /EEXIST/)
      assert.equal(work().voidAttempt(ANN, ID, 2), 'void')
    })

    it('is decided by one name, whoever comes between', () => {
      prepare()
      const fs = world.process(0).on({call: 'link', when: 'before', act: () => start()})
      assert.equal(work(fs).voidAttempt(ANN, ID, 1), 'started')
      assert.equal(fence(), 'started')
    })

    it('is not decided where its user takes our temporary file away, and no disk is at fault', () => {
      prepare()
      const fs = meddling('link', (his, temporary) => his.unlink(temporary))
      assert.throws(
        () => work(fs).voidAttempt(ANN, ID, 1),
        error => isErrno(error, 'ENOENT'),
      )
      assert.equal(fence(), 'none')
    })

    it('that vanished while it was looked at decides nothing', () => {
      prepare()
      start()
      const fs = world.process(0)
      fs.on({
        call: 'lstat',
        n: 2,
        when: 'before',
        path: 'started.1',
        act: () => world.process().rmdir(`${FOLDER}/started.1`),
      })
      assert.equal(work(fs).voidAttempt(ANN, ID, 1), 'none')
    })

    it('once void stays void through a power loss, also where nothing had been prepared', () => {
      work().voidAttempt(ANN, ID, 1)
      world.disk.powerLoss()
      assert.equal(fence(), 'void')
    })

    it('that was made void by a killed process is on the disk before anybody relies on it', () => {
      const dying = world.process(0).plan({call: 'link', n: 1, effect: 'crash-after'})
      assert.throws(() => work(dying).voidAttempt(ANN, ID, 1), Crash)
      assert.equal(work().voidAttempt(ANN, ID, 1), 'void')
      world.disk.powerLoss()
      assert.equal(fence(), 'void')
    })

    it('is not void if that could not be made durable', () => {
      prepare()
      assert.throws(() =>
        work(world.process(0).plan({call: 'fsync', n: 1, effect: {error: 'EIO'}})).voidAttempt(ANN, ID, 1),
      )
      assert.equal(fence(), 'none')
      assert.notEqual(haltReason(world.process(), world.layout), null)
    })

    it('is unknown, not none, where the disk does not answer', () => {
      for (const error of ['EIO', 'ESTALE'])
        assert.throws(
          () => work(world.process(0).plan({call: 'lstat', n: 1, effect: {error}})).fence(ANN, ID, 1),
          thrown => isErrno(thrown, error),
        )
    })
  })

  describe('its exit file', () => {
    const exit = (text: string): number | null => {
      world.write(`${FOLDER}/started.1/exit`, text)
      return work().exitFile(ANN, ID, 1)
    }
    beforeEach(() => {
      prepare()
      world.process().mkdir(`${FOLDER}/started.1`, 0o755)
    })

    it("is the wrapper's last word", () => {
      assert.equal(work().exitFile(ANN, ID, 1), null)
      for (const [text, code] of [
        ['0\n', 0],
        ['7', 7],
        ['255\n', 255],
        ['007\n', 7],
      ] as const)
        assert.equal(exit(text), code)
    })

    it('is no word if it is anything else', () => {
      for (const text of [
        '',
        '\n',
        '256\n',
        '-1',
        '1.5',
        '0x1',
        '1 2',
        '1000',
        'done',
        ' 7',
        `1${' '.repeat(30)}`,
        '7\n\n',
      ])
        assert.equal(exit(text), null, JSON.stringify(text))
    })

    it('may have a word beside it on why nothing was run, and no other', () => {
      assert.equal(work().launchFault(ANN, ID, 1), null)
      for (const [text, fault] of [
        ['program\n', 'program'],
        ['nonsense\n', null],
        ['', null],
      ] as const) {
        world.write(`${FOLDER}/started.1/cause`, text)
        assert.equal(work().launchFault(ANN, ID, 1), fault)
      }
    })

    it('is not there for an attempt that was made void', () => {
      work().voidAttempt(ANN, ID, 2)
      assert.equal(work().exitFile(ANN, ID, 2), null)
    })

    it('is asked for again if the disk does not answer: its absence would mean that the job is lost', () => {
      exit('0')
      for (const error of ['EIO', 'EMFILE', 'ESTALE'])
        assert.throws(
          () => work(world.process(0).plan({call: 'open', n: 1, effect: {error}})).exitFile(ANN, ID, 1),
          thrown => isErrno(thrown, error),
        )
    })
  })
})

describe('the directory of a job, on the real file system', () => {
  let place: RealFolder
  beforeEach(() => {
    place = realFolder()
    mkdirSync(join(place.path, 'work'))
  })
  afterEach(() => place.remove())

  const own = {uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0}
  const work = () => {
    const durable = createDurable({fs: realFileSystem, random: tokens(''), halt: () => undefined})
    return createWorkFolder(durable, layoutOf(place.path))
  }
  const folder = (): string => join(place.path, 'work', 'u4711', '7')
  const prepare = (owner = own): string => work().prepare(uid(4711), ID, SCRIPT, owner)

  it('has the modes that were asked for, whatever the umask', () => {
    const umask = process.umask(0o777)
    try {
      mkdirSync(join(place.path, 'work', 'u4711'), {mode: 0o755})
      process.umask(0o277)
      prepare()
    } finally {
      process.umask(umask)
    }
    assert.equal(lstatSync(folder()).mode & 0o7777, 0o700)
    assert.equal(lstatSync(join(folder(), 'cmd.sh')).mode & 0o7777, 0o500)
  })

  ;(isRoot ? it : it.skip)('gives nothing away that its user puts in the place of the script', () => {
    prepare({uid: 4711, gid: 4711})
    assert.equal(lstatSync(folder()).uid, 4711)
    assert.equal(lstatSync(join(folder(), 'cmd.sh')).uid, 4711)
    const secret = join(place.path, 'secret')
    writeFileSync(secret, 'of root')
    unlinkSync(join(folder(), 'cmd.sh'))
    symlinkSync(secret, join(folder(), 'cmd.sh'))
    prepare({uid: 4711, gid: 4711})
    assert.equal(lstatSync(secret).uid, 0)
    assert.equal(readFileSync(secret, 'utf8'), 'of root')
  })

  ;(isRoot ? it : it.skip)('is not taken from a link: the folder above it belongs to the service', () => {
    mkdirSync(join(place.path, 'work', 'u4711'))
    mkdirSync(join(place.path, 'treasure'))
    symlinkSync(join(place.path, 'treasure'), folder())
    assert.throws(
      () => prepare({uid: 4711, gid: 4711}),
      error => isErrno(error, 'ELOOP'),
    )
    assert.equal(lstatSync(join(place.path, 'treasure')).uid, 0)
  })

  ;(isRoot ? it : it.skip)(
    'that its user closed to a god who is not root has started, and has no word',
    () => {
      chmodSync(place.path, 0o755)
      chownSync(join(place.path, 'work'), 4711, 4711)
      process.seteuid?.(4711)
      try {
        const mine = {uid: 4711, gid: own.gid}
        prepare(mine)
        mkdirSync(join(folder(), 'started.1'))
        writeFileSync(join(folder(), 'started.1', 'exit'), '0')
        chmodSync(folder(), 0)
        assert.equal(work().fence(uid(4711), ID, 1), 'started')
        assert.equal(work().exitFile(uid(4711), ID, 1), null)
        // His job's business: no disk has failed.
        for (const mode of [0o000, 0o100, 0o300, 0o500]) {
          chmodSync(folder(), 0o700)
          rmSync(join(folder(), 'cmd.sh'), {force: true})
          chmodSync(folder(), mode)
          assert.throws(() => prepare(mine), {code: 'EACCES'}, mode.toString(8))
          assert.throws(() => work().voidAttempt(uid(4711), ID, 2), {code: 'EACCES'}, mode.toString(8))
        }
      } finally {
        process.seteuid?.(0)
      }
    },
  )

  it('tells of every thing at the place of a fence but a folder that nothing starts there', () => {
    prepare()
    const at = (attempt: number): string => join(folder(), `started.${attempt}`)
    mkdirSync(at(1))
    writeFileSync(at(2), '')
    symlinkSync('nowhere', at(3))
    execFileSync('mkfifo', [at(4)])
    symlinkSync(at(1), at(5))
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6].map(attempt => work().fence(uid(4711), ID, attempt)),
      ['started', 'void', 'void', 'void', 'void', 'none'],
    )
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6].map(attempt => work().voidAttempt(uid(4711), ID, attempt)),
      ['started', 'void', 'void', 'void', 'void', 'void'],
    )
  })

  it('reads no exit code through a link or a pipe', () => {
    prepare()
    const fence = join(folder(), 'started.1')
    mkdirSync(fence)
    const exit = (): number | null => work().exitFile(uid(4711), ID, 1)
    writeFileSync(join(place.path, 'seven'), '7')
    symlinkSync(join(place.path, 'seven'), join(fence, 'exit'))
    assert.equal(exit(), null)
    unlinkSync(join(fence, 'exit'))
    execFileSync('mkfifo', [join(fence, 'exit')])
    assert.equal(exit(), null)
    unlinkSync(join(fence, 'exit'))
    writeFileSync(join(fence, 'exit'), '7')
    if (isRoot) chownSync(join(fence, 'exit'), 4711, 4711)
    assert.equal(exit(), 7)
  })

  it("reads no exit code of another one's directory, to which the fence is a link", () => {
    prepare()
    const other = join(place.path, 'other')
    mkdirSync(other)
    writeFileSync(join(other, 'exit'), '0')
    for (const target of [other, '../../../other']) {
      symlinkSync(target, join(folder(), 'started.1'))
      assert.equal(work().exitFile(uid(4711), ID, 1), null, target)
      unlinkSync(join(folder(), 'started.1'))
    }
    mkdirSync(join(folder(), 'started.1'))
    writeFileSync(join(folder(), 'started.1', 'exit'), '0')
    assert.equal(work().exitFile(uid(4711), ID, 1), 0)
  })
})
