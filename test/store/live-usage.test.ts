/** What running jobs use: derived, one file a node, so nothing that is wrong with one is anybody's problem. */
import assert from 'node:assert/strict'
import {instant, jobId} from '../../src/core/brand.js'
import type {LiveUsage} from '../../src/core/usage/live-usage.js'
import {readLiveUsageOf, readLiveUsages, writeLiveUsage} from '../../src/store/live-usage.js'
import {createNodeStore} from '../../src/store/node-store.js'
import {DiskWorld} from './disk/disk-world.js'

const usage = (cpuSeconds: number): LiveUsage => ({
  attempt: 1,
  at: instant(1000),
  cpuSeconds,
  memory: null,
  cpus: 0.5,
})

describe('the usage of running jobs', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })
  const write = (node: string, ...jobs: readonly [number, LiveUsage][]): void =>
    writeLiveUsage(world.durable(), world.layout, node, new Map(jobs.map(([id, look]) => [jobId(id), look])))
  const all = () => readLiveUsages(world.durable(), world.layout)

  it('is told by each node for its own, and read of all together', () => {
    assert.deepEqual(all(), new Map())
    write('n1', [1, usage(9)])
    write('n1', [7, usage(1)], [3, usage(2)])
    write('n2', [8, usage(3)])
    assert.deepEqual([...all()].map(([id, {cpuSeconds}]) => [id, cpuSeconds]).sort(), [
      [3, 2],
      [7, 1],
      [8, 3],
    ])
    assert.deepEqual(readLiveUsageOf(world.durable(), world.layout, 'n2'), new Map([[jobId(8), usage(3)]]))
    assert.equal(world.process().lstat('/god/nodes/n2.usage.json').mode, 0o644)
  })

  it('is no node of its own', () => {
    write('n1', [1, usage(1)])
    assert.deepEqual(createNodeStore(world.durable(), world.layout).all(), [])
  })

  it('is none where the file is damaged or cannot be read; the others are still read', () => {
    write('n2', [8, usage(3)])
    for (const text of [
      '',
      'x',
      '{}',
      '{"v":2,"jobs":{}}',
      '{"v":1,"jobs":{"x":{}}}',
      '{"v":1,"jobs":{"1":{}}}',
    ]) {
      world.write('/god/nodes/n1.usage.json', text)
      assert.deepEqual([...all().keys()], [8], text)
    }
    const sick = world.process().plan({call: 'open', n: 1, effect: {error: 'EACCES'}})
    assert.deepEqual(readLiveUsageOf(world.durable(sick), world.layout, 'n2'), new Map())
    const closed = world.process().plan({call: 'readdir', n: 1, effect: {error: 'EACCES'}})
    assert.deepEqual(readLiveUsages(world.durable(closed), world.layout), new Map())
  })
})
