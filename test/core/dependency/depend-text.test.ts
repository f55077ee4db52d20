import assert from 'node:assert/strict'
import fc from 'fast-check'
import {jobId} from '../../../src/core/brand.js'
import {
  AFTER_KINDS,
  type Condition,
  type Dependency,
  dependText,
  MOST_PARENTS,
  parentsOf,
  parseDepend,
} from '../../../src/core/dependency/depend-text.js'
import {anyOf} from '../builders.js'

const parsed = (text: string): Dependency => {
  const dependency = parseDepend(text)
  if (typeof dependency === 'string') throw new Error(dependency)
  return dependency
}

const parent = fc.record(
  {id: fc.integer({min: 1, max: 2 ** 31 - 1}).map(jobId), task: fc.integer({min: 0, max: 2 ** 31})},
  {requiredKeys: ['id'], noNullPrototype: true},
)
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.constant({kind: 'singleton'} as const),
  fc.record(
    {kind: fc.constantFrom(...AFTER_KINDS), parents: fc.array(parent, {minLength: 1, maxLength: 5})},
    {noNullPrototype: true},
  ),
)

describe('what a job depends on, as text', () => {
  it('is read as sbatch writes it: conditions, each with the ids that are meant', () => {
    assert.deepEqual(parsed('afterok:3:4,after:5,singleton'), {
      any: false,
      conditions: [
        {kind: 'afterok', parents: [{id: 3}, {id: 4}]},
        {kind: 'after', parents: [{id: 5}]},
        {kind: 'singleton'},
      ],
    })
    assert.equal(parsed('afterany:1?afternotok:2').any, true)
  })

  it('names a task of an array in two ways, and is written in one', () => {
    assert.equal(dependText(parsed('afterok:12[3]:4_0')), 'afterok:12_3:4_0')
  })

  const REFUSED: readonly (readonly [string, string])[] = [
    ['', 'a part of it is empty'],
    ['afterok:1,', 'a part of it is empty'],
    ['afterok:1,,after:2', 'a part of it is empty'],
    ['afterok', 'afterok names no job'],
    ['afterok:', 'an id is missing'],
    ['afterok:1:', 'an id is missing'],
    ['afterok:x', "'x' is no id of a job"],
    ['afterok:0', 'ids go from 1 to 2147483647'],
    ['afterok:2147483648', 'ids go from 1 to 2147483647'],
    ['afterok:1_9999999999', 'task numbers go from 0 to 2147483648'],
    ['afterok:1[3-5]', "'1[3-5]' is no id of a job"],
    ['aftercorr:1', "there is no condition 'aftercorr'"],
    ['12', "there is no condition '12'"],
    ['singleton:1', 'singleton takes no ids'],
    ['afterok:1,after:2?after:3', ', and ? cannot stand together'],
  ]
  for (const [text, why] of REFUSED)
    it(`is not '${text}': ${why}`, () => assert.equal(parseDepend(text), why))

  it('names only so many jobs', () => {
    const many = (n: number) => `afterok:${Array.from({length: n}, (_, i) => i + 1).join(':')}`
    assert.equal(parentsOf(parsed(many(MOST_PARENTS))).length, MOST_PARENTS)
    assert.equal(parseDepend(many(MOST_PARENTS + 1)), `it names 1001 jobs; at most ${MOST_PARENTS} are taken`)
    assert.match(String(parseDepend('x'.repeat(30_000))), /longer than/)
  })

  it('is the same when it is read again', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(condition, {minLength: 1, maxLength: 6}), (any, conditions) => {
        const dependency = {any: any && conditions.length > 1, conditions}
        assert.deepEqual(parseDepend(dependText(dependency)), dependency)
      }),
    )
  })

  it('is read or refused with a sentence, whatever it is', () => {
    fc.assert(
      fc.property(anyOf('afterok', ':', ',', '?', '1', '_', '[', ']', 'singleton', '99999999999'), text => {
        const dependency = parseDepend(text)
        if (typeof dependency === 'string') assert.ok(dependency.length > 0)
        else assert.deepEqual(parseDepend(dependText(dependency)), dependency)
      }),
    )
  })
})
