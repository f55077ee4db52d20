import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  FINAL_STATES,
  isAllocated,
  isFinal,
  isOver,
  isWaiting,
  originalStatus,
  STATES,
  type Stage,
  type State,
  transitionFault,
} from '../../src/core/state.js'

const FINAL = 'done failed killed timeout oom lost'

/** The law of states as the design has it: state, and what may follow. */
const LAW: Readonly<Record<State, string>> = {
  pending: 'held starting killed refused',
  held: 'pending killed',
  starting: `running pending held ${FINAL}`,
  running: `suspended stopping pending held ${FINAL}`,
  suspended: `running stopping pending held ${FINAL}`,
  stopping: `pending held ${FINAL}`,
  done: 'pending held',
  failed: 'pending held',
  killed: 'pending held',
  timeout: 'pending held',
  oom: 'pending held',
  lost: 'pending held',
  refused: '',
}

const aStage = (over: Partial<Stage> = {}): Stage => ({
  id: 42,
  rev: 1,
  state: 'pending',
  attempt: 1,
  sealed: false,
  ...over,
})

const next = (from: Stage, over: Partial<Stage>): Stage => ({...from, rev: from.rev + 1, ...over})

/** A step that gives the attempt its due. */
const step = (from: Stage, state: State): Stage =>
  next(from, {state, attempt: from.attempt + (isWaiting(state) && !isWaiting(from.state) ? 1 : 0)})

const anyStage = fc.record<Stage>({
  id: fc.integer({min: 1, max: 3}),
  rev: fc.integer({min: 1, max: 3}),
  state: fc.constantFrom(...STATES),
  attempt: fc.integer({min: 1, max: 3}),
  sealed: fc.boolean(),
})

describe('the table of states', () => {
  for (const from of STATES) {
    it(`from ${from} to ${LAW[from] || 'nothing'}, and to nothing else`, () => {
      const base = aStage({state: from})
      const allowed = STATES.filter(to => to !== from && transitionFault(base, step(base, to)) === null)
      assert.deepEqual(new Set(allowed), new Set(LAW[from].split(' ').filter(word => word !== '')))
    })
  }

  it('a revision within a state is one before the end, without a new attempt', () => {
    for (const state of STATES) {
      const base = aStage({state})
      const fault = transitionFault(base, next(base, {}))
      assert.equal(fault === null, !(FINAL.split(' ').includes(state) || state === 'refused'), state)
      assert.notEqual(transitionFault(base, next(base, {attempt: 2})), null, state)
    }
  })

  it('a new attempt opens by giving back or requeueing, one at a time, and not by a release', () => {
    for (const from of STATES.filter(state => LAW[state].split(' ').includes('pending'))) {
      const base = aStage({state: from})
      const due = from === 'held' ? 1 : 2
      for (const attempt of [0, 1, 2, 3]) {
        const fault = transitionFault(base, next(base, {state: 'pending', attempt}))
        assert.equal(fault === null, attempt === due, `${from} to attempt ${attempt}: ${fault}`)
      }
    }
  })

  it('a revision follows its own job, one by one', () => {
    const base = aStage({rev: 3})
    for (const over of [{rev: 3}, {rev: 5}, {rev: 2}, {id: 43}]) {
      assert.match(transitionFault(base, {...next(base, {}), ...over}) ?? '', /cannot follow/)
    }
  })

  it('a final record can be sealed, and nothing follows the seal', () => {
    for (const state of STATES) {
      const base = aStage({state})
      const sealed = next(base, {sealed: true})
      assert.equal(transitionFault(base, sealed) === null, isFinal(state), state)
      for (const to of STATES) assert.notEqual(transitionFault(sealed, step(sealed, to)), null)
      assert.notEqual(transitionFault(sealed, next(sealed, {sealed: false})), null)
    }
  })

  it('a transition into a final state is not sealed at the same time', () => {
    const base = aStage({state: 'running'})
    assert.match(transitionFault(base, next(base, {state: 'done', sealed: true})) ?? '', /sealed/)
  })

  it('a final state never changes but by a new attempt, whatever is tried (I4)', () => {
    fc.assert(
      fc.property(anyStage, anyStage, (from, to) => {
        if (!isOver(from.state) || transitionFault(from, to) !== null) return
        assert.ok(
          to.sealed
            ? to.state === from.state && to.attempt === from.attempt
            : isWaiting(to.state) && to.attempt === from.attempt + 1,
        )
      }),
      {numRuns: 20_000},
    )
  })

  it('an attempt never counts down, and revisions only grow', () => {
    fc.assert(
      fc.property(anyStage, anyStage, (from, to) => {
        if (transitionFault(from, to) === null) {
          assert.ok(to.attempt >= from.attempt && to.rev === from.rev + 1 && to.id === from.id)
        }
      }),
      {numRuns: 20_000},
    )
  })

  it('every refused revision has a sentence', () => {
    fc.assert(
      fc.property(anyStage, anyStage, (from, to) => {
        const fault = transitionFault(from, to)
        assert.ok(fault === null || fault.length > 10)
      }),
    )
  })
})

describe('kinds of states', () => {
  it('each state waits, takes resources or is over', () => {
    for (const state of STATES) {
      const kinds = [state === 'pending' || state === 'held', isAllocated(state), isOver(state)]
      assert.equal(kinds.filter(Boolean).length, 1, state)
    }
  })

  it('refused is over, but no end of a job that began', () => {
    assert.deepEqual([isOver('refused'), isFinal('refused')], [true, false])
    assert.deepEqual(FINAL_STATES.join(' '), FINAL)
  })

  it('clients of the original see pending, running and over', () => {
    const seen = Object.fromEntries(STATES.map(state => [state, originalStatus(state)]))
    const over = Object.fromEntries([...FINAL.split(' '), 'refused'].map(state => [state, 'over']))
    assert.deepEqual(seen, {
      pending: 'pending',
      held: 'pending',
      starting: 'running',
      running: 'running',
      suspended: 'running',
      stopping: 'running',
      ...over,
    })
  })
})
