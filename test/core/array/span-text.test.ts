import assert from 'node:assert/strict'
import fc from 'fast-check'
import {isSpanText, spansIn, spanText} from '../../../src/core/array/span-text.js'

describe('spans as a text', () => {
  it('are gaps, with the steps to an end that is not the beginning', () => {
    assert.equal(spanText([1000, 1000, 1020, 1022, 1040, 1040]), 'rs,k.2,i')
    assert.deepEqual(spansIn('rs,k.2,i'), [1000, 1000, 1020, 1022, 1040, 1040])
    assert.equal(spanText([]), '')
    assert.deepEqual(spansIn(''), [])
    assert.deepEqual(spansIn('0'), [0, 0])
  })

  it('are read as they were, whatever they are', () => {
    const steps = fc.array(
      fc.tuple(fc.integer({min: 2, max: 3_000_000}), fc.integer({min: 0, max: 3_000_000})),
    )
    fc.assert(
      fc.property(steps, pairs => {
        let end = 0
        const spans = pairs.flatMap(([gap, more]) => {
          const from = end + gap
          end = from + more
          return [from, end]
        })
        assert.deepEqual(spansIn(spanText(spans)), spans)
      }),
    )
  })

  it('of each twentieth of a hundred thousand jobs take two bytes a job', () => {
    const spans = Array.from({length: 5000}, (_, i) => [1 + 20 * i, 1 + 20 * i]).flat()
    assert.ok(spanText(spans).length <= 10_000)
  })

  for (const [what, text] of [
    ['no number', ','],
    ['a gap without a number', 'a,,b'],
    ['a point without steps', 'a.'],
    ['steps without a gap', '.a'],
    ['two points', 'a.b.c'],
    ['another letter', 'a,B'],
    ['a blank', 'a, b'],
    ['no way forward', 'a,0'],
    ['a number beyond all ids', 'zzzzzzzzzzzz'],
  ] as const)
    it(`are not: ${what}`, () => {
      assert.equal(spansIn(text), null)
      assert.equal(isSpanText(text), false)
    })
})
