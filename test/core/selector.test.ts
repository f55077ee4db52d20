import assert from 'node:assert/strict'
import fc from 'fast-check'
import {MAX_ID, uid} from '../../src/core/brand.js'
import {GodError} from '../../src/core/errors.js'
import {parseSelector, selected} from '../../src/core/selector.js'

const ANN = uid(1000)
const BOB = uid(1001)

const JOBS = [
  {id: 3, uid: ANN, name: 'train'},
  {id: 5, uid: BOB, name: 'train'},
  {id: 7, uid: ANN, name: 'test'},
  {id: 8, uid: ANN, name: 'train'},
  {id: 12, uid: BOB, name: 'other'},
]

const ids = (text: string, caller = ANN): readonly number[] =>
  selected(parseSelector(text), JOBS, caller).map(({id}) => id)

describe('a selector', () => {
  const rows: readonly (readonly [string, string, readonly number[]])[] = [
    ['12', 'one job, also of somebody else', [12]],
    ['007', 'the same job with zeros before it', [7]],
    ['3-8', 'those of the range that are there', [3, 5, 7, 8]],
    ['5-5', 'a range of one', [5]],
    ['9-11', 'none, where a range is empty', []],
    ['last', 'my newest', [8]],
    ['@train', 'mine of that name, not those of others', [3, 8]],
  ]
  for (const [text, what, found] of rows)
    it(`${text} means ${what}`, () => assert.deepEqual(ids(text), found))

  it('last means the newest of who asks', () => assert.deepEqual(ids('last', BOB), [12]))

  it('takes a name as it is, with blanks and marks', () => {
    assert.deepEqual(parseSelector('@my job: 3-4 @x'), {kind: 'name', name: 'my job: 3-4 @x'})
  })

  const missing: readonly (readonly [string, RegExp])[] = [
    ['4', /no job 4/],
    ['@nobody', /no job named 'nobody'/],
    ['@other', /no job named 'other'/],
  ]
  for (const [text, message] of missing)
    it(`${text} must mean a job`, () => assert.throws(() => ids(text), {code: 'E_NO_JOB', message}))

  it('last must mean a job', () => {
    assert.throws(() => selected(parseSelector('last'), JOBS, uid(7)), {code: 'E_NO_JOB'})
  })

  const bad = [
    '',
    '0',
    '-1',
    '1-',
    '-',
    '1--2',
    '5-3',
    '1-2-3',
    '1.5',
    '1e3',
    '0x1',
    '1,2',
    ' 1',
    '1\n',
    'first',
    'LAST',
    '@',
    '12_',
    '12_3_4',
    '12[]',
    '12[3',
    '12[9-3]',
    '12[3%]',
    '0[3]',
    '2147483648',
    '99999999999',
    '1-2147483648',
    '٣',
  ]
  for (const text of bad)
    it(`${JSON.stringify(text)} is none`, () =>
      assert.throws(() => parseSelector(text), {code: 'E_SELECTOR_BAD'}))

  for (const [text, tasks] of [
    ['12[7]', '7'],
    ['12_7', '7'],
    ['12[3-9]', '3-9'],
    ['12_3-9', '3-9'],
    ['12[1-9:2,12]', '1-9:2,12'],
    ['12_1:10:4', '1-9:4'],
    ['12[0-99%5]', '0-99'],
  ] as const)
    it(`${text} means tasks of an array`, () =>
      assert.deepEqual(parseSelector(text), {kind: 'tasks', id: 12, tasks}))

  it('may be the largest id', () => assert.deepEqual(parseSelector(String(MAX_ID)), {kind: 'id', id: MAX_ID}))

  it('is read or refused with a code, whatever it is (R16)', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), text => {
        try {
          parseSelector(text)
        } catch (error) {
          assert.ok(error instanceof GodError && error.code === 'E_SELECTOR_BAD')
        }
      }),
    )
  })

  it('of a range means exactly the ids between its ends', () => {
    const id = fc.integer({min: 1, max: 20})
    fc.assert(
      fc.property(fc.uniqueArray(id), id, id, (present, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const jobs = present.sort((x, y) => x - y).map(n => ({id: n, uid: ANN, name: 'x'}))
        assert.deepEqual(
          selected(parseSelector(`${from}-${to}`), jobs, ANN).map(job => job.id),
          present.filter(n => n >= from && n <= to),
        )
      }),
    )
  })
})
