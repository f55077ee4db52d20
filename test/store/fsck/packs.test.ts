/**
 * What fsck tells of packs: which jobs a damaged file costs, what can be written again, and files that are as they were
 * written and still cannot be right, as a bug of ours might write them.
 */
import assert from 'node:assert/strict'
import {jobId} from '../../../src/core/brand.js'
import type {JobRecord} from '../../../src/core/job.js'
import type {Finding} from '../../../src/store/fsck/finding.js'
import type {JobSeen} from '../../../src/store/fsck/job.js'
import {checkPacked} from '../../../src/store/fsck/packed.js'
import {sha256} from '../../../src/store/jobs/record-codec.js'
import type {Manifest, Segment} from '../../../src/store/packs/manifest-form.js'
import {publishManifest} from '../../../src/store/packs/publish-manifest.js'
import {dropOutdated} from '../../../src/store/packs/retention.js'
import {partPath, type SegmentPart} from '../../../src/store/packs/segment-names.js'
import {decodeSums, encodeSums} from '../../../src/store/packs/sums.js'
import {ANN, CLUSTER} from '../disk/disk-world.js'
import {aPacked, aResult, DAY, NOON, PackWorld, sealedRecord, someJobs} from '../packs/some-packed.js'

const ARRAY = sealedRecord(50, NOON, {sealed: false, state: 'pending', ended: null})
const DAY_ONE = '2026/05-31.1'
const DAY_TWO = '2026/06-01.1'

const seen = (array: JobRecord): JobSeen => ({id: array.id, top: null, array, epoch: 0, alone: null})

describe('fsck of packs', () => {
  let world: PackWorld
  beforeEach(() => {
    world = new PackWorld()
    world.pack({
      jobs: [...someJobs([1, 2, 3]), ...someJobs([11, 12], NOON + DAY)],
      arrays: [{array: ARRAY, results: [aResult(50, 0, NOON), aResult(50, 7, NOON)]}],
    })
  })

  const check = (jobs: readonly JobSeen[] = [seen(ARRAY)]): readonly Finding[] =>
    checkPacked(
      {
        fs: world.process(),
        layout: world.layout,
        owner: ANN,
        mode: 'single',
        cluster: CLUSTER,
        now: world.clock.now,
        packed: () => null,
      },
      jobs,
    )
  const told = (jobs?: readonly JobSeen[]): readonly (readonly string[])[] =>
    check(jobs).map(({id, path, text}) => [id, path.replace('/god/', ''), text])
  const path = (part: SegmentPart, name = DAY_ONE): string => partPath(world.layout, name, part)
  const newest = (): Manifest => world.manifest().newest().manifest
  const publish = (next: Manifest): void => {
    const {durable, layout, manifest} = world.context()
    assert.ok(publishManifest(durable, layout, manifest.newest(), next))
  }
  const changed = (change: (segment: Segment) => Segment, name = DAY_ONE): void =>
    publish({
      ...newest(),
      segments: newest().segments.map(segment => (segment.name === name ? change(segment) : segment)),
    })
  /** Other bytes, and a manifest that tells of just these. */
  const forge = (part: SegmentPart, change: (bytes: Buffer) => Uint8Array, name = DAY_ONE): void => {
    world.spoil(path(part, name), change)
    const bytes = world.bytes(path(part, name))
    const facts = {bytes: bytes.length, sha256: sha256(bytes)}
    changed(segment => ({...segment, parts: segment.parts && {...segment.parts, [part]: facts}}), name)
  }
  const swapRows = (bytes: Buffer): Buffer =>
    Buffer.concat([bytes.subarray(16, 32), bytes.subarray(0, 16), bytes.subarray(32)])
  const flipAt =
    (at: number) =>
    (bytes: Buffer): Buffer => {
      bytes[at] = (bytes[at] ?? 0) ^ 1
      return bytes
    }
  const lineAt = (n: number): number =>
    Buffer.from(world.bytes(path('lines')))
      .toString()
      .split('\n')
      .slice(0, n)
      .join('\n').length + 200

  it('is silent where all is as it should be', () => {
    assert.deepEqual(told(), [])
  })

  it('names the job that a flipped byte costs, and no other', () => {
    world.spoil(path('lines'), flipAt(lineAt(3)))
    const [text = ''] = told().map(finding => finding.join(': '))
    assert.match(
      text,
      /^F_SEGMENT: jobs\/done\/2026\/05-31\.1\.ndjson: its checksum does not fit; lost: job 2$/,
    )
    assert.equal(told().length, 1)
  })

  it('names some of the jobs that a lost end of a file costs', () => {
    const many = Array.from({length: 30}, (_, i) => 100 + i)
    world.pack({jobs: someJobs(many, NOON - DAY)})
    world.spoil(path('lines', '2026/05-30.1'), bytes => bytes.subarray(0, 200))
    assert.match(told()[0]?.[2] ?? '', /lost: job 100, .*, job 109 and 20 more$/)
  })

  for (const part of ['index', 'sums'] as const)
    it(`has the bytes of a damaged or lost ${part} from the lines`, () => {
      const whole = Buffer.from(world.bytes(path(part)))
      for (const harm of [
        () => world.spoil(path(part), flipAt(20)),
        () => world.spoil(path(part), bytes => bytes.subarray(0, 7)),
        () => world.process().unlink(path(part)),
      ]) {
        harm()
        const [finding, ...more] = check()
        assert.deepEqual([finding?.id, finding?.path, more], ['F_SEGMENT', path(part), []])
        assert.ok(finding?.repair?.do === 'write-part')
        assert.deepEqual(Buffer.from(finding.repair.bytes), whole)
        world.write(path(part), whole, 0o644)
      }
    })

  it('has no sums to write again where the record of an array is unknown, and believes those that are there', () => {
    assert.deepEqual(told([]), [])
    world.spoil(path('sums'), flipAt(20))
    assert.equal(check([])[0]?.repair, undefined)
  })

  it('knows an array that is packed by its own line', () => {
    world.pack({jobs: [{job: aPacked(50, NOON + DAY), spec: null}]})
    world.spoil(path('sums'), flipAt(20))
    assert.equal(check([])[0]?.repair?.do, 'write-part')
  })

  /** Null: nothing is said of it. */
  const withPeak =
    (change: ((peak: number) => number) | null) =>
    (bytes: Buffer): Uint8Array => {
      const parsed = decodeSums(bytes)
      assert.ok(parsed.ok)
      return encodeSums(
        parsed.value.map(({measured, ...sums}) =>
          change === null || measured === undefined
            ? sums
            : {...sums, measured: {...measured, memoryPeak: change(measured.memoryPeak)}},
        ),
      )
    }

  const forged: readonly (readonly [string, string, SegmentPart, RegExp, () => void])[] = [
    [
      'an index that is not sorted',
      'F_SEGMENT_FORM',
      'index',
      /row 2 does not come after/,
      () => forge('index', swapRows),
    ],
    [
      'an index with a row twice',
      'F_SEGMENT_FORM',
      'index',
      /row 2 does not come after/,
      () =>
        forge('index', bytes =>
          Buffer.concat([bytes.subarray(0, 16), bytes.subarray(0, 16), bytes.subarray(32)]),
        ),
    ],
    [
      'a row that leads into the middle of a line',
      'F_SEGMENT_FORM',
      'index',
      /the row of job 1 leads to no line/,
      () => forge('index', flipAt(11)),
    ],
    [
      'a row that is too short for its line',
      'F_SEGMENT_FORM',
      'index',
      /the row of job 1 leads to no line/,
      () => forge('index', flipAt(15)),
    ],
    [
      'an index without its last row',
      'F_SEGMENT_FORM',
      'index',
      /it has 64 bytes for 5 lines/,
      () => forge('index', bytes => bytes.subarray(0, 64)),
    ],
    [
      'specs whose index is not sorted',
      'F_SEGMENT_FORM',
      'specIndex',
      /row 2 does not come after/,
      () => forge('specIndex', swapRows),
    ],
    [
      'a spec that lies nowhere',
      'F_SEGMENT_FORM',
      'specIndex',
      /the row of job 1 leads to no member/,
      () => forge('specIndex', flipAt(7)),
    ],
    [
      'lines that are not sorted by their ends',
      'F_SEGMENT_FORM',
      'lines',
      /comes after one that ended later/,
      () =>
        forge('lines', bytes => {
          const lines = bytes.toString().trimEnd().split('\n')
          return Buffer.from(`${lines.reverse().join('\n')}\n`)
        }),
    ],
    [
      'a line whose own checksum does not fit',
      'F_SEGMENT_FORM',
      'lines',
      /the line of job 1: its checksum does not fit/,
      () => forge('lines', flipAt(150)),
    ],
    [
      'a line that is none',
      'F_SEGMENT_FORM',
      'lines',
      /line 6 is none of ours/,
      () => forge('lines', bytes => Buffer.concat([bytes, Buffer.from('x\n')])),
    ],
    [
      'fewer jobs than the manifest tells of',
      'F_SEGMENT_FORM',
      'lines',
      /lines of 3 jobs and 2 tasks, and the manifest tells of 4 and 2/,
      () => changed(segment => ({...segment, jobs: 4})),
    ],
    [
      'an end that is not that of the manifest',
      'F_SEGMENT_FORM',
      'lines',
      /first or last end/,
      () => changed(segment => ({...segment, to: segment.to + 1})),
    ],
    [
      'a job that the segment is not said to have',
      'F_SEGMENT_FORM',
      'lines',
      /a job that the manifest does not tell of/,
      () => changed(segment => ({...segment, ids: [1, 2]})),
    ],
    [
      'tasks of an array that it is not said to have',
      'F_SEGMENT_FORM',
      'lines',
      /tasks of other arrays/,
      () => changed(segment => ({...segment, arrays: []})),
    ],
    [
      'sums that are not those of the lines',
      'F_SUMS',
      'sums',
      /not those of its lines/,
      () => forge('sums', () => world.bytes(path('sums', DAY_TWO))),
    ],
    [
      'sums that tell of more measured than the lines',
      'F_SUMS',
      'sums',
      /not those of its lines/,
      () =>
        forge(
          'sums',
          withPeak(peak => peak + 1),
        ),
    ],
    ['sums that are none', 'F_SUMS', 'sums', /./, () => forge('sums', () => Buffer.from('{}\n'))],
  ]
  for (const [what, id, part, text, damage] of forged)
    it(`tells of ${what}, though the manifest tells of just these bytes`, () => {
      damage()
      const found = check().find(finding => finding.id === id && finding.path === path(part))
      assert.match(found?.text ?? '', text, JSON.stringify(told()))
      assert.equal(found?.repair, undefined)
    })

  it('takes sums for right that an older god wrote, who measured less or nothing', () => {
    for (const change of [() => 0, null]) {
      forge('sums', withPeak(change))
      assert.deepEqual(told(), [])
    }
  })

  it('tells of a job and a task with two lines, and in which segments', () => {
    const before = newest()
    publish({...before, packed: [], segments: [], sums: []})
    world.pack({
      jobs: someJobs([2, 4]),
      arrays: [{array: ARRAY, results: [aResult(50, 7, NOON)]}],
    })
    const again = newest()
    publish({
      ...again,
      packed: [1, 4, 11, 12],
      segments: [...before.segments, ...again.segments],
      sums: [...before.sums, ...again.sums],
    })
    assert.deepEqual(
      told().map(([id, , text]) => [id, text]),
      [
        ['F_PACKED_ONCE', 'job 2 has more than one line: in 2026/05-31.1, 2026/05-31.2'],
        ['F_PACKED_ONCE', 'task 7 of job 50 has more than one line: in 2026/05-31.1, 2026/05-31.2'],
      ],
    )
  })

  it('tells of jobs that the manifest has packed otherwise than there are lines', () => {
    publish({...newest(), packed: [1, 2, 12, 12, 20, 24], dropped: [11, 11]})
    assert.deepEqual(
      told().map(([id, , text]) => [id, text]),
      [
        ['F_PACKED_ONCE', 'job 3: not packed by the manifest, with a line'],
        ['F_PACKED_ONCE', 'job 11: dropped by the manifest, with a line'],
        ['F_PACKED_ONCE', 'jobs 20 to 24: packed by the manifest, without a line'],
      ],
    )
  })

  it('misses no job while the lines of some segment cannot be told', () => {
    world.process().unlink(path('lines'))
    world.process().unlink(path('index'))
    assert.deepEqual(
      told().map(([id]) => id),
      ['F_SEGMENT', 'F_SEGMENT'],
    )
  })

  it('tells of damaged or lost sums of a segment that retention has dropped', () => {
    const dropped = dropOutdated(world.context(), {age: DAY / 2, most: null}, NOON + DAY)
    assert.deepEqual(dropped?.segments, [DAY_ONE])
    assert.deepEqual(told(), [])
    world.spoil(path('sums'), flipAt(20))
    assert.deepEqual(
      told().map(([id, where]) => [id, where]),
      [['F_SUMS', 'acct/2026/05-31.1.json']],
    )
    world.process().unlink(path('sums'))
    assert.deepEqual(told(), [['F_SUMS', 'acct/2026/05-31.1.json', 'they are not there']])
  })

  it('of a manifest by hand, without segments that anybody wrote, has nothing to say', () => {
    const bare = new PackWorld()
    bare.packed(1, 1)
    world = bare
    assert.deepEqual(
      told().map(([id]) => id),
      ['F_MANIFEST_COPY'],
    )
    assert.ok(bare.manifest().contains(jobId(1)))
  })
})
