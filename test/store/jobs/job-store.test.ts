/** Job records: what is published is read, one of several publishers wins, and what is damaged stops no other job. */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {epoch, type JobId, jobId, rev} from '../../../src/core/brand.js'
import {GodError} from '../../../src/core/errors.js'
import type {JobRecord} from '../../../src/core/job.js'
import type {Change} from '../../../src/core/outcome.js'
import {type Author, encodeRecord, type JobStore, type Stored} from '../../../src/store/jobs/job-store.js'
import {encode, sha256} from '../../../src/store/jobs/record-codec.js'
import {aRecord} from '../../core/builders.js'
import type {DiskProcess} from '../../support/disk-process.js'
import {author, DiskWorld} from '../disk/disk-world.js'

const HOLD: Change = {state: 'held'}
const RELEASE: Change = {state: 'pending'}
const ID = jobId(7)

describe('the job store', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })
  const store = (fs?: DiskProcess): JobStore => world.jobs(fs)
  const first = (id: number = ID, over: Partial<JobRecord> = {}): JobRecord =>
    aRecord({id: jobId(id), rev: rev(1), ...over})
  const path = (r: number, id: number = ID): string => join(world.layout.bucket(id), `${id}.${r}.json`)
  const read = (id: JobId = ID): Stored => store().read(id) ?? assert.fail(`no job ${id}`)
  const next = (change: Change = HOLD, by: Author = author(), fs?: DiskProcess): Stored | null =>
    store(fs).publishNext(read(), change, by, 'now')

  describe('publishes', () => {
    it('the first revision as it will be read, for all to see', () => {
      assert.equal(store().publishFirst(first(), 'now'), 'won')
      assert.deepEqual(read().record, first())
      assert.equal(read().sha256, sha256(world.bytes(path(1))))
      assert.equal(world.process().lstat(path(1)).mode, 0o644)
      assert.deepEqual(Buffer.from(world.bytes(path(1))), Buffer.from(encodeRecord(first())))
    })

    it('the first revision once', () => {
      store().publishFirst(first(), 'now')
      assert.equal(store().publishFirst(first(ID, {name: 'other'}), 'now'), 'taken')
      assert.equal(read().record.name, 'train')
    })

    it('the next revision on the one that was read, and says by whom', () => {
      store().publishFirst(first(ID, {epoch: epoch(3)}), 'now')
      const base = read()
      const held = next(HOLD, author('u1000', epoch(5)))
      assert.deepEqual(held?.record, {
        ...base.record,
        state: 'held',
        rev: 2,
        epoch: 5,
        by: 'u1000',
        prev: {rev: 1, sha256: base.sha256},
      })
      assert.deepEqual(read(), held)
      // Who speaks for no scheduler takes nothing from the epoch.
      assert.equal(next(RELEASE, author('watcher', epoch(0)))?.record.epoch, 5)
    })

    it('nothing for those who are late: they read again', () => {
      store().publishFirst(first(), 'now')
      const base = read()
      assert.notEqual(store().publishNext(base, HOLD, author(), 'now'), null)
      assert.equal(store().publishNext(base, {state: 'killed'}, author(), 'now'), null)
      assert.equal(read().record.state, 'held')
      assert.deepEqual(world.temporaries(), [])
    })

    it('nothing for a scheduler that was fenced meanwhile', () => {
      store().publishFirst(first(), 'now')
      const fenced: Author = {
        ...author(),
        check: () => {
          throw new GodError('E_FENCED', 'a younger one')
        },
      }
      assert.throws(() => next(HOLD, fenced), /younger/)
      assert.equal(read().record.rev, 1)
    })

    it('nothing that the table of states does not allow', () => {
      store().publishFirst(first(), 'now')
      assert.throws(
        () => next({state: 'running'}),
        error =>
          error instanceof GodError &&
          error.code === 'E_BUG' &&
          /running cannot follow pending/.test(error.message),
      )
      assert.equal(read().record.rev, 1)
    })

    it('durably: at once, or with all that is pending', () => {
      store().publishFirst(first(), 'now')
      world.disk.powerLoss()
      assert.equal(read().record.rev, 1)
      store().publishNext(read(), HOLD, author(), 'now')
      const lazy = world.process()
      store(lazy).publishNext(read(), RELEASE, author(), 'later')
      assert.equal(lazy.counts.get('fsyncDir'), 1, 'the parent alone')
      world.disk.powerLoss()
      assert.equal(read().record.rev, 2)
    })

    it('durably in a folder that a killed process had made', () => {
      world.process().mkdir(world.layout.bucket(ID), 0o755)
      store().publishFirst(first(), 'now')
      world.disk.powerLoss()
      assert.equal(read().record.rev, 1)
    })

    it('and settles what a killed process had published', () => {
      const dying = world.process().plan({call: 'link', n: 1, effect: 'crash-after'})
      assert.throws(() => store(dying).publishFirst(first(), 'now'))
      store().settle(ID, 'now')
      world.disk.powerLoss()
      assert.equal(read().record.rev, 1)
    })
  })

  describe('reads', () => {
    it('nothing where there is no such job', () => {
      assert.equal(store().read(ID), null)
      store().publishFirst(first(77), 'now')
      store().publishFirst(first(707), 'now')
      assert.equal(store().read(ID), null)
      assert.deepEqual(store().history(ID), [])
    })

    it('the highest revision by number', () => {
      store().publishFirst(first(), 'now')
      for (let r = 2; r <= 12; r++) next(r % 2 === 0 ? HOLD : RELEASE)
      assert.equal(read().record.rev, 12)
      assert.equal(store().all()[0]?.record.rev, 12)
    })

    it('a job that a listing does not show: its first revision is looked for by name', () => {
      store().publishFirst(first(), 'now')
      const fs = world.process()
      let hidden: ReturnType<typeof world.disk.lookup> = null
      const bucket = world.disk.lookup(world.layout.bucket(ID))
      const hide = (): void => {
        hidden = bucket?.names.get('7.1.json') ?? null
        bucket?.names.delete('7.1.json')
      }
      const show = (): void => {
        if (hidden !== null) bucket?.names.set('7.1.json', hidden)
      }
      fs.on({call: 'readdir', path: '/jobs/live', when: 'before', act: hide})
      fs.on({call: 'readdir', path: '/jobs/live', when: 'after', act: show})
      assert.equal(store(fs).read(ID)?.record.rev, 1)
    })

    it('all live jobs by their ids, from every bucket', () => {
      for (const id of [1500, 3, 20, 999, 1000]) store().publishFirst(first(id), 'now')
      world.write('/god/jobs/live/README', 'no bucket')
      world.process().mkdir('/god/jobs/live/x', 0o755)
      world.write(`${world.layout.bucket(3)}/.t.1`, 'temporary')
      world.write(`${world.layout.bucket(3)}/03.1.json`, 'no name of ours')
      assert.deepEqual(
        store()
          .all()
          .map(({record}) => Number(record.id)),
        [3, 20, 999, 1000, 1500],
      )
    })

    it('a job once that has a file in another bucket too', () => {
      store().publishFirst(first(), 'now')
      next()
      world.process().mkdir(world.layout.bucket(1000), 0o755)
      world.write(`${world.layout.bucket(1000)}/7.1.json`, Buffer.from(world.bytes(path(1))))
      assert.deepEqual(
        store()
          .all()
          .map(({record}) => `${record.id} ${record.rev} ${record.state}`),
        ['7 2 held'],
      )
    })

    it('all live jobs again without opening what it has read', () => {
      for (const id of [1, 2, 3]) store().publishFirst(first(id), 'now')
      const fs = world.process()
      const one = store(fs)
      const before = one.all()
      fs.plan({call: 'open', path: '/jobs/live/0/', n: 1, effect: {error: 'EIO', from: true}})
      assert.deepEqual(one.all(), before)
    })

    it('what others published since', () => {
      for (const id of [1, 2]) store().publishFirst(first(id), 'now')
      const one = store()
      one.all()
      store().publishNext(read(jobId(2)), HOLD, author(), 'now')
      store().publishFirst(first(3), 'now')
      assert.deepEqual(
        one.all().map(({record}) => record.state),
        ['pending', 'held', 'pending'],
      )
    })

    it('the history of a job with the times of its files', () => {
      store().publishFirst(first(), 'now')
      const [t1] = [world.clock.now()]
      world.clock.advance(5000)
      next(HOLD)
      assert.deepEqual(
        store()
          .history(ID)
          .map(({record, writtenAt}) => [record.state, writtenAt]),
        [
          ['pending', t1],
          ['held', t1 + 5000],
        ],
      )
    })

    it('in its history no revision that is damaged', () => {
      store().publishFirst(first(), 'now')
      next(HOLD)
      next(RELEASE)
      world.write(path(2), 'torn')
      assert.deepEqual(
        store()
          .history(ID)
          .map(({record}) => Number(record.rev)),
        [1, 3],
      )
    })
  })

  describe('right before a start', () => {
    it('knows whether a revision is the newest, by opening and never by listing', () => {
      store().publishFirst(first(), 'now')
      const base = read()
      const blind = world
        .process()
        .plan({call: 'readdir', path: '/live', n: 1, effect: {error: 'EIO', from: true}})
      assert.equal(store(blind).isCurrent(base), true)
      next(HOLD)
      assert.equal(store(blind).isCurrent(base), false)
    })

    it('knows of a job that is gone, or packed', () => {
      store().publishFirst(first(), 'now')
      const base = read()
      world.packed(1, ID)
      assert.equal(store().isCurrent(base), false)
      world = new DiskWorld()
      assert.equal(store().isCurrent(base), false)
    })
  })

  describe('puts into quarantine', () => {
    beforeEach(() => {
      store().publishFirst(first(), 'now')
      store().publishFirst(first(8), 'now')
      next(HOLD)
    })
    const kept = (): string[] => world.disk.files('/god/quarantine').filter(name => name.endsWith('.why'))
    const why = (): string => world.disk.text(kept()[0] ?? '') ?? ''
    const flipped = (): Uint8Array => {
      const bytes = Buffer.from(world.bytes(path(2)))
      bytes[40] = (bytes[40] ?? 0) ^ 1
      return bytes
    }
    const record = (over: Partial<JobRecord>): Uint8Array =>
      encodeRecord({...read().record, prev: {rev: rev(1), sha256: sha256(world.bytes(path(1)))}, ...over})

    const damages: readonly (readonly [string, () => Uint8Array | string, RegExp])[] = [
      ['empty', () => '', /checksum is missing/],
      ['torn', () => world.bytes(path(2)).subarray(0, 100), /checksum is missing/],
      ['flipped in one bit', flipped, /checksum does not fit|not UTF-8/],
      ['of another job', () => record({id: jobId(8)}), /of another job or revision/],
      ['of another number', () => record({rev: rev(3)}), /of another job or revision/],
      ['not of its form', () => encode({...read().record, nice: 'no'}), /nice/],
      ['a step that no job may make', () => record({state: 'running'}), /running cannot follow pending/],
      [
        'published on other bytes',
        () => record({prev: {rev: rev(1), sha256: 'f'.repeat(64)}}),
        /another predecessor/,
      ],
      ['published on nothing', () => record({prev: null}), /another predecessor/],
    ]
    for (const [what, bytes, expected] of damages) {
      it(`a revision that is ${what}; the one before it counts, and the job goes on`, () => {
        world.write(path(2), bytes())
        assert.equal(read().record.rev, 1)
        assert.match(why(), expected)
        assert.ok(!world.exists(path(2)))
        assert.equal(next({state: 'killed', ended: world.clock.now()})?.record.rev, 2)
        assert.deepEqual(
          store()
            .all()
            .map(job => job.record.state),
          ['killed', 'pending'],
        )
        assert.equal(kept().length, 1)
      })
    }

    it('the whole of a job that is damaged in its first revision alone; the others run on', () => {
      world.write(path(1, 8), 'torn')
      assert.equal(store().read(jobId(8)), null)
      assert.deepEqual(
        store()
          .all()
          .map(job => Number(job.record.id)),
        [7],
      )
    })

    it('nothing of a job whose damage lies below what counts: that was published in time', () => {
      world.write(path(1), 'torn')
      assert.equal(read().record.rev, 2)
      assert.equal(next(RELEASE)?.record.rev, 3)
      assert.deepEqual(kept(), [])
    })

    it('nothing of a packed job, whatever it looks like: the manifest is asked first', () => {
      world.packed(1, ID)
      world.write(path(2), 'torn')
      assert.equal(store().read(ID), null)
      assert.deepEqual(
        store()
          .all()
          .map(job => Number(job.record.id)),
        [8],
      )
      assert.deepEqual(kept(), [])
      assert.equal(world.disk.text(path(2)), 'torn')
    })

    it('nothing of a job that is packed between the listing and the look', () => {
      world.write(path(2), 'torn')
      const fs = world
        .process()
        .on({call: 'open', path: '7.2.json', when: 'before', act: () => world.packed(1, ID)})
      assert.equal(store(fs).read(ID), null)
      assert.deepEqual(kept(), [])
    })

    it('nothing before a damaged manifest is cured', () => {
      world.write('/god/jobs/done/MANIFEST.1', 'torn')
      world.write(path(2), 'torn')
      assert.throws(
        () => store().read(ID),
        error => error instanceof GodError && error.code === 'E_DIR_BAD',
      )
      assert.throws(() => store().all(), GodError)
      assert.deepEqual(kept(), [])
    })

    it('only the file that it read: what another one published there meanwhile stays', () => {
      world.write(path(2), 'torn')
      const slow = world.process()
      slow.on({
        call: 'lstat',
        path: '7.2.json',
        when: 'before',
        act: () => {
          assert.equal(next({state: 'killed', ended: world.clock.now()})?.record.rev, 2)
        },
      })
      assert.equal(store(slow).read(ID)?.record.rev, 1, 'a look that is old, and does no harm')
      assert.equal(read().record.state, 'killed')
    })

    it('nothing if it may only look: the damaged revision does not count all the same', () => {
      world.write(path(2), 'torn')
      const reader = world
        .process(4711)
        .plan({call: 'open-create', n: 1, effect: {error: 'EACCES', from: true}})
      assert.equal(store(reader).read(ID)?.record.rev, 1)
      assert.equal(world.disk.text(path(2)), 'torn')
    })
  })

  it('does not call a job absent because the disk fails', () => {
    store().publishFirst(first(), 'now')
    for (const call of ['readdir', 'open', 'read', 'fstat']) {
      const sick = () => world.process().plan({call, n: 1, effect: {error: 'EIO', from: true}})
      assert.throws(() => store(sick()).read(ID), call)
      if (call === 'read') assert.ok(store(sick()).live().unread.has(ID))
      else assert.throws(() => store(sick()).all(), call)
    }
  })
})
