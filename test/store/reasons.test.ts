/** Why jobs wait: derived, so nothing that is wrong with the file is anybody's problem. */
import assert from 'node:assert/strict'
import {jobId} from '../../src/core/brand.js'
import {readReasons, writeReasons} from '../../src/store/reasons.js'
import {DiskWorld} from './disk-world.js'

describe('the reasons for waiting', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })
  const read = () => readReasons(world.durable(), world.layout)
  const reasons = new Map([
    [jobId(12), {code: 'resources', text: 'no node has 4 cpus free', numbers: {cpus: 4000, node: 'n1'}}],
    [jobId(3), {code: 'held', text: 'held by request'}],
  ])

  it('are told as the last pass wrote them', () => {
    assert.deepEqual(read(), new Map())
    writeReasons(world.durable(), world.layout, new Map([[jobId(1), {code: 'x', text: 'old'}]]), 1)
    writeReasons(world.durable(), world.layout, reasons, 2)
    assert.deepEqual([...read()].sort(), [...reasons].sort())
    assert.equal(world.process().lstat('/god/reasons.json').mode, 0o644)
  })

  it('are not written again while they are the same', () => {
    writeReasons(world.durable(), world.layout, reasons, 1)
    const idle = world.process()
    writeReasons(world.durable(idle), world.layout, reasons, 2)
    assert.equal(idle.mutations, 0)
    writeReasons(world.durable(), world.layout, new Map(), 3)
    assert.deepEqual(read(), new Map())
  })

  it('are none where the file is damaged or cannot be read', () => {
    for (const text of ['', 'x', '{}', '{"v":2,"at":1,"jobs":{}}', '{"v":1,"at":1,"jobs":{"1":{}}}']) {
      world.write('/god/reasons.json', text)
      assert.deepEqual(read(), new Map(), text)
    }
    writeReasons(world.durable(), world.layout, reasons, 2)
    const sick = world.process().plan({call: 'open', n: 1, effect: {error: 'EACCES'}})
    assert.deepEqual(readReasons(world.durable(sick), world.layout), new Map())
  })
})
