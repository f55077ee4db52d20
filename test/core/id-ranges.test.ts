import assert from 'node:assert/strict'
import fc from 'fast-check'
import {formatIds} from '../../src/core/id-ranges.js'

describe('many ids', () => {
  const cases: readonly (readonly [readonly number[], string])[] = [
    [[], ''],
    [[7], '7'],
    [[7, 8], '7-8'],
    [[1, 2, 3, 5, 7, 8], '1-3, 5, 7-8'],
    [Array.from({length: 10_000}, (_, i) => 43 + i), '43-10042'],
  ]
  for (const [ids, text] of cases) it(`are told as '${text}'`, () => assert.equal(formatIds(ids), text))

  it('can be read again', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({min: 1, max: 60})), some => {
        const ids = some.sort((a, b) => a - b)
        const words = formatIds(ids, ' ')
          .split(' ')
          .filter(word => word !== '')
        const again = words.flatMap(word => {
          const [from = 0, to = from] = word.split('-').map(Number)
          return Array.from({length: to - from + 1}, (_, i) => from + i)
        })
        assert.deepEqual(again, ids)
      }),
    )
  })
})
