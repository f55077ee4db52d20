/** Tasks of an array that are tried again: what stands of each in the record, from its end to its next attempt. */
import assert from 'node:assert/strict'
import type {ContainerView} from '@god-cli/api'
import fc from 'fast-check'
import {controlJob} from '../../../src/core/array/control.js'
import {foldTasks} from '../../../src/core/array/fold.js'
import {successionFault} from '../../../src/core/array/law.js'
import {type ArrayRecord, MOST_PARTS} from '../../../src/core/array/record.js'
import {resultsOf, withoutResults} from '../../../src/core/array/results.js'
import {startable} from '../../../src/core/array/start.js'
import {firstRest, restedChange} from '../../../src/core/array/tries.js'
import {usedRecords} from '../../../src/core/array/view.js'
import {type Instant, instant} from '../../../src/core/brand.js'
import {standingOf} from '../../../src/core/dependency/dependency.js'
import type {JobRecord} from '../../../src/core/job.js'
import {lostChange} from '../../../src/core/node/lost.js'
import {type Change, givenBackChange, runningChange} from '../../../src/core/outcome.js'
import {advance, type Observed} from '../../../src/core/reconcile.js'
import type {ControlOp} from '../../../src/core/request.js'
import {willRetry} from '../../../src/core/retry.js'
import {isAllocated, isOver} from '../../../src/core/state.js'
import type {Step} from '../../../src/core/step.js'
import {aContainer, anExited, later, NOW} from '../builders.js'
import {anArray, lawfully, revised, started, task} from '../some-array.js'

const LIMITS = {grace: 10_000, signal: 'SIGTERM', suspended: null}

const tried = (range: string, rule = '2', over: Partial<JobRecord> = {}): JobRecord =>
  anArray(range, {retry: {rule, left: Number(/^\d+/.exec(rule)?.[0]), ran: 0, cpu: 0}, ...over})

const arrayOf = ({array}: JobRecord): ArrayRecord => array ?? assert.fail('no array')

const fold = (record: JobRecord, number: number, change: Change, now: Instant = NOW): JobRecord =>
  lawfully(record, foldTasks(record, [{task: number, change}], now))

const ofTask = (record: JobRecord, number: number, over: Partial<ContainerView> = {}): ContainerView => {
  const {container} = task(record, number)
  return aContainer({name: container?.name ?? '', nonce: container?.nonce ?? '', ...over})
}

const runs = (record: JobRecord, number: number): JobRecord =>
  fold(record, number, runningChange(task(record, number), ofTask(record, number), NOW))

const stepOf = (
  record: JobRecord,
  number: number,
  container: ContainerView | null,
  over: Partial<Observed> = {},
): Step =>
  advance(task(record, number), {container, fence: 'started', exitFile: null, ...over}, later(5000), LIMITS)

const exited = (record: JobRecord, number: number, code: number): ContainerView =>
  ofTask(record, number, {status: 'exited', finishedAt: later(5000), exitCode: code})

/** What the watcher does when the container of a task is over. */
const ends = (record: JobRecord, number: number, code: number): JobRecord => {
  let at = record
  let container: ContainerView | null = exited(record, number, code)
  for (let i = 0; i < 5; i++) {
    const step = stepOf(at, number, container)
    if (step.do === 'remove') container = null
    else if (step.do === 'publish' || step.do === 'collect') {
      const usage = step.do === 'collect' ? {usage: {cpuSeconds: 2, maxMemory: 9, exact: true}} : {}
      at = fold(at, number, {...step.change, ...usage}, later(5000))
    } else break
    if (task(at, number).container === null) break
  }
  return at
}

const wished = (record: JobRecord, op: ControlOp, tasks?: string): JobRecord => {
  const effect = controlJob(record, {op}, tasks, later(6000))
  assert.ok(effect.kind === 'change', JSON.stringify(effect))
  return lawfully(record, effect.change)
}

const rested = (record: JobRecord, now: Instant): JobRecord =>
  lawfully(record, restedChange(record, now) ?? assert.fail('nothing has rested'))

const failedOnce = (): JobRecord => ends(runs(started(tried('0-9'), 2), 0), 0, 3)

describe('a task that is tried again', () => {
  it('is written down, then its container goes, then it waits as its next attempt', () => {
    const running = runs(started(tried('0-9'), 1), 0)
    const collect = stepOf(running, 0, exited(running, 0, 3))
    assert.equal(collect.do, 'collect')
    const collected = fold(running, 0, collect.do === 'collect' ? collect.change : assert.fail())
    const {state, ended, exit} = task(collected, 0)
    assert.deepEqual([state, ended, exit?.code], ['running', later(5000), 3])
    assert.equal(stepOf(collected, 0, exited(collected, 0, 3)).do, 'remove')
    const publish = stepOf(collected, 0, null)
    assert.equal(publish.do, 'publish')
    const waits = fold(collected, 0, publish.do === 'publish' ? publish.change : assert.fail())
    assert.deepEqual([task(waits, 0).state, task(waits, 0).attempt, waits.state], ['pending', 2, 'running'])
    assert.deepEqual([arrayOf(waits).tried, arrayOf(waits).rests], [{0: 1}, {0: later(15_000)}])
  })

  it('tells how many tries are left, when the next one comes, and what it used', () => {
    const view = task(failedOnce(), 0)
    assert.deepEqual(
      [view.retry?.left, view.eligible, view.earlier?.ran, view.earlier?.cpu],
      [1, later(15_000), 5000, 2000],
    )
    assert.equal(
      view.reason?.text,
      'attempt 1 ended; the next one not before 2026-01-01T00:00:15Z, 1 more may follow',
    )
    assert.equal(task(failedOnce(), 5).retry?.left, 2)
  })

  it('that ended before anybody saw it run is not started a second time', () => {
    const record = started(tried('0-9'), 1)
    const collected = stepOf(record, 0, exited(record, 0, 3))
    assert.ok(collected.do === 'collect')
    const after = fold(record, 0, collected.change)
    assert.equal(stepOf(after, 0, null).do, 'publish')
    assert.equal(task(ends(record, 0, 3), 0).attempt, 2)
  })

  it('is left out of the plan until its pause is over, and the others are not', () => {
    const record = failedOnce()
    assert.deepEqual(Object.keys(arrayOf(started(record, 3)).parts), ['1', '2', '3', '4'])
    assert.equal(restedChange(record, later(14_999)), null)
    assert.equal(firstRest(arrayOf(record)), later(15_000))
    const after = rested(record, later(15_000))
    assert.equal(firstRest(arrayOf(after)), null)
    const [tries, again] = [task(after, 0), started(after, 1)]
    assert.deepEqual([tries.reason, tries.retry?.left, tries.attempt], [null, 1, 2])
    assert.deepEqual([task(again, 0).state, task(again, 0).retry?.left], ['starting', 1])
  })

  it('keeps the array from nothing but itself: alone it is the reason why none starts', () => {
    const record = ends(runs(started(tried('0'), 1), 0), 0, 3)
    assert.deepEqual(startable(record), {
      count: 0,
      reason: {
        code: 'retry',
        text: '1 of its tasks waits for its next try, not before 2026-01-01T00:00:15Z',
        numbers: {at: later(15_000)},
      },
    })
  })

  it('does not rest for as long as a clock was set back', () => {
    assert.notEqual(restedChange(failedOnce(), later(-3_600_000)), null)
  })

  it('rests longer each time, and fails when its tries are used up', () => {
    let record = rested(failedOnce(), later(15_000))
    record = ends(runs(started(record, 1), 0), 0, 3)
    assert.deepEqual([arrayOf(record).tried, arrayOf(record).rests], [{0: 2}, {0: later(25_000)}])
    record = ends(runs(started(rested(record, later(25_000)), 1), 0), 0, 4)
    const {state, attempt, exit, earlier, retry} = task(record, 0)
    assert.deepEqual([state, attempt, exit?.code, earlier?.runs, retry?.left], ['failed', 3, 4, 2, 0])
    assert.deepEqual([arrayOf(record).tried, arrayOf(record).rests], [undefined, undefined])
    const [result] = resultsOf(record)
    assert.deepEqual([result?.attempt, result?.earlier?.ran], [3, 10_000])
  })

  it('that comes to a good end is done, and so is its array', () => {
    let record = ends(runs(started(tried('0'), 1), 0), 0, 3)
    record = ends(runs(started(rested(record, later(15_000)), 1), 0), 0, 0)
    assert.deepEqual([record.state, record.exit?.code, task(record, 0).state], ['done', 0, 'done'])
    assert.equal(willRetry(record), false)
  })

  it('ends as it ended where its rule says so, or it was to be killed', () => {
    const named = ends(runs(started(tried('0-1', '2:exit=75'), 1), 0), 0, 3)
    assert.equal(task(named, 0).state, 'failed')
    const killed = wished(runs(started(tried('0-1'), 1), 0), 'kill', '0')
    assert.equal(task(ends(killed, 0, 3), 0).state, 'failed')
  })

  it('is tried again when its container or its node is lost', () => {
    const record = runs(started(tried('0-9', '1:node-lost'), 1), 0)
    const step = stepOf(record, 0, null)
    assert.ok(step.do === 'collect')
    const gone = stepOf(fold(record, 0, step.change), 0, null)
    assert.ok(gone.do === 'publish')
    assert.equal(gone.change.attempt, 2)
    const lost = {by: 'root', why: 'fire', since: NOW} as const
    const change = lostChange(task(record, 0), {fence: 'started', exitFile: null}, lost, later(5000))
    const after = fold(record, 0, change)
    assert.deepEqual([task(after, 0).attempt, task(after, 0).earlier?.runs], [2, 1])
  })

  it('keeps its tries where its start is given back, or it is requeued', () => {
    const again = started(rested(failedOnce(), later(15_000)), 1)
    const back = fold(again, 0, givenBackChange(task(again, 0), 'no', NOW))
    assert.deepEqual(
      [task(back, 0).attempt, task(back, 0).retry?.left, arrayOf(back).rests],
      [3, 1, undefined],
    )
    const requeued = ends(wished(runs(again, 0), 'requeue', '0'), 0, 3)
    assert.deepEqual([task(requeued, 0).state, task(requeued, 0).attempt], ['pending', 3])
    assert.deepEqual([arrayOf(requeued).tried, arrayOf(requeued).rests], [{0: 1}, undefined])
  })

  it('is begun for those that depend on it alone', () => {
    assert.deepEqual(standingOf(failedOnce(), 0), {is: 'open', began: true})
    assert.deepEqual(standingOf(tried('0-9')), {is: 'open', began: false})
    const over = ends(runs(started(tried('0-1', '2:exit=75'), 1), 0), 0, 3)
    assert.deepEqual(standingOf(over, 0), {is: 'over', end: 'failed'})
  })
})

describe('a wish for a task that waits for its next try', () => {
  it('kills it, and what it used is told', () => {
    const record = wished(failedOnce(), 'kill', '0')
    assert.deepEqual(
      [task(record, 0).state, arrayOf(record).tried, arrayOf(record).rests],
      ['killed', undefined, undefined],
    )
    assert.deepEqual(
      resultsOf(record).map(({task: of, earlier}) => [of, earlier?.runs]),
      [[0, 1]],
    )
    const packed = lawfully(record, withoutResults(record, [0]))
    assert.equal(arrayOf(packed).earlier, undefined)
  })

  it('holds it, also when its pause is over, and a release ends the pause', () => {
    const held = wished(failedOnce(), 'hold', '0')
    assert.equal(task(held, 0).state, 'held')
    assert.equal(task(rested(held, later(15_000)), 0).state, 'held')
    const released = wished(held, 'release', '0')
    assert.deepEqual(
      [task(released, 0).state, arrayOf(released).rests, arrayOf(released).tried],
      ['pending', undefined, {0: 1}],
    )
  })

  it('to be requeued finds it waiting already', () => {
    assert.equal(controlJob(failedOnce(), {op: 'requeue'}, '0', NOW).kind, 'already')
  })

  it('to suspend the array keeps it from starting', () => {
    const record = rested(wished(failedOnce(), 'suspend'), later(15_000))
    assert.equal(startable(record).reason?.code, 'suspended')
  })
})

describe('the law of tries', () => {
  const record = failedOnce()
  const changed = (over: Partial<ArrayRecord>): string =>
    successionFault(record, revised(record, {state: record.state, array: {...arrayOf(record), ...over}})) ??
    ''

  it('lets none be lost or made up', () => {
    assert.match(changed({tried: {}, rests: {}}), /task 0 lost a try/)
    assert.match(changed({tried: {0: 2}}), /task 0 was tried without an attempt/)
    assert.match(changed({tried: {0: 1, 5: 1}}), /task 5 was tried/)
    assert.match(changed({rests: {0: later(15_000), 5: NOW}}), /task 5 rests and waits for no try/)
    assert.match(changed({tried: {0: 1, 20: 1}}), /task 20 has tries and neither waits nor runs/)
  })
})

describe('what the attempts of tasks used', () => {
  const act = fc.record({
    what: fc.constantFrom('start', 'run', 'end', 'end', 'rest', 'requeue', 'give back', 'kill', 'pack'),
    n: fc.nat(5),
    code: fc.constantFrom(0, 3, 3),
  })
  type Act = typeof act extends fc.Arbitrary<infer A> ? A : never

  /** By task: attempts that ran, as nobody forgets them. */
  type Ran = Map<number, number>

  const ended = (record: JobRecord, {n, code}: Act, ran: Ran): JobRecord => {
    const view = task(record, n)
    if (!isAllocated(view.state)) return record
    const after = ends(record, n, code)
    ran.set(n, (ran.get(n) ?? 0) + 1)
    return after
  }

  const packed = (record: JobRecord, n: number): JobRecord => {
    const tasks = resultsOf(record).map(({task: of}) => of)
    return lawfully(
      record,
      withoutResults(
        record,
        tasks.filter(of => of % 2 === n % 2),
      ),
    )
  }

  const began = (record: JobRecord, {what, n}: Act): JobRecord => {
    const view = task(record, n)
    if (view.state !== 'starting') return record
    return what === 'run' ? runs(record, n) : fold(record, n, givenBackChange(view, 'no', NOW))
  }

  const controlled = (record: JobRecord, op: ControlOp, n: number): JobRecord => {
    const effect = controlJob(record, {op}, String(n), later(6000))
    return effect.kind === 'change' ? lawfully(record, effect.change) : record
  }

  const done = (record: JobRecord, one: Act, ran: Ran): JobRecord => {
    const {what, n} = one
    switch (what) {
      case 'start':
        return started(record, 1 + n)
      case 'run':
      case 'give back':
        return began(record, one)
      case 'end':
        return ended(record, one, ran)
      case 'rest':
        return lawfully(record, restedChange(record, later(99_000)) ?? {state: record.state})
      case 'pack':
        return packed(record, n)
      default:
        return controlled(record, what, n)
    }
  }

  const lived = (actions: readonly Act[], ran: Ran): JobRecord => {
    let record = tried('0-5', '3')
    for (const one of actions) if (!isOver(record.state)) record = done(record, one, ran)
    return record
  }

  it('are counted once each, whatever happens to them in whatever order (property)', () => {
    fc.assert(
      fc.property(fc.array(act, {minLength: 10, maxLength: 80}), actions => {
        const ran: Ran = new Map()
        for (const view of usedRecords(lived(actions, ran))) {
          const {runs: before = 0, ran: ms = 0, cpu = 0} = view.earlier ?? {}
          const isOwn = view.ended !== null && view.started !== null && !isAllocated(view.state)
          assert.equal(before + (isOwn ? 1 : 0), ran.get(view.task ?? -1) ?? 0, `task ${view.task}`)
          assert.deepEqual([ms, cpu], [5000 * before, 2000 * before])
        }
      }),
      {numRuns: 300},
    )
  })
})

describe('what stands in the record', () => {
  it('of an array that is never tried again is nothing new', () => {
    const record = ends(runs(started(anArray('0-9'), 1), 0), 0, 3)
    assert.deepEqual([arrayOf(record).tried, arrayOf(record).rests], [undefined, undefined])
  })

  it('stays below 64 KiB, and all tasks have their turn, however many of a million fail', () => {
    let record = tried('1-1000000', '1')
    let largest = 0
    const note = (): void => {
      largest = Math.max(largest, JSON.stringify(record).length)
    }
    const together = (change: (view: JobRecord) => Change | null): void => {
      const changes = Object.keys(arrayOf(record).parts).flatMap(key => {
        const made = change(task(record, Number(key)))
        return made === null ? [] : [{task: Number(key), change: made}]
      })
      record = lawfully(record, foldTasks(record, changes, later(5000)))
      note()
    }
    for (let round = 0; round < 6; round++) {
      record = started(record, MOST_PARTS)
      note()
      together(view => ({
        ...runningChange(
          view,
          aContainer({
            id: 'f'.repeat(64),
            name: view.container?.name ?? '',
            nonce: view.container?.nonce ?? '',
          }),
          NOW,
        ),
      }))
      for (const container of [anExited(3), null])
        together(view => {
          const own =
            container === null
              ? null
              : {...container, name: view.container?.name ?? '', nonce: view.container?.nonce ?? ''}
          const step = advance(view, {container: own, fence: 'started', exitFile: 3}, later(5000), LIMITS)
          return step.do === 'collect' || step.do === 'publish'
            ? {...step.change, usage: {cpuSeconds: 1.234567, maxMemory: 1e10, exact: true}}
            : null
        })
      const tasks = resultsOf(record).map(({task: of}) => of)
      if (tasks.length > 0) record = lawfully(record, withoutResults(record, tasks))
      if (firstRest(arrayOf(record)) !== null) record = rested(record, instant(NOW + 30_000))
    }
    assert.ok(largest < 64 * 1024, `${largest}`)
    assert.ok((arrayOf(record).failed[1] ?? 0) > MOST_PARTS, JSON.stringify(arrayOf(record).failed))
    assert.equal(usedRecords(record).length, Object.keys(arrayOf(record).earlier ?? {}).length)
  })
})
