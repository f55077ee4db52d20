/** The present queue played forward, on sites made by hand. */
import assert from 'node:assert/strict'
import {instant, jobId} from '../../../src/core/brand.js'
import {NO_SHARES} from '../../../src/core/fair-share/standings.js'
import type {Allocation} from '../../../src/core/schedule.js'
import {DEFAULT_RULES} from '../../../src/core/scheduling/rules.js'
import {spaceOf} from '../../../src/core/scheduling/vector.js'
import {foresee, type Present} from '../../../src/core/simulate/foresee.js'
import {createShareAccount} from '../../../src/core/simulate/share-account.js'
import {amounts, aNode, aPending, NOW} from '../builders.js'
import {FIFO} from './workloads.js'

const HOUR = 3_600_000

const site = (over: Partial<Present>): Present => ({
  now: NOW,
  nodes: [aNode('n1', 4)],
  drained: [],
  running: [],
  pending: [],
  kept: new Set(),
  assumedTime: 3600,
  ...over,
})

/** Hours from now until each starts. */
const starts = (present: Present): Record<number, number | null> => {
  const account = createShareAccount({mode: 'tree', halfLife: HOUR, shares: NO_SHARES}, amounts(4, 16))
  const manner = {policy: FIFO, rules: DEFAULT_RULES, account}
  return Object.fromEntries(
    foresee(present, manner, ({limit}) => limit).map(({job, first}) => [
      job.id,
      first === null ? null : (first.start - NOW) / HOUR,
    ]),
  )
}

const running = (node: string, cpus: number, until: number): Allocation => ({
  id: jobId(100),
  node,
  user: 'ann',
  project: 'default',
  resources: amounts(cpus),
  until: instant(until),
})

describe('what is foreseen of the queue', () => {
  it('is when each starts if all run on for as long as they may', () => {
    const pending = [aPending(1, amounts(4)), aPending(2, amounts(4)), aPending(3, amounts(8))]
    const busy = [running('n1', 1, NOW + 2 * HOUR)]
    assert.deepEqual(starts(site({pending, running: busy})), {1: 2, 2: 3, 3: null})
  })

  it('builds on no end of a job that should be over and whose node is gone', () => {
    const space = spaceOf([{name: 'seat', scope: 'site', amount: 2}])
    const seated = (id: number, seat: number) => aPending(id, {...amounts(4), counted: {seat}})
    const pending = [seated(1, 2), seated(2, 1)]
    const holder = {...running('n2', 1, NOW - 1), resources: {...amounts(1), counted: {seat: 1}}}
    const gone = site({pending, space, running: [holder]})
    assert.deepEqual(starts(gone), {1: null, 2: 0})
    assert.deepEqual(starts({...gone, drained: [aNode('n2', 1)]}), {1: 1 / HOUR, 2: 1 + 1 / HOUR})
  })
})
