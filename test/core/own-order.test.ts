import assert from 'node:assert/strict'
import {checkNice, parseOrder} from '../../src/core/own-order.js'

describe('nice and priority', () => {
  it('are whole numbers of at most a thousand', () => {
    for (const [text, value] of [
      ['0', 0],
      ['+7', 7],
      ['-1000', -1000],
      ['1000', 1000],
      ['0012', 12],
    ] as const)
      assert.equal(parseOrder(text), value, text)
    for (const text of ['', '1001', '-1001', '1.5', '1e3', 'x', '--1', ' 1', '10000'])
      assert.equal(parseOrder(text), null, text)
  })

  it('know no minus zero, which no record could be read with', () => {
    assert.ok(Object.is(parseOrder('-0'), 0))
  })

  it('nobody goes before others by his own word but an operator', () => {
    const no = checkNice(-1, false)
    assert.deepEqual(
      [no?.code, no?.message],
      [
        'E_NOT_PERMITTED',
        'nice -1 would put the job before those of others: only an operator may ask for less than 0',
      ],
    )
    for (const nice of [undefined, 0, 1000]) assert.equal(checkNice(nice, false), null)
    assert.equal(checkNice(-1000, true), null)
  })
})
