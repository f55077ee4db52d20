/** What no revision of an array may do, and that whatever our own functions do is allowed. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {controlJob} from '../../../src/core/array/control.js'
import {foldTasks} from '../../../src/core/array/fold.js'
import {arrayFault, successionFault} from '../../../src/core/array/law.js'
import type {ArrayRecord} from '../../../src/core/array/record.js'
import {countsOf, resultsOf, withoutResults} from '../../../src/core/array/results.js'
import {restedChange} from '../../../src/core/array/tries.js'
import {allocatedRecords} from '../../../src/core/array/view.js'
import {type JobRecord, parseRecord} from '../../../src/core/job.js'
import {type Change, endedChange, givenBackChange, runningChange} from '../../../src/core/outcome.js'
import {CONTROL_OPS} from '../../../src/core/request.js'
import {isTaskTriedAgain, retryChange} from '../../../src/core/retry.js'
import {isAllocated, isOver} from '../../../src/core/state.js'
import {aContainer, anExited, aRecord, later, NOW} from '../builders.js'
import {anArray, revised, started, task} from '../some-array.js'

const arrayOf = (record: JobRecord): ArrayRecord => record.array ?? assert.fail('no array')

const changed = (record: JobRecord, over: Partial<ArrayRecord>): JobRecord =>
  revised(record, {state: record.state, array: {...arrayOf(record), ...over}})

const denied = (from: JobRecord, to: JobRecord, why: RegExp): void => {
  const fault = successionFault(from, to)
  assert.match(fault ?? 'allowed', why)
}

const ended = (record: JobRecord, number: number, code = 0): JobRecord => {
  const change = endedChange(task(record, number), anExited(code), null, NOW)
  return revised(record, foldTasks(record, [{task: number, change}], NOW))
}

describe('the law of arrays', () => {
  const running = started(anArray('0-9'), 3)

  it('lets no job become an array, nor an array a job', () => {
    denied(aRecord(), revised(anArray('0-3'), {state: 'pending'}), /cannot become an array/)
    const {array: _, ...job} = running
    denied(running, {...job, rev: revised(running, {state: 'running'}).rev}, /cannot become an array/)
  })

  it('keeps the range and the limit', () => {
    denied(running, changed(running, {range: '0-8'}), /never changes|no place/)
    denied(running, changed(running, {limit: 5}), /never changes/)
  })

  it('keeps every task in exactly one place', () => {
    denied(running, changed(running, {waiting: [0, 10]}), /two places/)
    denied(running, changed(running, {waiting: [4, 6]}), /no place/)
    denied(running, changed(running, {held: [0, 1]}), /held that does not wait/)
    denied(running, changed(running, {again: {0: 2}}), /given back and does not wait/)
  })

  it('sees no change in an ended task whose fields stand in another order', () => {
    const record = ended(running, 0, 3)
    const part = arrayOf(record).parts[0] ?? assert.fail()
    const turned = Object.fromEntries(Object.entries(part).reverse()) as typeof part
    assert.notEqual(JSON.stringify(turned), JSON.stringify(part))
    assert.equal(
      successionFault(record, changed(record, {parts: {...arrayOf(record).parts, 0: turned}})),
      null,
    )
  })

  it('lets nothing that has ended come back or be changed', () => {
    const record = ended(running, 0, 3)
    denied(record, changed(record, {failed: [], done: [0, 1]}), /had ended|never ran|no set/)
    denied(record, changed(record, {failed: [], waiting: [0, 1, 2, 7], parts: {}}), /no place|had ended/)
    const part = arrayOf(record).parts[0] ?? assert.fail()
    denied(
      record,
      changed(record, {parts: {...arrayOf(record).parts, 0: {...part, attempt: 2}}}),
      /has ended and was changed/,
    )
  })

  it('lets no task end that never ran', () => {
    denied(running, changed(running, {waiting: [4, 6], done: [3, 1]}), /never ran/)
  })

  it('lets a task go only where a job could go', () => {
    const {parts} = arrayOf(running)
    const part = parts[0] ?? assert.fail()
    denied(
      running,
      changed(running, {parts: {...parts, 0: {...part, state: 'suspended'}}}),
      /task 0: suspended cannot follow starting/,
    )
    denied(running, changed(running, {parts: {...parts, 0: {...part, attempt: 2}}}), /task 0: the attempt/)
  })

  it('starts nothing that is held', () => {
    const held = revised(running, {state: 'running', array: {...arrayOf(running), held: [3, 7]}})
    const {parts} = arrayOf(held)
    const start = parts[0] ?? assert.fail()
    denied(
      held,
      changed(held, {waiting: [4, 6], held: [4, 6], parts: {...parts, 3: start}}),
      /task 3: starting cannot follow held/,
    )
  })

  it('has a table of states of its own: running needs no starting, and never waits again', () => {
    assert.equal(successionFault(anArray('0-9'), started(anArray('0-9'), 1)), null)
    denied(running, {...changed(running, {}), state: 'pending'}, /pending cannot follow running/)
    denied(anArray('0-9'), {...changed(anArray('0-9'), {}), state: 'done'}, /done cannot follow pending/)
    denied(aRecord(), revised(aRecord(), {state: 'running'}), /running cannot follow pending/)
  })

  it('finds a task twice even where no predecessor tells', () => {
    assert.equal(arrayFault(arrayOf(running)), null)
    assert.match(arrayFault({...arrayOf(running), done: [5, 1]}) ?? '', /two places/)
  })

  it('is no record whose sets or range cannot be read', () => {
    for (const [why, over] of [
      [/held is no set/, {held: [0]}],
      [/done is no set/, {done: [5, 99]}],
      [/ends before it begins/, {range: '3-1'}],
    ] as const) {
      const parsed = parseRecord(JSON.parse(JSON.stringify(changed(running, over))))
      assert.match(parsed.ok ? 'read' : parsed.why, why)
    }
  })

  const action = fc.record({
    what: fc.constantFrom('start', 'run', 'end', 'give back', 'control', 'pack', 'rest'),
    n: fc.nat(11),
    op: fc.constantFrom(...CONTROL_OPS),
    whole: fc.boolean(),
    code: fc.constantFrom(0, 0, 3),
  })
  type Action = typeof action extends fc.Arbitrary<infer A> ? A : never

  const outcome = (view: JobRecord, {what, code}: Action): Change | null => {
    const container = aContainer({name: view.container?.name ?? '', nonce: view.container?.nonce ?? ''})
    if (what === 'run' && view.state === 'starting') return runningChange(view, container, NOW)
    if (what === 'give back' && view.state === 'starting') return givenBackChange(view, 'no', NOW)
    if (what !== 'end' || !isAllocated(view.state)) return null
    const end = endedChange(view, anExited(code), null, later(1))
    return isTaskTriedAgain(view, end) ? retryChange({...view, ...end}, later(1)) : end
  }

  const control = (record: JobRecord, {op, whole, n}: Action): JobRecord => {
    const effect = controlJob(record, {op}, whole ? undefined : `${n}-${n + 2}`, NOW)
    return effect.kind === 'change' ? revised(record, effect.change) : record
  }

  const rested = (record: JobRecord, {n}: Action): JobRecord => {
    const change = restedChange(record, later(n * 5000))
    return change === null ? record : revised(record, change)
  }

  const packed = (record: JobRecord): JobRecord => {
    const tasks = resultsOf(record).map(({task: number}) => number)
    return tasks.length === 0 ? record : revised(record, withoutResults(record, tasks))
  }

  const act = (record: JobRecord, one: Action): JobRecord => {
    if (one.what === 'start') return started(record, one.n % 4)
    if (one.what === 'control') return control(record, one)
    if (one.what === 'rest') return rested(record, one)
    if (one.what === 'pack') return packed(record)
    const views = allocatedRecords(record).filter(view => (view.task ?? 0) % 3 === one.n % 3)
    const changes = views.flatMap(view => {
      const change = outcome(view, one)
      return change === null ? [] : [{task: view.task ?? -1, change}]
    })
    return changes.length === 0 ? record : revised(record, foldTasks(record, changes, later(2)))
  }

  /** The states of all tasks, which never leave an end. */
  const assertEndsStay = (record: JobRecord, over: Map<number, string>): void => {
    for (let n = 0; n < 12; n++) {
      const {state} = task(record, n)
      assert.equal(over.get(n) ?? state, state, `task ${n}`)
      if (isOver(state)) over.set(n, state)
    }
  }

  const live = (actions: readonly Action[], retry: Pick<JobRecord, 'retry'>): JobRecord => {
    let record = anArray('0-11%5', retry)
    const over = new Map<number, string>()
    for (const one of actions) {
      const next = isOver(record.state) ? record : act(record, one)
      if (next === record) continue
      assert.equal(successionFault(record, next), null, JSON.stringify(one))
      assert.ok(parseRecord(JSON.parse(JSON.stringify(next))).ok)
      record = next
      assertEndsStay(record, over)
    }
    return record
  }

  it('allows whatever is done to an array, in any order, and what ended stays ended (property)', () => {
    fc.assert(
      fc.property(fc.array(action, {minLength: 5, maxLength: 60}), fc.boolean(), (actions, tried) => {
        const record = live(actions, tried ? {retry: {rule: '2', left: 2, ran: 0, cpu: 0}} : {})
        const {pending, held, running: now, done, failed, killed} = countsOf(arrayOf(record))
        assert.equal(pending + held + now + done + failed + killed, 12)
        assert.equal(isOver(record.state), pending + held + now === 0)
      }),
      {numRuns: 300},
    )
  })
})
