/** Passes by timetable, on mocked timers: minutes pass when the test says so. */
import assert from 'node:assert/strict'
import {mock} from 'node:test'
import {runTimetable} from '../../src/service/timetable.js'

const MINUTE = 60_000

/** Everything that needs no time has been done. */
const quiet = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

describe('a timetable', () => {
  let stop: AbortController
  let done: Promise<void>
  let passes: number

  beforeEach(() => {
    mock.timers.enable({apis: ['setTimeout', 'Date'], now: Date.UTC(2026, 0, 1, 12, 0, 30)})
    stop = new AbortController()
    passes = 0
  })
  afterEach(() => mock.timers.reset())

  const run = (expression: string, pass: () => Promise<void> = async () => void passes++): void => {
    done = runTimetable(expression, pass, stop.signal)
    done.catch(() => undefined)
  }
  const minutes = async (n: number): Promise<void> => {
    for (let i = 0; i < n; i++) {
      mock.timers.tick(MINUTE)
      await quiet()
    }
  }

  it('makes a pass at each of its times, until it is stopped', async () => {
    run('*/5 * * * *')
    await minutes(4)
    assert.equal(passes, 0)
    await minutes(1)
    assert.equal(passes, 1)
    await minutes(10)
    assert.equal(passes, 3)
    stop.abort()
    await done
    await minutes(10)
    assert.equal(passes, 3)
  })

  it('leaves a time out while the pass before still runs, and ends only after that pass', async () => {
    let finish = (): void => undefined
    run('* * * * *', () => {
      passes++
      return new Promise(resolve => {
        finish = resolve
      })
    })
    await minutes(3)
    assert.equal(passes, 1)
    let over = false
    stop.abort()
    void done.then(() => {
      over = true
    })
    await minutes(1)
    assert.equal(over, false)
    finish()
    await minutes(2)
    assert.equal(over, true)
    assert.equal(passes, 1)
  })

  it('ends with the fault of a pass', async () => {
    run('* * * * *', () => Promise.reject(new Error('no disk')))
    await minutes(2)
    await assert.rejects(done, /no disk/)
  })

  it('that is stopped before it began makes no pass', async () => {
    stop.abort()
    run('* * * * *')
    await minutes(2)
    await done
    assert.equal(passes, 0)
  })

  for (const bad of [
    '',
    '* * * *',
    '* * * * * *',
    '61 * * * *',
    'every minute',
    '0 0 31 2 *',
    '* * 31 4,6,9,11 *',
    `* * * * ${' '.repeat(100)}*`,
  ]) {
    it(`cannot be ${JSON.stringify(bad.slice(0, 20))}`, async () => {
      run(bad)
      await assert.rejects(done, {code: 'E_USAGE', message: /is not a timetable/, hint: /Five fields/})
    })
  }
})
