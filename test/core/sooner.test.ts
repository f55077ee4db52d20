import assert from 'node:assert/strict'
import {instant} from '../../src/core/brand.js'
import {sooner} from '../../src/core/sooner.js'

describe('when to look again', () => {
  const [first, second] = [instant(1), instant(2)]
  for (const [a, b, which] of [
    [first, second, first],
    [second, first, first],
    [null, second, second],
    [first, null, first],
    [null, null, null],
  ] as const)
    it(`is ${which} of ${a} and ${b}`, () => assert.equal(sooner(a, b), which))
})
