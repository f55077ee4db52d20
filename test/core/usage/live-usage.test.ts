/** Two looks at a job's counters make a pace. */
import assert from 'node:assert/strict'
import {instant} from '../../../src/core/brand.js'
import {isFresh, liveUsage, type UsageLook} from '../../../src/core/usage/live-usage.js'

const look = (at: number, cpuSeconds: number, attempt = 1): UsageLook => ({
  attempt,
  at: instant(at),
  cpuSeconds,
  memory: 4096,
})
const STARTED = instant(10_000)

describe('what a job uses now', () => {
  it('is the cpu time between two looks, by the time between them', () => {
    const seen = liveUsage(look(20_000, 3), look(30_000, 18), STARTED)
    assert.deepEqual(seen, {...look(30_000, 18), cpus: 1.5})
  })

  it('is counted from the start at the first look of an attempt', () => {
    assert.equal(liveUsage(undefined, look(14_000, 2), STARTED).cpus, 0.5)
    assert.equal(liveUsage(look(9000, 500, 1), look(14_000, 2, 2), STARTED).cpus, 0.5)
    assert.equal(liveUsage(undefined, look(14_000, 2), null).cpus, null)
  })

  it('is not known where a clock went back or stood still, or a counter shrank', () => {
    assert.equal(liveUsage(look(20_000, 3), look(19_000, 18), STARTED).cpus, null)
    assert.equal(liveUsage(look(20_000, 3), look(20_000, 3), STARTED).cpus, null)
    assert.equal(liveUsage(look(20_000, 3), look(30_000, 1), STARTED).cpus, null)
    assert.equal(liveUsage(undefined, look(9000, 1), STARTED).cpus, null)
  })

  it('says nothing any more when nobody has looked for five minutes', () => {
    assert.equal(isFresh(look(0, 1), 300_000), true)
    assert.equal(isFresh(look(0, 1), 300_001), false)
  })
})
