/** Bells: the folder changes, and nothing ever fails. */
import assert from 'node:assert/strict'
import {ringBell} from '../../src/store/bell.js'
import {ANN, DiskWorld} from './disk/disk-world.js'

describe('a bell', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })
  const ring = (fs = world.process()): void => ringBell(fs, world.layout, ANN, world.random)
  const changed = (): number => world.process().lstat(world.layout.bells).mtimeMs

  it('changes its folder each time, and leaves one name a user', () => {
    ring()
    const first = changed()
    world.clock.advance(1000)
    ring()
    assert.ok(changed() > first)
    assert.deepEqual(world.process().readdir(world.layout.bells), ['u1000'])
  })

  it('that cannot be rung is lost without a word, and without a trace where that is possible', () => {
    for (const call of ['open-create', 'close', 'rename']) {
      ring(world.process().plan({call, n: 1, effect: {error: 'EPERM'}}))
      assert.deepEqual(world.process().readdir(world.layout.bells), [])
    }
    ring(world.process().plan({n: 1, effect: {error: 'EIO', from: true}}))
    world.process().rmdir(world.layout.bells)
    ring()
  })
})
