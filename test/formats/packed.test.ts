/**
 * R24: the packs of a directory with all their parts, byte by byte as they were written once, and the index beside them.
 * Packed jobs must be found in them for ever, by the indexes of their segments too, which are no text. An index of jobs
 * may be passed over, but never be read as something else. Never change `v3-packed.ndjson`.
 */
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {jobId} from '../../src/core/brand.js'
import {createIndexReader} from '../../src/store/index/index-file.js'
import {encode, sha256} from '../../src/store/jobs/record-codec.js'
import {createManifestReader} from '../../src/store/packs/manifest.js'
import {createPacks} from '../../src/store/packs/packs.js'
import {readSums} from '../../src/store/packs/sums.js'
import {DiskWorld} from '../store/disk/disk-world.js'

interface FrozenBytes {
  readonly path: string
  readonly base64: string
}

const FROZEN: readonly FrozenBytes[] = readFileSync(
  fileURLToPath(new URL('v3-packed.ndjson', import.meta.url)),
  'utf8',
)
  .split('\n')
  .filter(line => line !== '')
  .map(line => JSON.parse(line))

const [FIRST, SECOND, ARRAY, HELD] = [1, 2, 3, 4].map(jobId)
const MANIFEST = 'jobs/done/MANIFEST.1'

const ensure = (world: DiskWorld, folder: string): void => {
  if (world.exists(folder)) return
  ensure(world, dirname(folder))
  world.process().mkdir(folder, 0o700)
}

const thawed = (): DiskWorld => {
  const world = new DiskWorld()
  for (const {path, base64} of FROZEN) {
    ensure(world, dirname(join('/god', path)))
    world.write(join('/god', path), Buffer.from(base64, 'base64'))
  }
  return world
}

/** The manifest as the version before wrote it: without its number, and so without a copy. */
const asOfVersion2 = (world: DiskWorld): void => {
  const {sum, n, ...manifest} = JSON.parse(Buffer.from(world.bytes(`/god/${MANIFEST}`)).toString())
  world.write(`/god/${MANIFEST}`, encode({...manifest, v: 2}))
  world.process().unlink(`/god/${MANIFEST}.copy`)
}

const readers = (world: DiskWorld) => {
  const fs = world.process()
  const manifest = createManifestReader(fs, world.layout)
  return {fs, manifest, packs: createPacks(fs, world.layout, manifest)}
}

describe('R24: frozen packs', () => {
  for (const version of [2, 3]) {
    const begin = () => {
      const world = thawed()
      if (version === 2) asOfVersion2(world)
      return {world, ...readers(world)}
    }

    it(`give back each job, its spec and its history, by a manifest of version ${version}`, () => {
      const {packs} = begin()
      assert.ok(FIRST !== undefined && SECOND !== undefined)
      const jobs = [FIRST, SECOND].map(id => packs.job(id))
      assert.deepEqual(
        jobs.map(job => [job?.record.user, job?.record.state, job?.record.exit?.code, job?.history.length]),
        [
          ['ann', 'done', 0, 4],
          ['bob', 'failed', 3, 4],
        ],
      )
      assert.deepEqual(packs.spec(FIRST)?.wish.env, {FAKE_SECONDS: '0', A: '1'})
      assert.deepEqual(packs.spec(SECOND)?.wish.labels, {lab: 'x'})
    })

    it(`give back the results of an array that lives on, by a manifest of version ${version}`, () => {
      const {packs} = begin()
      assert.ok(ARRAY !== undefined)
      assert.equal(packs.job(ARRAY), null)
      assert.deepEqual(
        packs.tasks(ARRAY, 0, 9).map(({task, state}) => [task, state]),
        [
          [0, 'done'],
          [1, 'done'],
        ],
      )
    })

    it(`tell what was used, by a manifest of version ${version}`, () => {
      const {fs, world, manifest} = begin()
      const sums = readSums(fs, world.layout, manifest.newest().manifest)
      assert.deepEqual(
        sums.map(({user, jobs, tasks, failed}) => [user, jobs, tasks, failed]),
        [
          ['ann', 1, 2, 0],
          ['bob', 1, 0, 1],
        ],
      )
    })
  }
})

describe('R24: a frozen index', () => {
  it('is passed over, or says what the records say', () => {
    const world = thawed()
    const found = createIndexReader(world.process(), world.layout, 'boot 1').load(0)
    if (found === null) return
    const own = [
      [ARRAY, 5],
      [HELD, 1],
    ].map(([id, rev]) => [id, rev, sha256(world.bytes(`/god/jobs/live/0/${id}.${rev}.json`))])
    assert.deepEqual(
      found.rows.map(row => [row.record.id, row.record.rev, row.sha256]),
      own,
    )
    for (const {record} of found.rows)
      assert.deepEqual(record, world.jobs().read(record.id)?.record, `job ${record.id}`)
  })

  it('of another boot is passed over', () => {
    const world = thawed()
    assert.equal(createIndexReader(world.process(), world.layout, 'boot 2').load(0), null)
  })
})
