import assert from 'node:assert/strict'
import fc from 'fast-check'
import {MAX_ID} from '../../src/core/brand.js'
import {batchSizes, bytesOf} from '../../src/core/bulk.js'
import {MAX_BULK_BYTES, MOST_BULK_JOBS} from '../../src/core/request.js'
import {anyWish, aWish, CLUSTER, TOK} from './builders.js'

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

describe('jobs that share a request', () => {
  it('are a thousand at most, in their order', () => {
    assert.deepEqual(batchSizes([]), [])
    assert.deepEqual(batchSizes([100]), [1])
    assert.deepEqual(batchSizes(Array.from({length: 2500}, () => 100)), [1000, 1000, 500])
    assert.deepEqual(batchSizes(Array.from({length: MOST_BULK_JOBS}, () => 1)), [MOST_BULK_JOBS])
  })

  it('are as many as fit into its bytes', () => {
    const half = MAX_BULK_BYTES / 2
    assert.deepEqual(batchSizes([half, half, 10, half]), [1, 2, 1])
    assert.deepEqual(batchSizes([MAX_BULK_BYTES, 1]), [1, 1])
  })

  it('are all of them, each request within its bounds', () => {
    const sizes = fc.array(fc.integer({min: 50, max: 262_144}), {maxLength: 400})
    fc.assert(
      fc.property(sizes, all => {
        const batches = batchSizes(all)
        assert.equal(sum(batches), all.length)
        let from = 0
        for (const size of batches) {
          assert.ok(size >= 1 && size <= MOST_BULK_JOBS)
          assert.ok(sum(all.slice(from, from + size)) < MAX_BULK_BYTES)
          from += size
        }
      }),
    )
  })

  it('have no more bytes in it than they were thought to have', () => {
    fc.assert(
      fc.property(fc.array(anyWish, {minLength: 1, maxLength: 5}), wishes => {
        const jobs = wishes.map((wish, i) => ({id: MAX_ID - 9 + i, wish}))
        const request = {v: 1, op: 'bulk', tok: TOK, cluster: CLUSTER, jobs}
        const bytes = Buffer.byteLength(`${JSON.stringify(request)}\n`)
        assert.ok(bytes <= sum(wishes.map(bytesOf)) + 512)
      }),
    )
    assert.ok(bytesOf(aWish({env: {A: 'ж'.repeat(100)}})) > 200, 'in UTF-8')
  })
})
