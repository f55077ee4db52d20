/** Names of lines in a dependency, before there are ids and when there are. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {jobId, MAX_ID} from '../../../src/core/brand.js'
import {parseDepend} from '../../../src/core/dependency/depend-text.js'
import {namesIn, withIds, withoutNames, withWidestIds} from '../../../src/core/dependency/line-names.js'

describe('names of lines in a dependency', () => {
  const CASES: readonly (readonly [depend: string, left: string | undefined, whole: string])[] = [
    ['afterok:12', 'afterok:12', 'afterok:12'],
    ['afterok:@a', undefined, 'afterok:7:8'],
    ['afterok:3:@a:12_1', 'afterok:3:12_1', 'afterok:3:7:8:12_1'],
    ['afterok:@a,singleton', 'singleton', 'afterok:7:8,singleton'],
    ['after:@a?afterany:3', 'afterany:3', 'after:7:8?afterany:3'],
    ['afterok', 'afterok', 'afterok'],
  ]
  for (const [depend, left, whole] of CASES)
    it(`${depend}: ${left ?? 'nothing'} without them, ${whole} with the ids`, () => {
      assert.equal(withoutNames(depend), left)
      assert.equal(
        withIds(depend, () => [jobId(7), jobId(8)]),
        whole,
      )
    })

  it('are never longer than with the greatest id for each line', () => {
    const lines = new Map([['a', 2]])
    assert.equal(withWidestIds('after:@a:3,afterok:@b', lines), `after:${MAX_ID}:${MAX_ID}:3,afterok`)
  })

  it('are all replaced, whatever the text: what is read afterwards has none', () => {
    fc.assert(
      fc.property(fc.string({unit: fc.constantFrom('@', ':', ',', '?', 'a', '1', 'afterok')}), text => {
        const whole = withIds(text, () => [jobId(7)])
        assert.deepEqual(namesIn(whole), [])
        const parsed = parseDepend(whole)
        assert.ok(typeof parsed === 'string' || !whole.includes('@'))
      }),
    )
  })
})
