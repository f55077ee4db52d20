/** HALT: one file that stops every pass. */
import assert from 'node:assert/strict'
import {haltReason, writeHalt} from '../../src/store/halt.js'
import {Crash} from '../support/disk-process.js'
import {DiskWorld} from './disk/disk-world.js'

describe('HALT', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })
  const reason = (fs = world.process()): string | null => haltReason(fs, world.layout)

  it('is off in a new directory', () => {
    assert.equal(reason(), null)
  })

  it('keeps its first reason until somebody removes it', () => {
    writeHalt(world.process(), world.layout, 'the disk burns')
    writeHalt(world.process(), world.layout, 'and so does the house')
    assert.equal(reason(), 'the disk burns')
    world.process().unlink(world.layout.halt)
    assert.equal(reason(), null)
  })

  it('holds without a reason, too', () => {
    world.write(world.layout.halt, '')
    assert.equal(reason(), 'no reason given')
  })

  it('holds if it cannot be read: who may not ask must not act', () => {
    writeHalt(world.process(), world.layout, 'x')
    for (const error of ['EACCES', 'EIO']) {
      const fs = world.process().plan({call: 'open', n: 1, effect: {error}})
      assert.match(reason(fs) ?? '', new RegExp(`HALT cannot be read .${error}`))
    }
    const fs = world.process()
    fs.unlink(world.layout.halt)
    fs.mkdir(world.layout.halt, 0o700)
    assert.match(reason() ?? '', /EISDIR/)
  })

  it('is tried and no more: a disk that takes none stops us by its own errors', () => {
    for (const error of ['EIO', 'ENOSPC', 'EROFS', 'EACCES', 'EMFILE'])
      writeHalt(world.process().plan({n: 1, effect: {error, from: true}}), world.layout, 'x')
    assert.equal(reason(), null)
  })

  it('counts although its reason did not fit on the disk', () => {
    writeHalt(world.process().plan({call: 'write', n: 1, effect: {error: 'ENOSPC'}}), world.layout, 'x')
    assert.equal(reason(), 'no reason given')
  })

  it('neither hides nor outlives a killed process', () => {
    const dying = () => world.process().plan({n: 1, effect: 'crash-before'})
    assert.throws(() => writeHalt(dying(), world.layout, 'x'), Crash)
    const dead = world.process().plan({call: 'open', n: 1, effect: 'crash-before'})
    assert.throws(() => reason(dead), Crash)
  })
})
