import assert from 'node:assert/strict'
import {uid} from '../../../src/core/brand.js'
import {isOneOf, mayChange, mayReadSpec} from '../../../src/core/rights/permission.js'

const ann = uid(1000)
const bob = uid(1001)
const root = uid(0)

const CASES = [
  {who: 'its owner', caller: {uid: ann, operator: false}, may: true},
  {who: 'another user', caller: {uid: bob, operator: false}, may: false},
  {who: 'an operator', caller: {uid: bob, operator: true}, may: true},
  {who: 'root without the role', caller: {uid: root, operator: false}, may: false},
] as const

describe('a job', () => {
  for (const {who, caller, may} of CASES) {
    it(`is ${may ? '' : 'not '}changed by ${who}, and its script is ${may ? '' : 'not '}shown`, () => {
      assert.equal(mayChange(caller, {uid: ann}), may)
      assert.equal(mayReadSpec(caller, {uid: ann}), may)
    })
  }

  it('of root is not changed by somebody whose uid is missing a digit', () => {
    assert.equal(mayChange({uid: uid(2 ** 32), operator: false}, {uid: root}), false)
  })
})

describe('an operator', () => {
  it('is called so by his name or his uid, whole', () => {
    assert.ok(isOneOf(['bob'], bob, 'bob'))
    assert.ok(isOneOf(['1001'], bob, null))
    assert.ok(!isOneOf(['bo', 'bobby', '100', '10011'], bob, 'bob'))
    assert.ok(!isOneOf([], bob, 'bob'))
    assert.ok(!isOneOf(['bob'], bob, null))
  })

  it('is nobody by a name that is the number of another', () => {
    assert.ok(!isOneOf(['1000'], bob, '1000'))
  })
})
