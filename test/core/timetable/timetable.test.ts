import assert from 'node:assert/strict'
import {instant, jobId} from '../../../src/core/brand.js'
import type {JobRecord, Wish} from '../../../src/core/job.js'
import {
  dueOf,
  fired,
  isTimed,
  refusedRun,
  skipped,
  type Timed,
  wishOfRun,
} from '../../../src/core/timetable/timetable.js'
import {aRecord} from '../builders.js'

const HOUR = 3_600_000
const NEXT = instant(10 * HOUR)
const LATER = instant(11 * HOUR)

const schedule = (
  timetable: Partial<NonNullable<JobRecord['timetable']>> = {},
  change: Partial<JobRecord> = {},
): Timed => {
  const made: JobRecord = {
    ...aRecord({state: 'pending'}),
    ...change,
    timetable: {cron: '0 * * * *', zone: 'UTC', overlap: false, next: NEXT, last: null, ...timetable},
  }
  assert.ok(isTimed(made))
  return made
}

describe('a schedule', () => {
  it('is due at its time, and not before', () => {
    assert.equal(dueOf(schedule(), instant(NEXT - 1), false), 'nothing')
    assert.equal(dueOf(schedule(), NEXT, false), 'fire')
    assert.equal(dueOf(schedule(), instant(NEXT + 100 * HOUR), false), 'fire')
  })

  it('is reckoned when nobody has yet', () => {
    assert.equal(dueOf(schedule({next: null}), NEXT, false), 'reckon')
  })

  it('leaves a time out while its last run goes on, unless they may overlap', () => {
    assert.equal(dueOf(schedule(), NEXT, true), 'skip')
    assert.equal(dueOf(schedule({overlap: true}), NEXT, true), 'fire')
  })

  it('does nothing while it is held, or over', () => {
    assert.equal(dueOf(schedule({}, {state: 'held'}), NEXT, false), 'nothing')
    assert.equal(dueOf(schedule({}, {state: 'killed'}), NEXT, false), 'nothing')
  })

  it('tells by its revision which moment was fired, by which job, and what comes next', () => {
    const {timetable, reason} = fired(schedule(), jobId(7), instant(NEXT + 5), LATER)
    assert.deepEqual([timetable?.last, timetable?.next], [{at: NEXT, child: 7}, LATER])
    assert.equal(reason?.text, 'last run: job 7; next at 1970-01-01T11:00:00Z')
  })

  it('forgets no last run by leaving a time out, and a refused one for good', () => {
    const last = {at: NEXT, child: jobId(7)}
    assert.deepEqual(skipped(schedule({last}), LATER).timetable?.last, last)
    assert.equal(refusedRun(schedule({last}), 'no').timetable?.last, null)
  })

  it('asks for runs that are no schedules, and hold no key', () => {
    const wish: Wish = {
      command: {kind: 'argv', argv: ['x']},
      cpus: 1,
      cron: '* * * * *',
      overlap: true,
      key: 'k',
      hold: true,
    }
    assert.deepEqual(wishOfRun(wish, jobId(3)), {command: wish.command, cpus: 1, schedule: 3})
  })
})
