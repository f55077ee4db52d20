/** Rows of an index that would be believed are held to the records; of any other file nothing is said. */
import assert from 'node:assert/strict'
import {encodeIndex, type IndexHead} from '../../../src/store/index/index-codec.js'
import type {Stored} from '../../../src/store/jobs/job-store.js'
import {assertClean, fsck, repair} from '../../support/fsck.js'
import {World} from '../../support/world.js'

describe('fsck of an index', () => {
  let world: World
  beforeEach(async () => {
    world = new World()
    for (let i = 0; i < 3; i++) world.submit({hold: true})
    world.submit({}, undefined, 1001)
    await world.cron()
    await assertClean(world)
  })
  const path = (): string => world.layout.indexFile(0)
  const rows = (): readonly Stored[] => world.process().service.jobs.all()
  /** As a bug of ours might write it. */
  const write = (
    change: (all: readonly Stored[]) => readonly Stored[],
    head: Partial<IndexHead> = {},
  ): void => {
    const folder = world.disk.lookup(world.layout.bucket(1)) ?? assert.fail()
    const all = change(rows())
    const bytes = encodeIndex(
      {
        bucket: 0,
        stamp: {ino: folder.ino, mtimeMs: folder.mtimeMs},
        exact: true,
        boot: world.disk.boot,
        ...head,
      },
      all,
    )
    const fs = world.process().fs
    if (world.disk.lookup(path()) === null) fs.close(fs.open(path(), 'create', 0o644))
    const file = world.disk.lookup(path()) ?? assert.fail()
    file.bytes = bytes
  }
  const otherwise = (all: readonly Stored[]): readonly Stored[] =>
    all.map((row, i) => (i === 1 ? {...row, record: {...row.record, name: 'another'}} : row))
  const another = (all: readonly Stored[]): readonly Stored[] =>
    all.map((row, i) => (i === 1 ? {...row, sha256: 'f'.repeat(64)} : row))
  const told = async (): Promise<readonly (readonly string[])[]> =>
    (await fsck(world)).map(({id, path: where, text}) => [id, where, text])

  it('is silent of one that tells what the records tell', async () => {
    write(all => all)
    assert.deepEqual(await told(), [])
  })

  const wrong: readonly (readonly [string, string, (all: readonly Stored[]) => readonly Stored[]])[] = [
    ['a row with other words', 'it tells of revision 1 of job 2 otherwise than its record', otherwise],
    ['a row of other bytes', 'it tells of revision 1 of job 2 otherwise than its record', another],
    ['a job left out', 'job 3 is not in it', all => all.filter(({record}) => record.id !== 3)],
    [
      'a job that is not there',
      'it tells of job 900, which is not there',
      all => [...all, ...all.slice(0, 1).map(row => ({...row, record: {...row.record, id: 900 as never}}))],
    ],
  ]
  for (const [what, text, change] of wrong)
    it(`tells of ${what}, and the next pass writes it again`, async () => {
      write(change)
      assert.deepEqual(await told(), [['F_DERIVED', path(), text]])
      await repair(world)
      assert.equal(world.disk.lookup(path()), null)
      world.clock.advance(60_000)
      await world.cron()
      await assertClean(world)
    })

  it('is silent of one that nobody believes: not exact, of another boot, or of another stamp', async () => {
    for (const head of [{exact: false}, {boot: 'another'}, {stamp: {ino: 1, mtimeMs: 1}}]) {
      write(otherwise, head)
      assert.deepEqual(await told(), [])
    }
  })

  it('tells of a damaged record by the record alone, not by its row that is older than the damage', async () => {
    write(all => all)
    const record = world.disk.lookup(`${world.layout.bucket(1)}/2.1.json`) ?? assert.fail()
    record.bytes = Buffer.from('{')
    assert.deepEqual(
      (await told()).map(([id]) => id),
      ['F_RECORD'],
    )
  })
})
