/** What is left of an attempt that was stopped for the next one. */
import assert from 'node:assert/strict'
import type {ContainerView} from '@god-cli/api'
import {controlJob} from '../../src/core/array/control.js'
import {foldTasks} from '../../src/core/array/fold.js'
import {successionFault} from '../../src/core/array/law.js'
import {instant, rev} from '../../src/core/brand.js'
import {type JobRecord, parseRecord} from '../../src/core/job.js'
import {advance, type Observed} from '../../src/core/reconcile.js'
import type {Step} from '../../src/core/step.js'
import {aContainer, anExited, aRunning, aStarting, later, NOW} from './builders.js'
import {anArray, revised, started, task} from './some-array.js'

const LIMITS = {grace: 10_000, signal: 'SIGTERM', suspended: null}

const next = (
  record: JobRecord,
  container: ContainerView | null | 'unknown',
  over: Partial<Observed> = {},
): Step => advance(record, {container, fence: 'none', exitFile: null, ...over}, later(1000), LIMITS)

/** The revision that the step publishes; the law must allow it. */
const published = (record: JobRecord, step: Step): JobRecord => {
  assert.ok(step.do === 'publish' || step.do === 'collect', step.do)
  const after = {...record, ...step.change, rev: rev(record.rev + 1)}
  assert.equal(successionFault(record, after), null)
  assert.ok(parseRecord(after).ok)
  return after
}

const wanted = {desired: 'killed', requeue: 'pending'} as const

describe('an attempt that is stopped for the next one', () => {
  it('is asked to end as by a kill', () => {
    const step = next(aRunning(wanted), aContainer())
    assert.deepEqual([step.do, step.do === 'signal' && step.signal], ['signal', 'SIGTERM'])
  })

  for (const state of ['running', 'suspended', 'stopping'] as const)
    it(`${state}: what it used is written down, its container goes, then the job waits as the next attempt`, () => {
      const before = aRunning({...wanted, state, attempt: 3})
      const collect = next(before, anExited(0))
      assert.equal(collect.do, 'collect')
      const record = published(before, collect)
      assert.deepEqual([record.state, record.ended, record.exit?.code], [state, later(5000), 0])
      assert.equal(next(record, anExited(0)).do, 'remove')
      const {
        state: then,
        attempt,
        desired,
        requeue,
        container,
        started: began,
        exit,
      } = published(record, next(record, null, {exitFile: 0}))
      assert.deepEqual([then, attempt, desired, requeue], ['pending', 4, 'run', null])
      assert.deepEqual([container, began, exit], [null, null, null])
    })

  it('may be held at once', () => {
    const record = aRunning({desired: 'killed', requeue: 'held', ended: later(500)})
    assert.equal(published(record, next(record, null)).state, 'held')
  })

  it('that has not begun leaves nothing that could begin', () => {
    const record = aStarting(wanted)
    const created = aContainer({status: 'created', startedAt: null})
    assert.equal(next(record, created).do, 'remove')
    assert.equal(published(record, next(record, null)).attempt, 2)
    assert.equal(next(record, 'unknown').do, 'void')
    assert.equal(published(record, next(record, 'unknown', {fence: 'void'})).attempt, 2)
  })

  it('of which a kill came after ends for good', () => {
    const record = aRunning({desired: 'killed', requeue: null})
    const step = next(record, anExited(0))
    assert.ok(step.do === 'collect')
    assert.equal(step.change.state, 'done')
  })
})

describe('a requeue of tasks', () => {
  const running = started(anArray('0-9'), 3)

  const asked = (record: JobRecord, tasks: string | undefined, hold = false) =>
    controlJob(record, {op: 'requeue', hold}, tasks, NOW)

  const changed = (record: JobRecord, tasks: string | undefined, hold = false): JobRecord => {
    const effect = asked(record, tasks, hold)
    assert.ok(effect.kind === 'change', JSON.stringify(effect))
    const after = revised(record, effect.change)
    assert.equal(successionFault(record, after), null)
    return after
  }

  const over = (record: JobRecord, number: number): JobRecord => {
    const step = next(task(record, number), null)
    assert.ok(step.do === 'publish' || step.do === 'collect', step.do)
    const after = revised(record, foldTasks(record, [{task: number, change: step.change}], NOW))
    assert.equal(successionFault(record, after), null)
    assert.ok(parseRecord(after).ok)
    return after
  }

  it('that run stops them, and they wait as their next attempt', () => {
    const stopping = changed(running, '0-1')
    assert.deepEqual(
      [0, 1, 2].map(number => [task(stopping, number).desired, task(stopping, number).requeue]),
      [
        ['killed', 'pending'],
        ['killed', 'pending'],
        ['run', undefined],
      ],
    )
    const after = over(stopping, 0)
    assert.deepEqual([task(after, 0).state, task(after, 0).attempt, after.state], ['pending', 2, 'running'])
    assert.equal(asked(stopping, '0-1').kind, 'already')
    assert.equal(asked(stopping, '5').kind, 'already')
  })

  it('may be held until it is released', () => {
    const after = over(changed(running, '2', true), 2)
    assert.deepEqual([task(after, 2).state, task(after, 2).attempt], ['held', 2])
    const released = controlJob(after, {op: 'release'}, '2', NOW)
    assert.ok(released.kind === 'change')
    assert.equal(task(revised(after, released.change), 2).state, 'pending')
  })

  it('is ended for good by a kill', () => {
    const kill = controlJob(changed(running, '0'), {op: 'kill'}, '0', NOW)
    assert.ok(kill.kind === 'change')
    assert.equal(task(revised(running, kill.change), 0).requeue, undefined)
  })

  it('that have ended is refused: they may be packed', () => {
    const end = {state: 'done' as const, ended: instant(NOW), exit: {code: 0, signal: null, oom: false}}
    const record = revised(running, foldTasks(running, [{task: 0, change: end}], NOW))
    const no = asked(record, '0')
    assert.ok(no.kind === 'refused')
    assert.match(no.refusal.message, /these tasks of job 42 cannot be requeued/)
    assert.match(no.refusal.hint, /as a new array/)
  })

  it('of an array that is being killed as a whole is refused', () => {
    const kill = controlJob(running, {op: 'kill'}, undefined, NOW)
    assert.ok(kill.kind === 'change')
    const no = asked(revised(running, kill.change), '0')
    assert.match(no.kind === 'refused' ? no.refusal.message : no.kind, /it is being killed as a whole/)
  })

  it('of an array that is over is refused', () => {
    const record = anArray('0-1', {state: 'done'})
    const no = asked(record, undefined)
    assert.equal(
      no.kind === 'refused' ? no.refusal.message : no.kind,
      'job 42 cannot be requeued: it is over',
    )
  })
})
