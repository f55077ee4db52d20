import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  eligibleFrom,
  LAST_INSTANT,
  type LocalTime,
  momentText,
  nextBegin,
  notYet,
  notYetAt,
  parseBegin,
} from '../../src/core/begin-time.js'
import {instant} from '../../src/core/brand.js'
import {anyOf, anyText, later, NOW, UTC} from './builders.js'

const SECOND = 1000
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR

/** Half past two in the afternoon, two hours east of Greenwich. */
const EAST: LocalTime = {
  now: later(12 * HOUR + HOUR / 2),
  today: {year: 2026, month: 1, day: 1},
  moment: (date, hour, minute, second) => UTC.moment(date, hour - 2, minute, second),
}

describe('a begin time', () => {
  const good: readonly (readonly [string, number])[] = [
    ['now', EAST.now],
    ['now+30s', EAST.now + 30 * SECOND],
    ['now+1second', EAST.now + SECOND],
    ['+90m', EAST.now + 90 * 60 * SECOND],
    ['now+2h', EAST.now + 2 * HOUR],
    ['now+2hours', EAST.now + 2 * HOUR],
    ['now+1hour', EAST.now + HOUR],
    ['+3d', EAST.now + 3 * DAY],
    ['now+2weeks', EAST.now + 14 * DAY],
    ['15:00', NOW + 13 * HOUR],
    ['23:59:59', NOW + 22 * HOUR - SECOND],
    ['9:05', NOW + DAY + 7 * HOUR + 5 * 60 * SECOND],
    // This very moment is past.
    ['14:30', NOW + DAY + 12 * HOUR + HOUR / 2],
    ['2026-01-02', NOW + DAY - 2 * HOUR],
    ['2026-01-02T10:30', NOW + DAY + 8 * HOUR + HOUR / 2],
    ['2026-01-02 10:30:15', NOW + DAY + 8 * HOUR + HOUR / 2 + 15 * SECOND],
    ['2026-01-02T10:30:15.123Z', NOW + DAY + 10 * HOUR + HOUR / 2 + 15 * SECOND],
    ['2024-02-29', Date.UTC(2024, 1, 28, 22)],
  ]
  for (const [text, at] of good)
    it(`reads ${text}`, () => {
      assert.equal(parseBegin(text, EAST), at)
    })

  const bad = [
    ...['', 'soon', '12', 'now+', 'now+60', '+5y', 'now-1h', '24:00', '12:60', '1:2', '12:00:60', '+1ss'],
    ...['2026-02-30', '2026-13-01', '2026-00-01', '26-01-01', '2026-1-1', '2026-01-02T25:00', '0000-01-01'],
    ...['2026-01-02T10', '2026-01-02T10:30+02:00', '1969-12-31', 'now+1e3h', ' 12:00', 'NaN'],
  ]
  for (const text of bad)
    it(`refuses '${text}', and says how to write one`, () => {
      const no = parseBegin(text, EAST)
      assert.ok(typeof no === 'object')
      assert.deepEqual([no.code, no.message], ['E_AMOUNT_BAD', `'${text}' is no time to begin at`])
      assert.match(no.hint, /now\+2h/)
    })

  it('is not absurdly far ahead', () => {
    for (const text of ['now+5000d', '2036-12-31', '9999-12-31', 'now+999999999w']) {
      const no = parseBegin(text, EAST)
      assert.match(typeof no === 'object' ? no.message : 'taken', /more than ten years ahead/)
    }
    assert.equal(typeof parseBegin('2035-12-31', EAST), 'number')
  })

  it('is a moment that can be written, or a reason, whatever the text (R16)', () => {
    const near = anyOf('now', '+', '1', '99999999', 'h', 'd', ':', '-', '2026', '01', 'T', 'Z', '12:00')
    fc.assert(
      fc.property(fc.oneof(near, anyText), text => {
        const at = parseBegin(text, EAST)
        if (typeof at === 'object') assert.ok(at.hint.length > 0)
        else assert.ok(at >= 0 && at <= LAST_INSTANT && momentText(at).length > 0)
      }),
      {numRuns: 5000},
    )
  })
})

describe('a job with a begin time', () => {
  it('waits until then and no moment longer, with the time as its reason', () => {
    assert.deepEqual(notYet({begin: NOW + 1}, NOW), {
      code: 'begin-time',
      text: 'begins at 2026-01-01T00:00:00.001Z at the earliest',
      numbers: {at: NOW + 1},
    })
    assert.equal(notYet({begin: NOW}, NOW), null)
    assert.equal(notYet({begin: NOW - 1}, NOW), null)
    assert.equal(notYet({}, NOW), null)
  })

  it('has its reason together with all others of that moment', () => {
    const early = notYetAt(NOW)
    assert.equal(early({begin: NOW + DAY}), early({begin: NOW + DAY}))
    assert.notEqual(early({begin: NOW + DAY}), early({begin: NOW + HOUR}))
    assert.deepEqual(early({begin: NOW + DAY}), notYet({begin: NOW + DAY}, NOW))
    assert.deepEqual([early({begin: NOW}), early({})], [null, null])
  })

  it('is looked at again when the first of them may start', () => {
    assert.equal(nextBegin([{}, {begin: NOW + DAY}, {begin: NOW + HOUR}, {begin: NOW}], NOW), NOW + HOUR)
    assert.equal(nextBegin([{}, {begin: NOW}], NOW), null)
  })

  it('is eligible from then on, or from now', () => {
    assert.equal(eligibleFrom(NOW, NOW + DAY), NOW + DAY)
    assert.equal(eligibleFrom(NOW, NOW - DAY), NOW)
    assert.equal(eligibleFrom(instant(NOW), undefined), NOW)
  })
})
