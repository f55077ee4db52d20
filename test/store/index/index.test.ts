/** The index (state.md 11): exact or not believed, cheap to read, in nobody's way. */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {type JobId, jobId, rev, uid} from '../../../src/core/brand.js'
import type {JobRecord} from '../../../src/core/job.js'
import {encodeIndex} from '../../../src/store/index/index-codec.js'
import {encodeRecord, type JobStore} from '../../../src/store/jobs/job-store.js'
import {aRecord} from '../../core/builders.js'
import {Crash, type DiskProcess, type Fault, isMutating} from '../../support/disk-process.js'
import {indexFaults} from '../../support/index-faults.js'
import {author, DiskWorld} from '../disk/disk-world.js'

/** More than the clock's grain. */
const QUIET = 2000

describe('the index', () => {
  let world: DiskWorld
  let last: number
  beforeEach(() => {
    world = new DiskWorld()
    last = 0
  })

  const store = (fs: DiskProcess = world.process()): JobStore => world.jobs(fs, world.random, world.disk.boot)
  const add = (count = 1, over: Partial<JobRecord> = {}): void => {
    for (let i = 0; i < count; i++)
      store().publishFirst(aRecord({id: jobId(++last), rev: rev(1), ...over}), 'now')
  }
  const change = (id: number, state: 'held' | 'pending' = 'held'): void => {
    const base = store().read(jobId(id)) ?? assert.fail()
    assert.notEqual(store().publishNext(base, {state}, author(), 'now'), null)
  }
  /** As a pass of the service does at its end. */
  const refresh = (fs?: DiskProcess, ahead = 0): void => {
    const one = store(fs)
    one.live()
    one.refreshIndex(world.random, world.clock.now() + ahead)
  }
  const fresh = (): void => {
    world.clock.advance(QUIET)
    refresh()
  }
  const nothingDiffers = (lasting: readonly JobStore[] = []): void =>
    assert.deepEqual(indexFaults(world, lasting), [])
  const file = (bucket = 0): string => world.layout.indexFile(bucket)
  const recordPath = (id: number, r: number): string => join(world.layout.bucket(id), `${id}.${r}.json`)

  /** Names of what is opened while it acts. */
  const opened = (act: (one: JobStore) => unknown): readonly string[] => {
    const paths: string[] = []
    const fs = world.process()
    const {open} = fs
    fs.open = (path, flag, mode) => {
      paths.push(path)
      return open.call(fs, path, flag, mode)
    }
    act(store(fs))
    return paths
  }
  const recordsOpened = (act: (one: JobStore) => unknown): number =>
    opened(act).filter(path => path.startsWith(`${world.layout.live}/`) && path.endsWith('.json')).length

  describe('tells a reader without memory all that is live', () => {
    it('though he opens no record and lists no bucket', () => {
      add(3)
      add(2, {uid: uid(1001), user: 'bob'})
      change(2)
      const truth = store().all()
      fresh()
      assert.deepEqual(
        [truth.length, recordsOpened(one => one.all()), recordsOpened(one => one.ofUser(uid(1001)))],
        [5, 0, 0],
      )
      nothingDiffers()
    })

    it('and nothing of a revision that was set aside, when its number came back with other content', () => {
      add(1)
      change(1, 'held')
      fresh()
      world.write(recordPath(1, 2), 'damaged')
      assert.equal(store().read(jobId(1))?.record.rev, 1)
      const base = store().read(jobId(1)) ?? assert.fail()
      assert.notEqual(store().publishNext(base, {state: 'killed'}, author(), 'now'), null)
      assert.deepEqual(
        store()
          .all()
          .map(({record}) => record.state),
        ['killed'],
      )
      nothingDiffers()
    })

    it('and so it is for a reader who remembers that revision, and was away meanwhile', () => {
      add(2)
      change(1, 'held')
      const lasting = [store(), store()]
      const [byRecord, byIndex] = lasting
      byRecord?.all()
      fresh()
      byIndex?.all()
      world.write(recordPath(1, 2), 'damaged')
      const base = store().read(jobId(1)) ?? assert.fail()
      assert.notEqual(store().publishNext(base, {state: 'killed'}, author(), 'now'), null)
      for (const one of lasting)
        assert.deepEqual(
          one.all().map(({record}) => record.state),
          ['killed', 'pending'],
        )
      nothingDiffers(lasting)
    })

    it('and only what changed since is opened', () => {
      add(50)
      fresh()
      change(7)
      add()
      // Revision 2 and the one before it, and the new job.
      assert.equal(
        recordsOpened(one => one.all()),
        3,
      )
      nothingDiffers()
    })

    it('and of one user his rows alone are read', () => {
      add(200)
      add(1, {uid: uid(1001), user: 'bob'})
      fresh()
      let bytes = 0
      const fs = world.process()
      const {read} = fs
      fs.read = (fd, buffer, position) => {
        const n = read.call(fs, fd, buffer, position)
        bytes += n
        return n
      }
      assert.deepEqual(
        store(fs)
          .ofUser(uid(1001))
          .map(({record}) => record.id),
        [201],
      )
      assert.ok(bytes < world.bytes(file()).length / 2, `${bytes} bytes read`)
    })

    it('records of other form and with other users between them too', () => {
      add(1, {labels: {a: 'ü'}, reason: {code: 'x', text: 'y'}, walltime: 5, name: '\u2028"'})
      add(1, {uid: uid(1001)})
      add(1)
      world.write(
        recordPath(4, 1),
        encodeRecord(
          Object.fromEntries(Object.entries(aRecord({id: jobId(4), rev: rev(1)})).reverse()) as never,
        ),
      )
      fresh()
      assert.equal(
        recordsOpened(one => assert.equal(one.all().length, 4)),
        0,
      )
      nothingDiffers()
    })
  })

  describe('is exact', () => {
    it('only if the folder had its stamp two seconds before, by the clock of the file system', () => {
      add(3)
      const rested = (): boolean => {
        refresh(undefined, 60_000)
        return recordsOpened(one => one.all()) === 0
      }
      assert.equal(rested(), false)
      world.clock.advance(QUIET - 1)
      assert.equal(rested(), false)
      world.clock.advance(1)
      assert.equal(rested(), true)
    })

    it('never for a stamp that a change after the listing may get', () => {
      // So many that the file is written at once.
      add(100)
      refresh(undefined, 60_000)
      assert.ok(world.exists(file()))
      change(7)
      nothingDiffers()
      add()
      nothingDiffers()
    })

    it('no more after a change, whoever made it', () => {
      add(3)
      fresh()
      const lasting = store()
      lasting.all()
      for (const act of [() => change(1), () => add(), () => world.process().unlink(recordPath(3, 1))]) {
        world.clock.advance(1)
        act()
        nothingDiffers([lasting])
      }
    })

    it('for no other folder than the one that was listed', () => {
      add(3)
      fresh()
      const {mtimeMs} = world.process().lstat(world.layout.bucket(1))
      const moved = world.disk.make('folder', 0o755, 0, 0)
      moved.mtimeMs = mtimeMs
      world.disk.lookup(world.layout.live)?.names.set('0', moved)
      assert.deepEqual(store().all(), [])
    })

    it('and costs a process that has read it before no listing', () => {
      add(3)
      fresh()
      const fs = world.process()
      const one = store(fs)
      const before = one.live()
      fs.plan({call: 'readdir', path: world.layout.bucket(1), n: 1, effect: {error: 'EIO', from: true}})
      assert.equal(one.live(), before)
      assert.equal(one.all(), before.all)
    })
  })

  it('keeps the lists of a process as they are, but for the buckets that changed', () => {
    add(1)
    last = 1000
    add(2)
    fresh()
    const one = store()
    const before = one.live()
    change(1001)
    const after = one.live()
    assert.equal(after.buckets[0], before.buckets[0])
    assert.notEqual(after.buckets[1], before.buckets[1])
    assert.equal(after.get(jobId(1001))?.record.state, 'held')
    assert.deepEqual(
      [1, 1002, 1003, 5000].map(id => after.get(jobId(id))?.record.id),
      [1, 1002, undefined, undefined],
    )
  })

  it('hides no job that was packed, and shows none', () => {
    add(3)
    fresh()
    const lasting = store()
    lasting.all()
    world.packed(1, 2)
    nothingDiffers([lasting])
    assert.deepEqual(
      lasting.all().map(({record}) => record.id),
      [1, 3],
    )
  })

  describe('only proposes:', () => {
    const HELD = {state: 'held'} as const

    it('what is published on a row is published on the bytes of its revision', () => {
      add(2)
      fresh()
      const one = store()
      const [first] = one.all()
      assert.ok(first?.proposed)
      const next = one.publishNext(first, HELD, author(), 'now')
      assert.deepEqual([next?.record.rev, next?.proposed], [2, undefined])
      nothingDiffers([one])
    })

    it('a row whose revision was damaged since wins nothing, and the damage is set aside', () => {
      add(2)
      fresh()
      const one = store()
      const [first] = one.all()
      assert.ok(first !== undefined)
      const node = world.disk.lookup(recordPath(1, 1)) ?? assert.fail()
      node.bytes = Buffer.from(node.bytes).fill('x', 30, 31)
      assert.equal(one.publishNext(first, HELD, author(), 'now'), null)
      assert.equal(world.disk.files('/god/quarantine').length, 2)
      assert.equal(one.read(jobId(1)), null)
      nothingDiffers([one])
    })

    it('and a single job is read from its own file', () => {
      add(2)
      fresh()
      const one = store()
      one.all()
      const node = world.disk.lookup(recordPath(2, 1)) ?? assert.fail()
      node.bytes = Buffer.from('damaged')
      assert.deepEqual([one.read(jobId(1))?.proposed, one.read(jobId(2))], [undefined, null])
    })
  })

  describe('is not believed', () => {
    /** Where it says something else than the records, a reader who believes it tells. */
    const lie = (): Uint8Array => {
      add(3, {name: 'before'})
      fresh()
      return world.bytes(file())
    }

    it('when any byte of it is another one', () => {
      const bytes = lie()
      for (let at = 0; at < bytes.length; at += 3) {
        const flipped = Buffer.from(bytes)
        flipped[at] = (flipped[at] ?? 0) ^ 4
        world.write(file(), flipped)
        nothingDiffers()
      }
    })

    it('when it is cut off anywhere, or empty', () => {
      const bytes = lie()
      for (let length = 0; length < bytes.length; length += 7) {
        world.write(file(), bytes.subarray(0, length))
        nothingDiffers()
      }
    })

    it('when it is of another bucket, another boot, or no file at all', () => {
      const bytes = lie()
      last = 1000
      add(3)
      fresh()
      world.write(file(1), bytes)
      nothingDiffers()
      world.disk.syncAll()
      world.disk.powerLoss()
      assert.equal(
        recordsOpened(one => one.all()),
        6,
      )
      world.process().unlink(file(1))
      world.process().mkdir(file(1), 0o755)
      nothingDiffers()
    })

    it('when its checksums are right and what they sum up is not', () => {
      lie()
      const stamp = {ino: 1, mtimeMs: 1}
      const head = {bucket: 0, stamp, exact: true, boot: world.disk.boot}
      const one = {record: aRecord({id: jobId(1)}), sha256: 'f'.repeat(64)}
      for (const wrong of [
        {...one, sha256: 'short'},
        {...one, record: {...one.record, id: jobId(1001)}},
        {...one, record: {...one.record, id: 'x' as never}},
        {...one, record: {...one.record, rev: rev(0)}},
        {...one, record: {...one.record, state: 'odd' as never}},
      ]) {
        const folder = world.process().lstat(world.layout.bucket(1))
        world.write(
          file(),
          encodeIndex({...head, stamp: {ino: folder.ino, mtimeMs: folder.mtimeMs}}, [one, wrong]),
        )
        nothingDiffers()
      }
    })
  })

  describe('is in nobody’s way', () => {
    it('when it is gone, at any moment', () => {
      add(3)
      fresh()
      const lasting = store()
      lasting.all()
      const fs = world.process()
      for (const path of world.disk.files(world.layout.index)) fs.unlink(path)
      fs.rmdir(world.layout.index)
      nothingDiffers([lasting])
      change(2)
      fresh()
      assert.ok(world.exists(file()))
      nothingDiffers([lasting])
    })

    it('when its writer is killed at any step, or the disk fails him there', () => {
      const steps = (fault?: Fault): DiskProcess => {
        world = new DiskWorld()
        last = 0
        add(3)
        fresh()
        change(2)
        world.clock.advance(QUIET)
        const fs = world.process()
        if (fault !== undefined) fs.plan(fault)
        try {
          refresh(fs)
        } catch (error) {
          assert.ok(error instanceof Crash || fault !== undefined)
        }
        return fs
      }
      const {mutations} = steps()
      assert.ok(mutations >= 5, `${mutations} steps`)
      for (let n = 1; n <= mutations; n++)
        for (const effect of [
          'crash-before',
          'crash-after',
          'short',
          {error: 'ENOSPC'},
          {error: 'EIO'},
        ] as const) {
          const fs = steps({n, effect})
          assert.equal(fs.fired, 1)
          nothingDiffers()
          if (typeof effect === 'object' && !fs.firedAt.startsWith('unlink'))
            assert.deepEqual(world.temporaries(), [])
          fresh()
          assert.equal(
            recordsOpened(one => one.all()),
            0,
            `${n} ${String(effect)}`,
          )
        }
    })

    it('when jobs change and others write it between any two calls of its writer', () => {
      const calls: string[] = []
      const refreshed = (act?: {readonly call: string; readonly n: number}): void => {
        world = new DiskWorld()
        last = 0
        add(3)
        world.clock.advance(QUIET)
        const fs = world.process()
        const {mutate} = fs
        let n = 0
        fs.mutate = (call, path, run) => {
          n++
          if (act === undefined) calls.push(call)
          if (act?.n === n) {
            change(2)
            add()
            fresh()
          }
          return mutate.call(fs, call, path, run) as never
        }
        refresh(fs)
        nothingDiffers()
        world.clock.advance(QUIET)
        nothingDiffers()
      }
      refreshed()
      for (const [i, call] of calls.entries()) refreshed({call, n: i + 1})
      assert.ok(calls.filter(isMutating).length > 3)
    })

    it('when it may not be read', () => {
      add(3)
      fresh()
      const fs = world
        .process()
        .plan({call: 'open', path: '/index/', n: 1, effect: {error: 'EACCES', from: true}})
      assert.equal(store(fs).all().length, 3)
    })
  })

  it('is written by no more than is worth it: nothing at rest, and a bucket in motion only if much of it is new', () => {
    add(3)
    refresh(undefined, 60_000)
    assert.equal(world.exists(file()), false)
    fresh()
    const idle = world.process()
    refresh(idle, 60_000)
    assert.equal(idle.mutations, 0)
    for (const tooFew of [15, 15]) {
      const bytes = world.bytes(file())
      add(tooFew)
      refresh()
      assert.equal(world.bytes(file()), bytes)
      add()
      refresh()
      assert.notEqual(world.bytes(file()), bytes)
      nothingDiffers()
      add(200)
      refresh()
    }
  })

  it('is written a part at a time, until all is in it', () => {
    for (let bucket = 0; bucket < 70; bucket++) {
      last = bucket * 1000
      add()
    }
    const files = (): number => world.disk.files(world.layout.index).length
    fresh()
    assert.equal(files(), 64)
    refresh()
    assert.equal(files(), 70)
    nothingDiffers()
  })

  it('that another process wrote meanwhile is taken over', () => {
    add(3)
    const slow = store()
    slow.live()
    fresh()
    const before = world.bytes(file())
    slow.refreshIndex(world.random, world.clock.now())
    assert.equal(world.bytes(file()), before)
    const one = slow.live()
    assert.equal(slow.live(), one)
  })

  it('is of no meaning where a directory has none', () => {
    add(3)
    const one = world.jobs()
    one.live()
    world.clock.advance(QUIET)
    one.refreshIndex(world.random, world.clock.now())
    assert.deepEqual(world.disk.files(world.layout.index), [])
    assert.equal(one.all().length, 3)
  })

  it('lets go of a bucket that is gone', () => {
    add(3)
    fresh()
    const one = store()
    one.all()
    for (const id of [1, 2, 3]) world.process().unlink(recordPath(id, 1))
    world.process().rmdir(world.layout.bucket(1))
    assert.deepEqual([one.all(), one.ofUser(uid(1000)), one.read(1 as JobId)], [[], [], null])
  })
})
