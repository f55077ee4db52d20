import assert from 'node:assert/strict'
import {MAX_ID, TOKEN_PATTERN} from '../../src/core/brand.js'

describe('a token', () => {
  it('is 24 lower-case hex digits', () => {
    assert.match('0123456789abcdef01234567', TOKEN_PATTERN)
  })

  const wrong = [
    '0123456789ABCDEF01234567',
    '0123456789abcdef0123456',
    '0123456789abcdef012345678',
    '0123456789abcdef01234567\n',
    ' 0123456789abcdef0123456',
    '0123456789abcdeg01234567',
    '../../../../../../../etc',
    '',
  ]
  for (const text of wrong) {
    it(`is not ${JSON.stringify(text)}`, () => assert.doesNotMatch(text, TOKEN_PATTERN))
  }
})

describe('the largest id', () => {
  it('survives a client that counts in signed 32 bits; the next one would not', () => {
    assert.equal(MAX_ID | 0, MAX_ID)
    assert.notEqual((MAX_ID + 1) | 0, MAX_ID + 1)
  })
})
