/** To whom something is granted. */
import assert from 'node:assert/strict'
import {groupNames, isGranted} from '../../../src/core/rights/grants.js'

const ANN = {uid: 1000, name: 'ann', groups: [50, 1000]}
const NUMBERS = new Map([['staff', 50]])
const granted = (users: readonly string[], groups: readonly string[] = [], who = ANN): boolean =>
  isGranted({users, groups}, who, NUMBERS)

describe('a grant', () => {
  it('that names nobody is nobody’s', () => assert.ok(!granted([])))

  it('names users by name or by uid, whole', () => {
    for (const word of ['ann', '1000', '*']) assert.ok(granted([word]), word)
    for (const word of ['an', 'anna', 'ANN', '100', '10000', '01000', '']) assert.ok(!granted([word]), word)
  })

  it('names groups by name or by gid, and one that nobody knows is nobody’s', () => {
    for (const word of ['staff', '50', '1000']) assert.ok(granted([], [word]), word)
    for (const word of ['lab', 'staf', '5', '*', '']) assert.ok(!granted([], [word]), word)
  })

  it('of a number is not that of somebody who is called so', () => {
    assert.ok(!granted(['1001'], [], {...ANN, name: '1001'}))
  })

  it('is looked up by the names of its groups, each once', () => {
    const grants = [
      {users: ['bob'], groups: ['staff', '50']},
      {users: [], groups: ['lab', 'staff']},
    ]
    assert.deepEqual(groupNames(grants), ['staff', 'lab'])
  })
})
