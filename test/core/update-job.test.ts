import assert from 'node:assert/strict'
import {successionFault} from '../../src/core/array/law.js'
import {instant, rev} from '../../src/core/brand.js'
import type {Effect} from '../../src/core/effect.js'
import {refusal} from '../../src/core/errors.js'
import {type JobRecord, parseRecord} from '../../src/core/job.js'
import type {JobUpdate} from '../../src/core/request.js'
import {STATES} from '../../src/core/state.js'
import {asksOther, checkUpdate, type UpdateRules, updateJob} from '../../src/core/update-job.js'
import {SETTINGS} from '../support/world.js'
import {aNode, aRecord, aRunning, GIB, later, NOW} from './builders.js'
import {anArray, started} from './some-array.js'

const USER: UpdateRules = {operator: false, judge: () => null}
const OPERATOR: UpdateRules = {operator: true, judge: () => null}

const asked = (record: JobRecord, set: JobUpdate, rules = USER): Effect =>
  updateJob(record, {set}, undefined, rules, later(60_000))

/** The next revision, which must be one that the law allows and that can be read. */
const updated = (record: JobRecord, set: JobUpdate, rules = USER): JobRecord => {
  const effect = asked(record, set, rules)
  assert.ok(effect.kind === 'change', JSON.stringify(effect))
  const next = {...record, ...effect.change, rev: rev(record.rev + 1)}
  assert.equal(successionFault(record, next), null)
  assert.ok(parseRecord(next).ok)
  return next
}

const no = (record: JobRecord, set: JobUpdate, rules = USER): string => {
  const effect = asked(record, set, rules)
  return effect.kind === 'refused' ? `${effect.refusal.code}: ${effect.refusal.message}` : effect.kind
}

describe('an update', () => {
  it('of a job that waits changes all that it asks for, and tells what', () => {
    const set: JobUpdate = {walltime: 7200, cpus: 500, memory: GIB, nice: 5, priority: -2, name: 'next'}
    const {walltime, resources, nice, priority, name, state, reason} = updated(aRecord(), set)
    assert.deepEqual(
      [walltime, resources, nice, priority, name, state],
      [7200, {cpus: 500, memory: GIB, gpus: 0}, 5, -2, 'next', 'pending'],
    )
    assert.equal(reason?.text, 'updated: time 2:00:00, 0.5 cpus, nice 5, priority -2, another name')
  })

  it('of a schedule is none: its runs are made of what was submitted', () => {
    const timetable = {cron: '0 * * * *', zone: 'UTC', overlap: false, next: NOW, last: null}
    assert.match(
      no(aRecord({timetable}), {cpus: 500}),
      /^E_WRONG_STATE: job \d+ cannot get another .*: it is a schedule$/,
    )
  })

  it('of one that is held leaves it held, and says why as before', () => {
    const reason = {code: 'identity', text: 'whose'}
    const next = updated(aRecord({state: 'held', reason}), {cpus: 500})
    assert.deepEqual([next.state, next.reason, next.resources.cpus], ['held', reason, 500])
  })

  it('asked again right after has nothing left to do', () => {
    for (const set of [{cpus: 500}, {walltime: 5}, {begin: NOW}, {priority: 3}, {nice: 3}, {name: 'x'}])
      assert.equal(asked(updated(aRecord(), set), set).kind, 'already', JSON.stringify(set))
    assert.deepEqual(asked(aRecord(), {priority: 0, nice: 0, cpus: 1000}), {
      kind: 'already',
      text: 'is so already',
    })
  })

  it('of the begin time keeps what the job has waited, if it may start now and might before', () => {
    const [hour, day] = [later(3_600_000), later(86_400_000)]
    const eligible = (record: Partial<JobRecord>, begin: number) =>
      updated(aRecord(record), {begin: instant(begin)}).eligible
    // Asked a minute after NOW.
    assert.equal(eligible({}, hour), hour)
    assert.equal(eligible({begin: day, eligible: day}, hour), hour)
    assert.equal(eligible({begin: day, eligible: day}, later(60_000)), later(60_000))
    assert.equal(eligible({}, later(60_000)), NOW)
  })

  it('is judged by the site as the job would be', () => {
    const seen: JobRecord[] = []
    const judge: UpdateRules['judge'] = next => {
      seen.push(next)
      return refusal('E_LIMIT', 'too much', '')
    }
    assert.equal(no(aRecord(), {cpus: 9000}, {operator: true, judge}), 'E_LIMIT: too much')
    assert.equal(seen[0]?.resources.cpus, 9000)
  })

  it('puts nobody before others but by an operator', () => {
    assert.match(no(aRecord(), {nice: -1}), /^E_NOT_PERMITTED: nice -1/)
    assert.equal(updated(aRecord(), {nice: -1}, OPERATOR).nice, -1)
    // It is so already: nobody asks for it.
    assert.equal(updated(aRecord({nice: -1}), {nice: -1, cpus: 500}).nice, -1)
  })

  it('of a job that runs changes its time alone, by an operator, whatever the site allows', () => {
    assert.equal(updated(aRunning({walltime: 60}), {walltime: 600}, OPERATOR).walltime, 600)
    assert.match(
      no(aRunning(), {walltime: 600}),
      /^E_NOT_PERMITTED: job 42 is running: only an operator may change its time now$/,
    )
    for (const set of [{cpus: 500}, {memory: 1}, {nice: 5}, {priority: 5}, {begin: NOW}, {name: 'x'}])
      assert.match(
        no(aRunning(), set, OPERATOR),
        /^E_WRONG_STATE: job 42 cannot get another .*: it is running$/,
      )
    const judge = () => refusal('E_LIMIT', 'too much', '')
    assert.equal(updated(aRunning(), {walltime: 600}, {operator: true, judge}).walltime, 600)
  })

  it('comes too late for a job that is over or being killed', () => {
    for (const state of STATES.slice(STATES.indexOf('done')))
      assert.match(no(aRunning({state}), {walltime: 1}, OPERATOR), /cannot be updated: it is over/)
    assert.match(no(aRunning({desired: 'killed'}), {walltime: 1}, OPERATOR), /it is being killed/)
  })
})

describe('an update of an array', () => {
  const running = started(anArray('0-9'), 2)

  it('that waits is one of all its tasks', () => {
    const next = updated(anArray('0-9'), {cpus: 500})
    assert.deepEqual([next.resources.cpus, next.array?.range], [500, '0-9'])
  })

  it('of which some runs changes only the place of those that wait, and the time by an operator', () => {
    assert.equal(updated(running, {nice: 5}).nice, 5)
    assert.equal(updated(running, {begin: later(90_000)}).eligible, later(90_000))
    assert.equal(updated(running, {walltime: 5}, OPERATOR).walltime, 5)
    assert.match(no(running, {walltime: 5}), /E_NOT_PERMITTED/)
    for (const set of [{cpus: 500}, {memory: 1}, {name: 'x'}])
      assert.match(no(running, set, OPERATOR), /^E_WRONG_STATE: job 42 cannot get another/)
  })

  it('has no tasks with wishes of their own', () => {
    for (const [record, why] of [
      [running, /tasks of job 42 share what they ask for/],
      [aRecord(), /job 42 is no array/],
    ] as const) {
      const effect = updateJob(record, {set: {nice: 5}}, '3', OPERATOR, NOW)
      assert.match(effect.kind === 'refused' ? effect.refusal.message : effect.kind, why)
    }
  })
})

describe('the rules for an update', () => {
  const policy = {...SETTINGS.admission, maxCpus: 2000, maxWalltime: 3600}
  const nodes = [aNode('n1', 8)]
  const said = (before: JobRecord, over: Partial<JobRecord>, more: object = {}): string | null =>
    checkUpdate(before, {...before, ...over}, {...policy, ...more}, nodes)?.code ?? null

  it('are those of admission', () => {
    const before = aRecord({walltime: 60})
    const cpus = (n: number) => ({resources: {...before.resources, cpus: n}})
    assert.equal(said(before, cpus(2000)), null)
    assert.equal(said(before, cpus(2001)), 'E_LIMIT')
    assert.equal(said(before, {walltime: 3601}), 'E_SPEC_BAD')
    assert.equal(said(before, {resources: {...before.resources, memory: 999 * GIB}}), 'E_RESOURCES_NEVER')
    assert.equal(said(before, {name: 'a\nb'}), 'E_NAME_BAD')
    const little = {resources: {...before.resources, memory: 1024}}
    assert.equal(said(before, little), null)
    assert.equal(said(before, little, {leastMemory: 1025}), 'E_SPEC_BAD')
    assert.equal(said(before, little, {leastMemory: 1024}), null)
  })

  it('do not hold against it what it was admitted with', () => {
    const large = aRecord({resources: {cpus: 4000, memory: GIB, gpus: 0}, walltime: 9999})
    assert.equal(said(large, {nice: 5, name: 'x'}), null)
    assert.equal(asksOther(large, {...large, nice: 5}), false)
  })

  it('keep private names in the spec', () => {
    assert.equal(said(aRecord(), {name: 'secret'}, {private: true}), 'E_SPEC_BAD')
  })
})
