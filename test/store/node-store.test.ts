/** Node records: the newest whole one of each node, published when something changed. */
import assert from 'node:assert/strict'
import type {NodeReport} from '@god-cli/api'
import {instant} from '../../src/core/brand.js'
import {encode} from '../../src/store/jobs/record-codec.js'
import {createNodeStore} from '../../src/store/node-store.js'
import {DiskWorld} from './disk/disk-world.js'

const node = (name: string, cpus = 4000, labels: Record<string, string> = {}): NodeReport => ({
  name,
  capacity: {cpus, memory: 1024, gpus: 0},
  labels,
})

describe('the nodes', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })
  const store = (fs = world.process()) => createNodeStore(world.durable(fs), world.layout)
  const files = (): string[] => [...world.process().readdir('/god/nodes')].sort()

  it('are told as they were reported, sorted by name', () => {
    assert.deepEqual(store().all(), [])
    store().report([node('n2'), node('n1', 8000, {disk: 'ssd'}), node('a.b-c_d')])
    assert.deepEqual(store().all(), [node('a.b-c_d'), node('n1', 8000, {disk: 'ssd'}), node('n2')])
  })

  it('are published only when something changed', () => {
    store().report([node('n1')])
    const fs = world.process()
    store(fs).report([node('n1')])
    assert.equal(fs.mutations, 0)
    store().report([node('n1', 2000)])
    assert.deepEqual(files(), ['n1.1.json', 'n1.2.json'])
    assert.deepEqual(store().all(), [node('n1', 2000)])
  })

  it('keep the record before the newest and no older one', () => {
    for (let cpus = 1; cpus <= 5; cpus++) store().report([node('n1', cpus)])
    assert.deepEqual(files(), ['n1.4.json', 'n1.5.json'])
  })

  it('are told by the newest whole record', () => {
    store().report([node('n1', 1)])
    store().report([node('n1', 2)])
    world.write('/god/nodes/n1.2.json', 'torn')
    assert.deepEqual(store().all(), [node('n1', 1)])
    store().report([node('n1', 3)])
    assert.deepEqual(store().all(), [node('n1', 3)])
  })

  it('are told by the record before, if the newest vanishes under the look', () => {
    for (const cpus of [1, 2]) store().report([node('n1', cpus)])
    const gone = (): void => world.process().unlink('/god/nodes/n1.2.json')
    assert.deepEqual(
      store(world.process().on({call: 'open', path: 'n1.2', when: 'before', act: gone})).all(),
      [node('n1', 1)],
    )
  })

  it('are not told by a record of another node, or none at all', () => {
    const record = {v: 1, rev: 1, ...node('n9')}
    world.write('/god/nodes/n1.1.json', encode(record))
    world.write('/god/nodes/n2.1.json', 'torn')
    world.write('/god/nodes/README', 'x')
    world.write('/god/nodes/n3.0.json', encode(record))
    assert.deepEqual(store().all(), [])
  })

  it('with dots in their names are told apart', () => {
    store().report([node('n', 1), node('n.1', 2), node('n.1.1', 3)])
    assert.deepEqual(
      store()
        .all()
        .map(({name, capacity}) => [name, capacity.cpus]),
      [
        ['n', 1],
        ['n.1', 2],
        ['n.1.1', 3],
      ],
    )
  })

  it('are published by one of two that report at once', () => {
    const fs = world.process()
    fs.on({call: 'link', when: 'before', act: () => store().report([node('n1', 2)])})
    store(fs).report([node('n1', 1), node('n2', 1)])
    assert.deepEqual(store().all(), [node('n1', 2), node('n2', 1)])
  })

  it('are marked while their engine does not answer, which a report leaves as it is', () => {
    store().mark('n1', 'refused', instant(5))
    assert.deepEqual([files(), store().down().size], [[], 0], 'nobody has reported it')
    store().report([node('n1'), node('n2')])
    store().mark('n1', 'r'.repeat(9000), instant(7))
    store().mark('n1', 'another word', instant(9))
    store().report([node('n1', 2000)])
    assert.deepEqual([...store().down()], [['n1', {since: 7, why: 'r'.repeat(200)}]])
    assert.deepEqual(store().all(), [node('n1', 2000), node('n2')])
    store().mark('n1', null, instant(11))
    const fs = world.process()
    store(fs).mark('n1', null, instant(12))
    assert.deepEqual([store().down().size, fs.mutations], [0, 0])
    assert.deepEqual(store().all(), [node('n1', 2000), node('n2')])
  })

  it('are known to be down by the record before where the newest is torn', () => {
    store().report([node('n1')])
    store().mark('n1', 'refused', instant(7))
    const fs = world.process()
    const [name = ''] = files().slice(-1)
    const path = `${world.layout.nodes}/${name.replace('.2.', '.3.')}`
    const fd = fs.open(path, 'create', 0o644)
    fs.write(fd, Buffer.from('{"v":1,"rev":3,"name":"n1","cap'))
    fs.close(fd)
    assert.deepEqual([...store().down()], [['n1', {since: 7, why: 'refused'}]])
  })

  it('survive a power loss', () => {
    store().report([node('n1')])
    world.disk.powerLoss()
    assert.deepEqual(store().all(), [node('n1')])
  })
})
