/** The bytes of state files: what was written is read, and nothing else is. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type {Parsed} from '../../../src/core/parse-with.js'
import {decode, decodeLenient, decodeUtf8, encode, sha256} from '../../../src/store/jobs/record-codec.js'

const any = (value: unknown): Parsed<unknown> => ({ok: true, value})

const why = (bytes: Uint8Array): string => {
  const parsed = decode(bytes, any)
  return parsed.ok ? 'read' : parsed.why
}

const key = fc
  .string({maxLength: 8})
  .filter(text => !['__proto__', 'constructor', 'prototype'].includes(text))
const values = fc
  .dictionary(
    key,
    fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string(), {maxLength: 3}),
    ),
    {minKeys: 1, maxKeys: 6, noNullPrototype: true},
  )
  .map(value => ({v: 1, ...value}))

describe('the bytes of a state file', () => {
  it('are one line that reads back as it was written', () => {
    fc.assert(
      fc.property(values, value => {
        const bytes = encode(value)
        assert.deepEqual(decode(bytes, any), {ok: true, value: JSON.parse(JSON.stringify(value))})
        assert.equal(Buffer.from(bytes).indexOf('\n'), bytes.length - 1)
      }),
    )
  })

  it('are told from the same bytes with any bit flipped', () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.integer({min: 0, max: 7}), (value, at, bit) => {
        const bytes = Buffer.from(encode(value))
        const i = at % bytes.length
        bytes[i] = (bytes[i] ?? 0) ^ (1 << bit)
        assert.notEqual(why(bytes), 'read')
      }),
      {numRuns: 400},
    )
  })

  it('are told from the same bytes with any bit flipped where a sum may be missing, also one of the sum', () => {
    const bytes = Buffer.from(encode({v: 1, jobs: {}}))
    const sound = {v: 1, jobs: {}}
    assert.deepEqual(decodeLenient(bytes, any), {ok: true, value: sound})
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.equal(decodeLenient(flipped, any).ok, false, `bit ${bit}`)
    }
    assert.deepEqual(decodeLenient(Buffer.from('{"v":1,"jobs":{}}\n'), any), {ok: true, value: sound})
  })

  it('are told from every beginning of them, and from them with more behind', () => {
    const bytes = Buffer.from(encode({v: 1, name: 'x'}))
    for (let length = 0; length < bytes.length; length++)
      assert.notEqual(why(bytes.subarray(0, length)), 'read')
    for (const more of ['\n', ' ', '{}', '\0'])
      assert.notEqual(why(Buffer.concat([bytes, Buffer.from(more)])), 'read')
    assert.notEqual(why(Buffer.concat([bytes, bytes])), 'read')
  })

  it('say what is wrong with them', () => {
    assert.equal(why(Buffer.from([0xff, 0xfe])), 'not UTF-8')
    assert.match(why(Buffer.from('{"v":1}\n')), /checksum is missing/)
    assert.match(why(Buffer.from(`{"v":1,"sum":"${'0'.repeat(64)}"}\n`)), /checksum does not fit/)
  })

  it('are refused in spite of a fitting sum if they are no strict JSON, or not of the form', () => {
    const signed = (body: string): Uint8Array =>
      Buffer.from(`${body.slice(0, -1)},"sum":"${sha256(body)}"}\n`)
    assert.match(why(signed('{"v":1,"v":2}')), /twice/)
    assert.match(why(signed('{"v":1,"__proto__":{}}')), /not allowed/)
    assert.match(why(signed('{"v":}')), /not JSON/)
    assert.deepEqual(
      decode(signed('{"v":2}'), () => ({ok: false, why: 'another version'})),
      {ok: false, why: 'another version'},
    )
  })

  it('may hold any text, also a sum of its own', () => {
    const value = {v: 1, text: `,"sum":"${'a'.repeat(64)}"}\n`, ключ: '\u2028😀'}
    assert.deepEqual(decode(encode(value), any), {ok: true, value})
  })
})

describe('UTF-8', () => {
  it('is read strictly: cut and overlong letters are none', () => {
    assert.equal(decodeUtf8(Buffer.from('жук')), 'жук')
    for (const bytes of [[0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x80]])
      assert.equal(decodeUtf8(Uint8Array.from(bytes)), null)
  })
})
