/**
 * R09: a process is stopped (SIGSTOP) before any of its changing calls, while others take its place: schedule, watch,
 * kill, finish, even pack. Then it goes on with what it had read and decided. One winner, one start, one end.
 */
import assert from 'node:assert/strict'
import type {JobId} from '../../src/core/brand.js'
import {GodError} from '../../src/core/errors.js'
import {CLAIM_LIFE} from '../../src/store/requests/ids.js'
import {amount, tellCases} from '../support/amount.js'
import {attempt} from '../support/dying.js'
import {assertClean} from '../support/fsck.js'
import {assertSafe} from '../support/invariants.js'
import {packAll} from '../support/packing.js'
import {type Dice, dice} from '../support/seeded.js'
import {StallingProcess} from '../support/stalling-process.js'
import {GRACE, World} from '../support/world.js'
import {crashIn, type Ends, endsOf, recover} from './recovery.js'
import {SCENARIOS, type Scenario} from './scenarios.js'

const TAKE_OVERS = amount(300, 8000)
const SEED = 20_261_126

interface Meanwhile {
  readonly name: string
  /** What it returns happens after the first one went on. */
  readonly act: (world: World, chance: Dice) => Promise<(() => Promise<void>) | null>
}

const passes = async (world: World, n: number): Promise<null> => {
  for (let i = 0; i < n; i++) {
    await world.cron()
    world.clock.advance(GRACE)
  }
  return null
}

const all = (world: World): readonly JobId[] => [...endsOf(world).keys()]

const kill = async (world: World): Promise<null> => {
  if (all(world).length > 0) world.control('kill', all(world))
  return passes(world, 3)
}

/** A younger scheduler is no fault of the older one. */
const goOn = async (
  fs: StallingProcess,
  step: () => Promise<readonly JobId[]>,
): Promise<readonly JobId[]> => {
  fs.resume()
  try {
    return await step()
  } catch (error) {
    if (error instanceof GodError && error.code === 'E_FENCED') return []
    throw error
  }
}

/** One more, stopped in the middle of a pass, and a few turns of cron; what it returns lets it go on. */
const another = async (world: World, chance: Dice): Promise<() => Promise<void>> => {
  const role = chance.pick(['schedule', 'watch'] as const)
  const fs = new StallingProcess(world.disk, {n: 1 + chance.roll(30)})
  const step = async (): Promise<readonly JobId[]> => {
    await world.process(fs)[role]()
    return []
  }
  await attempt(fs, step)
  await passes(world, chance.roll(3))
  return async () => {
    if (fs.dead) await goOn(fs, step)
  }
}

const MEANWHILE: readonly Meanwhile[] = [
  {
    name: 'another scheduler takes over',
    act: async world => {
      await world.process().schedule()
      return null
    },
  },
  {name: 'one turn of cron', act: world => passes(world, 1)},
  {name: 'all runs to its end', act: world => passes(world, 5)},
  {
    name: 'all runs to its end and is packed',
    act: async world => {
      await passes(world, 5)
      packAll(world)
      return null
    },
  },
  {name: 'all is killed', act: kill},
  {
    name: 'all is killed and packed',
    act: async world => {
      await kill(world)
      packAll(world)
      return null
    },
  },
  {
    name: 'a second one is stopped too, and goes on before the first',
    act: async (world, chance) => {
      const second = await another(world, chance)
      await second()
      return null
    },
  },
  {name: 'a second one is stopped too, and goes on after the first', act: another},
]

interface Case {
  readonly scenario: Scenario
  readonly stall: number
  readonly meanwhile: Meanwhile
  readonly where: string
}

const takeOver = async (
  {scenario, stall, meanwhile, where}: Case,
  chance: Dice,
): Promise<{world: World; ends: Ends}> => {
  const world = new World()
  const printed = [...(await scenario.prepare(world))]
  const fs = new StallingProcess(world.disk, {n: stall})
  const step = () => scenario.step(world, fs)
  await attempt(fs, step)
  assert.ok(fs.dead, `${where}: it was not stopped`)
  const afterwards = await meanwhile.act(world, chance)
  assertSafe(world, printed, `${where}, before it goes on`)
  printed.push(...(await goOn(fs, step)))
  await afterwards?.()
  return {world, ends: await recover(world, printed, where)}
}

/**
 * Killed where we killed; else as if nobody had been stopped. A packed job is no longer among the live ones. What another
 * scheduler fires has the next id.
 */
const assertPermitted = (ends: Ends, expected: Ends, {scenario, meanwhile, where}: Case): void => {
  const last = scenario.fires === true ? [...expected.values()].at(-1) : undefined
  for (const [id, state] of ends) {
    const killed =
      meanwhile.name.includes('killed') && (state === 'killed' || state === scenario.unlessRetried)
    assert.ok(killed || state === (expected.get(id) ?? last), `${where}: job ${id} is ${state}`)
  }
}

describe('R09: stopped, overtaken, and continued', () => {
  let cases = 0
  after(() => tellCases('R09', cases, cases))
  const known = new Map<Scenario, {steps: number; ends: Ends}>()

  before(async () => {
    for (const scenario of SCENARIOS) {
      const {world, printed, fs} = await crashIn(scenario, null, 'nothing')
      const ends = await recover(world, printed, scenario.name)
      known.set(scenario, {steps: fs.mutations, ends})
      // Others may take any number of turns while one is stopped: only what time does not change is an end.
      await passes(world, 5)
      assert.deepEqual(endsOf(world), ends, `${scenario.name}: not over`)
    }
  })

  const sample = async (chance: Dice, meanwhile: Meanwhile, i: number): Promise<void> => {
    const scenario = chance.pick(SCENARIOS)
    const {steps, ends} = known.get(scenario) ?? {steps: 0, ends: new Map()}
    const stall = 1 + chance.roll(steps)
    const where = `sample ${i}: ${scenario.name}, stopped before call ${stall}; ${meanwhile.name}`
    const one = {scenario, stall, meanwhile, where}
    const after = await takeOver(one, chance)
    assertPermitted(after.ends, ends, one)
    cases++
  }

  it('at each call of a firing, while its schedule is killed: nothing is left of a run that is none', async () => {
    const scenario = SCENARIOS.find(({name}) => name === 'recurring: its time has come')
    const meanwhile = MEANWHILE.find(({name}) => name === 'all is killed')
    assert.ok(scenario !== undefined && meanwhile !== undefined)
    const {steps, ends} = known.get(scenario) ?? {steps: 0, ends: new Map()}
    for (let stall = 1; stall <= steps; stall++) {
      const one: Case = {scenario, stall, meanwhile, where: `stopped before call ${stall}`}
      const after = await takeOver(one, dice(SEED))
      assertPermitted(after.ends, ends, one)
      await assertClean(after.world, one.where)
      after.world.clock.advance(CLAIM_LIFE)
      await after.world.cron()
      assert.deepEqual(after.world.disk.files('/god/ids'), [], one.where)
      await assertClean(after.world, `${one.where}, after the life of a claim`)
      cases++
    }
  }).timeout(120_000)

  for (const [i, meanwhile] of MEANWHILE.entries()) {
    it(`while ${meanwhile.name}`, async () => {
      const chance = dice(SEED + i)
      for (let n = 0; n < TAKE_OVERS / MEANWHILE.length; n++) await sample(chance, meanwhile, n)
    }).timeout(120_000 + TAKE_OVERS * 100)
  }
})
