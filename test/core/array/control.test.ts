/** Kill, suspend, resume, hold, release: of an array, and of some of its tasks. */
import assert from 'node:assert/strict'
import {controlJob} from '../../../src/core/array/control.js'
import {foldTasks} from '../../../src/core/array/fold.js'
import {countsOf} from '../../../src/core/array/results.js'
import {startable} from '../../../src/core/array/start.js'
import type {Effect} from '../../../src/core/effect.js'
import type {JobRecord} from '../../../src/core/job.js'
import {runningChange} from '../../../src/core/outcome.js'
import type {ControlOp} from '../../../src/core/request.js'
import {aContainer, aRecord, NOW} from '../builders.js'
import {anArray, revised, started, task} from '../some-array.js'

const ask = (record: JobRecord, op: ControlOp, tasks?: string): Effect => controlJob(record, {op}, tasks, NOW)

const done = (record: JobRecord, op: ControlOp, tasks?: string): JobRecord => {
  const effect = ask(record, op, tasks)
  assert.equal(effect.kind, 'change', JSON.stringify(effect))
  return effect.kind === 'change' ? revised(record, effect.change) : record
}

const counts = (record: JobRecord) => countsOf(record.array ?? assert.fail())

const refusal = (effect: Effect): string =>
  effect.kind === 'refused' ? `${effect.refusal.code}: ${effect.refusal.message}` : effect.kind

const running = (): JobRecord => {
  const record = started(anArray('0-9'), 3)
  const changes = [0, 1, 2].map(n => {
    const {container} = task(record, n)
    const view = aContainer({name: container?.name ?? '', nonce: container?.nonce ?? ''})
    return {task: n, change: runningChange(task(record, n), view, NOW)}
  })
  return revised(record, foldTasks(record, changes, NOW))
}

describe('an array as a whole', () => {
  it('is killed at once where nothing of it runs', () => {
    const record = done(anArray('0-9'), 'kill')
    assert.equal(record.state, 'killed')
    assert.equal(counts(record).killed, 10)
    assert.equal(record.reason?.text, '10 of 10 tasks killed')
    assert.equal(record.ended, NOW)
  })

  it('is killed when what runs of it has ended, and starts nothing more', () => {
    const record = done(running(), 'kill')
    assert.equal(record.state, 'running')
    assert.equal(record.desired, 'killed')
    assert.equal(counts(record).killed, 7)
    assert.equal(task(record, 1).desired, 'killed')
    assert.equal(startable(record).count, 0)
    assert.equal(ask(record, 'kill').kind, 'already')
  })

  it('is suspended with all that runs, starts nothing meanwhile, and is resumed', () => {
    const record = done(running(), 'suspend')
    assert.equal(record.desired, 'suspended')
    assert.equal(task(record, 2).desired, 'suspended')
    assert.equal(startable(record).count, 0)
    assert.equal(ask(record, 'suspend').kind, 'already')
    const again = done(record, 'resume')
    assert.equal(again.desired, 'run')
    assert.equal(task(again, 2).desired, 'run')
    assert.equal(startable(again).count, 7)
    assert.equal(ask(again, 'resume').kind, 'already')
  })

  it('is held and released with all that waits', () => {
    const record = done(anArray('0-9'), 'hold')
    assert.equal(record.state, 'held')
    assert.equal(ask(record, 'hold').kind, 'already')
    const released = done(record, 'release')
    assert.equal(released.state, 'pending')
    assert.equal(released.reason, null)
    assert.equal(ask(released, 'release').kind, 'already')
  })

  it('cannot be suspended before something of it runs, nor held when nothing waits', () => {
    assert.match(refusal(ask(anArray('0-9'), 'suspend')), /E_WRONG_STATE: job 42 cannot be suspended/)
    assert.match(refusal(ask(started(anArray('0-1'), 2), 'hold')), /cannot be held: none of it waits/)
  })

  it('that is over can only be killed once more', () => {
    const record = done(anArray('0-9'), 'kill')
    assert.equal(ask(record, 'kill', '3').kind, 'already')
    for (const op of ['suspend', 'resume', 'hold', 'release'] as const)
      assert.match(refusal(ask(record, op)), /E_WRONG_STATE/)
  })
})

describe('some tasks of an array', () => {
  it('are killed: those that wait at once, those that run by their watcher', () => {
    const record = done(running(), 'kill', '2-4,9')
    assert.equal(counts(record).killed, 3)
    assert.deepEqual(
      [1, 2, 3, 4, 5, 9].map(n => `${task(record, n).state} ${task(record, n).desired}`),
      ['running run', 'running killed', 'killed killed', 'killed killed', 'pending run', 'killed killed'],
    )
    assert.equal(record.desired, 'run')
    assert.equal(startable(record).count, 4)
  })

  it('are held, so that those behind them start', () => {
    const record = started(done(anArray('0-9'), 'hold', '0-4'), 1)
    assert.equal(task(record, 5).state, 'starting')
    assert.equal(task(record, 0).state, 'held')
    assert.equal(task(done(record, 'release', '0'), 0).state, 'pending')
  })

  it('are suspended and resumed, each by itself', () => {
    const record = done(running(), 'suspend', '1')
    assert.deepEqual(
      [0, 1, 2].map(n => task(record, n).desired),
      ['run', 'suspended', 'run'],
    )
    assert.equal(record.desired, 'run')
    assert.equal(task(done(record, 'resume', '1'), 1).desired, 'run')
  })

  it('that a selection with steps names are no others', () => {
    const record = done(anArray('0-9'), 'kill', '1:9:4')
    assert.deepEqual(
      Array.from({length: 10}, (_, n) => n).filter(n => task(record, n).state === 'killed'),
      [1, 5, 9],
    )
  })

  it('that are none of the array are told of', () => {
    assert.match(refusal(ask(anArray('0-9'), 'kill', '10-20')), /E_NO_JOB: job 42 has no task 10-20/)
    assert.match(refusal(ask(aRecord(), 'kill', '3')), /E_NO_JOB: job 42 is no array/)
    assert.match(refusal(ask(anArray('0-9'), 'kill', '3-')), /E_SELECTOR_BAD/)
    assert.match(refusal(ask(anArray('0-999999'), 'kill', '0-999999:2')), /E_SELECTOR_BAD.*10000/)
  })

  it('take the signal and the remark of their kill', () => {
    const effect = controlJob(running(), {op: 'kill', signal: 'SIGINT', remark: 'wrong input'}, '1', NOW)
    const record = effect.kind === 'change' ? revised(running(), effect.change) : assert.fail()
    assert.equal(task(record, 1).stop?.signal, 'SIGINT')
    assert.equal(task(record, 1).reason?.text, 'kill requested: wrong input')
    assert.equal(task(record, 0).stop, null)
  })
})
