import assert from 'node:assert/strict'
import {randomToken} from '../../src/host/random.js'

describe('a random token', () => {
  it('is 24 hex digits, and never the same', () => {
    const tokens = Array.from({length: 1000}, randomToken)
    assert.ok(tokens.every(token => /^[0-9a-f]{24}$/.test(token)))
    assert.equal(new Set(tokens).size, 1000)
  })
})
