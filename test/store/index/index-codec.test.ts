/** Files of the index: rows of all shapes read back, and nothing is believed that a later or broken god wrote. */
import assert from 'node:assert/strict'
import {jobId, uid} from '../../../src/core/brand.js'
import type {JobRecord} from '../../../src/core/job.js'
import {checksum} from '../../../src/store/disk/checksum.js'
import {
  decodeHead,
  decodeSlice,
  encodeIndex,
  judgeIndex,
  LINE_END,
} from '../../../src/store/index/index-codec.js'
import {aRecord} from '../../core/builders.js'
import {anArray} from '../../core/some-array.js'

const SUM = 'a'.repeat(64)
const HEAD = {bucket: 0, stamp: {ino: 7, mtimeMs: 1.5}, exact: true, boot: 'b'}

const encoded = (...records: readonly JobRecord[]): Uint8Array =>
  encodeIndex(
    HEAD,
    records.map(record => ({record, sha256: SUM})),
  )

const rowsIn = (bytes: Uint8Array): readonly JobRecord[] => {
  const from = bytes.indexOf(LINE_END) + 1
  const head = decodeHead(bytes.subarray(0, from), 0) ?? assert.fail('no head')
  return head.slices.flatMap(slice => {
    const part = bytes.subarray(from + slice.at, from + slice.at + slice.bytes)
    return (decodeSlice(part, slice, 0) ?? assert.fail('no rows')).map(({record}) => record)
  })
}

/** A file with one slice of this text, whose checksums all fit. */
const written = (text: string, owner = 1000): Uint8Array => {
  const bytes = Buffer.from(text)
  const {bucket, stamp, exact, boot} = HEAD
  const slices = [[owner, 0, bytes.length, checksum(bytes)]]
  const head = JSON.stringify({v: 2, bucket, ...stamp, exact, boot, slices})
  return Buffer.concat([Buffer.from(`${checksum(Buffer.from(head))} ${head}\n`), bytes])
}

const slice = (rows: unknown, base: unknown = aRecord()): string => JSON.stringify({base, rows})

describe('a file of the index', () => {
  it('gives back jobs and arrays of several users, whatever they have in common', () => {
    const records = [
      aRecord(),
      anArray('0-9', {id: jobId(43)}),
      aRecord({id: jobId(44), labels: {a: 'b'}, nice: 3}),
      aRecord({id: jobId(45), uid: uid(1001)}),
      anArray('5-7%2', {id: jobId(46), uid: uid(1001)}),
    ]
    const bytes = encoded(...records)
    assert.equal(judgeIndex(bytes, 0), null)
    const byId = [...rowsIn(bytes)].sort((a, b) => a.id - b.id)
    assert.deepEqual(JSON.parse(JSON.stringify(byId)), JSON.parse(JSON.stringify(records)))
  })

  it('is short where jobs resemble each other, whatever the first of them has become', () => {
    const waiting = Array.from({length: 50}, (_, i) => aRecord({id: jobId(i + 2)}))
    const over: Partial<JobRecord> = {state: 'done', exit: {code: 0, signal: null, oom: false}, node: 'n1'}
    const first = aRecord({id: jobId(1), ...over})
    const usual = encoded(...waiting).length / waiting.length
    assert.ok(encoded(first, ...waiting).length < (waiting.length + 4) * usual)
    assert.deepEqual(rowsIn(encoded(first, ...waiting)), [first, ...waiting])
  })

  it('of no job is a head alone', () => {
    assert.deepEqual(rowsIn(encoded()), [])
    assert.equal(judgeIndex(encoded(), 0), null)
  })

  it('is judged by its head: damaged, without its end, of another bucket', () => {
    const bytes = encoded(aRecord())
    const flipped = Buffer.from(bytes)
    flipped[3] = (flipped[3] ?? 0) ^ 1
    for (const [what, damaged, bucket] of [
      ['flipped', flipped, 0],
      ['empty', new Uint8Array(), 0],
      ['cut off', bytes.subarray(0, 20), 0],
      ['of another bucket', bytes, 1],
    ] as const)
      assert.match(judgeIndex(damaged, bucket) ?? 'good', /head is damaged/, what)
  })

  it('is judged by its length and by the checksum of its rows', () => {
    const bytes = encoded(aRecord())
    assert.match(judgeIndex(bytes.subarray(0, -1), 0) ?? 'good', /longer or shorter/)
    assert.match(judgeIndex(Buffer.concat([bytes, Buffer.from('\n')]), 0) ?? 'good', /longer or shorter/)
    const flipped = Buffer.from(bytes)
    flipped[flipped.length - 4] = (flipped[flipped.length - 4] ?? 0) ^ 1
    assert.match(judgeIndex(flipped, 0) ?? 'good', /checksum of its rows/)
  })

  it('is believed as long as its rows are rows', () => {
    assert.equal(
      judgeIndex(
        written(
          slice([
            [SUM, {}],
            [SUM, aRecord(), 'whole'],
          ]),
        ),
        0,
      ),
      null,
    )
    assert.equal(judgeIndex(written(slice([])), 0), null)
  })

  it('is not believed where it has another shape, though its checksums fit', () => {
    for (const [what, text] of [
      ['null', 'null'],
      ['a number', '7'],
      ['without a base', '{"rows":[]}'],
      ['without rows', JSON.stringify({base: aRecord()})],
      ['rows that are no list', slice({})],
      ['a base that is none', slice([], 7)],
      ['a base that is no record', slice([[SUM, {}]], {})],
      ['a row that is no list', slice([7])],
      ['a row without a sum', slice([[7, {}]])],
      ['a row with a short sum', slice([['a', {}]])],
      ['a row without fields', slice([[SUM]])],
      ['a row of null', slice([[SUM, null]])],
    ] as const)
      assert.match(judgeIndex(written(text), 0) ?? 'good', /rows/, what)
  })

  it('is not believed where a row is of another user, bucket or kind than its place says', () => {
    for (const [what, fields] of [
      ['an id of another bucket', {id: 4200}],
      ['an id that is none', {id: 'x'}],
      ['a revision that is none', {rev: 0}],
      ['a revision that is no number', {rev: 'x'}],
      ['another user', {uid: 1001}],
      ['an unknown state', {state: 'asleep'}],
    ] as const)
      assert.match(judgeIndex(written(slice([[SUM, fields]])), 0) ?? 'good', /rows/, what)
    assert.match(judgeIndex(written(slice([[SUM, {}]]), 1001), 0) ?? 'good', /rows/)
  })
})
