/** Epochs only grow, and each is claimed by one scheduler. */
import assert from 'node:assert/strict'
import {epoch} from '../../src/core/brand.js'
import {GodError} from '../../src/core/errors.js'
import {checkEpoch, claimEpoch, youngestEpoch} from '../../src/store/epoch.js'
import type {DiskProcess} from '../support/disk-process.js'
import {DiskWorld} from './disk/disk-world.js'

describe('an epoch', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })
  const claim = (fs: DiskProcess = world.process(), holder = 'n1') =>
    claimEpoch(world.durable(fs), world.layout, holder)
  const youngest = () => youngestEpoch(world.durable(), world.layout)
  const check = (mine: number) => checkEpoch(world.durable(), world.layout, epoch(mine))

  it('is one above the youngest, beginning with 1, and tells who holds it', () => {
    assert.equal(youngest(), 0)
    assert.equal(claim(), 1)
    assert.equal(claim(world.process(), 'scheduler on n2, pid 42'), 2)
    assert.equal(youngest(), 2)
    assert.equal(world.disk.text('/god/lock/epoch.2'), 'scheduler on n2, pid 42\n')
  })

  it('is never claimed by two that look at the same time', () => {
    const claimed: number[] = []
    const slow = world.process().on({call: 'link', when: 'before', act: () => claimed.push(claim(), claim())})
    claimed.push(claim(slow))
    assert.deepEqual(claimed, [1, 2, 3])
  })

  it('fences every older one at once', () => {
    claim()
    check(1)
    claim()
    assert.throws(
      () => check(1),
      error =>
        error instanceof GodError &&
        error.code === 'E_FENCED' &&
        error.exit === 75 &&
        /epoch 2/.test(error.message),
    )
    check(2)
  })

  it('counts by number: the tenth is younger than the ninth', () => {
    for (let i = 1; i <= 10; i++) assert.equal(claim(), i)
    assert.equal(youngest(), 10)
  })

  it('is remembered with the sixteen before it', () => {
    for (let i = 0; i < 40; i++) claim()
    const kept = world.process().readdir('/god/lock')
    assert.equal(kept.length, 17)
    assert.ok(kept.includes('epoch.40') && kept.includes('epoch.24') && !kept.includes('epoch.23'))
  })

  it('survives a power loss: no number is given twice', () => {
    claim()
    world.disk.powerLoss()
    assert.equal(claim(), 2)
  })

  it('is not confused by locks and temporary files', () => {
    for (const name of ['scheduler.lock', 'epoch.x', 'epoch.09', '.t.1', 'watch-n1.holder'])
      world.write(`/god/lock/${name}`, 'x')
    assert.equal(claim(), 1)
  })

  it('is not led with if it could not be made durable', () => {
    assert.throws(
      () => claim(world.process().plan({call: 'fsyncDir', n: 1, effect: {error: 'EIO'}})),
      error => error instanceof GodError && error.code === 'E_DISK',
    )
  })
})
