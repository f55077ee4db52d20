/**
 * R02: the recovery is stopped too. Of all pairs (a step of a scenario, a step of the pass that recovers from it) a
 * seeded sample, with power cuts in between: what the first process left half done, the second leaves half mended.
 */
import assert from 'node:assert/strict'
import {amount, tellCases} from '../support/amount.js'
import {DiskProcess} from '../support/disk-process.js'
import {attempt} from '../support/dying.js'
import {dice} from '../support/seeded.js'
import {GRACE} from '../support/world.js'
import {assertEnds, BLOWS, crashIn, type Ends, type Run, recover, strike} from './recovery.js'
import {SCENARIOS, type Scenario} from './scenarios.js'

const SAMPLES = amount(200, 20_000)
const SEED = 20_261_125

interface Pair {
  readonly scenario: Scenario
  readonly first: number
  readonly blow: (typeof BLOWS)[number]
}

const crashed = ({scenario, first, blow}: Pair): Promise<Run> =>
  crashIn(scenario, {n: first, effect: 'crash-before'}, blow)

const pass = async ({world}: Run, fs: DiskProcess): Promise<void> => {
  world.clock.advance(GRACE)
  await attempt(fs, () => world.cron(fs))
}

/** How many changing calls the first pass of the recovery makes. */
const stepsOfRecovery = async (pair: Pair): Promise<number> => {
  const run = await crashed(pair)
  const fs = new DiskProcess(run.world.disk)
  await pass(run, fs)
  return fs.mutations
}

describe('R02: stopped while it recovers', () => {
  const chance = dice(SEED)
  const known = new Map<Scenario, {steps: number; ends: Ends}>()

  before(async () => {
    for (const scenario of SCENARIOS) {
      const {world, printed, fs} = await crashIn(scenario, null, 'nothing')
      known.set(scenario, {steps: fs.mutations, ends: await recover(world, printed, scenario.name)})
    }
  })

  let cases = 0
  let fired = 0
  after(() => tellCases('R02', cases, fired))

  it(`comes to the same end, for ${SAMPLES} pairs of steps`, async () => {
    for (let i = 0; i < SAMPLES; i++) {
      const scenario = chance.pick(SCENARIOS)
      const {steps, ends} = known.get(scenario) ?? {steps: 0, ends: new Map()}
      const pair = {scenario, first: 1 + chance.roll(steps), blow: chance.pick(BLOWS)}
      const second = 1 + chance.roll(await stepsOfRecovery(pair))
      const run = await crashed(pair)
      const fs = new DiskProcess(run.world.disk).plan({n: second, effect: 'crash-before'})
      await pass(run, fs)
      const last = chance.pick(BLOWS)
      const where = `sample ${i}: ${scenario.name}, stopped before call ${pair.first}, ${run.fs.firedAt}; ${pair.blow}; then before call ${second}, ${fs.firedAt}; ${last}`
      cases++
      fired += run.fs.fired + fs.fired
      assert.deepEqual([run.fs.fired, fs.fired], [1, 1], `${where}: a fault did not fire`)
      const cut = [...run.cut, ...strike(run.world, last)]
      assertEnds({...run, cut}, await recover(run.world, run.printed, where), ends, where)
    }
  }).timeout(120_000 + SAMPLES * 300)
})
