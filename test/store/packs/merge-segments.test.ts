/** Merging small segments, dropping old ones, and removing what nobody names. */
import assert from 'node:assert/strict'
import {gunzipSync} from 'node:zlib'
import {jobId} from '../../../src/core/brand.js'
import {EMPTY_MANIFEST} from '../../../src/store/packs/manifest-form.js'
import {mergeGroups, mergeSegments} from '../../../src/store/packs/merge-segments.js'
import {dropOutdated, outdated} from '../../../src/store/packs/retention.js'
import {readSums} from '../../../src/store/packs/sums.js'
import {sweepDone} from '../../../src/store/packs/sweep-done.js'
import {BadSector} from '../../support/bad-sector.js'
import {attempt} from '../../support/dying.js'
import {StallingProcess} from '../../support/stalling-process.js'
import {tokens} from '../disk/disk-world.js'
import {aResult, DAY, NOON, PackWorld, sealedRecord, someJobs} from './some-packed.js'

const ARRAY = sealedRecord(50, NOON, {sealed: false, state: 'pending', ended: null})
const TODAY = '2026/05-31'
const TOMORROW = '2026/06-01'

describe('small segments', () => {
  let world: PackWorld
  beforeEach(() => {
    world = new PackWorld()
    world.pack({jobs: someJobs([1, 5], NOON)})
    world.pack({jobs: someJobs([3], NOON - 5000), arrays: [{array: ARRAY, results: [aResult(50, 7, NOON)]}]})
    world.pack({jobs: someJobs([9], NOON - DAY)})
  })
  const newest = () => world.manifest().newest().manifest
  const merge = (fs = world.process(), random = world.random) => {
    const context = world.context(fs, random)
    const [group = []] = mergeGroups(context.manifest.newest().manifest, TOMORROW)
    return mergeSegments(context, group)
  }

  it('of a day that is over are merged, those of today only if they are a crowd', () => {
    assert.deepEqual(mergeGroups(newest(), TODAY), [])
    assert.deepEqual(
      mergeGroups(newest(), TOMORROW).map(group => group.map(({name}) => name)),
      [['2026/05-31.1', '2026/05-31.2']],
    )
    for (let id = 100; id < 114; id++) world.pack({jobs: someJobs([id])})
    assert.equal(mergeGroups(newest(), TODAY)[0]?.length, 16)
  })

  it('that are large already, or whose files nobody made, are left alone', () => {
    const [segment] = newest().segments
    assert.ok(segment?.parts !== null && segment !== undefined)
    const large = {...segment, parts: {...segment.parts, lines: {bytes: 9 * 1024 ** 2, sha256: ''}}}
    const half = {...segment, parts: {...segment.parts, lines: {bytes: 7 * 1024 ** 2, sha256: ''}}}
    const groups = (...segments: (typeof segment)[]) => mergeGroups({...EMPTY_MANIFEST, segments}, TOMORROW)
    assert.deepEqual(groups(large, large), [])
    assert.deepEqual(groups({...segment, parts: null}, {...segment, parts: null}), [])
    assert.deepEqual(
      groups(half, half, half).map(group => group.length),
      [2],
    )
  })

  it('become one, with every line, spec and sum of theirs', () => {
    const before = readSums(world.process(), world.layout, newest())
    assert.deepEqual(merge(), {kind: 'merged', segments: 2, into: '2026/05-31.3'})
    assert.deepEqual(world.segments(), ['2026/05-30.1', '2026/05-31.3'])
    assert.deepEqual(world.ids(), [1, 3, 5, 9])
    for (const id of [1, 3, 5, 9]) assert.equal(world.packs().spec(jobId(id))?.id, id)
    assert.equal(world.packs().task(jobId(50), 7)?.task, 7)
    assert.deepEqual(readSums(world.process(), world.layout, newest()), before)
    const ends = Buffer.from(world.bytes('/god/jobs/done/2026/05-31.3.ndjson'))
      .toString()
      .match(/"ended":\d+/g)
    assert.deepEqual(ends, [...(ends ?? [])].sort())
    assert.equal(
      gunzipSync(world.bytes('/god/jobs/done/2026/05-31.3.spec.ndjson.gz')).toString().split('\n').length,
      4,
    )
  })

  it('of which one is damaged stay as they are', () => {
    for (const part of [
      'jobs/done/2026/05-31.2.ndjson',
      'acct/2026/05-31.2.json',
      'jobs/done/2026/05-31.2.spec.idx',
    ]) {
      const bytes = world.bytes(`/god/${part}`)
      world.spoil(`/god/${part}`, change => change.fill(0, 2, 5))
      assert.deepEqual(merge(), {kind: 'damaged', segment: '2026/05-31.2'}, part)
      world.spoil(`/god/${part}`, () => bytes)
    }
    assert.equal(merge().kind, 'merged')
  })

  it('that somebody else has merged, or packed beside, are looked at again', () => {
    const group = mergeGroups(newest(), TOMORROW)[0] ?? []
    merge()
    assert.deepEqual(mergeSegments(world.context(), group), {kind: 'overtaken'})
    assert.deepEqual(mergeSegments(world.context(), []), {kind: 'overtaken'})
    world.pack({jobs: someJobs([20])})
    const fs = world.process()
    fs.on({call: 'link', path: 'MANIFEST.', when: 'before', act: () => world.pack({jobs: someJobs([21])})})
    assert.deepEqual(merge(fs), {kind: 'overtaken'})
    assert.deepEqual(world.ids(), [1, 3, 5, 9, 20, 21])
  })

  it('merged by two at once are merged once', async () => {
    const random = tokens('a')
    const drawn = (): string => random()
    const fs = new StallingProcess(world.disk, {call: 'link', path: 'MANIFEST.', n: 1})
    await attempt(fs, async () => merge(fs, drawn))
    assert.equal(merge().kind, 'merged')
    fs.resume()
    assert.deepEqual(merge(fs, tokens('a')), {kind: 'overtaken'})
    assert.deepEqual(world.ids(), [1, 3, 5, 9])
  })

  describe('that are old', () => {
    const drop = (age: number | null, most: number | null, fs = world.process()) =>
      dropOutdated(world.context(fs), {age, most}, NOON + 10_000)

    it('are dropped by age, whole ones only, and their ids stay used for ever', () => {
      assert.deepEqual(drop(DAY / 2, null), {segments: ['2026/05-30.1'], jobs: 1, damaged: []})
      assert.deepEqual(world.ids(), [1, 3, 5])
      assert.ok(world.manifest().contains(jobId(9)))
      assert.ok(world.packs().isDropped(jobId(9)))
      assert.equal(world.packs().job(jobId(9)), null)
      assert.ok(!world.packs().isDropped(jobId(1)))
      world.pack({jobs: someJobs([9])})
      assert.deepEqual(world.ids(), [1, 3, 5], 'nor packed again')
    })

    it('are dropped by count, the oldest first, and never so that fewer than that stay', () => {
      const left = (most: number) => outdated(newest(), {age: null, most}, NOON).map(({name}) => name)
      assert.deepEqual(left(5), [])
      assert.deepEqual(left(4), ['2026/05-30.1'])
      assert.deepEqual(left(3), ['2026/05-30.1'])
      assert.deepEqual(left(1), ['2026/05-30.1', '2026/05-31.2'])
    })

    it('leave the sums of what was used', () => {
      const before = readSums(world.process(), world.layout, newest())
      drop(DAY / 2, null)
      assert.deepEqual(readSums(world.process(), world.layout, newest()), before)
      assert.equal(
        before.reduce((sum, {jobs}) => sum + jobs, 0),
        4,
      )
    })

    it('are not dropped where nothing says how old is old', () => {
      assert.deepEqual(drop(null, null), {segments: [], jobs: 0, damaged: []})
      assert.deepEqual(drop(2 * DAY, 100), {segments: [], jobs: 0, damaged: []})
    })

    it('and damaged are dropped by what is left of them, or stay', () => {
      const path = '/god/jobs/done/2026/05-30.1'
      world.spoil(`${path}.idx`, () => new Uint8Array())
      const lines = world.bytes(`${path}.ndjson`)
      world.spoil(`${path}.ndjson`, () => new Uint8Array())
      assert.deepEqual(drop(DAY / 2, null), {segments: [], jobs: 0, damaged: ['2026/05-30.1']})
      world.spoil(`${path}.ndjson`, () => lines)
      assert.equal(drop(DAY / 2, null)?.jobs, 1)
    })

    it('never take along the ids of others, whatever stands in a damaged index, or a damaged line besides', () => {
      const path = '/god/jobs/done/2026/05-30.1'
      const flipped = (file: string, at: number) =>
        world.spoil(file, bytes => bytes.fill((bytes[at] ?? 0) ^ 1, at, at + 1))
      // The last byte of the id in the index's only row, and of the id in the only line.
      flipped(`${path}.ndjson`, '{"id":'.length)
      flipped(`${path}.idx`, 3)
      assert.deepEqual(drop(DAY / 2, null), {segments: [], jobs: 0, damaged: ['2026/05-30.1']})
      flipped(`${path}.ndjson`, '{"id":'.length)
      assert.equal(drop(DAY / 2, null)?.jobs, 1)
      assert.ok(world.packs().isDropped(jobId(9)))
      assert.ok(!world.packs().isDropped(jobId(8)))
    })

    it('stay where a bad sector hides whose jobs they hold', () => {
      const fs = new BadSector(world.disk, '/2026/05-30.1', 0)
      assert.deepEqual(drop(DAY / 2, null, fs), {segments: [], jobs: 0, damaged: ['2026/05-30.1']})
      assert.ok(fs.met > 1)
      assert.deepEqual(world.ids(), [1, 3, 5, 9])
    })

    it('are left to the next pass when somebody packs meanwhile', () => {
      const fs = world.process()
      fs.on({call: 'link', path: 'MANIFEST.', when: 'before', act: () => world.pack({jobs: someJobs([20])})})
      assert.equal(drop(DAY / 2, null, fs), null)
      assert.equal(drop(DAY / 2, null)?.jobs, 1)
    })
  })

  describe('that nobody names', () => {
    const sweep = (fs = world.process()): number => sweepDone(world.context(fs), world.clock.now())
    const files = (): string[] =>
      world.disk.files('/god/jobs/done/2026').filter(path => path.includes('05-31.1.'))

    it('go a day later, all their files, and only after a newer manifest', () => {
      merge()
      assert.equal(sweep(), 0)
      world.clock.advance(DAY)
      const before = world.manifest().newest().n
      const fs = world.process()
      fs.on({
        call: 'unlink',
        path: '05-31.1',
        when: 'before',
        act: () => assert.equal(world.manifest().newest().n, before + 1),
      })
      assert.equal(sweep(fs), 10)
      assert.equal(fs.fired, 1)
      assert.deepEqual(files(), [])
      assert.deepEqual(world.ids(), [1, 3, 5, 9])
      assert.equal(sweep(), 0)
    })

    it('stay when somebody publishes a manifest at that moment: he may name them', () => {
      merge()
      world.clock.advance(DAY)
      const fs = world.process()
      fs.on({call: 'link', path: 'MANIFEST.', when: 'before', act: () => world.pack({jobs: someJobs([20])})})
      assert.equal(sweep(fs), 0)
      assert.equal(files().length, 4)
    })

    it('keep their sums when they were dropped', () => {
      dropOutdated(world.context(), {age: DAY / 2, most: null}, NOON)
      world.clock.advance(DAY)
      assert.equal(sweep(), 4)
      assert.ok(world.exists('/god/acct/2026/05-30.1.json'))
    })

    it('cost a stalled packer his link, when he comes back to name them', async () => {
      const fs = new StallingProcess(world.disk, {call: 'link', path: 'MANIFEST.', n: 1})
      const late = async () => world.pack({jobs: someJobs([30])}, fs, tokens('b'))
      await attempt(fs, late)
      world.clock.advance(DAY)
      assert.equal(sweep(), 5)
      fs.resume()
      assert.ok(await late())
      assert.deepEqual(world.ids(), [1, 3, 5, 9, 30])
    })

    it('are not taken for such: other names in the folders', () => {
      world.write('/god/jobs/done/2026/notes', 'of an operator')
      world.write('/god/jobs/done/2026/05-31.x.idx', '')
      world.clock.advance(2 * DAY)
      assert.equal(sweep(), 0)
    })
  })
})
