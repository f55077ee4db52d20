import assert from 'node:assert/strict'
import fc from 'fast-check'
import {sameValue} from '../../src/core/same-value.js'

const turned = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turned(inner)]),
  )
}

describe('two values', () => {
  it('are the same in whichever order their fields stand, at any depth', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        assert.ok(sameValue(value, turned(value)))
      }),
      {numRuns: 300},
    )
  })

  it('are others where a field, an item or the order of items differs', () => {
    for (const [one, other] of [
      [{a: 1}, {a: 2}],
      [{a: 1}, {a: 1, b: null}],
      [
        [1, 2],
        [2, 1],
      ],
      [{a: {b: [1]}}, {a: {b: [1, 1]}}],
      [null, {}],
      [[], {}],
    ])
      assert.ok(!sameValue(one, other), JSON.stringify([one, other]))
  })
})
