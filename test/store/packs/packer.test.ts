/** Packing and finding again, on the in-memory disk. */
import assert from 'node:assert/strict'
import {gunzipSync} from 'node:zlib'
import {jobId} from '../../../src/core/brand.js'
import {parseNumbered} from '../../../src/store/layout.js'
import {jobLine} from '../../../src/store/packs/packed-line.js'
import {pack} from '../../../src/store/packs/packer.js'
import {publishManifest} from '../../../src/store/packs/publish-manifest.js'
import {attempt} from '../../support/dying.js'
import {StallingProcess} from '../../support/stalling-process.js'
import {tokens} from '../disk/disk-world.js'
import {aPacked, aResult, aSpec, DAY, NOON, PackWorld, sealedRecord, someJobs} from './some-packed.js'

const ARRAY = sealedRecord(50, NOON, {sealed: false, state: 'pending', ended: null})

describe('packing', () => {
  let world: PackWorld
  beforeEach(() => {
    world = new PackWorld()
  })
  const text = (path: string): string => Buffer.from(world.bytes(path)).toString()

  it('makes a segment of sorted lines, named by the day of the ends, that anybody can read', () => {
    world.pack({jobs: [...someJobs([9, 3]), {job: aPacked(5, NOON - 60_000), spec: null}]})
    assert.deepEqual(world.segments(), ['2026/05-31.1'])
    const lines = text('/god/jobs/done/2026/05-31.1.ndjson').trimEnd().split('\n')
    assert.deepEqual(
      lines.map(line => JSON.parse(line).record.id),
      [5, 9, 3],
    )
    assert.equal(world.disk.lookup('/god/jobs/done/2026/05-31.1.ndjson')?.mode, 0o644)
  })

  it('keeps the specs apart, for the service alone, in any gzip', () => {
    world.pack({jobs: someJobs([1, 2, 3])})
    const path = '/god/jobs/done/2026/05-31.1.spec.ndjson.gz'
    assert.equal(world.disk.lookup(path)?.mode, 0o600)
    const lines = gunzipSync(world.bytes(path)).toString().trimEnd().split('\n')
    assert.deepEqual(
      lines.map(line => JSON.parse(line).id),
      [1, 2, 3],
    )
    assert.deepEqual(world.packs().spec(jobId(2)), aSpec(2))
  })

  it('finds each job, its spec and its task again, and no other', () => {
    const many = Array.from({length: 300}, (_, i) => 3 * i + 1)
    const jobs = someJobs(many)
    world.pack({
      jobs,
      arrays: [{array: ARRAY, results: [aResult(50, 7, NOON), aResult(50, 0, NOON)]}],
    })
    const packs = world.packs()
    for (const [i, id] of many.entries()) {
      assert.deepEqual(packs.job(jobId(id)), jobs[i]?.job)
      assert.equal(packs.spec(jobId(id))?.id, id)
      assert.equal(packs.job(jobId(id + 1)), null)
    }
    assert.equal(packs.job(jobId(50)), null, 'lines of its tasks do not make it packed')
    assert.deepEqual(packs.task(jobId(50), 7), aResult(50, 7, NOON))
    assert.equal(packs.task(jobId(50), 1), null)
    assert.deepEqual(
      packs.tasks(jobId(50), 0, 9).map(({task}) => task),
      [0, 7],
    )
    assert.equal(packs.spec(jobId(50)), null)
  })

  it('tells which ids are packed, exactly, and nothing of the tasks of a live array', () => {
    world.pack({jobs: someJobs([1, 2, 4]), arrays: [{array: ARRAY, results: [aResult(50, 7, NOON)]}]})
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 50].filter(id => world.manifest().contains(jobId(id))),
      [1, 2, 4],
    )
  })

  it('repeated adds nothing twice', () => {
    const input = {jobs: someJobs([1, 2]), arrays: [{array: ARRAY, results: [aResult(50, 7, NOON)]}]}
    world.pack(input)
    const before = world.manifest().newest().n
    assert.ok(world.pack(input))
    assert.equal(world.manifest().newest().n, before)
    world.pack({
      jobs: someJobs([2, 3]),
      arrays: [{array: ARRAY, results: [aResult(50, 7, NOON), aResult(50, 8, NOON)]}],
    })
    assert.deepEqual(world.ids(), [1, 2, 3])
    const {segments} = world.manifest().newest().manifest
    assert.deepEqual(
      segments.map(({jobs, tasks}) => [jobs, tasks]),
      [
        [2, 1],
        [1, 1],
      ],
    )
  })

  it('puts jobs that ended on different days into different segments', () => {
    world.pack({jobs: [...someJobs([1], NOON), ...someJobs([2], NOON - DAY), ...someJobs([3], NOON - DAY)]})
    assert.deepEqual(world.segments().sort(), ['2026/05-30.1', '2026/05-31.1'])
    assert.deepEqual(world.ids(), [1, 2, 3])
  })

  it('makes the next segment of a day when one is full', () => {
    const ids = Array.from({length: 20}, (_, i) => i + 1)
    const jobs = someJobs(ids)
    const line = jobs[0] === undefined ? 0 : jobLine(jobs[0].job).bytes.length
    pack({...world.context(), mostBytes: 15 * line}, {jobs, arrays: []})
    assert.equal(world.segments().length, 2)
    assert.deepEqual(world.ids(), ids)
  })

  it('never gives a number twice, also not that of a segment nobody names', () => {
    world.pack({jobs: someJobs([1])})
    world.write('/god/acct/2026/05-31.7.json', '')
    world.pack({jobs: someJobs([2])})
    assert.deepEqual(world.segments(), ['2026/05-31.1', '2026/05-31.8'])
  })

  it('goes on to the next number when a part of its own is taken', () => {
    const fs = world.process()
    fs.on({
      call: 'link',
      path: '05-31.1.idx',
      when: 'before',
      act: () => world.write('/god/jobs/done/2026/05-31.1.idx', 'of somebody else'),
    })
    world.pack({jobs: someJobs([1])}, fs)
    assert.deepEqual(world.segments(), ['2026/05-31.2'])
    assert.deepEqual(world.ids(), [1])
  })

  it('that somebody overtakes begins again from his manifest', () => {
    const fs = world.process()
    fs.on({call: 'link', path: 'MANIFEST.1', when: 'before', act: () => world.pack({jobs: someJobs([1, 2])})})
    assert.ok(world.pack({jobs: someJobs([2, 3])}, fs))
    assert.deepEqual(world.ids(), [1, 2, 3])
    assert.equal(world.manifest().newest().n, 2)
  })

  it('that is overtaken again and again gives up, and nothing is packed twice', () => {
    const fs = world.process()
    for (let n = 1; n <= 16; n++)
      fs.on({
        call: 'link',
        path: `MANIFEST.${n}`,
        when: 'before',
        act: () => world.pack({jobs: someJobs([100 + n])}),
      })
    assert.equal(world.pack({jobs: someJobs([1])}, fs), false)
    assert.ok(!world.ids().includes(1))
  })

  it('is on the disk with all its parts before a manifest names it, and the manifest before it returns', () => {
    const fs = world.process()
    fs.on({
      call: 'link',
      path: 'MANIFEST.1',
      when: 'after',
      act: () => world.disk.powerLoss(),
    })
    world.pack({jobs: someJobs([1])}, fs)
    assert.equal(world.manifest().newest().n, 0, 'the cut came before the folder was synced')
    assert.ok(world.exists('/god/jobs/done/2026/05-31.1.ndjson'))
    world.pack({jobs: someJobs([2])})
    world.disk.powerLoss()
    assert.deepEqual(world.ids(), [2])
    assert.deepEqual(world.packs().spec(jobId(2)), aSpec(2))
  })
})

describe('the numbers of manifests', () => {
  it('stay for the newest 64 alone', () => {
    const world = new PackWorld()
    for (let i = 1; i <= 70; i++) world.pack({jobs: someJobs([i])})
    const names = world
      .process()
      .readdir('/god/jobs/done')
      .filter(name => parseNumbered('MANIFEST', name) !== null)
    assert.equal(names.length, 64)
    assert.equal(world.manifest().newest().n, 70)
    assert.equal(world.ids().length, 70)
  })

  for (const before of [0, 3]) {
    it(`that were freed are of no use to a packer who stopped when there were ${before}`, async () => {
      const world = new PackWorld()
      for (let i = 1; i <= before; i++) world.pack({jobs: someJobs([i])})
      const fs = new StallingProcess(world.disk, {call: 'link', path: `MANIFEST.${before + 1}`, n: 1})
      const late = async () => world.pack({jobs: someJobs([500])}, fs, tokens('a'))
      await attempt(fs, late)
      for (let i = 1; i <= 70; i++) world.pack({jobs: someJobs([100 + i])})
      fs.resume()
      assert.ok(await late())
      assert.ok(!world.exists(`/god/jobs/done/MANIFEST.${before + 1}`))
      assert.equal(world.ids().length, before + 71)
      assert.ok(world.ids().includes(500))
    })
  }

  it('count for nothing beside another manifest of the same number', () => {
    const world = new PackWorld()
    world.pack({jobs: someJobs([1])})
    const {durable, layout, manifest} = world.context()
    const base = manifest.newest()
    assert.equal(publishManifest(durable, layout, {...base, sha256: () => 'another'}, base.manifest), false)
    assert.equal(manifest.newest().n, 1)
  })
})
