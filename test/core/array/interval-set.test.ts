/** Sets of places as spans: whatever is done, they hold what a Set of the same places holds. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  add,
  complement,
  contains,
  decodeSet,
  EMPTY,
  encodeSet,
  firstOf,
  has,
  type IntervalSet,
  intersection,
  interval,
  members,
  minus,
  remove,
  setOf,
  size,
  union,
} from '../../../src/core/array/interval-set.js'

const COUNT = 40
const places = fc.array(fc.nat(COUNT - 1), {maxLength: 30})
const all = Array.from({length: COUNT}, (_, n) => n)

/** Ascending, apart, and never touching. */
const assertCanonical = (set: IntervalSet): void => {
  assert.equal(set.length % 2, 0)
  for (let i = 0; i < set.length; i += 2) {
    assert.ok((set[i] ?? 0) <= (set[i + 1] ?? -1), set.join())
    if (i > 0) assert.ok((set[i] ?? 0) > (set[i - 1] ?? 0) + 1, set.join())
  }
}

const same = (set: IntervalSet, expected: (n: number) => boolean): void => {
  assertCanonical(set)
  const list = all.filter(expected)
  assert.deepEqual([...members(set)], list)
  assert.equal(size(set), list.length)
  for (const n of all) assert.equal(has(set, n), expected(n))
}

describe('a set of places', () => {
  it('holds what a Set holds, whatever is joined, taken and cut (property)', () => {
    fc.assert(
      fc.property(places, places, fc.nat(COUNT - 1), (one, other, n) => {
        const [a, b] = [new Set(one), new Set(other)]
        const [x, y] = [setOf(one), setOf(other)]
        same(x, place => a.has(place))
        same(union(x, y), place => a.has(place) || b.has(place))
        same(minus(x, y), place => a.has(place) && !b.has(place))
        same(intersection(x, y), place => a.has(place) && b.has(place))
        same(complement(x, COUNT), place => !a.has(place))
        same(add(x, n), place => a.has(place) || place === n)
        same(remove(x, n), place => a.has(place) && place !== n)
        assert.equal(
          contains(x, y),
          [...b].every(place => a.has(place)),
        )
        assert.deepEqual(firstOf(x, 3), all.filter(place => a.has(place)).slice(0, 3))
        assert.deepEqual(decodeSet(encodeSet(x), COUNT), x)
      }),
      {numRuns: 1000},
    )
  })

  it('of a million that ran in order is two numbers', () => {
    let set = EMPTY
    for (let n = 0; n < 1000; n++) set = add(set, n)
    assert.deepEqual(encodeSet(union(set, interval(1000, 999_999))), [0, 1_000_000])
    assert.equal(size(interval(0, 999_999)), 1_000_000)
    assert.deepEqual(interval(5, 4), EMPTY)
  })

  it('is told by gaps, so that late places cost no more than early ones', () => {
    assert.deepEqual(encodeSet([0, 7, 9, 9, 900_000, 900_001]), [0, 8, 1, 1, 899_990, 2])
  })

  for (const [why, deltas] of [
    ['half a pair', [0]],
    ['an empty span', [0, 0]],
    ['two spans that touch', [0, 2, 0, 2]],
    ['a place beyond the last', [0, COUNT + 1]],
  ] as const)
    it(`${why} is no set`, () => assert.equal(decodeSet(deltas, COUNT), null))
})
