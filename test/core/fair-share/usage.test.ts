/** Usage that is forgotten: the worked examples, and that it does not matter who looks when. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {chargedRate, chargeOf} from '../../../src/core/fair-share/charge.js'
import {fadedBy, NO_USAGE, type Run, usageAt, usedBy, withRate} from '../../../src/core/fair-share/usage.js'
import {amounts, aRecord} from '../builders.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const WEEK = 7 * DAY

const run = (rate: number, from: number, to: number, paused = 0): Run => ({
  start: from,
  end: to,
  paused,
  rate,
})

const close = (found: number, expected: number): void =>
  assert.ok(
    Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(found), Math.abs(expected)),
    `${found} is not ${expected}`,
  )

describe('usage', () => {
  it('of 4 cpus in a day is less than they were, and halves each week (example 1)', () => {
    const day = run(4, 0, DAY)
    assert.equal(usedBy(day, DAY, WEEK).toFixed(3), '329040.235')
    assert.equal(usedBy(day, DAY + WEEK, WEEK).toFixed(3), '164520.118')
    assert.equal(usedBy(day, DAY + 2 * WEEK, WEEK).toFixed(3), '82260.059')
  })

  it('counts what still runs (example 2)', () => {
    const running = withRate(NO_USAGE, 2, 0, WEEK)
    assert.equal(usageAt(running, DAY / 2, WEEK).toFixed(3), '84296.012')
    assert.equal(usedBy(run(2, 0, DAY / 2), DAY / 2, WEEK).toFixed(3), '84296.012')
  })

  it('that is never forgotten is a sum', () => {
    const never = Number.POSITIVE_INFINITY
    assert.equal(usedBy(run(4, 0, DAY), 100 * WEEK, never), 4 * 86_400)
    assert.equal(usageAt({used: 10, at: 0, rate: 2}, DAY, never), 10 + 2 * 86_400)
  })

  it('leaves out pauses, and is none of what never ran or ended before it began', () => {
    close(usedBy(run(4, 0, DAY, DAY / 2), DAY, WEEK), usedBy(run(2, 0, DAY), DAY, WEEK))
    assert.equal(usedBy(run(4, 0, DAY, 2 * DAY), DAY, WEEK), 0)
    assert.equal(usedBy(run(4, DAY, DAY), DAY, WEEK), 0)
    assert.equal(usedBy(run(4, DAY, 0), DAY, WEEK), 0)
  })

  it('is exact for the shortest run and the longest half-life', () => {
    assert.equal(usedBy(run(1, 0, 1), 1, 100 * 365 * DAY).toFixed(12), '0.001000000000')
  })

  const instants = fc.integer({min: 0, max: 60 * DAY})
  const halfLives = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({min: HOUR, max: 30 * DAY}))
  const rates = fc.integer({min: 1, max: 64_000}).map(milli => milli / 1000)

  it('is the same, however often somebody looks in between (property)', () => {
    fc.assert(
      fc.property(
        fc.array(instants, {minLength: 1, maxLength: 8}),
        rates,
        fc.nat(1e6),
        halfLives,
        (looks, rate, used, halfLife) => {
          const begin = {used, at: 0, rate}
          const end = Math.max(...looks)
          const looked = [...looks]
            .sort((a, b) => a - b)
            .reduce((usage, at) => withRate(usage, 0, at, halfLife), begin)
          close(looked.used, usageAt(begin, end, halfLife))
        },
      ),
    )
  })

  it('of a run is that of its parts, and of starts and ends one by one that of the runs (property)', () => {
    const anyRun = fc
      .tuple(instants, instants, rates)
      .map(([a, b, rate]) => run(rate, Math.min(a, b), Math.max(a, b)))
    fc.assert(
      fc.property(fc.array(anyRun, {maxLength: 6}), fc.nat(100), halfLives, (runs, percent, halfLife) => {
        const at = 61 * DAY
        const whole = runs.reduce((sum, one) => sum + usedBy(one, at, halfLife), 0)
        const parts = runs.flatMap(one => {
          const cut = one.start + Math.round(((one.end - one.start) * percent) / 100)
          return [
            {...one, end: cut},
            {...one, start: cut},
          ]
        })
        close(
          parts.reduce((sum, one) => sum + usedBy(one, at, halfLife), 0),
          whole,
        )
        const events = runs
          .flatMap(({start, end, rate}) => [
            {time: start, rate},
            {time: end, rate: -rate},
          ])
          .sort((a, b) => a.time - b.time)
        const usage = events.reduce((sum, {time, rate}) => withRate(sum, rate, time, halfLife), NO_USAGE)
        assert.ok(Math.abs(usageAt(usage, at, halfLife) - whole) <= 1e-6 * Math.max(1, whole))
      }),
    )
  })

  it('fades by any two spans as by both together (property)', () => {
    fc.assert(
      fc.property(instants, instants, halfLives, (a, b, halfLife) =>
        close(fadedBy(a, halfLife) * fadedBy(b, halfLife), fadedBy(a + b, halfLife)),
      ),
    )
  })
})

describe('a charge', () => {
  const site = amounts(64, 256, 8)

  it('is the largest part of the site, in cpus (example 3)', () => {
    assert.equal(chargeOf(amounts(1, 64), site), 16_000)
    assert.equal(chargeOf(amounts(4, 16, 2), site), 16_000)
    assert.equal(chargeOf(amounts(16, 32), site), 16_000)
  })

  it('leaves out what the site has none of, and is the cpus where it has no cpu', () => {
    assert.equal(chargeOf(amounts(2, 1, 3), amounts(64, 256, 0)), 2000)
    assert.equal(chargeOf(amounts(2, 64), amounts(0, 0)), 2000)
  })

  it('is that of the record, else its cpus', () => {
    assert.equal(chargedRate({...aRecord({resources: amounts(2, 64)}), charge: 16_000}), 16)
    assert.equal(chargedRate(aRecord({resources: amounts(2, 64)})), 2)
  })
})
