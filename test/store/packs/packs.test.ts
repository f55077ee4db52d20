/** Reading packed jobs: what ended lately, ranges, the newest; damage; and manifests that overtake a reader. */
import assert from 'node:assert/strict'
import {jobId, uid} from '../../../src/core/brand.js'
import {mergeSegments} from '../../../src/store/packs/merge-segments.js'
import {dropOutdated} from '../../../src/store/packs/retention.js'
import {BadSector} from '../../support/bad-sector.js'
import {aPacked, aResult, DAY, NOON, PackWorld, sealedRecord, someJobs} from './some-packed.js'

const LINES = '/god/jobs/done/2026/05-31.1.ndjson'
const INDEX = '/god/jobs/done/2026/05-31.1.idx'
const SPECS = '/god/jobs/done/2026/05-31.1.spec.ndjson.gz'
const ARRAY = sealedRecord(50, NOON, {sealed: false, state: 'pending', ended: null})
const ids = (jobs: readonly {readonly id: number}[]): number[] => jobs.map(({id}) => id)

describe('packed jobs', () => {
  let world: PackWorld
  beforeEach(() => {
    world = new PackWorld()
  })

  it('that ended since a moment are told, and no file of an earlier segment is read for it', () => {
    world.pack({jobs: [...someJobs([1, 2, 3], NOON), ...someJobs([7, 8], NOON - DAY)]})
    const fs = world.process()
    fs.plan({call: 'open', path: '05-30', n: 1, effect: {error: 'EIO', from: true}})
    assert.deepEqual(ids(world.packs(fs).endedSince(NOON + 1000)).sort(), [2, 3])
    assert.deepEqual(ids(world.packs().endedSince(NOON - DAY)).sort(), [1, 2, 3, 7, 8])
    assert.deepEqual(ids(world.packs().endedSince(NOON + DAY)), [])
  })

  it('that ended last are told, the newest first, and of older segments no file is read for them', () => {
    world.pack({jobs: [...someJobs([1, 2, 3], NOON), ...someJobs([7, 8], NOON - DAY)]})
    world.pack({jobs: [...someJobs([20], NOON + 500), ...someJobs([21], NOON - DAY + 500)]})
    const newest = (most: number, fs = world.process()): unknown => {
      const {jobs, more} = world.packs(fs).lately({since: NOON - DAY, most, mayBe: () => true})
      return [ids(jobs), more]
    }
    const fs = world.process()
    fs.plan({call: 'open', path: '05-30', n: 1, effect: {error: 'EIO', from: true}})
    assert.deepEqual(newest(1, fs), [[3], true])
    assert.deepEqual(newest(3, fs), [[3, 2, 20], true])
    assert.equal(fs.fired, 0)
    assert.deepEqual(newest(5), [[3, 2, 20, 1, 8], true])
    assert.deepEqual(newest(7), [[3, 2, 20, 1, 8, 21, 7], false])
    const [jobs, more] = newest(100) as [number[], boolean]
    assert.deepEqual([[...jobs].sort((a, b) => a - b), more], [[1, 2, 3, 7, 8, 20, 21], false])
  })

  it('may be asked of by the bytes of their lines first', () => {
    world.pack({
      jobs: [1, 2, 3].map(id => ({job: aPacked(id, NOON, {uid: uid(1000 + (id % 2))}), spec: null})),
    })
    const mine = (line: Uint8Array): boolean => Buffer.from(line).includes('"uid":1001,"gid":')
    const {jobs} = world.packs().lately({since: 0, most: 9, mayBe: mine})
    assert.deepEqual(ids(jobs).sort(), [1, 3])
  })

  it('are looked for line by line only in segments that have the bytes in question', () => {
    for (const [id, name] of ['one', 'other', 'one'].entries())
      world.pack({jobs: [{job: aPacked(id + 1, NOON + id, {name}), spec: null}]})
    const asked: number[] = []
    const mayBe = (line: Uint8Array): boolean => {
      asked.push(JSON.parse(Buffer.from(line).toString()).id)
      return true
    }
    for (const since of [0, NOON + 1]) {
      const {jobs} = world.packs().lately({since, most: 9, mayBe, holds: Buffer.from('"name":"one"')})
      assert.deepEqual(ids(jobs), since === 0 ? [3, 1] : [3])
    }
    assert.ok(!asked.includes(2))
  })

  it('are found by ranges of ids, across segments, without the lines of tasks', () => {
    world.pack({jobs: someJobs([1, 4]), arrays: [{array: ARRAY, results: [aResult(50, 1, NOON)]}]})
    world.pack({jobs: someJobs([2, 3, 60])})
    assert.deepEqual(ids(world.packs().between(jobId(2), jobId(50))), [2, 3, 4])
  })

  it('are found from the newest backward, as far as one looks', () => {
    const many = Array.from({length: 1300}, (_, i) => i + 1)
    world.pack({
      jobs: many.map(id => ({job: aPacked(id, NOON + id, {uid: uid(id === 7 ? 7 : 1000)}), spec: null})),
    })
    const ofSeven = (line: Uint8Array): boolean => Buffer.from(line).includes('"uid":7,"gid":')
    const any = (): boolean => true
    const packs = world.packs()
    assert.equal(packs.last(jobId(5000), 10, any)?.id, 1300)
    assert.equal(packs.last(jobId(1200), 10, any)?.id, 1200)
    assert.equal(packs.last(jobId(5000), 5000, ofSeven)?.id, 7)
    assert.equal(packs.last(jobId(5000), 600, ofSeven), null)
    assert.equal(packs.last(jobId(6), 600, ofSeven), null)
    assert.equal(new PackWorld().packs().last(jobId(6), 600, any), null)
  })

  describe('when something is damaged', () => {
    beforeEach(() => {
      world.pack({jobs: someJobs([1, 2, 3]), arrays: [{array: ARRAY, results: [aResult(50, 1, NOON)]}]})
    })
    const bad = {code: 'E_RECORD_BAD'}

    it('a flipped byte in a line costs that job alone', () => {
      world.spoil(LINES, bytes => Buffer.from(bytes.toString().replace('"id":2,"rev":4', '"id":2,"rev":5')))
      assert.throws(() => world.packs().job(jobId(2)), {
        ...bad,
        message: /job 2 was packed, .*checksum does not fit/,
      })
      assert.equal(world.packs().job(jobId(1))?.id, 1)
      assert.deepEqual(world.ids(), [1, 3])
      assert.deepEqual(ids(world.packs().between(jobId(1), jobId(9))), [1, 3])
    })

    it('a line that is not UTF-8, or cut, costs that job alone', () => {
      for (const spoil of [
        (bytes: Buffer) =>
          Buffer.from(bytes.toString('latin1').replace('"name":"train"', '"name":"tra\xffn"'), 'latin1'),
        (bytes: Buffer) => bytes.subarray(0, bytes.length - 40),
      ]) {
        const other = new PackWorld()
        other.pack({jobs: someJobs([1, 2])})
        other.spoil(LINES, spoil)
        assert.equal(other.ids().length, 1)
      }
    })

    it('a lost or torn index costs time, and no job', () => {
      for (const spoil of [
        () => new Uint8Array(),
        (bytes: Buffer) => bytes.fill(255),
        (bytes: Buffer) => bytes.subarray(0, 20),
      ]) {
        world.spoil(INDEX, spoil)
        for (const id of [1, 2, 3]) assert.equal(world.packs().job(jobId(id))?.id, id)
        assert.equal(world.packs().task(jobId(50), 1)?.task, 1)
      }
    })

    it('a damaged index costs no job, in no list either, at whichever byte', () => {
      const whole = Buffer.from(world.bytes(INDEX))
      const spoils: readonly ((bytes: Buffer) => Uint8Array)[] = [
        () => new Uint8Array(),
        bytes => bytes.subarray(0, 20),
        ...Array.from(whole, (_, at) => (bytes: Buffer) => {
          bytes[at] = (bytes[at] ?? 0) ^ 1
          return bytes
        }),
      ]
      for (const [i, spoil] of spoils.entries()) {
        world.spoil(INDEX, () => spoil(Buffer.from(whole)))
        const packs = world.packs()
        for (const id of [1, 2, 3]) assert.equal(packs.job(jobId(id))?.id, id, `spoil ${i}`)
        assert.equal(packs.task(jobId(50), 1)?.task, 1, `spoil ${i}`)
        assert.deepEqual(ids(packs.between(jobId(1), jobId(9))), [1, 2, 3], `spoil ${i}`)
        assert.deepEqual(ids(packs.between(jobId(2), jobId(2))), [2], `spoil ${i}`)
        assert.equal(packs.last(jobId(9), 9, () => true)?.id, 3, `spoil ${i}`)
        assert.equal(packs.tasks(jobId(50), 0, 9).length, 1, `spoil ${i}`)
        const {manifest} = world.manifest().newest()
        assert.deepEqual(
          [...packs.packedTasks(manifest, jobId(50), [0, 1, 2])],
          [1],
          'nor is a task packed again',
        )
      }
    })

    it('a flipped byte costs the job of its line in any list, also at the end of a line', () => {
      const whole = Buffer.from(world.bytes(LINES))
      const lines = whole.toString().split('\n').slice(0, -1)
      const ends = [...whole.entries()].flatMap(([at, byte]) => (byte === 10 ? [at] : []))
      for (const [n, end] of ends.entries())
        for (const [at, how] of [
          [end, 1],
          [end, 0x2a],
          [end - 1, 1],
          [end - 10, 1],
          [end - 25, 1],
        ] as const) {
          world.spoil(LINES, () => {
            const bytes = Buffer.from(whole)
            bytes[at] = (bytes[at] ?? 0) ^ how
            return bytes
          })
          const own = Number(/^\{"id":(\d+)/.exec(lines[n] ?? '')?.[1])
          const left = [1, 2, 3].filter(id => id !== own)
          const packs = world.packs()
          assert.deepEqual(world.ids(), left, `byte ${at}`)
          assert.deepEqual(ids(packs.between(jobId(1), jobId(9))), left, `byte ${at}`)
          assert.equal(packs.tasks(jobId(50), 0, 9).length, own === 50 ? 0 : 1, `byte ${at}`)
        }
    })

    it('lines of another segment in the place of its own are not told twice', () => {
      world.pack({jobs: someJobs([7, 8])})
      world.spoil('/god/jobs/done/2026/05-31.2.ndjson', () => Buffer.from(world.bytes(LINES)))
      assert.deepEqual(world.ids(), [1, 2, 3])
      assert.deepEqual(ids(world.packs().between(jobId(1), jobId(9))), [1, 2, 3])
    })

    it('lost lines are told of by the job', () => {
      world.process().unlink(LINES)
      assert.throws(() => world.packs().job(jobId(2)), {...bad, message: /no segment has its line/})
      assert.equal(world.packs().task(jobId(50), 1), null)
      assert.deepEqual(world.ids(), [])
    })

    it('a damaged task is told of', () => {
      world.spoil(LINES, bytes =>
        Buffer.from(bytes.toString().replace('"task":1,"state":"done"', '"task":1,"state":"oom"')),
      )
      assert.throws(() => world.packs().task(jobId(50), 1), bad)
      assert.deepEqual(world.packs().tasks(jobId(50), 0, 9), [])
    })

    it('a damaged archive of specs leaves the records', () => {
      world.spoil(SPECS, bytes => bytes.fill(0, 4, 30))
      assert.equal(world.packs().spec(jobId(2)), null)
      assert.equal(world.packs().job(jobId(2))?.id, 2)
    })

    it('a bad sector costs the jobs whose lines lie in it alone', () => {
      const other = new PackWorld()
      other.pack({
        jobs: someJobs(Array.from({length: 40}, (_, i) => i + 1)),
        arrays: [{array: ARRAY, results: [aResult(50, 1, NOON)]}],
      })
      const text = Buffer.from(other.bytes(LINES)).toString('latin1')
      const at = text.indexOf('{"id":20,')
      const block = [at - (at % 4096), at - (at % 4096) + 4096] as const
      let from = 0
      const lost = text.split('\n').flatMap(line => {
        const [start, end] = [from, from + line.length + 1]
        from = end
        return start < block[1] && end > block[0] ? [Number(/^\{"id":(\d+)/.exec(line)?.[1])] : []
      })
      const left = Array.from({length: 40}, (_, i) => i + 1).filter(id => !lost.includes(id))
      assert.ok(left.length > 20 && lost.includes(20))
      const fs = new BadSector(other.disk, LINES, at)
      const packs = other.packs(fs)
      assert.deepEqual(other.ids(packs), left)
      // Read line by line.
      assert.equal(ids(packs.between(jobId(1), jobId(40))).length, 39)
      assert.equal(packs.last(jobId(20), 40, () => true)?.id, 19)
      assert.throws(() => packs.job(jobId(20)), bad)
      assert.equal(packs.job(jobId(1))?.id, 1)
      assert.ok(fs.met > 3)
    })

    it('a bad sector in an index or under the specs costs no job', () => {
      for (const path of [INDEX, SPECS, SPECS.replace('spec.ndjson.gz', 'spec.idx')]) {
        const fs = new BadSector(world.disk, path, 0)
        const packs = world.packs(fs)
        assert.deepEqual(world.ids(packs), [1, 2, 3])
        assert.deepEqual(ids(packs.between(jobId(1), jobId(9))), [1, 2, 3])
        assert.equal(packs.job(jobId(2))?.id, 2)
        assert.equal(packs.spec(jobId(2))?.id ?? null, path === INDEX ? 2 : null)
        assert.ok(fs.met > 0, path)
      }
    })

    it('a bad sector keeps a segment from being merged and dropped only where nobody can tell its jobs', () => {
      const context = () => world.context(new BadSector(world.disk, LINES, 10))
      world.pack({jobs: someJobs([7])})
      const {segments} = world.manifest().newest().manifest
      assert.equal(mergeSegments(context(), segments).kind, 'damaged')
      const dropped = dropOutdated(context(), {age: 1, most: null}, NOON + DAY)
      assert.deepEqual([dropped?.damaged, dropped?.jobs], [[], 4])
    })

    it('a spec of another job is none', () => {
      const other = new PackWorld()
      other.pack({
        jobs: someJobs([1]).map(({job}) => ({
          job,
          spec: {...(someJobs([9])[0]?.spec ?? assert.fail()), id: jobId(1)},
        })),
      })
      assert.equal(other.packs().spec(jobId(1))?.id, 1)
    })
  })

  it('of a manifest that was overtaken are looked for again in the newest', () => {
    world.pack({jobs: someJobs([1])})
    world.pack({jobs: someJobs([2])})
    const merge = (): void => {
      const context = world.context()
      mergeSegments(context, context.manifest.newest().manifest.segments)
      for (const path of ['/god/jobs/done/2026/05-31.1', '/god/jobs/done/2026/05-31.2'])
        for (const ending of ['.ndjson', '.idx']) world.process().unlink(path + ending)
    }
    const fs = world.process()
    fs.on({call: 'open', path: '05-31.1.idx', when: 'before', act: merge})
    assert.equal(world.packs(fs).job(jobId(1))?.id, 1)
    assert.equal(fs.fired, 1)

    const other = new PackWorld()
    world = other
    world.pack({jobs: someJobs([1])})
    world.pack({jobs: someJobs([2])})
    const reader = world.process()
    reader.on({call: 'open', path: '05-31.2.ndjson', when: 'before', act: merge})
    assert.deepEqual(world.ids(world.packs(reader)), [1, 2])
    assert.equal(reader.fired, 1)
  })
})
