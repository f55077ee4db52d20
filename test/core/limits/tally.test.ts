/** What users and projects have among live jobs. */
import assert from 'node:assert/strict'
import {newArray} from '../../../src/core/array/start.js'
import {instant, type Uid} from '../../../src/core/brand.js'
import type {JobRecord} from '../../../src/core/job.js'
import {tallyOf} from '../../../src/core/limits/tally.js'
import {amounts, aRecord, GIB, NOW} from '../builders.js'

const record = (over: Partial<JobRecord>): JobRecord => aRecord({resources: amounts(2, 1), ...over})

describe('a tally', () => {
  it('counts what waits and what runs, not what is over', () => {
    const tally = tallyOf(
      [
        record({state: 'pending'}),
        record({state: 'held'}),
        record({state: 'running'}),
        record({state: 'stopping'}),
        record({state: 'done'}),
        record({state: 'pending', user: 'bob', project: 'lab'}),
      ],
      instant(0),
    )
    assert.deepEqual(tally.user('ann'), {pending: 2, running: 2, cpus: 8000, memory: 4 * GIB})
    assert.deepEqual(tally.project('lab'), {pending: 1, running: 0, cpus: 2000, memory: GIB})
    assert.deepEqual(tally.user('nobody'), {pending: 0, running: 0, cpus: 0, memory: 0})
    assert.equal(tally.pending(), 2, 'what its user holds keeps nobody out')
  })

  it('counts an array as one job that waits, while any of it does', () => {
    const tally = tallyOf([record({array: newArray('1-1000', false)})], instant(0))
    assert.deepEqual(tally.user('ann'), {pending: 1, running: 0, cpus: 2000, memory: GIB})
  })

  it('counts who came in lately, and those that are admitted meanwhile', () => {
    const [old, fresh] = [instant(NOW - 60_001), instant(NOW - 60_000)]
    const ann = 1000 as Uid
    const tally = tallyOf([record({submitted: old}), record({submitted: fresh})], fresh)
    assert.equal(tally.recent(ann), 1)
    tally.admit(record({submitted: NOW}))
    assert.deepEqual([tally.recent(ann), tally.user('ann').pending, tally.recent(1001)], [2, 3, 0])
  })
})
