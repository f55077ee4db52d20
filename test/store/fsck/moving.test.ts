/** fsck beside others: what goes away while it looks, what of an array a bug of ours might write, and looks without a guide. */
import assert from 'node:assert/strict'
import {jobId, rev} from '../../../src/core/brand.js'
import type {JobRecord} from '../../../src/core/job.js'
import {formatOf, placeOf} from '../../../src/service/fsck/ground.js'
import {checkState} from '../../../src/store/fsck/check.js'
import type {Finding} from '../../../src/store/fsck/finding.js'
import {encode} from '../../../src/store/jobs/record-codec.js'
import {DiskProcess} from '../../support/disk-process.js'
import {assertClean, fsck, groundOf, idsOf} from '../../support/fsck.js'
import {packAll} from '../../support/packing.js'
import {USER, World} from '../../support/world.js'

/** Job 1 is an array of which one task runs, job 2 is done, job 3 waits, and 4 is still a request. */
const lived = async (): Promise<World> => {
  const world = new World()
  world.submit({env: {FAKE_SECONDS: 'forever'}, array: '0-3%1'})
  world.submit({env: {FAKE_SECONDS: '0'}, cpus: 100})
  world.submit({hold: true})
  for (let i = 0; i < 3; i++) await world.cron()
  world.submit()
  return world
}

const at = (world: World, path: string) => world.disk.lookup(path) ?? assert.fail(path)
const revision = (world: World, r: number, id = 1): string => `${world.layout.bucket(id)}/${id}.${r}.json`
const named = (findings: readonly Finding[], path: string): readonly string[] =>
  idsOf(findings.filter(finding => finding.path === path))

/** The first look alone, which is not yet believed. */
const lookOnce = (world: World, fs = new DiskProcess(world.disk)): readonly Finding[] => {
  const ground = groundOf(world, fs)
  return checkState(placeOf(ground, formatOf(ground))).findings
}

describe('fsck beside others', () => {
  for (const call of ['lstat', 'open'] as const)
    it(`calls nothing damaged or strange that goes away before its ${call}`, async () => {
      const files = (await lived()).disk.files('/god').filter(path => !path.includes('/FORMAT'))
      let gone = 0
      for (const path of files) {
        const world = await lived()
        const name = path.slice(path.lastIndexOf('/') + 1)
        const folder = path.slice(0, path.lastIndexOf('/'))
        const fs = new DiskProcess(world.disk)
        const act = (): void => {
          gone++
          at(world, folder).names.delete(name)
        }
        fs.on({call, path: `/${name}`, when: 'before', act})
        const told = named(lookOnce(world, fs), path)
        assert.deepEqual(
          told.filter(id => ['F_UNREADABLE', 'F_STRANGER', 'F_RECORD', 'F_REQUEST'].includes(id)),
          [],
          path,
        )
        assert.deepEqual(fs.openFiles, [], path)
      }
      assert.ok(gone >= 8, `${gone} of ${files.length}`)
    })

  it('calls no name strange that goes away before it is looked at', async () => {
    const places: ((world: World) => string)[] = [
      ({layout}) => layout.inbox,
      ({layout}) => layout.live,
      ({layout}) => layout.nodes,
      ({layout}) => layout.hints,
      ({layout}) => layout.index,
      ({layout}) => layout.bucket(1),
    ]
    for (const place of places) {
      const world = await lived()
      const folder = place(world)
      const path = `${folder}/strange`
      const {names} = world.disk.lookup(folder) ?? {}
      if (names === undefined) new DiskProcess(world.disk, USER).mkdir(folder, 0o700)
      const writer = new DiskProcess(world.disk, USER)
      writer.close(writer.open(path, 'create', 0o600))
      assert.deepEqual(named(lookOnce(world), path), ['F_STRANGER'], path)
      const act = (): void => {
        at(world, folder).names.delete('strange')
      }
      const fs = new DiskProcess(world.disk).on({call: 'lstat', path, when: 'before', act})
      assert.deepEqual(named(lookOnce(world, fs), path), [], path)
      assert.equal(fs.fired, 1)
    }
  })

  it('tells of a drop folder that belongs to another user than its name says', async () => {
    const world = await lived()
    world.submit({}, undefined, 1001)
    const path = `${world.layout.inbox}/u1001`
    at(world, path).uid = 7
    const [found] = (await fsck(world)).filter(finding => finding.path === path)
    assert.deepEqual([found?.id, found?.text], ['F_USER_FOLDER', 'it belongs to uid 7'])
  })
})

describe('fsck of arrays', () => {
  const written = (world: World, r: number, over: (record: JobRecord) => Partial<JobRecord>): void => {
    const record = JSON.parse(String(at(world, revision(world, r)).bytes)) as JobRecord
    const {sum: _, ...own} = record as JobRecord & {sum: string}
    at(world, revision(world, r)).bytes = Buffer.from(encode({...own, ...over(own)}))
  }
  const array = (record: JobRecord) => record.array ?? assert.fail('no array')

  it('tells of a task that is in no place', async () => {
    const world = new World()
    world.submit({array: '0-9', hold: true})
    await world.cron()
    await assertClean(world)
    written(world, 1, record => ({array: {...array(record), waiting: [0, 9], held: []}}))
    const [found] = (await fsck(world)).filter(({id}) => id === 'F_ARRAY')
    assert.deepEqual([found?.path, found?.job], [revision(world, 1), 1])
    assert.match(found?.text ?? '', /in no place/)
  })

  it('tells of a task whose container has not the name that its attempt must have', async () => {
    const world = await lived()
    const record = world.record(jobId(1)) ?? assert.fail()
    const own = {...record, rev: rev(1), prev: null, array: {...array(record), stem: 'god-x-1'}}
    // With no predecessor to be judged by.
    for (let r = record.rev; r > 1; r--) at(world, world.layout.bucket(1)).names.delete(`1.${r}.json`)
    written(world, 1, () => own)
    const [found] = (await fsck(world)).filter(({id}) => id === 'F_START_FIELDS')
    assert.match(found?.text ?? '', /its container is called god-x-1-t0-1, not god-5f0a1c9e-1-t0-1/)
  })
})

describe('fsck without a guide', () => {
  it('judges no name and no request by a cluster that it does not know', async () => {
    const world = await lived()
    for (const path of [world.layout.format, world.layout.formatCopy])
      at(world, path).bytes = Buffer.from('{')
    const found = lookOnce(world)
    assert.deepEqual(
      idsOf(found).filter(id => ['F_START_FIELDS', 'F_REQUEST'].includes(id)),
      [],
    )
  })

  it('takes no file away while the manifest is damaged, for the job may be packed', async () => {
    const world = await lived()
    packAll(world)
    at(world, world.layout.bucket(3)).names.delete('3.1.json')
    at(world, revision(world, 1)).bytes = Buffer.from('x')
    new DiskProcess(world.disk, USER).mkdir(`${world.layout.work}/u${USER}/900`, 0o700)
    const repairs = (): unknown[] =>
      lookOnce(world).flatMap(({id, repair}) =>
        ['F_SPEC_ALONE', 'F_WORK_ALONE'].includes(id) ? [[id, repair?.do]] : [],
      )
    assert.deepEqual(repairs(), [
      ['F_SPEC_ALONE', 'make-anew'],
      ['F_WORK_ALONE', undefined],
    ])
    for (const path of world.disk.files(world.layout.done))
      if (path.includes('MANIFEST')) at(world, path).bytes = Buffer.from('{')
    assert.deepEqual(repairs(), [['F_SPEC_ALONE', undefined]])
  })
})
