/** What crashes left is removed when it is a day old, and nothing else is. */
import assert from 'node:assert/strict'
import {World} from '../support/world.js'

const DAY = 24 * 3600 * 1000

describe('temporary files that crashes left', () => {
  const leave = (world: World, path: string): void => {
    const fs = world.process().fs
    fs.close(fs.open(path, 'create', 0o600))
  }

  it('go when they are a day old, wherever state lies; younger ones and other names stay', async () => {
    const world = new World()
    world.submit()
    await world.cron()
    const old = [
      '/god/bell/.t.a',
      '/god/nodes/.t.b',
      '/god/jobs/live/0/.t.c',
      '/god/jobs/spec/0/.t.d',
      '/god/inbox/u1000/.t.e',
    ]
    for (const path of [...old, '/god/bell/.other']) leave(world, path)
    world.clock.advance(DAY)
    leave(world, '/god/nodes/.t.young')
    await world.cron()
    const left = world.disk.files('/god').filter(path => /\/\.(t\.|other)/.test(path))
    assert.deepEqual(left, ['/god/bell/.other', '/god/nodes/.t.young'])
  })

  it('are looked for once a day, also by passes that know nothing of each other', async () => {
    const world = new World()
    await world.cron()
    leave(world, '/god/bell/.t.a')
    world.clock.advance(DAY - 1000)
    await world.cron()
    assert.ok(world.disk.files('/god/bell').includes('/god/bell/.t.a'))
    world.clock.advance(2000)
    await world.cron()
    assert.ok(!world.disk.files('/god/bell').includes('/god/bell/.t.a'))
  })

  it('that cannot be removed keep nobody from the rest', async () => {
    const world = new World()
    await world.cron()
    leave(world, '/god/bell/.t.a')
    leave(world, '/god/nodes/.t.b')
    world.clock.advance(DAY)
    const god = world.process()
    god.fs.plan({call: 'unlink', n: 1, path: '/god/bell/', effect: {error: 'EACCES'}})
    await god.schedule()
    assert.equal(god.fs.fired, 1)
    assert.deepEqual(
      world.disk.files('/god/nodes').filter(path => path.includes('.t.')),
      [],
    )
  })
})
