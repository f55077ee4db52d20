import assert from 'node:assert/strict'
import fc from 'fast-check'
import {parseStrictJson} from '../../src/core/strict-json.js'
import {anyOf, anyText, damaged} from './builders.js'

const refused = (text: string, why: RegExp): void => {
  const parsed = parseStrictJson(text)
  assert.ok(!parsed.ok, `taken: ${text.slice(0, 80)}`)
  assert.match(parsed.why, why)
}

const taken = (text: string): unknown => {
  const parsed = parseStrictJson(text)
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return parsed.value
}

const nested = (depth: number, open: string, close: string): string =>
  open.repeat(depth) + close.repeat(depth)

describe('strict JSON', () => {
  it('is what JSON.parse reads, where nothing is hidden in it', () => {
    fc.assert(
      fc.property(fc.jsonValue({maxDepth: 6}), value => {
        const text = JSON.stringify(value)
        // A chance repetition of `__proto__` and the like is another case.
        fc.pre(!/__proto__|constructor|prototype/.test(text))
        assert.deepEqual(taken(text), JSON.parse(text))
      }),
      {numRuns: 5000},
    )
  })

  it('of any text is a value or a sentence, never an exception (R16)', () => {
    const valid = JSON.stringify({a: [1, {b: 'x"y\\'}, null], 'c,d': {e: '{}'}, f: -1.5e3})
    const near = anyOf('{', '}', '[', ']', '"', ',', ':', '\\', '"a"', '1', 'null', '\\u0061', ' ', '\n')
    fc.assert(
      fc.property(fc.oneof(near, anyText, damaged(valid)), text => {
        const parsed = parseStrictJson(text)
        if (parsed.ok) assert.deepEqual(parsed.value, JSON.parse(text))
        else assert.ok(parsed.why.length > 0 && parsed.why.length < 200, parsed.why)
      }),
      {numRuns: 20_000},
    )
  })

  for (const text of ['', ' ', '{', '{"a":1,}', "{'a':1}", '{"a":1} x', '[1,]', 'NaN', '\ufeff{}', '{"a"}']) {
    it(`is not ${JSON.stringify(text)}`, () => refused(text, /^not JSON$/))
  }

  it('has no key twice in one object, however it is written', () => {
    refused('{"a":1,"a":2}', /"a" stands twice/)
    refused('{"a":1,"\\u0061":2}', /"a" stands twice/)
    refused('{"x":[{"a":1,"b":2,"a":3}]}', /"a" stands twice/)
    refused('{"a":{"a":1},"a":2}', /"a" stands twice/)
    refused('{"":1,"":2}', /"" stands twice/)
    refused('{"a\\"":1,"a\\"":2}', /stands twice/)
    refused('{"\\\\":1,"\\\\":2}', /stands twice/)
  })

  it('may have the same key in several objects, and any string as a value', () => {
    assert.deepEqual(taken('{"a":{"a":{"a":"a"}},"b":["a","a"],"c":"b"}'), {
      a: {a: {a: 'a'}},
      b: ['a', 'a'],
      c: 'b',
    })
    assert.deepEqual(taken('["a","a",{"a":"{\\"a\\":1,\\"a\\":2}"},"__proto__"]'), [
      'a',
      'a',
      {a: '{"a":1,"a":2}'},
      '__proto__',
    ])
  })

  it('T10: has no key that reaches into prototypes, at any depth', () => {
    for (const key of ['__proto__', 'constructor', 'prototype', '\\u005f_proto__']) {
      refused(`{"${key}":{"admin":true}}`, /is not allowed/)
      refused(`{"a":[0,{"b":{"${key}":1}}]}`, /is not allowed/)
    }
    assert.equal(Reflect.get({}, 'admin'), undefined)
  })

  it('T09: is nested 32 deep at most', () => {
    assert.doesNotThrow(() => taken(nested(32, '[', ']')))
    refused(nested(33, '[', ']'), /nested deeper than 32/)
    refused(`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, /nested deeper than 32/)
    refused(nested(100_000, '[', ']'), /nested deeper than 32|not JSON/)
  })

  it('takes a string for a string, whatever brackets it holds', () => {
    for (const piece of ['[', '{', ']', '}', ',', '\\"[']) {
      assert.doesNotThrow(() => taken(`"${piece.repeat(50)}"`))
      assert.doesNotThrow(() => taken(`{"${piece.repeat(50)}":["${piece.repeat(50)}"]}`))
    }
  })

  it('has 20,000 keys at most', () => {
    const keys = (n: number) => `{${Array.from({length: n}, (_, i) => `"k${i}":0`).join(',')}}`
    assert.doesNotThrow(() => taken(keys(20_000)))
    refused(keys(20_001), /more than 20000 keys/)
    refused(`[${Array.from({length: 20_001}, () => '{"a":0}').join(',')}]`, /more than 20000 keys/)
  })

  it('may be long: one string of 32 MiB, plain or of escapes only, is read', () => {
    for (const piece of ['x', '\\n']) {
      const text = `{"a":"${piece.repeat((32 * 1024 ** 2) / piece.length)}"}`
      assert.equal(parseStrictJson(text).ok, true, piece)
    }
  })

  it('says little about a long key', () => {
    const key = 'k'.repeat(100_000)
    const parsed = parseStrictJson(`{"${key}":1,"${key}":2}`)
    assert.ok(!parsed.ok && parsed.why.length < 200)
  })
})
