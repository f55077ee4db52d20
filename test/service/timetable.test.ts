/** Passes by timetable, on mocked timers: minutes pass when the test says so. */
import assert from 'node:assert/strict'
import {mock} from 'node:test'
import {instant} from '../../src/core/brand.js'
import {nextTime, runTimetable} from '../../src/service/timetable.js'

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

describe('T51: the next time of a timetable', () => {
  const BERLIN = 'Europe/Berlin'
  /** In spring 2:00 to 3:00 is not there, in autumn it is there twice. */
  const table: readonly (readonly [string, string, string, after: string, next: readonly string[]])[] = [
    ['of a plain day', '0 4 * * *', BERLIN, '2026-02-01T12:00Z', ['2026-02-02T03:00Z', '2026-02-03T03:00Z']],
    [
      'in an hour that is left out',
      '30 2 * * *',
      BERLIN,
      '2026-03-28T12:00Z',
      ['2026-03-29T01:00Z', '2026-03-30T00:30Z'],
    ],
    ['after that hour', '0 3 * * *', BERLIN, '2026-03-28T12:00Z', ['2026-03-29T01:00Z', '2026-03-30T01:00Z']],
    [
      'in an hour that comes twice',
      '30 2 * * *',
      BERLIN,
      '2026-10-24T12:00Z',
      ['2026-10-25T00:30Z', '2026-10-26T01:30Z'],
    ],
    [
      'of each hour, twice in one',
      '0 * * * *',
      BERLIN,
      '2026-10-24T23:10Z',
      ['2026-10-25T00:00Z', '2026-10-25T01:00Z', '2026-10-25T02:00Z'],
    ],
    [
      'where no hour is left out',
      '30 2 * * *',
      'UTC',
      '2026-03-28T12:00Z',
      ['2026-03-29T02:30Z', '2026-03-30T02:30Z'],
    ],
    ['of a leap day', '0 0 29 2 *', 'UTC', '2026-03-01T00:00Z', ['2028-02-29T00:00Z']],
    [
      'where the day begins at one',
      '0 0 * * *',
      'America/Sao_Paulo',
      '2018-11-03T12:00Z',
      ['2018-11-04T03:00Z', '2018-11-05T02:00Z'],
    ],
  ]
  for (const [what, cron, zone, after, next] of table) {
    it(`${what}: ${cron} in ${zone}`, () => {
      let at = instant(Date.parse(after))
      for (const expected of next) {
        at = nextTime(cron, at, zone)
        assert.equal(new Date(at).toISOString(), new Date(expected).toISOString())
      }
    })
  }
})
