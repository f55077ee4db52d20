/** Ranges of arrays: what is read, how it is told again, and places without a list. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  arrayText,
  nth,
  ordinalOf,
  outline,
  parseArray,
  parseRange,
  rangeText,
  span,
  tryRange,
} from '../../../src/core/array/range.js'
import {GodError} from '../../../src/core/errors.js'

const tasksOf = (text: string): readonly number[] => {
  const range = parseRange(text)
  return Array.from({length: range.count}, (_, i) => nth(range, i) ?? -1)
}

describe('the range of an array', () => {
  const READ: readonly (readonly [string, readonly number[], string])[] = [
    ['0-3', [0, 1, 2, 3], '0-3'],
    ['7', [7], '7'],
    ['1-9:2,12', [1, 3, 5, 7, 9, 12], '1-9:2,12'],
    ['12,1-9:2', [1, 3, 5, 7, 9, 12], '1-9:2,12'],
    ['1:10:4', [1, 5, 9], '1-9:4'],
    ['1:3', [1, 2, 3], '1-3'],
    ['1-10:20', [1], '1'],
    ['5-5', [5], '5'],
    ['1-4:3', [1, 4], '1-4:3'],
    ['2147483647', [2147483647], '2147483647'],
  ]
  for (const [text, tasks, canonical] of READ)
    it(`${text} is ${tasks.join(' ')}`, () => {
      assert.deepEqual(tasksOf(text), tasks)
      assert.equal(rangeText(parseRange(text)), canonical)
    })

  it('of a million tasks is told by three numbers', () => {
    const {range, limit} = parseArray('1-1000000%50')
    assert.equal(range.count, 1_000_000)
    assert.equal(limit, 50)
    assert.equal(nth(range, 777_776), 777_777)
    assert.equal(ordinalOf(range, 777_777), 777_776)
    assert.equal(arrayText({range, limit}), '1-1000000%50')
  })

  const REFUSED: readonly (readonly [string, RegExp])[] = [
    ['', /empty/],
    ['1,', /empty/],
    ['a', /'a' is no number or range/],
    ['-3', /no number or range/],
    ['3-1', /3-1 ends before it begins/],
    ['1-3:0', /a step is 1 or more/],
    ['0-1000000', /1000001 tasks; at most 1000000/],
    ['1-5,5-9', /overlap/],
    ['1-9:2,2-10:2', /overlap/],
    ['1-4294967296', /task numbers go from 0 to/],
    ['1-3%0', /limit/],
    ['1-3%', /limit/],
    ['1-3%5%5', /limit/],
    ['1-3 4', /no number or range/],
    [`1${',1'.repeat(1000)}`, /longer than/],
  ]
  for (const [text, why] of REFUSED)
    it(`'${text.slice(0, 20)}' is refused, with the reason`, () => {
      assert.throws(
        () => parseArray(text),
        (error: unknown) =>
          error instanceof GodError && error.code === 'E_SPEC_BAD' && why.test(error.message),
      )
    })

  it('tells the outline of its numbers', () => {
    assert.deepEqual(outline(parseRange('1-9:2,12')), {first: 1, last: 12, step: 2})
    assert.deepEqual(outline(parseRange('4')), {first: 4, last: 4, step: 1})
  })

  const someRange = fc
    .array(
      fc.record({
        gap: fc.integer({min: 1, max: 9}),
        size: fc.integer({min: 1, max: 9}),
        step: fc.integer({min: 1, max: 5}),
      }),
      {minLength: 1, maxLength: 6},
    )
    .map(pieces => {
      const tasks: number[] = []
      const texts = pieces.map(({gap, size, step}) => {
        const first = (tasks.at(-1) ?? -1) + gap
        for (let i = 0; i < size; i++) tasks.push(first + i * step)
        return size === 1 ? `${first}` : `${first}-${first + (size - 1) * step + ((step - 1) >> 1)}:${step}`
      })
      return {text: texts.join(','), tasks}
    })

  it('gives each task its place and back, as a list would', () => {
    fc.assert(
      fc.property(someRange, ({text, tasks}) => {
        // A step's rest may reach the next piece: that is refused, and not what is asked about here.
        if (typeof tryRange(text) === 'string') return
        const range = parseRange(text)
        assert.deepEqual(tasksOf(text), tasks)
        assert.deepEqual(parseRange(rangeText(range)), range)
        for (let task = 0; task <= (tasks.at(-1) ?? 0) + 2; task++) {
          const place = tasks.indexOf(task)
          assert.equal(ordinalOf(range, task), place < 0 ? null : place)
        }
        assert.equal(nth(range, tasks.length), null)
        assert.equal(nth(range, -1), null)
      }),
      {numRuns: 500},
    )
  })

  it('gives the places of a stretch of numbers, as a list would', () => {
    fc.assert(
      fc.property(someRange, fc.nat(60), fc.nat(30), ({text, tasks}, first, more) => {
        if (typeof tryRange(text) === 'string') return
        const hits = tasks.flatMap((task, i) => (task >= first && task <= first + more ? [i] : []))
        const [from, to] = [hits[0], hits.at(-1)]
        assert.deepEqual(
          span(parseRange(text), first, first + more),
          from === undefined || to === undefined ? null : [from, to],
        )
      }),
      {numRuns: 500},
    )
  })
})
