/**
 * R01: each step of each scenario is stopped before and after every changing call, on the disk and in the engine;
 * then fresh processes recover, as cron would run them. The same with a power cut, and with a disk that lost what
 * was not synced while the engine ran on: one of the three at each call in turn, at night all at each.
 */
import assert from 'node:assert/strict'
import {isNight, tellCases} from '../support/amount.js'
import type {Fault} from '../support/disk-process.js'
import {assertEnds, assertPacked, BLOWS, type Blow, crashIn, recover} from './recovery.js'
import {PACKING, SCENARIOS, type Scenario} from './scenarios.js'

/** How many changing calls the step makes, and how its jobs end, when nothing happens. */
const undisturbed = async (scenario: Scenario) => {
  const {world, printed, fs} = await crashIn(scenario, null, 'nothing')
  return {steps: fs.mutations, ends: await recover(world, printed, scenario.name)}
}

/** A process that dies after a call leaves what one leaves that dies before the next: only the last has an "after". */
const faultsOf = (steps: number): readonly Fault[] => [
  ...Array.from({length: steps}, (_, i): Fault => ({n: i + 1, effect: 'crash-before'})),
  {n: steps, effect: 'crash-after'},
]

/** The turn goes on from scenario to scenario, so that calls of one kind meet all blows. */
const blowsOf = (turn: number): readonly Blow[] =>
  isNight ? BLOWS : BLOWS.filter((_, i) => i === turn % BLOWS.length)

describe('R01: stopped at every step', () => {
  let cases = 0
  let fired = 0
  let turn = 0
  for (const scenario of SCENARIOS) {
    it(scenario.name, async () => {
      const {steps, ends} = await undisturbed(scenario)
      assert.ok(steps > 0, 'the step changes nothing')
      for (const fault of faultsOf(steps)) {
        for (const blow of blowsOf(turn++)) {
          const run = await crashIn(scenario, fault, blow)
          const where = `${fault.effect} of call ${fault.n}, ${run.fs.firedAt}; then ${blow}`
          cases++
          fired += run.fs.fired
          assert.equal(run.fs.fired, 1, `${where}: the fault did not fire`)
          assertEnds(run, await recover(run.world, run.printed, where), ends, where)
          if (PACKING.includes(scenario)) assertPacked(run.world, run.printed, where)
        }
      }
    }).timeout(isNight ? 1_800_000 : 120_000)
  }
  after(() => tellCases('R01', cases, fired))
})
