/** Packing: what one packer left half-way, another goes on with. */
import assert from 'node:assert/strict'
import {attempt, dying} from '../support/dying.js'
import {assertSafe} from '../support/invariants.js'
import {packAll} from '../support/packing.js'
import {World} from '../support/world.js'

describe('a packer after one that was killed', () => {
  it('takes nothing away by a manifest that a power cut could still take', async () => {
    const world = new World()
    const id = world.submit({env: {FAKE_SECONDS: '0'}})
    for (let i = 0; i < 3; i++) await world.cron()
    assert.equal(world.state(id), 'done')
    world.clock.advance(3_600_000)
    const first = dying(world, {call: 'link', path: 'MANIFEST', n: 1, effect: 'crash-after'})
    await attempt(first, async () => packAll(world, first))
    assert.equal(first.fired, 1)
    packAll(world)
    assert.deepEqual(world.disk.files(world.layout.live), [])
    // The next job of that bucket takes the names that went to the disk.
    const next = world.submit({})
    await world.process().schedule()
    world.disk.powerLoss()
    assertSafe(world, [id, next], 'after the power cut')
  })
})
