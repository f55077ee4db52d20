/**
 * R05: each scenario is cut off before each of its changing calls, and the power goes: then its disk may be in many
 * states, and god must recover from every one. All of them where they are few, else a seeded sample.
 */
import assert from 'node:assert/strict'
import {assertEnds, crashIn, type Ends, type Run, recover} from '../crash/recovery.js'
import {SCENARIOS, type Scenario} from '../crash/scenarios.js'
import {amount, isNight, tellCases} from '../support/amount.js'
import {
  type CrashState,
  countStates,
  cutPower,
  drawState,
  FATES,
  looseOf,
  stateAt,
} from '../support/crash-states.js'
import {DiskProcess} from '../support/disk-process.js'
import {MemoryDisk} from '../support/memory-disk.js'
import {type Dice, dice} from '../support/seeded.js'

const SEED = 20_261_128
/** Every which moment is looked at, and how many of its states. */
const STRIDE = amount(5, 1)
const MOST = amount(2, 64)

const undisturbed = async (scenario: Scenario) => {
  const {world, printed, fs} = await crashIn(scenario, null, 'nothing')
  return {steps: fs.mutations, ends: await recover(world, printed, scenario.name)}
}

const cutOff = (scenario: Scenario, n: number): Promise<Run> =>
  crashIn(scenario, {n, effect: 'crash-before'}, 'nothing')

/** Which states of this moment are tried. */
const chosen = (loose: ReturnType<typeof looseOf>, chance: Dice): readonly CrashState[] => {
  const all = countStates(loose)
  return Array.from({length: Math.min(all, MOST)}, (_, i) =>
    all <= MOST ? stateAt(loose, i) : drawState(loose, chance),
  )
}

const said = ({kept, fates}: CrashState): string =>
  `names kept ${kept.map(Number).join('')}, bytes ${fates.join(' ')}`

describe('R05: the states that a power cut may leave', () => {
  const chance = dice(SEED)
  let cases = 0
  let loosened = 0
  let moments = 0

  /** Computers may go on while the disk's own host has lost power. */
  const befall = async (scenario: Scenario, n: number, state: CrashState, ends: Ends): Promise<void> => {
    const run = await cutOff(scenario, n)
    const power = cases % 2 === 0
    const where = `before call ${n}, ${run.fs.firedAt}; ${power ? 'power' : 'disk'} cut: ${said(state)}`
    cutPower(run.world.disk, looseOf(run.world.disk), state)
    run.world.gaps = true
    const cut = power ? run.world.engineCut() : []
    cases++
    assertEnds({...run, cut}, await recover(run.world, run.printed, where), ends, where)
  }

  for (const scenario of SCENARIOS) {
    it(`R05: ${scenario.name}`, async () => {
      const {steps, ends} = await undisturbed(scenario)
      for (let n = 1; n <= steps; n++) {
        if (moments++ % STRIDE !== 0) continue
        const loose = looseOf((await cutOff(scenario, n)).world.disk)
        if (loose.names.length + loose.files.length > 0) loosened++
        for (const state of chosen(loose, chance)) await befall(scenario, n, state, ends)
      }
    }).timeout(isNight ? 1_800_000 : 300_000)
  }

  after(() => tellCases('R05', cases, loosened))
})

describe('R05: the states of a small disk', () => {
  /** A file that was written and given a second name, and an older one that grew; only the latter was ever synced. */
  const small = () => {
    const disk = new MemoryDisk(() => 0)
    const fs = new DiskProcess(disk)
    const write = (path: string, text: string, flag: 'create' | 'append'): void => {
      const fd = fs.open(path, flag)
      fs.write(fd, Buffer.from(text))
      fs.close(fd)
    }
    write('/old', 'ab', 'create')
    disk.syncAll()
    write('/old', 'cd', 'append')
    write('/.t', 'wxyz', 'create')
    fs.rename('/.t', '/new')
    return disk
  }

  it('R05: are all that may be, and no other', () => {
    const loose = looseOf(small())
    const seen = Array.from({length: countStates(loose)}, (_, i) => {
      const disk = small()
      cutPower(disk, looseOf(disk), stateAt(loose, i))
      return disk.files('/').map(path => `${path} ${JSON.stringify(disk.text(path))}`)
    })
    assert.equal(seen.length, 2 ** 2 * FATES.length ** 2)
    const of = (path: string): readonly string[] =>
      [...new Set(seen.flat().filter(text => text.startsWith(`${path} `)))].sort()
    assert.deepEqual(of('/old'), ['/old "ab"', '/old "abc"', '/old "abcd"', '/old "ab\\u0000\\u0000"'].sort())
    const contents = ['""', '"wx"', '"wxyz"', '"\\u0000\\u0000\\u0000\\u0000"']
    assert.deepEqual(of('/new'), contents.map(text => `/new ${text}`).sort())
    assert.deepEqual(of('/.t'), contents.map(text => `/.t ${text}`).sort())
    assert.ok(
      seen.every(files => files.length < 3),
      'a rename is one step',
    )
  })
})

describe('R05: a request that was taken', () => {
  const scenario = SCENARIOS.find(({name}) => name === 'suspend and resume at once')

  it('R05: does not come back by a power cut over one that was taken after it', async () => {
    assert.ok(scenario !== undefined)
    const {steps, ends} = await undisturbed(scenario)
    let tried = 0
    for (let n = 1; n <= steps; n++) {
      const run = await cutOff(scenario, n)
      const {disk} = run.world
      const loose = looseOf(disk)
      // Of all that was not synced only the names of revisions are kept.
      const kept = loose.names.map(({change}) => /^\d+\.\d+\.json$/.test(change.given?.[0] ?? ''))
      if (!kept.includes(true)) continue
      cutPower(disk, loose, {kept, fates: loose.files.map(() => 'missing')})
      run.world.gaps = true
      assertEnds(run, await recover(run.world, run.printed, `before call ${n}`), ends, `before call ${n}`)
      tried++
    }
    assert.ok(tried > 0)
  })
})
