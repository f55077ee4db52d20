/** Which gpus a start gets: the lowest that are surely free, never one twice. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {createGpuDesk, type GpuHolder} from '../../../src/core/node/gpu-desk.js'
import {aNode} from '../builders.js'

const NODES = [aNode('n1', 4, 64, 4), aNode('n2', 4, 64, 2), aNode('n3', 4)]

describe('the gpus of a node', () => {
  it('are given from the lowest that nobody has', () => {
    const desk = createGpuDesk(NODES, [{node: 'n1', gpus: 2, devices: [0, 2]}])
    assert.deepEqual(desk.take('n1', 1), [1])
    assert.deepEqual(desk.take('n1', 2), null)
    assert.deepEqual(desk.take('n1', 1), [3])
    assert.deepEqual(desk.take('n2', 2), [0, 1])
  })

  it('are given to nobody while somebody has some and nobody knows which', () => {
    const desk = createGpuDesk(NODES, [{node: 'n1', gpus: 1}])
    assert.deepEqual([desk.take('n1', 1), desk.take('n2', 1)], [null, [0]])
  })

  it('are none for who asks for none, and on a node that is not there or has none', () => {
    const desk = createGpuDesk(NODES, [])
    assert.deepEqual([desk.take('n1', 0), desk.take('n9', 1), desk.take('n3', 1)], [[], null, null])
  })

  it('are never given twice, whoever comes and goes', () => {
    const act = fc.record({
      node: fc.constantFrom('n1', 'n2'),
      gpus: fc.integer({min: 1, max: 3}),
      ends: fc.nat({max: 5}),
      anew: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(act, {maxLength: 30}), acts => {
        let holders: Required<GpuHolder>[] = []
        let desk = createGpuDesk(NODES, holders)
        for (const {node, gpus, ends, anew} of acts) {
          const devices = desk.take(node, gpus)
          if (devices !== null) holders.push({node, gpus, devices})
          const all = holders.flatMap(each => each.devices.map(device => `${each.node} ${device}`))
          assert.equal(new Set(all).size, all.length)
          // Between two passes some end; within one nothing is free again.
          if (!anew) continue
          holders = holders.filter((_, i) => i !== ends)
          desk = createGpuDesk(NODES, holders)
        }
      }),
    )
  })

  it('suffice as long as the sum of what is asked for does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({min: 1, max: 4}), {maxLength: 6}), wants => {
        const desk = createGpuDesk(NODES, [])
        let left = 4
        for (const count of wants) {
          const devices = desk.take('n1', count)
          assert.equal(devices !== null, count <= left)
          if (devices !== null) left -= count
        }
      }),
    )
  })
})
