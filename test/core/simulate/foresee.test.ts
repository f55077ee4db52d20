/** The present queue played forward, on sites made by hand. */
import assert from 'node:assert/strict'
import {instant, jobId} from '../../../src/core/brand.js'
import {NO_SHARES} from '../../../src/core/fair-share/standings.js'
import type {Queue} from '../../../src/core/limits/queue.js'
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
  closures: new Map(),
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

const NO_CAPS: Omit<Queue, 'name'> = {
  ...{nodes: [], users: [], groups: [], priority: 0, defaults_time: null, max_time: null, max_cpu: null},
  ...{max_ram: null, running: null, cpus: null, gpus: null},
  ...{user_running: null, user_cpus: null, user_gpus: null},
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

  it('keeps nodes for those for whom they are reserved, and gives them to all again when that is over', () => {
    const closures = new Map([['n1', [{from: NOW + HOUR, to: NOW + 3 * HOUR, users: ['bob']}]]])
    const long = {walltime: 7200}
    const pending = [
      aPending(1, amounts(4), long),
      aPending(2, amounts(4), {...long, user: 'bob'}),
      aPending(3, amounts(4)),
    ]
    assert.deepEqual(starts(site({pending, closures})), {1: 3, 2: 0, 3: 5})
    assert.deepEqual(starts(site({pending: pending.slice(0, 1), closures})), {1: 3})
    const two = [aNode('n1', 4), aNode('n2', 4)]
    assert.deepEqual(starts(site({pending, closures, nodes: two})), {1: 0, 2: 0, 3: 2})
  })

  const NONE = {cpus: null, ram: null, running: null, pending: null, cpu_time: null}
  const spent = {users: new Map(), projects: new Map()}
  const quotas = {users: new Map([['ann', {...NONE, cpus: 2000}]]), projects: new Map(), spent}

  it('heeds quotas: who has all that he may have waits, and others pass him', () => {
    const pending = [1, 2, 3].map(id => aPending(id, amounts(1)))
    const others = [aPending(4, amounts(1), {user: 'bob'}), aPending(5, amounts(3))]
    assert.deepEqual(starts(site({pending: [...pending, ...others], caps: {quotas}})), {
      ...{1: 0, 2: 0, 3: 1, 4: 0, 5: null},
    })
    const busy = [running('n1', 1, NOW + 2 * HOUR), {...running('n1', 1, NOW + HOUR), id: jobId(101)}]
    assert.deepEqual(starts(site({pending, caps: {quotas}, running: busy})), {1: 1, 2: 2, 3: 2})
  })

  it('heeds caps of queues, and of users in them, and starts nothing in a queue that is not there any more', () => {
    const queue = (name: string, over: object) => ({name, ...NO_CAPS, ...over})
    const queues = new Map([
      ['long', queue('long', {running: 2, user_running: 1})],
      ['wide', queue('wide', {cpus: 2000})],
    ])
    const inLong = (id: number, user: string) => aPending(id, amounts(1), {queue: 'long', user})
    const pending = [
      ...[inLong(1, 'ann'), inLong(2, 'ann'), inLong(3, 'bob'), inLong(4, 'cai')],
      aPending(5, amounts(3), {queue: 'wide'}),
      aPending(6, amounts(1), {queue: 'gone'}),
      aPending(7, amounts(1)),
    ]
    assert.deepEqual(starts(site({pending, caps: {queues}})), {
      ...{1: 0, 2: 1, 3: 0, 4: 1, 5: null, 6: null, 7: 0},
    })
    const busy = [{...running('n1', 1, NOW + 2 * HOUR), queue: 'long'}]
    assert.deepEqual(starts(site({pending: pending.slice(0, 3), caps: {queues}, running: busy})), {
      ...{1: 2, 2: 3, 3: 0},
    })
  })

  it('counts what nobody can end as had for good', () => {
    const pending = [aPending(1, amounts(1)), aPending(2, amounts(1)), aPending(3, amounts(2))]
    const endless = [running('n2', 1, NOW - 1)]
    assert.deepEqual(starts(site({pending, caps: {quotas}, running: endless})), {1: 0, 2: 1, 3: null})
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
