import assert from 'node:assert/strict'
import {uid} from '../../src/core/brand.js'
import {mayChange, mayReadSpec} from '../../src/core/permission.js'

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
