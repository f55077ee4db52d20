/** T30: who may be root in a container, and how it is said that one may not. */
import assert from 'node:assert/strict'
import {
  checkRoot,
  checkRootKnown,
  mayBeRoot,
  type RootRule,
  rootRule,
} from '../../../src/core/rights/root-right.js'

const ANN = {uid: 1000, name: 'ann', groups: [1000, 50]}
const BOB = {uid: 1001, name: 'bob', groups: [1001]}
const NUMBERS = new Map([['staff', 50]])

const rule = (users: readonly string[], groups: readonly string[] = []): RootRule =>
  rootRule(users, groups, true, true)

const told = (one: RootRule, who = BOB): string => {
  const no = checkRoot(true, one, who, NUMBERS)
  return no === null ? 'yes' : `${no.code}: ${no.message}`
}

describe('T30 to be root in a container', () => {
  it('is for those who are named, by name, number or group, and for nobody else', () => {
    for (const one of [rule(['ann']), rule(['1000']), rule([], ['staff']), rule([], ['50']), rule(['*'])])
      assert.equal(mayBeRoot(one, ANN, NUMBERS), true)
    for (const one of [rule([]), rule(['ann', '1000']), rule([], ['staff', '50', 'none']), rule(['root'])])
      assert.equal(mayBeRoot(one, BOB, NUMBERS), false)
  })

  it('is refused by a sentence that tells who may', () => {
    assert.equal(
      told(rule(['ann', '4711'], ['staff'])),
      'E_ROOT_REFUSED: bob may not be root in a container here: allow_root names ann, 4711, allow_root_groups names staff',
    )
    assert.equal(
      told(rule([])),
      'E_ROOT_REFUSED: nobody may be root in a container on this site: allow_root names nobody',
    )
    assert.equal(told(rule(['*'])), 'yes')
  })

  it('is for nobody where no site could keep such a job apart, whoever is named', () => {
    const bare = rootRule(['*'], [], false, true)
    const served = rootRule(['*'], [], true, false)
    assert.match(told(bare), /E_ROOT_REFUSED: no job can be root .* its jobs have no containers/)
    assert.match(told(served), /E_ROOT_REFUSED: no job can be root .* god is not served by root here/)
    for (const one of [bare, served]) assert.equal(mayBeRoot(one, ANN, NUMBERS), false)
  })

  it('is judged of those alone who ask for it', () => {
    for (const wished of [undefined, false]) {
      assert.equal(checkRoot(wished, rule([]), BOB, NUMBERS), null)
      assert.equal(checkRootKnown(wished, rootRule([], [], false, false)), null)
    }
    assert.equal(checkRootKnown(true, rule(['ann'])), null, 'it is not known yet who asks')
  })
})
