import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {schedulerContract, trialHost} from '@god-cli/api/testing'
import create from './index.js'

describe('NAME keeps the contract of schedulers', () => {
  schedulerContract(test, () => create(trialHost()))
})

describe('NAME', () => {
  const now = 1_700_000_000_000
  const job = (id, cpus, waited) => ({
    id,
    uid: 1000,
    user: 'ann',
    project: 'default',
    queue: 'default',
    resources: {cpus, memory: 1024 ** 3, gpus: 0},
    walltime: null,
    nice: 0,
    submitted: now - waited * 1000,
    eligible: now - waited * 1000,
  })

  test('starts the small before the large, until the large has waited long enough', () => {
    const {order} = create(trialHost({options: {patience: '60'}}))
    assert.deepEqual(order([job(1, 8000, 59), job(2, 1000, 0)], now), [2, 1])
    assert.deepEqual(order([job(1, 8000, 60), job(2, 1000, 0)], now), [1, 2])
  })
})
