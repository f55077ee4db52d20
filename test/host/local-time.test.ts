import assert from 'node:assert/strict'
import {parseBegin} from '../../src/core/begin-time.js'
import {instant} from '../../src/core/brand.js'
import {localTime} from '../../src/host/local-time.js'

describe('the local time', () => {
  const before = process.env.TZ
  afterEach(() => {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  })

  const meant = (zone: string, text: string, now: string): string => {
    process.env.TZ = zone
    const at = parseBegin(text, localTime(instant(Date.parse(now))))
    return typeof at === 'object' ? at.message : new Date(at).toISOString()
  }

  it('is that of the zone of who asks', () => {
    assert.equal(
      meant('Europe/Berlin', '2026-07-01T08:00', '2026-06-30T00:00:00Z'),
      '2026-07-01T06:00:00.000Z',
    )
    assert.equal(
      meant('Europe/Berlin', '2026-12-01T08:00', '2026-06-30T00:00:00Z'),
      '2026-12-01T07:00:00.000Z',
    )
    assert.equal(meant('America/New_York', '2026-07-01', '2026-06-30T00:00:00Z'), '2026-07-01T04:00:00.000Z')
  })

  it('has its own day: eight in the evening there may be tomorrow here', () => {
    assert.equal(meant('America/New_York', '21:00', '2026-07-01T00:30:00Z'), '2026-07-01T01:00:00.000Z')
    assert.equal(meant('Asia/Tokyo', '09:00', '2026-06-30T23:00:00Z'), '2026-07-01T00:00:00.000Z')
  })

  it('goes on to the next month and year', () => {
    assert.equal(meant('UTC', '00:00', '2026-12-31T12:00:00Z'), '2027-01-01T00:00:00.000Z')
  })

  it('takes an hour that summer time leaves out for the one after it', () => {
    assert.equal(
      meant('Europe/Berlin', '2026-03-29T02:30', '2026-03-01T00:00:00Z'),
      '2026-03-29T01:30:00.000Z',
    )
  })
})
