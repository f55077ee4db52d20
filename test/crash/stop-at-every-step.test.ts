/**
 * R01: each step of each scenario is stopped before and after every changing call, on the disk and in the engine;
 * then fresh processes recover, as cron would run them. The same with a power cut, and with a disk that lost what
 * was not synced while the engine ran on.
 */
import assert from 'node:assert/strict'
import {tellCases} from '../support/amount.js'
import type {Fault} from '../support/disk-process.js'
import {assertEnds, assertPacked, BLOWS, crashIn, recover} from './recovery.js'
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

describe('R01: stopped at every step', () => {
  let cases = 0
  let fired = 0
  for (const scenario of SCENARIOS) {
    it(scenario.name, async () => {
      const {steps, ends} = await undisturbed(scenario)
      assert.ok(steps > 0, 'the step changes nothing')
      for (const blow of BLOWS) {
        for (const fault of faultsOf(steps)) {
          const run = await crashIn(scenario, fault, blow)
          const where = `${fault.effect} of call ${fault.n}, ${run.fs.firedAt}; then ${blow}`
          cases++
          fired += run.fs.fired
          assert.equal(run.fs.fired, 1, `${where}: the fault did not fire`)
          assertEnds(run, await recover(run.world, run.printed, where), ends, where)
          if (PACKING.includes(scenario)) assertPacked(run.world, run.printed, where)
        }
      }
    }).timeout(120_000)
  }
  after(() => tellCases('R01', cases, fired))
})
