/** The table of attacks and the tests that try them belong together. */
import assert from 'node:assert/strict'
import {forgottenRows, securityRows, untriedRows} from '../../scripts/security-rows.js'

describe('the attacks that docs/security.md tells of', () => {
  it('are each tried by a test whose title begins with its id', () => {
    assert.ok(securityRows().length >= 50)
    assert.deepEqual(untriedRows(), [])
  })

  it('are all of the threat model, but for those that are said not to apply', () => {
    assert.deepEqual(forgottenRows(), [])
  })

  it('stand there once, in order', () => {
    assert.deepEqual(securityRows(), [...new Set(securityRows())].sort())
  })
})
