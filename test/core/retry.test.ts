import assert from 'node:assert/strict'
import fc from 'fast-check'
import {applyControl} from '../../src/core/control.js'
import type {JobRecord} from '../../src/core/job.js'
import {isResting, parseRetry, retryChange, retryPause, triedAgain, willRetry} from '../../src/core/retry.js'
import {settleParts} from '../../src/core/settle-parts.js'
import {FINAL_STATES, type FinalState, transitionFault} from '../../src/core/state.js'
import {anyOf, aRunning, aWish, later, NOW} from './builders.js'

const ended = (
  state: FinalState,
  code: number | null,
  rule: string,
  over: Partial<JobRecord> = {},
): JobRecord =>
  aRunning({
    state,
    exit: code === null ? null : {code, signal: null, oom: false},
    ended: later(5000),
    reason: {code: 'exit', text: 'it ended'},
    retry: {rule, left: 2, ran: 100, cpu: 50},
    ...over,
  })

describe('which ends are tried again', () => {
  const ENDS: readonly (readonly [FinalState, number | null])[] = [
    ['done', 0],
    ['failed', 3],
    ['failed', 75],
    ['failed', null],
    ['lost', null],
    ['oom', 137],
    ['timeout', 143],
    ['killed', 143],
  ]
  const RULES: Readonly<Record<string, readonly string[]>> = {
    '3': ['failed 3', 'failed 75', 'lost null'],
    '3:node-lost': ['lost null'],
    '3:exit': ['failed 3', 'failed 75'],
    '3:exit=75,137': ['failed 75', 'oom 137'],
    '3:exit=143': [],
    '3:oom:timeout': ['oom 137', 'timeout 143'],
    '3:node-lost:exit=3': ['failed 3', 'lost null'],
  }
  for (const [rule, expected] of Object.entries(RULES))
    it(`with ${rule}: ${expected.join(', ') || 'none of these'}`, () => {
      const again = ENDS.filter(([state, code]) => willRetry(ended(state, code, rule)))
      assert.deepEqual(
        again.map(end => end.join(' ')),
        expected.map(text => text.replace('null', '')),
      )
    })

  it('are none when no attempt is left, it was to be killed, or it is sealed', () => {
    const retry = {rule: '3', left: 0, ran: 0, cpu: 0}
    for (const over of [{retry}, {desired: 'killed'}, {sealed: true}] as const)
      assert.equal(willRetry(ended('failed', 3, '3', over)), false)
    assert.equal(willRetry(ended('failed', 3, '3')), true)
  })
})

describe('the next attempt', () => {
  it('is one more, waits a pause, and keeps what was used', () => {
    const record = ended('failed', 3, '3', {usage: {cpuSeconds: 1.5, maxMemory: 1, exact: true}})
    const change = retryChange(record, later(6000))
    assert.deepEqual(
      [change?.state, change?.attempt, change?.eligible, change?.started, change?.container, change?.exit],
      ['pending', 2, later(26_000), null, null, null],
    )
    assert.deepEqual(change?.retry, {rule: '3', left: 1, ran: 100, cpu: 50})
    assert.deepEqual([change?.earlier?.ran, change?.earlier?.cpu], [5000, 1500])
    assert.equal(
      change?.reason?.text,
      'attempt 1 ended (failed: it ended); the next one after 20 s, 1 more may follow',
    )
  })

  it('is allowed by the law of states, whatever end it follows', () => {
    for (const state of FINAL_STATES) {
      const record = ended(state, 3, '3:exit:oom:timeout:node-lost')
      const change = retryChange(record, NOW)
      if (change === null) continue
      assert.equal(transitionFault(record, {...record, ...change, rev: record.rev + 1}), null)
    }
  })

  it('comes later each time, and never later than ten minutes', () => {
    assert.deepEqual([0, 1, 2, 5, 6, 50].map(retryPause), [10_000, 20_000, 40_000, 320_000, 600_000, 600_000])
  })

  it('rests until its pause is over, but not for as long as a clock was set back', () => {
    const waits = {eligible: later(20_000)}
    assert.deepEqual(
      [later(0), later(19_999), later(20_000), later(-3_600_000)].map(now => isResting(waits, now)),
      [true, true, false, false],
    )
  })

  it('is none after a kill: that end becomes the end of the job', () => {
    const record = ended('failed', 3, '3')
    const effect = applyControl(record, {op: 'kill'}, NOW)
    assert.deepEqual(effect, {kind: 'change', change: {state: 'failed', sealed: true}})
    assert.equal(applyControl({...record, sealed: true}, {op: 'kill'}, NOW).kind, 'already')
  })
})

describe('the rules of a retry', () => {
  const REFUSED: Readonly<Record<string, string>> = {
    '': "'' is no number from 1 to 100",
    '0': "'0' is no number from 1 to 100",
    '101': "'101' is no number from 1 to 100",
    '3:': 'a rule of it is empty',
    '3:never': "there is no rule 'never'",
    '3:exit=': "'' is no exit code from 1 to 255",
    '3:exit=0': "'0' is no exit code from 1 to 255",
    '3:exit=1,256': "'256' is no exit code from 1 to 255",
    'node-lost': "'node-lost' is no number from 1 to 100",
  }
  for (const [text, why] of Object.entries(REFUSED))
    it(`are not '${text}': ${why}`, () => assert.equal(parseRetry(text), why))

  it('are read or refused with a sentence, whatever they are', () => {
    fc.assert(
      fc.property(anyOf('3', ':', 'exit', '=', '75', ',', 'node-lost', 'oom'), text => {
        const rules = parseRetry(text)
        assert.ok(typeof rules === 'string' ? rules.length > 0 : rules.most > 0)
      }),
    )
  })

  it('hold for each task of an array, and never for the array itself', () => {
    const parts = settleParts(aWish({array: '0-3', retry: '2'}))
    assert.ok(!('code' in parts))
    assert.deepEqual(parts.retry, {rule: '2', left: 2, ran: 0, cpu: 0})
    const array = parts.array ?? assert.fail()
    assert.equal(willRetry(ended('failed', 3, '2', {array})), false)
    assert.equal(triedAgain({array, retry: {rule: '2', left: 1, ran: 0, cpu: 0}}), false)
  })
})
