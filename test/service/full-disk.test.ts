/** T15: a disk that is full while requests wait and jobs run. */
import assert from 'node:assert/strict'
import {DiskProcess} from '../support/disk-process.js'
import {World} from '../support/world.js'

describe('T15: a full disk', () => {
  it('lets nothing in and breaks nothing: what runs goes on, and all ends well when there is room', async () => {
    const world = new World()
    const running = world.submit({env: {FAKE_SECONDS: '5'}})
    await world.cron()
    await world.cron()
    assert.equal(world.state(running), 'running')
    const waiting = world.submit({env: {FAKE_SECONDS: '1'}})
    for (const call of ['write', 'open-create']) {
      const fs = new DiskProcess(world.disk)
      fs.plan({call, n: 1, effect: {error: 'ENOSPC', from: true}})
      const god = world.process(fs)
      await assert.rejects(god.schedule(), {code: 'E_DISK_FULL'})
      assert.ok(fs.fired > 0, call)
      assert.deepEqual([world.state(running), world.state(waiting)], ['running', 'absent'])
    }
    world.clock.advance(6000)
    await world.settle(6, 2000)
    assert.deepEqual([world.state(running), world.state(waiting)], ['done', 'done'])
  })
})
