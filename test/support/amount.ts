/**
 * The two sizes of the fault programme: the share that every change runs, and the night's large counts
 * (`npm run test:night` sets GOD_AMOUNT=night). Each part tells how many cases ran and how many faults fired, and
 * fails when none did: a fault test whose fault never fires proves nothing.
 */
import assert from 'node:assert/strict'

export const isNight = process.env.GOD_AMOUNT === 'night'

export const amount = (change: number, night: number): number => (isNight ? night : change)

/** `fired`: how often a fault really happened; for parts without injected faults, left out. */
export const tellCases = (row: string, cases: number, fired?: number): void => {
  console.log(`      ${row}: ${cases} cases${fired === undefined ? '' : `, ${fired} faults fired`}`)
  assert.ok(cases > 0, `${row}: no case ran`)
  assert.ok(fired === undefined || fired > 0, `${row}: no fault fired`)
}
