/** What the program that becomes the job is told of gpus. */
import assert from 'node:assert/strict'
import {launchProgram} from '../../../plugins/executor-process/src/launch.js'
import {containerSpec} from '../../../src/core/container.js'
import {ANN, aStarting, aWish, CLUSTER} from '../../core/builders.js'

const program = (devices?: readonly number[]): string => {
  const record = aStarting({
    resources: {cpus: 1000, memory: 2 ** 30, gpus: devices?.length ?? 0},
    ...(devices === undefined ? {} : {devices}),
  })
  const site = {cluster: CLUSTER, network: 'bridge', pids: 10, images: false} as const
  const wish = aWish({env: {CUDA_VISIBLE_DEVICES: '7'}})
  return launchProgram(containerSpec(record, wish, ANN, site, {work: '/w', home: null, volumes: []}), null)
}

describe('the launch of a process', () => {
  it('says which gpus are its own, whatever its user wrote', () => {
    const text = program([1, 3])
    assert.match(text, /\nexport CUDA_VISIBLE_DEVICES='1,3'\n/)
    assert.match(text, /\nexport NVIDIA_VISIBLE_DEVICES='1,3'\n/)
  })

  it('says nothing of gpus where it has none', () => {
    assert.match(program(), /\nexport CUDA_VISIBLE_DEVICES='7'\n/)
    assert.doesNotMatch(program(), /NVIDIA/)
  })
})
