/** What is counted of a site, in whole passes: never more of it is given than there is. */
import assert from 'node:assert/strict'
import {parseSections} from '../../src/core/settings/sections.js'
import {GIB, SETTINGS, World} from '../support/world.js'

const FOREVER = {env: {FAKE_SECONDS: 'forever'}}
const SECTIONS = parseSections([
  {key: 'resource.seat.scope', value: 'site', origin: 'x'},
  {key: 'resource.seat.amount', value: '3', origin: 'x'},
  {key: 'resource.fpga.amount', value: '1', origin: 'x'},
])
const nodes = [{name: 'n1', capacity: {cpus: 16_000, memory: 64 * GIB, gpus: 0}, labels: {}}]

const counting = (): World =>
  new World({nodes, settings: {admission: {...SETTINGS.admission, sections: SECTIONS}}})

describe('what is counted of a site', () => {
  it('is given to as many jobs and tasks as there is of it', async () => {
    const world = counting()
    const wide = world.submit({...FOREVER, counted: {seat: 2}})
    const array = world.submit({...FOREVER, array: '1-4', counted: {seat: 1}})
    const other = world.submit(FOREVER)
    await world.cron()
    assert.deepEqual(
      [wide, other].map(id => world.state(id)),
      ['running', 'running'],
    )
    assert.equal(Object.keys(world.record(array)?.array?.parts ?? {}).length, 1)
    assert.deepEqual(world.record(wide)?.counted, {seat: 2})
  })

  it('is free again when its job has ended', async () => {
    const world = counting()
    const first = world.submit({env: {FAKE_SECONDS: '5'}, counted: {seat: 3}})
    const second = world.submit({...FOREVER, counted: {seat: 1}})
    await world.cron()
    assert.deepEqual([world.state(first), world.state(second)], ['running', 'pending'])
    await world.settle(4, 5000)
    assert.deepEqual([world.state(first), world.state(second)], ['done', 'running'])
  })

  it('is of each node where each has some of it, and stands in the record of the node', async () => {
    const world = counting()
    const jobs = [1, 2].map(() => world.submit({...FOREVER, counted: {fpga: 1}}))
    await world.cron()
    assert.deepEqual(
      jobs.map(id => world.state(id)),
      ['running', 'pending'],
    )
    const [node] = world.process().service.nodes.all()
    assert.deepEqual(node?.capacity.counted, {fpga: 1})
  })

  it('is charged in fair share by the largest part of the site that a job has', async () => {
    const world = counting()
    const id = world.submit({...FOREVER, cpus: 1000, counted: {seat: 1, fpga: 1}})
    await world.cron()
    assert.equal(world.record(id)?.charge, 16_000)
  })
})
