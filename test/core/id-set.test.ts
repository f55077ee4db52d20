/** Sets of ids as text, and coarser ones that hold them. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {contains, setOf} from '../../src/core/array/interval-set.js'
import {coarse, idSetOfPairs, parseIds, showIds} from '../../src/core/id-set.js'

const someIds = fc.uniqueArray(fc.integer({min: 1, max: 60}))

describe('a set of ids', () => {
  it('is held by a coarser one of few intervals, which fills the narrowest gaps', () => {
    fc.assert(
      fc.property(someIds, fc.integer({min: 1, max: 8}), (ids, most) => {
        const set = setOf(ids)
        const wide = coarse(set, most)
        assert.ok(wide.length / 2 <= most)
        assert.ok(contains(wide, set))
        if (set.length / 2 <= most) assert.equal(wide, set)
      }),
    )
    assert.deepEqual(coarse(setOf([1, 3, 10, 12]), 2), [1, 3, 10, 12])
  })

  it('is made of intervals in any order, also such as overlap', () => {
    assert.deepEqual(
      idSetOfPairs([
        [7, 9],
        [1, 3],
        [2, 5],
        [12, 12],
      ]),
      [1, 5, 7, 9, 12, 12],
    )
  })

  it('reads back as it was written', () => {
    fc.assert(fc.property(someIds, ids => assert.deepEqual(parseIds(showIds(setOf(ids))), setOf(ids))))
    assert.equal(showIds(setOf([1, 2, 3, 7])), '1-3,7')
  })

  it('is not read where its intervals are torn, doubled or out of order', () => {
    for (const text of ['1-', '-1', '3-1', '1,2', '5,3', '1-3,3', 'a', '1,,3', ' 1', '1-2-3', '12345678901'])
      assert.equal(parseIds(text), null, text)
  })
})
