import assert from 'node:assert/strict'
import fc from 'fast-check'
import {instant} from '../../src/core/brand.js'
import {type JobRecord, parseRecord} from '../../src/core/job.js'
import {
  type Change,
  endedChange,
  givenBackChange,
  refusedStart,
  resumedChange,
  runningChange,
  stopChange,
  suspendedChange,
} from '../../src/core/outcome.js'
import {FENCE_EXIT} from '../../src/core/wrapper.js'
import {aContainer, anExited, anyText, aRunning, aStarting, GIB, later, NOW} from './builders.js'

const END = later(60_000)

const outcome = ({state, exit, reason}: Change): string =>
  `${state} ${exit === null || exit === undefined ? '-' : `${exit.code}/${exit.signal ?? '-'}`} ${reason?.code ?? '-'}`

const isReadable = (record: JobRecord, change: Change): boolean =>
  parseRecord(JSON.parse(JSON.stringify({...record, ...change}))).ok

describe('the end of an attempt', () => {
  const table: readonly (readonly [exitCode: number | null, exitFile: number | null, expected: string])[] = [
    [0, 0, 'done 0/- -'],
    [0, null, 'done 0/- -'],
    [3, 3, 'failed 3/- exit'],
    // The engine's word counts; the file lies in the user's folder.
    [3, 0, 'failed 3/- exit'],
    [0, 3, 'done 0/- -'],
    [126, null, 'failed 126/- exit'],
    [127, null, 'failed 127/- exit'],
    [128, null, 'failed 128/- exit'],
    [129, null, 'failed 129/1 signal'],
    [143, null, 'failed 143/15 signal'],
    [137, null, 'failed 137/9 signal'],
    [192, null, 'failed 192/64 signal'],
    [193, null, 'failed 193/- exit'],
    // 125: a second start met the fence.
    [FENCE_EXIT, 0, 'done 0/- -'],
    [FENCE_EXIT, 7, 'failed 7/- exit'],
    [FENCE_EXIT, FENCE_EXIT, 'failed 125/- exit'],
    [FENCE_EXIT, null, 'lost - lost'],
    // 255: the engine was not there to see it, unless the wrapper says the same.
    [255, 255, 'failed 255/- exit'],
    [255, 0, 'done 0/- -'],
    [255, null, 'lost - lost'],
    [null, null, 'lost - lost'],
    [null, 0, 'done 0/- -'],
    [null, 9, 'failed 9/- exit'],
  ]
  for (const [exitCode, exitFile, expected] of table) {
    const engine = exitCode === null ? 'no container' : `exit code ${exitCode}`
    it(`with ${engine} and ${exitFile === null ? 'no exit file' : `${exitFile} in the exit file`} is ${expected}`, () => {
      const container = exitCode === null ? null : anExited(exitCode)
      assert.equal(outcome(endedChange(aRunning(), container, exitFile, END)), expected)
    })
  }

  it('by the kernel for want of memory is oom, but only if that killed the job itself', () => {
    const oom = (code: number, over: Partial<JobRecord> = {}) =>
      endedChange(aRunning(over), anExited(code, {oomKilled: true}), code, END)
    assert.equal(outcome(oom(137)), 'oom 137/9 oom')
    assert.deepEqual(oom(137).reason?.numbers, {memory: GIB})
    assert.equal(outcome(oom(0)), 'done 0/- -')
    assert.equal(outcome(oom(5)), 'failed 5/- exit')
    assert.equal(oom(5).exit?.oom, true)
    assert.match(oom(5).reason?.text ?? '', /^exit code 5 \(something in it ran out of memory\)$/)
  })

  it('after we asked for it is as we asked, whatever the code', () => {
    for (const code of [0, 9, 137, 143]) {
      for (const cause of ['killed', 'timeout'] as const) {
        const record = aRunning({state: 'stopping', stop: {cause, at: NOW, signal: 'SIGTERM'}, walltime: 60})
        const ended = anExited(code, {finishedAt: later(61_000)})
        const change = endedChange(record, ended, code, later(61_000))
        assert.deepEqual([change.state, change.exit?.code], [cause, code])
      }
    }
  })

  it('by itself before a kill reached it is its own', () => {
    const record = aRunning({desired: 'killed', stop: {cause: 'killed', at: NOW, signal: 'SIGINT'}})
    assert.equal(endedChange(record, anExited(0), 0, END).state, 'done')
    assert.equal(endedChange(record, anExited(4), 4, END).state, 'failed')
    assert.equal(endedChange(record, null, null, END).state, 'killed')
  })

  it('by our signal is as we asked, though the watcher that sent it could not record it', () => {
    const killed = aRunning({desired: 'killed'})
    assert.equal(endedChange(killed, anExited(143), 143, END).state, 'killed')
    assert.equal(endedChange(killed, anExited(137, {oomKilled: true}), null, END).state, 'killed')
    const over = aRunning({walltime: 1, started: instant(END - 1000)})
    const early = aRunning({walltime: 1, started: instant(END - 999)})
    const at = {finishedAt: END}
    assert.equal(endedChange(over, anExited(143, at), 143, END).state, 'timeout')
    assert.equal(endedChange(early, anExited(143, at), 143, END).state, 'failed')
    assert.equal(endedChange(over, anExited(3, at), 3, END).state, 'failed')
    assert.equal(endedChange(over, anExited(0, at), 0, END).state, 'done')
    const paused = {since: null, total: 1}
    assert.equal(endedChange({...over, paused}, anExited(143, at), 143, END).state, 'failed')
  })

  it('of a killed job tells whether it had begun', () => {
    const text = (record: JobRecord) => endedChange(record, null, null, END).reason?.text
    assert.equal(text(aStarting({desired: 'killed'})), 'killed before it started')
    assert.equal(text(aRunning({desired: 'killed'})), 'killed by request')
  })

  it('that nobody can tell says what was seen', () => {
    assert.match(endedChange(aRunning(), null, null, END).reason?.text ?? '', /container vanished/)
    assert.match(
      endedChange(aRunning(), anExited(125), null, END).reason?.text ?? '',
      /container ended before/,
    )
  })

  it('that the engine could not begin is a failed start, with its words', () => {
    const container = aContainer({status: 'created', startedAt: null, startFault: 'exec format error'})
    const change = endedChange(aStarting(), container, null, END)
    assert.deepEqual([change.state, change.exit, change.started], ['failed', null, undefined])
    assert.deepEqual(change.reason, {code: 'start', text: 'the engine could not start it: exec format error'})
  })
})

describe('T42: the image of an attempt', () => {
  const imageId = `sha256:${'a'.repeat(64)}`
  const [runs, ended] = [aContainer({imageId}), anExited(0, {imageId})]

  it('is recorded by its id, when it runs and when it is over before that was seen', () => {
    assert.equal(runningChange(aStarting(), runs, END).imageId, imageId)
    assert.equal(endedChange(aStarting(), ended, 0, END).imageId, imageId)
  })

  it('stays as it was recorded where the engine tells none any more', () => {
    for (const change of [
      runningChange(aStarting(), aContainer(), END),
      endedChange(aRunning(), null, 0, END),
    ])
      assert.ok(!('imageId' in change))
  })

  it('of a private job is told to nobody, for it says what the name says', () => {
    const hidden = {image: ''}
    assert.ok(!('imageId' in runningChange(aStarting(hidden), runs, END)))
    assert.ok(!('imageId' in endedChange(aStarting(hidden), ended, 0, END)))
  })

  it('is no longer than a record can hold', () => {
    const long = aContainer({imageId: 'x'.repeat(129)})
    assert.ok(isReadable(aRunning(), runningChange(aStarting(), long, END)))
    assert.ok(isReadable(aRunning(), runningChange(aStarting(), runs, END)))
  })
})

describe('the times of an attempt', () => {
  it('are those of the engine', () => {
    const change = endedChange(
      aStarting(),
      anExited(0, {startedAt: later(100), finishedAt: later(900)}),
      0,
      END,
    )
    assert.deepEqual([change.started, change.ended], [later(100), later(900)])
  })

  it('are ours where the engine has none', () => {
    const change = endedChange(aStarting(), null, 0, END)
    assert.deepEqual([change.started, change.ended], [null, END])
  })

  it('never run backwards, though an engine may say so (docker.md 1.3)', () => {
    const quick = anExited(0, {startedAt: later(1000), finishedAt: later(998)})
    for (const record of [aStarting(), aRunning({started: later(1000)})]) {
      const {started, ended} = endedChange(record, quick, 0, END)
      assert.deepEqual([started, ended], [later(1000), later(1000)])
    }
  })

  it('without a word of the engine, a run begins when we see it', () => {
    assert.equal(runningChange(aStarting(), aContainer({startedAt: null}), later(3)).started, later(3))
    assert.equal(runningChange(aStarting(), aContainer(), later(3)).started, NOW)
  })

  it('paused are summed, also what is still paused at the end', () => {
    const suspended = {...aRunning(), ...suspendedChange(aRunning(), later(1000))}
    assert.deepEqual(
      [suspended.paused, suspended.reason?.code],
      [{since: later(1000), total: 0}, 'suspended'],
    )
    const resumed = {...suspended, ...resumedChange(suspended, later(4000))}
    assert.deepEqual(
      [resumed.state, resumed.paused, resumed.reason],
      ['running', {since: null, total: 3000}, null],
    )
    const again = {...resumed, ...suspendedChange(resumed, later(5000))}
    const ended = endedChange(again, anExited(137, {finishedAt: later(7000)}), null, END)
    assert.deepEqual(ended.paused, {since: null, total: 5000})
  })

  it('paused never count below nothing when the clock was set back', () => {
    const suspended = {...aRunning(), ...suspendedChange(aRunning(), later(5000))}
    assert.equal(resumedChange(suspended, later(1000)).paused?.total, 0)
    assert.equal(resumedChange(aRunning(), later(1000)).paused?.total, 0)
  })
})

describe('a start given back', () => {
  it('opens the next attempt and forgets all of this one', () => {
    const record = aStarting({
      attempt: 3,
      stop: {cause: 'killed', at: NOW, signal: 'SIGINT'},
      paused: {since: null, total: 5},
    })
    const change = givenBackChange(record, 'its node is drained', END)
    assert.deepEqual(change, {
      state: 'pending',
      attempt: 4,
      node: null,
      container: null,
      started: null,
      ended: null,
      exit: null,
      usage: null,
      stop: null,
      paused: {since: null, total: 0},
      reason: {code: 'given-back', text: 'its node is drained'},
    })
  })

  it('of a killed job is its end', () => {
    const change = givenBackChange(aStarting({desired: 'killed'}), 'x', END)
    assert.deepEqual(
      [change.state, change.ended, change.attempt, change.exit],
      ['killed', END, undefined, null],
    )
  })
})

describe('the word for people', () => {
  it('names the signal that asks a job to end, and why', () => {
    assert.match(stopChange('killed', 'SIGINT', NOW).reason?.text ?? '', /asked to end with SIGINT/)
    assert.match(stopChange('timeout', 'SIGTERM', NOW).reason?.text ?? '', /walltime is over.*SIGTERM/)
  })

  it('of a timeout has the walltime', () => {
    const stop = {cause: 'timeout', at: NOW, signal: 'SIGTERM'} as const
    const change = endedChange(aRunning({state: 'stopping', stop, walltime: 60}), anExited(143), null, END)
    assert.deepEqual(change.reason?.numbers, {walltime: 60})
  })

  it('keeps a short sentence of an executor as it is', () => {
    const why = {code: 'image', text: 'no such image', numbers: {tries: 3, image: 'x'}}
    assert.deepEqual(refusedStart(why, END).reason, why)
    assert.deepEqual(refusedStart({code: 'x', text: 'y'}, END).reason, {code: 'x', text: 'y'})
  })

  it('has a few numbers at most', () => {
    const numbers = Object.fromEntries(Array.from({length: 1000}, (_, i) => [`n${i}`, i]))
    assert.equal(
      Object.keys(refusedStart({code: 'x', text: 'y', numbers}, END).reason?.numbers ?? {}).length,
      16,
    )
  })

  it('is cut until the record can be read again, whatever an engine says', () => {
    const numbers = fc.dictionary(
      anyText,
      fc.oneof(
        fc.double(),
        anyText.map(text => text.repeat(20)),
      ),
      {maxKeys: 30},
    )
    const long = anyText.map(text => text.repeat(60))
    fc.assert(
      fc.property(long, long, numbers, (code, text, counts) => {
        assert.ok(isReadable(aStarting(), refusedStart({code, text, numbers: counts}, END)))
        const container = aContainer({status: 'created', startFault: text})
        assert.ok(isReadable(aStarting(), endedChange(aStarting(), container, null, END)))
      }),
      {numRuns: 5000},
    )
  })
})

describe('any end', () => {
  it('has a reason unless it is done, and can be read again', () => {
    const codes = fc.option(fc.integer({min: 0, max: 255}), {nil: null})
    const records = fc.constantFrom(
      aStarting(),
      aRunning(),
      aRunning({desired: 'killed'}),
      aRunning({state: 'suspended', paused: {since: NOW, total: 7}}),
      aRunning({state: 'stopping', stop: {cause: 'timeout', at: NOW, signal: 'SIGTERM'}}),
    )
    fc.assert(
      fc.property(records, codes, codes, fc.boolean(), (record, code, exitFile, oomKilled) => {
        const change = endedChange(record, code === null ? null : anExited(code, {oomKilled}), exitFile, END)
        assert.ok(isReadable(record, change))
        assert.equal(change.reason === null, change.state === 'done')
        assert.ok(
          change.ended !== null && change.ended !== undefined && change.ended >= (change.started ?? 0),
        )
      }),
      {numRuns: 5000},
    )
  })
})
