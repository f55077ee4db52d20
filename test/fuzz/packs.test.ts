/** R16: the files of the index and of the packs, as any hand may have left them; sums that fit do not make them sound. */
import assert from 'node:assert/strict'
import {checksum} from '../../src/store/disk/checksum.js'
import {decodeHead, decodeSlice, encodeIndex, judgeIndex} from '../../src/store/index/index-codec.js'
import {seal, sha256} from '../../src/store/jobs/record-codec.js'
import {decodeManifest} from '../../src/store/packs/manifest-form.js'
import {decodeRows, encodeRows, placeOf} from '../../src/store/packs/segment-index.js'
import {decodeSums} from '../../src/store/packs/sums.js'
import {aRecord, aRunning} from '../core/builders.js'
import {BESIDE} from '../formats/frozen.js'
import {fuzzed} from './fuzz.js'
import {bytesOf} from './one-file.js'

const WORDS = [
  ...['{', '}', '[', ']', ',', ':', '"', 'null', '0', '1', '-1', '1e400', '[]', '{}', '"v":1', '"v":2'],
  ...['"bucket":0', '"slices":', '[1000,0,9,7]', '"base":', '"rows":', '"whole"', '"__proto__":{}'],
]

const STORED = [aRecord(), aRunning()].map(record => ({record, sha256: sha256(JSON.stringify(record))}))
const HEAD = {bucket: 0, stamp: {ino: 7, mtimeMs: 1.5}, exact: true, boot: 'b'}
const FILE = Buffer.from(encodeIndex(HEAD, STORED)).toString()
const [LINE = '', ...SLICES] = FILE.split('\n').filter(line => line !== '')
const BODY = LINE.slice(LINE.indexOf(' ') + 1)

/** A line with the checksum of what it is now. */
const summed = (body: string): Uint8Array => Buffer.from(`${checksum(Buffer.from(body))} ${body}\n`)

describe('R16: the index', () => {
  it('is taken where nothing is wrong with it', () => {
    assert.equal(judgeIndex(Buffer.from(FILE), 0), null)
    assert.equal(decodeHead(summed(BODY), 0)?.slices.length, SLICES.length)
  })

  fuzzed({
    name: 'bytes of an index',
    throws: 'nothing',
    parse: text => judgeIndex(bytesOf(text), 0),
    good: [FILE],
    words: WORDS,
    holds: (fault, text) => assert.ok(fault !== null || text.length === FILE.length),
  })

  fuzzed({
    name: 'head of an index',
    throws: 'nothing',
    parse: text => decodeHead(summed(text), 0),
    good: [BODY],
    words: WORDS,
    holds: head => {
      for (const {uid, at, bytes, sum} of head?.slices ?? [])
        assert.ok([uid, at, bytes, sum].every(n => Number.isSafeInteger(n) && n >= 0))
    },
  })

  fuzzed({
    name: 'rows of an index',
    throws: 'nothing',
    parse: text => {
      const bytes = Buffer.from(text)
      const slice = {uid: aRecord().uid, at: 0, bytes: bytes.length, sum: checksum(bytes)}
      return decodeSlice(bytes, slice, 0)
    },
    good: SLICES.map(slice => `${slice}\n`),
    words: WORDS,
    holds: rows => {
      for (const {record} of rows ?? []) assert.ok(Number.isSafeInteger(record.id) && record.rev >= 1)
    },
  })
})

describe('R16: the packs', () => {
  fuzzed({
    name: 'rows of a segment',
    throws: 'nothing',
    parse: text => decodeRows(bytesOf(text)),
    good: [Buffer.from(encodeRows([[1, 0, 0, 10]])).toString('latin1')],
    holds: rows => {
      const sorted = encodeRows(rows)
      assert.deepEqual(encodeRows(decodeRows(sorted)), sorted)
      for (const {offset, length} of rows.map(placeOf)) assert.ok(offset >= 0 && length >= 0)
    },
  })

  /** Frozen files, without their sums: good ones of every form. */
  const frozen = (path: RegExp): readonly string[] =>
    BESIDE.filter(file => path.test(file.path)).map(({text}) => {
      const {sum, ...value} = JSON.parse(text)
      return JSON.stringify(value)
    })
  const MANIFESTS = frozen(/MANIFEST\.1$/)
  const SUMS = frozen(/^acct\//)
  const manifestOf = (text: string) => decodeManifest(Buffer.from(seal(text.trimEnd())), 1)
  const sumsOf = (text: string) => decodeSums(Buffer.from(seal(text.trimEnd())))

  it('are taken where nothing is wrong with them', () => {
    assert.ok(MANIFESTS.length >= 2 && SUMS.length > 0)
    for (const parsed of [...MANIFESTS.map(manifestOf), ...SUMS.map(sumsOf)]) assert.ok(parsed.ok)
  })

  fuzzed({
    name: 'manifest of segments',
    throws: 'nothing',
    parse: manifestOf,
    good: MANIFESTS,
    words: [...WORDS, '"packed":', '"1-3,9"', '"segments":', '"parts":', '"sums":'],
  })

  fuzzed({
    name: 'sums',
    throws: 'nothing',
    parse: sumsOf,
    good: SUMS,
    words: [...WORDS, '"sums":', '"day":', '"user":', '"jobs":'],
  })
})
