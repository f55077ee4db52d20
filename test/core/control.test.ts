import assert from 'node:assert/strict'
import fc from 'fast-check'
import {rev} from '../../src/core/brand.js'
import {applyControl, PAST, WOULD} from '../../src/core/control.js'
import type {Effect} from '../../src/core/effect.js'
import type {JobRecord} from '../../src/core/job.js'
import {CONTROL_OPS, type ControlOp} from '../../src/core/request.js'
import {type Desired, isFinal, isOver, STATES, type State, transitionFault} from '../../src/core/state.js'
import {aRecord, aRunning, later, NOW} from './builders.js'

const WISHES: readonly Desired[] = ['run', 'suspended', 'killed']

const inState = (state: State, desired: Desired = 'run', over: Partial<JobRecord> = {}): JobRecord => {
  const waits = state === 'pending' || state === 'held' || state === 'refused'
  return {...(waits ? aRecord() : aRunning()), state, desired, ...over}
}

/** In a word: what happens to the job. */
const said = (effect: Effect): string => {
  switch (effect.kind) {
    case 'change':
      return `${effect.change.state}/${effect.change.desired ?? '-'}`
    case 'already':
      return 'already'
    case 'refused':
      return effect.refusal.code
  }
}

const NO = 'E_WRONG_STATE'
const OVER = ['done', 'failed', 'killed', 'timeout', 'oom', 'lost', 'refused'] as const

type Row = readonly [state: State, desired: Desired, ops: Readonly<Record<ControlOp, string>>]

const row = (
  state: State,
  desired: Desired,
  kill: string,
  suspend: string,
  resume: string,
  hold: string,
  release: string,
  requeue: string,
): Row => [state, desired, {kill, suspend, resume, hold, release, requeue}]

const TABLE: readonly Row[] = [
  row('pending', 'run', 'killed/killed', NO, 'already', 'held/-', 'already', 'already'),
  // Suspended while it was starting, then given back.
  row('pending', 'suspended', 'killed/killed', 'already', 'pending/run', 'held/-', 'already', 'already'),
  row('held', 'run', 'killed/killed', NO, NO, 'already', 'pending/-', 'already'),
  row('held', 'suspended', 'killed/killed', 'already', NO, 'already', 'pending/-', 'already'),
  row('starting', 'run', 'starting/killed', 'starting/suspended', 'already', NO, NO, 'starting/killed'),
  row('starting', 'suspended', 'starting/killed', 'already', 'starting/run', NO, NO, 'starting/killed'),
  row('starting', 'killed', 'already', NO, NO, NO, NO, 'starting/killed'),
  row('running', 'run', 'running/killed', 'running/suspended', 'already', NO, NO, 'running/killed'),
  row('running', 'suspended', 'running/killed', 'already', 'running/run', NO, NO, 'running/killed'),
  row('running', 'killed', 'already', NO, NO, NO, NO, 'running/killed'),
  row('suspended', 'run', 'suspended/killed', 'suspended/suspended', 'already', NO, NO, 'suspended/killed'),
  row('suspended', 'suspended', 'suspended/killed', 'already', 'suspended/run', NO, NO, 'suspended/killed'),
  row('suspended', 'killed', 'already', NO, NO, NO, NO, 'suspended/killed'),
  row('stopping', 'run', 'stopping/killed', NO, 'already', NO, NO, 'stopping/killed'),
  row('stopping', 'suspended', 'stopping/killed', 'already', 'stopping/run', NO, NO, 'stopping/killed'),
  row('stopping', 'killed', 'already', NO, NO, NO, NO, 'stopping/killed'),
  ...OVER.map(state =>
    row(state, 'run', 'already', NO, NO, NO, NO, state === 'refused' ? NO : 'pending/run'),
  ),
]

describe('a control request', () => {
  for (const [state, desired, ops] of TABLE) {
    it(`to a job that is ${state} and should ${desired}: ${Object.values(ops).join(', ')}`, () => {
      for (const op of CONTROL_OPS) {
        assert.equal(said(applyControl(inState(state, desired), {op}, NOW)), ops[op], op)
      }
    })
  }

  const anyJob = fc
    .record({state: fc.constantFrom(...STATES), desired: fc.constantFrom(...WISHES)})
    .map(({state, desired}) => inState(state, desired))
  const anyOp = fc.record({op: fc.constantFrom(...CONTROL_OPS), remark: fc.string()})

  it('changes a job only as the table of states allows', () => {
    fc.assert(
      fc.property(anyJob, anyOp, (record, wish) => {
        const effect = applyControl(record, wish, NOW)
        if (effect.kind === 'change') {
          assert.equal(transitionFault(record, {...record, ...effect.change, rev: rev(record.rev + 1)}), null)
        }
      }),
      {numRuns: 5000},
    )
  })

  it('asked again right after has nothing left to do', () => {
    fc.assert(
      fc.property(anyJob, anyOp, (record, wish) => {
        const effect = applyControl(record, wish, NOW)
        if (effect.kind !== 'change') return
        assert.equal(applyControl({...record, ...effect.change}, wish, later(1)).kind, 'already')
      }),
      {numRuns: 5000},
    )
  })

  it('never takes back a kill, and never touches what is over but for another attempt', () => {
    fc.assert(
      fc.property(anyJob, anyOp, (record, wish) => {
        const effect = applyControl(record, wish, NOW)
        if (isOver(record.state) && wish.op !== 'requeue') assert.notEqual(effect.kind, 'change')
        if (isOver(record.state)) return
        if (record.desired !== 'killed' || effect.kind !== 'change') return
        assert.notEqual(effect.change.desired ?? 'killed', 'run')
        assert.notEqual(effect.change.desired ?? 'killed', 'suspended')
      }),
      {numRuns: 5000},
    )
  })

  it('is refused with the job, its state and what could be done', () => {
    const refusal = (record: JobRecord, op: ControlOp) => {
      const effect = applyControl(record, {op}, NOW)
      assert.ok(effect.kind === 'refused')
      return `${effect.refusal.message} | ${effect.refusal.hint}`
    }
    assert.equal(
      refusal(inState('running'), 'hold'),
      "job 42 cannot be held: it is running | Stop it for a while with 'god suspend 42'.",
    )
    assert.equal(
      refusal(inState('pending'), 'suspend'),
      "job 42 cannot be suspended: it is pending | Keep it from starting with 'god hold 42'.",
    )
    assert.match(refusal(inState('held'), 'resume'), /god release 42/)
    assert.match(refusal(inState('done'), 'resume'), /Submit it again/)
    for (const op of ['suspend', 'resume'] as const)
      assert.match(
        refusal(inState('running', 'killed'), op),
        /^job 42 cannot be \w+: it is being killed \| $/,
      )
    assert.equal(
      refusal(inState('killed', 'killed'), 'suspend'),
      'job 42 cannot be suspended: it is over (killed) | ',
    )
  })

  it('has a word for each operation, for people', () => {
    for (const op of CONTROL_OPS) {
      assert.match(PAST[op], /^\w+ requested$/)
      assert.match(WOULD[op], /^would be \w+$/)
    }
  })
})

describe('a kill', () => {
  it('of a job that has not begun ends it at once', () => {
    for (const state of ['pending', 'held'] as const) {
      const effect = applyControl(inState(state), {op: 'kill', remark: 'wrong data'}, later(5))
      assert.ok(effect.kind === 'change' && isFinal(effect.change.state))
      assert.equal(effect.change.ended, later(5))
      assert.deepEqual(effect.change.reason, {code: 'killed', text: 'killed before it started: wrong data'})
    }
  })

  it('names the polite signal, unless one is out already', () => {
    const stopOf = (state: State) => {
      const effect = applyControl(inState(state), {op: 'kill', signal: 'SIGINT'}, NOW)
      assert.ok(effect.kind === 'change')
      return effect.change.stop
    }
    assert.deepEqual(stopOf('running'), {cause: 'killed', at: NOW, signal: 'SIGINT'})
    assert.equal(stopOf('stopping'), undefined)
  })

  it('leaves its remark in the record of a job that runs', () => {
    const effect = applyControl(inState('running'), {op: 'kill', remark: 'wrong data'}, NOW)
    assert.ok(effect.kind === 'change')
    assert.deepEqual(effect.change.reason, {code: 'killed', text: 'kill requested: wrong data'})
  })
})

describe('a resume', () => {
  it('takes the reason of the suspension away: the history must not tell it twice', () => {
    const suspended = inState('suspended', 'suspended', {
      reason: {code: 'suspended', text: 'suspended by request'},
    })
    const reasonOf = (remark?: string) => {
      const effect = applyControl(suspended, {op: 'resume', ...(remark === undefined ? {} : {remark})}, NOW)
      assert.ok(effect.kind === 'change')
      return effect.change.reason
    }
    assert.deepEqual(reasonOf(), {code: 'resumed', text: 'resume requested'})
    assert.deepEqual(reasonOf('disk is free'), {code: 'resumed', text: 'resume requested: disk is free'})
  })
})

describe('a requeue', () => {
  const asked = (record: JobRecord, hold = false, remark?: string) =>
    applyControl(record, {op: 'requeue', hold, ...(remark === undefined ? {} : {remark})}, later(60_000))
  const changed = (...words: Parameters<typeof asked>): JobRecord => {
    const effect = asked(...words)
    assert.ok(effect.kind === 'change', JSON.stringify(effect))
    return {...words[0], ...effect.change}
  }

  it('of a job that is over is its next attempt, which knows nothing of the last one', () => {
    const exit = {code: 3, signal: null, oom: false}
    const over = inState('failed', 'killed', {attempt: 4, ended: NOW, exit, stop: null})
    const next = changed(over, false, 'disk is free')
    const {state, desired, attempt, started, ended, node, container, exit: left, eligible, reason} = next
    assert.deepEqual([state, desired, attempt, started, ended, node], ['pending', 'run', 5, null, null, null])
    assert.deepEqual([container, left, eligible], [null, null, later(60_000)])
    assert.equal(reason?.text, 'requeued after attempt 4: disk is free')
    assert.equal(transitionFault(over, {...next, rev: rev(over.rev + 1)}), null)
  })

  it('with hold waits until it is released, and is pending in no moment', () => {
    const next = changed(inState('done'), true)
    assert.deepEqual([next.state, next.attempt, next.reason?.code], ['held', 2, 'held'])
    assert.equal(changed(inState('pending'), true).state, 'held')
  })

  it('waits for its begin time, if that is to come', () => {
    assert.equal(changed(inState('done', 'run', {begin: later(90_000)})).eligible, later(90_000))
  })

  it('of a job that has begun ends it first; a kill ends it for good', () => {
    const stopping = changed(inState('running'), true)
    assert.deepEqual([stopping.state, stopping.desired, stopping.requeue], ['running', 'killed', 'held'])
    assert.equal(asked(stopping, true).kind, 'already')
    assert.equal(changed(stopping).requeue, 'pending')
    const killed = applyControl(stopping, {op: 'kill'}, NOW)
    assert.deepEqual(killed.kind === 'change' && killed.change.requeue, null)
    const no = applyControl(stopping, {op: 'suspend'}, NOW)
    assert.match(no.kind === 'refused' ? no.refusal.message : no.kind, /it is being requeued/)
  })

  it('comes too late for what packing has begun', () => {
    const no = asked(inState('done', 'run', {sealed: true}))
    assert.ok(no.kind === 'refused')
    assert.deepEqual(
      [no.refusal.code, no.refusal.message, no.refusal.hint],
      ['E_WRONG_STATE', 'job 42 cannot be requeued: it is over and packed', 'Submit it again.'],
    )
  })
})

describe('hold and release', () => {
  it('a released job whose begin time is to come is eligible only then', () => {
    for (const [begin, eligible] of [
      [later(90_000), later(90_000)],
      [NOW, later(60_000)],
    ] as const) {
      const released = applyControl(inState('held', 'run', {begin}), {op: 'release'}, later(60_000))
      assert.equal(released.kind === 'change' && released.change.eligible, eligible)
    }
  })

  it('a held job says why, and a released one is eligible from then on', () => {
    const held = applyControl(inState('pending'), {op: 'hold', remark: 'until Monday'}, NOW)
    assert.ok(held.kind === 'change')
    assert.deepEqual(held.change.reason, {code: 'held', text: 'until Monday'})
    const released = applyControl({...inState('pending'), ...held.change}, {op: 'release'}, later(60_000))
    assert.ok(released.kind === 'change')
    assert.deepEqual([released.change.reason, released.change.eligible], [null, later(60_000)])
  })

  it('a hold without a remark has a reason, too', () => {
    const held = applyControl(inState('pending'), {op: 'hold'}, NOW)
    assert.ok(held.kind === 'change')
    assert.equal(held.change.reason?.text, 'held by request')
  })
})
