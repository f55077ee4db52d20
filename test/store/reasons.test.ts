/** Why jobs wait: derived, so nothing that is wrong with the file is anybody's problem. */
import assert from 'node:assert/strict'
import {type JobId, jobId} from '../../src/core/brand.js'
import type {Plan} from '../../src/core/plan.js'
import {readReasons, writeReasons} from '../../src/store/reasons.js'
import {DiskWorld} from './disk/disk-world.js'

const ids = (...numbers: number[]): JobId[] => numbers.map(jobId)
const from = (first: number, count: number, step = 1): JobId[] =>
  Array.from({length: count}, (_, i) => jobId(first + i * step))

const SHORT = {code: 'resources', text: 'no node has 4 cpus free', numbers: {cpus: 4000, node: 'n1'}}
const NEVER = {code: 'never', text: 'asks for 99 cpus'}
const MANY = {code: 'no-node', text: 'no node takes work'}

describe('the reasons for waiting', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })
  const read = () => readReasons(world.durable(), world.layout)
  const write = (plan: Pick<Plan, 'waits' | 'queue'>, at = 1, fs = world.process()): void =>
    writeReasons(world.durable(fs), world.layout, plan, at)
  const text = (id: number): string | undefined => read().get(jobId(id))?.text

  const plan = {
    waits: [
      {reason: SHORT, ids: ids(12)},
      {reason: NEVER, ids: ids(40, 3, 41, 20)},
      {reason: MANY, ids: [...from(500, 40), jobId(600)]},
    ],
    queue: null,
  }

  it('are told as the last pass wrote them', () => {
    assert.equal(text(12), undefined)
    write({waits: [{reason: NEVER, ids: ids(1)}], queue: null})
    write(plan, 2)
    assert.deepEqual(read().get(jobId(12)), SHORT)
    for (const id of [3, 20, 40, 41]) assert.deepEqual(read().get(jobId(id)), NEVER)
    for (const id of [500, 539, 600]) assert.deepEqual(read().get(jobId(id)), MANY)
    for (const id of [1, 2, 4, 13, 39, 42, 499, 540, 599, 601]) assert.equal(text(id), undefined)
    assert.equal(world.process().lstat('/god/reasons.json').mode, 0o644)
  })

  it('tell each job that is behind another one how many are before it', () => {
    write({waits: plan.waits, queue: {head: jobId(12), ahead: 1, behind: ids(7, 8, 9, 100, 2, 30), rest: []}})
    const ahead = [7, 8, 9, 100, 2, 30].map(id => read().get(jobId(id))?.numbers?.ahead)
    assert.deepEqual(ahead, [1, 2, 3, 4, 5, 6])
    assert.equal(text(7), 'behind 1 job; job 12 is next')
    assert.equal(text(30), 'behind 6 jobs; job 12 is next')
    assert.deepEqual([text(12), text(20)], [SHORT.text, NEVER.text])
    for (const id of [1, 6, 10, 31, 101]) assert.equal(text(id), undefined)
  })

  it('of a hundred thousand in a row fit into a line, and each still knows its place', () => {
    write({waits: plan.waits, queue: {head: jobId(12), ahead: 1, behind: from(1001, 100_000), rest: []}})
    assert.ok(world.bytes('/god/reasons.json').length < 1000)
    assert.equal(text(101_000), 'behind 100000 jobs; job 12 is next')
  })

  it('of very many in no row are told exactly to those in front only', () => {
    write({waits: plan.waits, queue: {head: jobId(12), ahead: 1, behind: from(1001, 5000, 2), rest: []}})
    assert.ok(world.bytes('/god/reasons.json').length < 40_000)
    assert.equal(text(1001 + 2 * 1999), 'behind 2000 jobs; job 12 is next')
    assert.equal(text(1001 + 2 * 2000), 'behind more than 2000 jobs; job 12 is next')
    assert.equal(text(1001 + 2 * 4999), 'behind more than 2000 jobs; job 12 is next')
    // It came later: nobody has looked at it yet.
    assert.equal(text(1001 + 2 * 5000), undefined)
  })

  for (const groups of [3, 70])
    it(`of ${groups} groups whose jobs came by turns are told to each job`, () => {
      const reasons = Array.from({length: groups}, (_, i) => ({code: 'quota', text: `quota of user ${i}`}))
      const members = (i: number): JobId[] => from(1000 + i, 20, groups)
      write({waits: reasons.map((reason, i) => ({reason, ids: members(i)})), queue: null})
      const told = read()
      for (const [i, reason] of reasons.entries())
        for (const id of members(i)) assert.deepEqual(told.get(id), reason, String(id))
      for (const id of [999, 1000 + 20 * groups]) assert.equal(told.get(jobId(id)), undefined)
    })

  it('of a hundred thousand jobs of twenty people that came by turns are two bytes a job', () => {
    const reasons = Array.from({length: 20}, (_, i) => ({code: 'identity', text: `no account for user ${i}`}))
    write({waits: reasons.map((reason, i) => ({reason, ids: from(1000 + i, 5000, 20)})), queue: null})
    assert.ok(world.bytes('/god/reasons.json').length < 205_000)
    assert.equal(text(1000 + 20 * 4999 + 7), 'no account for user 7')
  })

  it('that are better than being behind another job are told of those that are both', () => {
    const kept = {code: 'reserved', text: 'room is kept for it'}
    const behind = from(100, 40)
    for (const ids of [behind.slice(0, 20), behind.slice(0, 2)]) {
      write({waits: [{reason: kept, ids}], queue: {head: jobId(12), ahead: 1, behind, rest: []}})
      for (const id of behind)
        assert.equal(read().get(id)?.code, ids.includes(id) ? 'reserved' : 'priority', String(id))
    }
  })

  it('are read as an older god wrote them, with spans as numbers', () => {
    const groups = `[{"reason":${JSON.stringify(MANY)},"ids":[1,3,5,5]}]`
    world.write('/god/reasons.json', `{"v":1,"at":1,"jobs":{},"groups":${groups},"behind":null}`)
    assert.deepEqual([1, 2, 3, 4, 5].map(text), [MANY.text, MANY.text, MANY.text, undefined, MANY.text])
  })

  it('are not written again while they are the same', () => {
    write(plan)
    const idle = world.process()
    write(plan, 2, idle)
    assert.equal(idle.mutations, 0)
    write({waits: [], queue: null}, 3)
    assert.equal(text(12), undefined)
  })

  it('are none where the file is damaged or cannot be read', () => {
    const behind = '{"next":1,"jobs":1,"last":1,"order":[1]}'
    for (const wrong of [
      '',
      'x',
      '{}',
      '{"v":2,"at":1,"jobs":{}}',
      '{"v":1,"at":1,"jobs":{"1":{}}}',
      `{"v":1,"at":1,"jobs":{},"groups":[],"behind":${behind}}`,
      '{"v":1,"at":1,"jobs":{},"groups":[{"reason":{},"ids":"1"}],"behind":null}',
      `{"v":1,"at":1,"jobs":{},"groups":[{"reason":${JSON.stringify(MANY)},"ids":[1]}],"behind":null}`,
      `{"v":1,"at":1,"jobs":{},"groups":[{"reason":${JSON.stringify(MANY)},"ids":"1,"}],"behind":null}`,
    ]) {
      world.write('/god/reasons.json', wrong)
      assert.equal(text(1), undefined, wrong)
    }
    write(plan)
    const sick = world.process().plan({call: 'open', n: 1, effect: {error: 'EACCES'}})
    assert.equal(readReasons(world.durable(sick), world.layout).get(jobId(12)), undefined)
  })
})
