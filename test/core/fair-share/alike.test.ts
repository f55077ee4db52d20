/** Where all share alike, who is asked about stands where the order of all puts him: to the last digit. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {standingsAlike} from '../../../src/core/fair-share/alike.js'
import {NO_SHARES, standingsOf} from '../../../src/core/fair-share/standings.js'
import {amount} from '../../support/amount.js'

/** Also nothing, next to nothing, and what differs only where ratios are rounded. */
const anyAmount = fc.oneof(
  fc.constantFrom(0, 1, 2, 5e-324, 1e-310, 1e-249, 1e-200, 3),
  fc.double({min: 0, max: 1e9, noNaN: true}),
  fc
    .record({base: fc.integer({min: 1, max: 3}), off: fc.integer({min: -20, max: 20})})
    .map(({base, off}) => base * (1 + off * 1e-13)),
)

const agree = (used: readonly number[]): void => {
  const names = used.map((_, i) => `u${String(i).padStart(3, '0')}`)
  const all = standingsOf(
    {mode: 'tree', shares: NO_SHARES},
    new Map(names.map((name, i) => [name, used[i] ?? 0])),
  )
  const alike = standingsAlike(used)
  assert.deepEqual(
    names.map((_, i) => alike(i)),
    names.map(name => all.of(name)),
  )
}

describe('standings where all share alike', () => {
  it('are those of example 4 without its shares: who used less has the lower ratio and the greater factor', () => {
    const of = standingsAlike([100, 300, 100])
    assert.deepEqual(
      [0, 1, 2].map(of),
      [0.6, 1.8, 0.6].map((ratio, i) => ({ratio, factor: i === 1 ? 1 / 3 : 1})),
    )
  })

  it('are even where nobody used anything, and for one whom nobody has heard of', () => {
    assert.deepEqual(standingsAlike([0, 0])(1), {ratio: 0, factor: 1})
    assert.deepEqual(standingsAlike([5, 7])(-1), {ratio: 0, factor: 1})
  })

  it('are to the last digit those that the whole tree gives', () => {
    agree([1, 1 + 1e-13, 1 - 1e-13, 1 + 1e-9, 1 + 2e-9])
    fc.assert(fc.property(fc.array(anyAmount, {minLength: 1, maxLength: 12}), agree), {
      numRuns: amount(1000, 100_000),
    })
  })
})
