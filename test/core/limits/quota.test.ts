/** Quotas: who waits for them, who is refused, and that nobody else is kept. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {jobId} from '../../../src/core/brand.js'
import type {Quotas} from '../../../src/core/limits/quota.js'
import {checkQuota, NOTHING} from '../../../src/core/limits/quota-check.js'
import {reasonsOf} from '../../../src/core/plan.js'
import {type Allocation, schedule} from '../../../src/core/schedule.js'
import {parseSections} from '../../../src/core/settings/sections.js'
import {amounts, aNode, aPending, GIB, NOW} from '../builders.js'

const quotas = (lines: Readonly<Record<string, string>>, spent: Partial<Quotas['spent']> = {}): Quotas => {
  const found = parseSections(
    Object.entries(lines).map(([key, value]) => ({key: `quota.${key}`, value, origin: 'x:1'})),
  )
  return {
    users: found.userQuotas,
    projects: found.projectQuotas,
    spent: {users: new Map(), projects: new Map(), ...spent},
  }
}

const FIFO = {order: (pending: readonly {readonly id: number}[]) => pending.map(({id}) => id)}
const NODES = [aNode('n1', 16, 64)]

const running = (id: number, user: string, cpus: number, project = 'default'): Allocation => ({
  ...{id: jobId(id), node: 'n1', user, project, resources: amounts(cpus, 1)},
})

const plan = (
  limits: Quotas,
  pending: Parameters<typeof schedule>[0]['pending'],
  allocations: readonly Allocation[] = [],
) => schedule({now: NOW, nodes: NODES, allocations, pending, quotas: limits}, FIFO)

const job = (id: number, user: string, cpus: number, project = 'default') =>
  aPending(id, amounts(cpus, 1), {user, project})

describe('a job over a quota', () => {
  const two = quotas({'user.ann.cpus': '4', 'user.bob.cpus': '4'})

  it('waits with the limit and the use, and those behind it go on', () => {
    const made = plan(two, [
      job(1, 'ann', 3),
      job(2, 'ann', 2),
      job(3, 'bob', 4),
      job(4, 'ann', 1),
      job(5, 'carol', 8),
    ])
    assert.deepEqual(
      made.starts.map(({id}) => id),
      [1, 3, 4, 5],
    )
    assert.deepEqual(reasonsOf(made).get(jobId(2)), {
      code: 'quota',
      text: 'the quota of user ann is 4 cpus, of which 3 cpus are used, and it asks for 2 cpus',
      numbers: {whose: 'user ann', measure: 'cpus', limit: 4000, used: 3000, asked: 2000},
    })
  })

  it('counts what runs already', () => {
    const made = plan(two, [job(1, 'ann', 1), job(2, 'bob', 1)], [running(8, 'ann', 4), running(9, 'bob', 3)])
    assert.deepEqual(
      made.starts.map(({id}) => id),
      [2],
    )
  })

  it('of a project waits with all that count to it, whoever they are', () => {
    const made = plan(quotas({'project.lab.running': '1'}), [
      job(1, 'ann', 1, 'lab'),
      job(2, 'bob', 1, 'lab'),
      job(3, 'bob', 1),
    ])
    assert.deepEqual(
      made.starts.map(({id}) => id),
      [1, 3],
    )
    assert.match(
      reasonsOf(made).get(jobId(2))?.text ?? '',
      /the quota of project lab is 1 job, of which 1 job is used/,
    )
  })

  it('has that of each where it has none of its own, and none of its own where that is larger', () => {
    const each = quotas({'user.*.cpus': '1', 'user.ann.cpus': '8'})
    const made = plan(each, [job(1, 'ann', 4), job(2, 'bob', 1), job(3, 'bob', 1), job(4, 'carol', 1)])
    assert.deepEqual(
      made.starts.map(({id}) => id),
      [1, 2, 4],
    )
  })

  it('of memory and of used cpu time waits likewise', () => {
    const memory = plan(quotas({'user.ann.ram': '1G'}), [job(1, 'ann', 1), job(2, 'ann', 1)])
    assert.deepEqual(
      memory.starts.map(({id}) => id),
      [1],
    )
    const limits = quotas({'user.ann.cpu_time': '1h'}, {users: new Map([['ann', 3600]])})
    const time = plan(limits, [job(1, 'ann', 1), job(2, 'bob', 1)])
    assert.deepEqual(
      time.starts.map(({id}) => id),
      [2],
    )
    assert.match(
      reasonsOf(time).get(jobId(1))?.text ?? '',
      /the quota of user ann is .* of cpu time, of which .* are used$/,
    )
  })

  it('of an array starts as many tasks as it may', () => {
    const array = {...job(1, 'ann', 1), tasks: {count: 10, reason: null}}
    const made = plan(two, [array, job(2, 'bob', 1)])
    assert.deepEqual(
      made.starts.map(({id}) => id),
      [1, 1, 1, 1, 2],
    )
    assert.equal(reasonsOf(made).get(jobId(1))?.code, 'quota')
  })

  it('is told together with all that lack the same', () => {
    const made = plan(two, [job(1, 'ann', 4), ...[2, 3, 4, 5].map(id => job(id, 'ann', 1))])
    assert.deepEqual(
      made.waits.map(({ids}) => ids.length),
      [4],
    )
  })

  it('R15 never starts beyond it, and keeps nobody who has none', () => {
    const anyJobs = fc.array(
      fc.record({
        user: fc.constantFrom('ann', 'bob', 'carol'),
        project: fc.constantFrom('default', 'lab'),
        cpus: fc.integer({min: 1, max: 6}),
      }),
      {maxLength: 30},
    )
    const limits = quotas({'user.ann.cpus': '5', 'user.bob.running': '2', 'project.lab.cpus': '6'})
    const nodes = [aNode('n1', 1000, 1000)]
    fc.assert(
      fc.property(anyJobs, jobs => {
        const pending = jobs.map(({user, project, cpus}, i) => job(i + 1, user, cpus, project))
        const {starts} = schedule({now: NOW, nodes, allocations: [], pending, quotas: limits}, FIFO)
        const started = pending.filter(({id}) => starts.some(start => start.id === id))
        const cpusOf = (of: (one: (typeof pending)[number]) => boolean): number =>
          started.filter(of).reduce((sum, {resources}) => sum + resources.cpus, 0)
        assert.ok(cpusOf(({user}) => user === 'ann') <= 5000)
        assert.ok(started.filter(({user}) => user === 'bob').length <= 2)
        assert.ok(cpusOf(({project}) => project === 'lab') <= 6000)
        for (const {user, project, id} of pending)
          if (user === 'carol' && project === 'default') assert.ok(starts.some(start => start.id === id))
      }),
    )
  })
})

describe('a site in maintenance', () => {
  it('starts nothing, and says so to each', () => {
    const closed = {code: 'maintenance', text: 'closed'}
    const pending = [job(1, 'ann', 1), job(2, 'bob', 1)]
    const made = schedule({now: NOW, nodes: NODES, allocations: [], pending, closed}, FIFO)
    assert.deepEqual(made.starts, [])
    assert.deepEqual(
      [...reasonsOf(made).values()].map(({code}) => code),
      ['maintenance', 'maintenance'],
    )
  })
})

describe('a job that is to be admitted', () => {
  const check = (
    limits: Readonly<Record<string, string>>,
    over: object = {},
    refuses = false,
  ): string | null => {
    const holdings = {user: {...NOTHING, ...over}, project: NOTHING}
    return checkQuota(job(1, 'ann', 2), {quotas: quotas(limits), refuses, holdings})?.message ?? null
  }

  it('is refused where it is larger than the quota itself', () => {
    assert.match(
      check({'user.ann.cpus': '1'}) ?? '',
      /quota of user ann is 1 cpu, and the job asks for 2 cpus/,
    )
    assert.match(check({'project.default.ram': '512M'}) ?? '', /quota of project default is 512M of memory/)
    assert.match(check({'user.ann.running': '0'}) ?? '', /0 running jobs/)
    assert.equal(check({'user.ann.cpus': '2'}, {cpus: 2000, pending: 1}), null)
  })

  it('is refused where too many wait already', () => {
    assert.match(check({'user.ann.pending': '3'}, {pending: 3}) ?? '', /3 waiting jobs, and there are 3/)
    assert.equal(check({'user.ann.pending': '3'}, {pending: 2}), null)
  })

  it('is refused where the operator wants no waiting, and all of it would be too much', () => {
    const limits = {'user.ann.cpus': '4', 'user.ann.ram': '4G', 'user.ann.running': '3'}
    assert.equal(check(limits, {cpus: 2000}, true), null)
    assert.match(check(limits, {cpus: 3000}, true) ?? '', /4 cpus, and its jobs ask for 3 cpus already/)
    assert.match(check(limits, {memory: 4 * GIB}, true) ?? '', /its jobs ask for 4G of memory already/)
    assert.match(check(limits, {running: 2, pending: 1}, true) ?? '', /3 jobs, and there are 3/)
  })
})
