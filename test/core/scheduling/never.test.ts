/** Why a job fits on no node, not even on an empty one, with what an operator counts. */
import assert from 'node:assert/strict'
import type {Resources} from '@god-cli/api'
import {neverReason} from '../../../src/core/scheduling/never.js'
import {spaceWith} from './counted.js'

const SPACE = spaceWith(2)

const node = (name: string, cpus: number, gpus: number, fpga: number) => ({
  name,
  capacity: {cpus, memory: 2 ** 30, gpus, ...(fpga === 0 ? {} : {counted: {fpga}})},
  labels: {},
})

const NODES = [node('a', 4000, 0, 1), node('b', 8000, 2, 0)]

const why = (
  cpus: number,
  gpus: number,
  counted: Resources['counted'] = {},
  nodes = NODES,
): string | undefined => neverReason({cpus, memory: 0, gpus, counted}, nodes, SPACE)?.text

describe('a job that fits nowhere', () => {
  it('is told which node has most of what there is too little of', () => {
    assert.equal(why(9000, 0), 'asks for 9 cpus, but no node has all it asks for; the largest (b) has 8 cpus')
    assert.match(why(1000, 3) ?? '', /^asks for 3 gpus, but .* \(b\) has 2 gpus$/)
    assert.match(why(1000, 0, {fpga: 2}) ?? '', /^asks for 2 fpga, but .* \(a\) has 1 fpga$/)
  })

  it('is told what no node has together', () => {
    assert.equal(why(1000, 1, {fpga: 1}), 'asks for 1 cpu, 1 gpu, 1 fpga together, and no node has all of it')
  })

  it('is told what the whole site has too little of, and what nobody counts', () => {
    assert.equal(why(1000, 0, {seat: 3}), 'asks for 3 seat, but the whole site has 2')
    assert.equal(why(1000, 0, {dongle: 1}), 'asks for dongle, which is not counted on this site any more')
  })

  it('is none where it fits, or where no node is known', () => {
    assert.equal(why(4000, 0, {fpga: 1, seat: 2}), undefined)
    assert.equal(why(99_000, 0, {}, []), undefined)
  })
})
