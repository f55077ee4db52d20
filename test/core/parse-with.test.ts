import assert from 'node:assert/strict'
import * as v from 'valibot'
import {parseWith} from '../../src/core/parse-with.js'

describe('what came from outside', () => {
  const thingSchema = v.strictObject({name: v.string(), more: v.exactOptional(v.object({size: v.number()}))})
  const why = (value: unknown): string => {
    const parsed = parseWith(thingSchema, value)
    return parsed.ok ? '' : parsed.why
  }

  it('is told what is wrong with it by the path of the first fault', () => {
    assert.equal(why({name: 'x', more: {size: 1}}), '')
    assert.equal(why({}), 'name: it is missing')
    assert.equal(why({name: 'x', more: {}}), 'more.size: it is missing')
    assert.equal(why({name: 'x', colour: 1}), 'colour: there is no such field')
    assert.match(why({name: 1}), /^name: .*string/)
    assert.match(why(3), /Object/)
    assert.ok(why({name: 1, [`x${'y'.repeat(1000)}`]: 1}).length <= 400)
  })
})
