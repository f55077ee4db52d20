/**
 * R11: the wall clock jumps before a step of god or in the middle of it, or stands still. No job is ended early or twice,
 * no time is negative, and all comes to the same end: with a clock that stays ahead, and with one that was behind for
 * some passes and is set right again. Leases go by the monotonic clock, which stays as it is.
 */
import {assertEnds, type Ends, recover} from '../crash/recovery.js'
import {SCENARIOS, type Scenario} from '../crash/scenarios.js'
import {amount, isNight, tellCases} from '../support/amount.js'
import {DiskProcess} from '../support/disk-process.js'
import {assertSafe} from '../support/invariants.js'
import {GRACE, World} from '../support/world.js'

const [SECOND, HOUR, YEAR] = [1000, 3_600_000, 365 * 24 * 3_600_000]
const JUMPS = [SECOND, -SECOND, HOUR, -HOUR, 10 * YEAR, -10 * YEAR]
/** By day each scenario meets three of them, and the next one the others. */
const jumpsOf = (scenario: Scenario, turn: number): readonly number[] =>
  JUMPS.filter((_, i) => isNight || (i + turn) % 2 === 0).filter(
    jump => scenario.byAge !== true || jump <= HOUR,
  )
/** At which looks at the clock it jumps; 0: before the step. */
const LOOKS = amount(1, 30)
/** Passes of a clock that is behind. */
const BEHIND = 2

const take = async (scenario: Scenario, jump: number, look: number) => {
  const world = new World()
  const printed = [...(await scenario.prepare(world))]
  world.disk.syncAll()
  const fs = new DiskProcess(world.disk)
  if (look === 0) world.clock.advance(jump)
  else fs.on({call: 'look.now', n: look, when: 'before', act: () => world.clock.advance(jump)})
  printed.push(...(await scenario.step(world, fs)))
  return {world, fs, printed, cut: [], jumped: look === 0 || fs.fired > 0}
}

type Taken = Awaited<ReturnType<typeof take>>

describe('R11: clocks that jump', () => {
  let cases = 0

  /** While a clock is behind, what the engine ends by the same clock goes on; nothing else may be wrong. */
  const settle = async ({world, printed}: Taken, jump: number, where: string): Promise<void> => {
    if (jump > 0) return
    for (let i = 0; i < BEHIND; i++) {
      await world.cron()
      assertSafe(world, printed, `${where}, while it is behind`)
      world.clock.advance(GRACE)
    }
    world.clock.advance(-jump)
  }

  const befall = async (scenario: Scenario, jump: number, look: number, ends: Ends): Promise<boolean> => {
    const run = await take(scenario, jump, look)
    if (!run.jumped) return false
    const where = `by ${jump} ms at look ${look}`
    cases++
    await settle(run, jump, where)
    assertEnds(run, await recover(run.world, run.printed, where), ends, where)
    return true
  }

  for (const [turn, scenario] of SCENARIOS.entries()) {
    it(`R11: ${scenario.name}`, async () => {
      const undisturbed = await take(scenario, 0, 0)
      const ends = await recover(undisturbed.world, undisturbed.printed, scenario.name)
      for (const jump of jumpsOf(scenario, turn))
        for (let look = 0; look <= LOOKS; look++) if (!(await befall(scenario, jump, look, ends))) break
    }).timeout(isNight ? 1_800_000 : 300_000)
  }

  after(() => tellCases('R11', cases, cases))
})
