/** What each user used, by what lies on the disk: the same however it is packed, merged, dropped or looked at. */
import assert from 'node:assert/strict'
import type {TaskResult} from '../../src/core/array/task-result.js'
import {instant} from '../../src/core/brand.js'
import type {JobRecord} from '../../src/core/job.js'
import type {ArrayResults} from '../../src/core/packed.js'
import {usageFindings} from '../../src/store/fsck/usage.js'
import {liveJobs} from '../../src/store/jobs/job-lists.js'
import {sha256} from '../../src/store/jobs/record-codec.js'
import {mergeSegments} from '../../src/store/packs/merge-segments.js'
import {createPacks} from '../../src/store/packs/packs.js'
import {publishManifest} from '../../src/store/packs/publish-manifest.js'
import {dropOutdated} from '../../src/store/packs/retention.js'
import {partPath} from '../../src/store/packs/segment-names.js'
import {judgeUsage, readUsage, writeUsage} from '../../src/store/packs/usage-file.js'
import {shareUsage} from '../../src/store/share-usage.js'
import {ANN, CLUSTER} from './disk/disk-world.js'
import {aPacked, aResult, DAY, NOON, PackWorld, sealedRecord} from './packs/some-packed.js'

const HOUR = 3_600_000
const WEEK = 7 * DAY
const NEVER = Number.POSITIVE_INFINITY

/** Ran for that long, one cpu. */
const aRun = (id: number, user: string, end: number, ms: number, over: Partial<JobRecord> = {}) =>
  aPacked(id, end, {
    ...{user, resources: {cpus: 1000, memory: 1, gpus: 0}, started: instant(end - ms)},
    ...over,
  })

const ARRAY = sealedRecord(50, NOON, {
  ...{sealed: false, state: 'running', started: null, ended: null, user: 'eve'},
  resources: {cpus: 2000, memory: 1, gpus: 0},
})

const aTask = (task: number, end: number, ms: number, over: Partial<TaskResult> = {}): TaskResult => ({
  ...aResult(50, task, end),
  started: instant(end - ms),
  ...over,
})

const near = (found: number | undefined, expected: number): void =>
  assert.ok(
    Math.abs((found ?? Number.NaN) - expected) < 1e-6 * Math.max(1, expected),
    `${found}, not ${expected}`,
  )

/** What an hour of a cpu counts when it is just over. */
const HOUR_LEFT = (WEEK / 1000 / Math.LN2) * (1 - 2 ** (-HOUR / WEEK))

describe('usage of packed jobs', () => {
  let world: PackWorld
  beforeEach(() => {
    world = new PackWorld()
  })

  const live = (...records: readonly JobRecord[]) =>
    liveJobs(records.length === 0 ? [] : [records.map(record => ({record, sha256: ''}))], new Map())

  /** As a process that has just started sees it. */
  const look = (at: number, halfLife = WEEK, ...records: readonly JobRecord[]) =>
    lookAt(at, halfLife, NEVER, records)
  const lookAt = (at: number, halfLife: number, most: number, records: readonly JobRecord[] = []) => {
    const {durable, layout, manifest} = world.context()
    const packs = createPacks(durable.fs, layout, manifest)
    return shareUsage({durable, layout, manifest, packs}, live(...records), {halfLife, now: at, most})
  }
  const keep = (at: number, halfLife = WEEK, ...records: readonly JobRecord[]): void =>
    writeUsage(world.context().durable, world.layout, look(at, halfLife, ...records).packed)
  const pack = (jobs: readonly ReturnType<typeof aRun>[], arrays: readonly ArrayResults[] = []): void =>
    void world.pack({jobs: jobs.map(job => ({job, spec: null})), arrays})
  const wipe = (name: string): void => world.process().unlink(partPath(world.layout, name, 'lines'))

  it('is what their attempts were charged, and is forgotten', () => {
    pack([
      aRun(1, 'ann', NOON, HOUR),
      aRun(2, 'bob', NOON, HOUR, {charge: 16_000}),
      aRun(3, 'cai', NOON, 2 * HOUR, {paused: {since: null, total: HOUR}, state: 'failed'}),
      aRun(4, 'dan', NOON, HOUR, {started: null}),
    ])
    const {used} = look(NOON)
    near(used.get('ann'), HOUR_LEFT)
    near(used.get('bob'), 16 * HOUR_LEFT)
    near(used.get('cai'), ((WEEK / 1000 / Math.LN2) * (1 - 2 ** ((-2 * HOUR) / WEEK))) / 2)
    assert.equal(used.get('dan') ?? 0, 0)
    near(look(NOON + WEEK).used.get('ann'), HOUR_LEFT / 2)
    assert.equal(look(NOON, NEVER).used.get('ann'), 3600)
    assert.equal(look(NOON + 65 * WEEK).packed.segments.size, 0)
    assert.equal(look(NOON + 65 * WEEK, NEVER).used.get('ann'), 3600)
  })

  it('is that of the tasks of arrays, packed or in their record, each once', () => {
    const parts = (...tasks: readonly number[]) =>
      Object.fromEntries(
        tasks.map(task => [task, {state: 'done', attempt: 1, started: NOON - HOUR, ended: NOON}] as const),
      )
    const arrayWith = (...tasks: readonly number[]): JobRecord => ({
      ...ARRAY,
      array: {
        ...{range: '0-9', limit: null, waiting: [], held: [], done: [0, 9], failed: [], killed: []},
        ...{again: {}, places: [], stem: null, parts: parts(...tasks) as never},
      },
    })
    near(look(NOON, WEEK, arrayWith(1, 2)).used.get('eve'), 4 * HOUR_LEFT)
    pack([], [{array: arrayWith(1), results: [aTask(1, NOON, HOUR)]}])
    near(look(NOON, WEEK, arrayWith(1, 2)).used.get('eve'), 4 * HOUR_LEFT)
    near(look(NOON, WEEK, arrayWith(2)).used.get('eve'), 4 * HOUR_LEFT)
    pack(
      [],
      [
        {
          array: arrayWith(),
          results: [aTask(3, NOON, HOUR, {charge: 500, paused: {since: null, total: HOUR / 2}})],
        },
      ],
    )
    near(look(NOON, WEEK, arrayWith(2)).used.get('eve'), 4.25 * HOUR_LEFT)
  })

  it('is read once from the lines, and then from what was kept', () => {
    pack([aRun(1, 'ann', NOON, HOUR)])
    const before = look(NOON).used
    keep(NOON)
    wipe('2026/05-31.1')
    assert.deepEqual(look(NOON).used, before)
    pack([aRun(2, 'ann', NOON + DAY, HOUR)])
    near(look(NOON + DAY).used.get('ann'), HOUR_LEFT * (1 + 2 ** (-1 / 7)))
  })

  it('is the same when segments were merged, by whatever was kept before', () => {
    for (const id of [1, 2, 3]) pack([aRun(id, 'ann', NOON + id, HOUR)])
    const before = look(NOON + HOUR).used.get('ann') ?? 0
    keep(NOON + HOUR)
    const context = world.context()
    mergeSegments(context, context.manifest.newest().manifest.segments)
    near(look(NOON + HOUR).used.get('ann'), before)
    keep(NOON + HOUR)
    assert.deepEqual([...(readUsage(world.process(), world.layout)?.segments.keys() ?? [])], ['2026/05-31.4'])
  })

  it('stays when retention drops them, exactly as it was kept, else by the daily sums', () => {
    pack([aRun(1, 'ann', NOON, HOUR)])
    keep(NOON)
    assert.ok(dropOutdated(world.context(), {age: 0, most: null}, NOON + DAY))
    near(look(NOON).used.get('ann'), HOUR_LEFT)
    world.process().unlink(world.layout.usage)
    near(look(NOON + DAY).used.get('ann'), 3600 * 2 ** (-1 / 7))
    keep(NOON + DAY)
    near(look(NOON + DAY).used.get('ann'), 3600 * 2 ** (-1 / 7))
    assert.equal(look(NOON + DAY, NEVER).used.get('ann'), 3600)
  })

  it('is that of the daily sums while lines cannot be read, and exact again when they can', () => {
    pack([aRun(1, 'ann', NOON, HOUR), aRun(2, 'bob', NOON, HOUR)])
    const path = partPath(world.layout, '2026/05-31.1', 'lines')
    const whole = world.bytes(path)
    wipe('2026/05-31.1')
    near(look(NOON + DAY).used.get('ann'), 3600 * 2 ** (-1 / 7))
    keep(NOON + DAY)
    world.context().durable.publishNew(path, whole)
    near(look(NOON + DAY).used.get('ann'), HOUR_LEFT * 2 ** (-1 / 7))
  })

  it('is read newest first where not all may be read at once, and the rest the next time', () => {
    for (const day of [0, 1, 2]) pack([aRun(day + 1, `u${day}`, NOON + day * DAY, HOUR)])
    const at = NOON + 3 * DAY
    const left = (exact: boolean, days: number) => (exact ? HOUR_LEFT : 3600) * 2 ** (-days / 7)
    for (const exact of [1, 2, 3, 3]) {
      const {used, packed} = lookAt(at, WEEK, 1)
      for (const day of [0, 1, 2]) near(used.get(`u${day}`), left(3 - day <= exact, 3 - day))
      writeUsage(world.context().durable, world.layout, packed)
    }
  })

  it('is that of the daily sums where a line is none, though the file is what was written', () => {
    pack([aRun(1, 'ann', NOON, HOUR)])
    const {manifest} = world.manifest().newest()
    const {durable, layout} = world.context()
    for (const change of ['{"id":1,"record":{"ended":1}x', '{"id":1,"record":{"ended":1}}']) {
      const bytes = Buffer.from(`${change}\n`)
      const lines = {bytes: bytes.length, sha256: sha256(bytes)}
      world.spoil(partPath(layout, '2026/05-31.1', 'lines'), () => bytes)
      const segments = manifest.segments.map(one => ({
        ...one,
        parts: one.parts === null ? null : {...one.parts, lines},
      }))
      publishManifest(durable, layout, world.manifest().newest(), {...manifest, segments})
      near(look(NOON + DAY).used.get('ann'), 3600 * 2 ** (-1 / 7))
    }
  })

  it('of a task whose array nobody knows is that of the daily sums', () => {
    pack([], [{array: ARRAY, results: [aTask(1, NOON, HOUR)]}])
    near(look(NOON, WEEK, ARRAY).used.get('eve'), 2 * HOUR_LEFT)
    near(look(NOON + DAY, WEEK).used.get('eve'), 7200 * 2 ** (-1 / 7))
  })

  it('is worked out anew for another half-life', () => {
    pack([aRun(1, 'ann', NOON, HOUR)])
    keep(NOON)
    near(look(NOON + DAY, DAY).used.get('ann'), (DAY / 1000 / Math.LN2) * (1 - 2 ** (-1 / 24)) * 0.5)
    assert.equal(look(NOON, NEVER).used.get('ann'), 3600)
    keep(NOON, NEVER)
    assert.equal(readUsage(world.process(), world.layout)?.halfLife, NEVER)
  })

  it('is no more than all of it, where a clock puts its end into the future', () => {
    pack([aRun(1, 'ann', NOON + 400 * DAY, HOUR), aRun(2, 'bob', NOON, HOUR)])
    const {used} = look(NOON)
    near(used.get('ann'), HOUR_LEFT)
    near(used.get('bob'), HOUR_LEFT)
  })

  it('that is damaged on the disk is told of, and worked out anew', () => {
    pack([aRun(1, 'ann', NOON, HOUR)])
    keep(NOON)
    const bytes = Buffer.from(world.bytes(world.layout.usage))
    assert.equal(judgeUsage(bytes), null)
    bytes[40] = (bytes[40] ?? 0) ^ 1
    assert.match(judgeUsage(bytes) ?? '', /checksum/)
    world.context().durable.replace(world.layout.usage, bytes)
    assert.equal(readUsage(world.process(), world.layout), null)
    near(look(NOON).used.get('ann'), HOUR_LEFT)
  })

  it('that is not what the lines tell is found by fsck', () => {
    const findings = () => {
      const {manifest} = world.manifest().newest()
      const place = {
        ...{fs: world.process(), layout: world.layout, owner: ANN, mode: 'single' as const},
        ...{cluster: CLUSTER, now: world.clock.now, packed: () => null},
      }
      return usageFindings(place, manifest, () => null).map(({id, text}) => [id, text])
    }
    pack([aRun(1, 'ann', NOON, HOUR)])
    assert.deepEqual(findings(), [])
    keep(NOON)
    assert.deepEqual(findings(), [])
    const {packed} = look(NOON)
    const segments = new Map(
      [...packed.segments].map(([name, usage]) => [name, {...usage, used: new Map([['ann', 1]])}] as const),
    )
    writeUsage(world.context().durable, world.layout, {...packed, segments})
    assert.deepEqual(findings(), [['F_DERIVED', 'what 2026/05-31.1 counts is not what the lines there tell']])
  })
})

describe('usage of live jobs', () => {
  const world = new PackWorld()
  const look = (at: number, ...records: readonly JobRecord[]) => {
    const {durable, layout, manifest} = world.context()
    const ground = {durable, layout, manifest, packs: createPacks(durable.fs, layout, manifest)}
    return shareUsage(ground, liveJobs([records.map(record => ({record, sha256: ''}))], new Map()), {
      halfLife: WEEK,
      now: at,
      most: NEVER,
    }).used
  }
  const running = (over: Partial<JobRecord> = {}): JobRecord =>
    sealedRecord(7, NOON, {
      ...{sealed: false, state: 'running', started: instant(NOON - HOUR), ended: null, user: 'ann'},
      resources: {cpus: 1000, memory: 1, gpus: 0},
      ...over,
    })

  it('grows while they run, and not while they are paused', () => {
    near(look(NOON, running()).get('ann'), HOUR_LEFT)
    near(
      look(NOON - HOUR / 2, running()).get('ann'),
      (WEEK / 1000 / Math.LN2) * (1 - 2 ** (-HOUR / 2 / WEEK)),
    )
    const paused = {since: instant(NOON - HOUR / 2), total: 0}
    near(look(NOON, running({paused})).get('ann'), HOUR_LEFT / 2)
  })

  it('is the same when one has ended, and none of those who only wait, who are known all the same', () => {
    near(look(NOON, running({state: 'done', ended: instant(NOON)})).get('ann'), HOUR_LEFT)
    const waits = running({state: 'pending', started: null, user: 'bob'})
    assert.deepEqual([...look(NOON, waits)], [['bob', 0]])
    assert.equal(look(NOON, running({state: 'starting', started: null})).get('ann'), 0)
  })
})
