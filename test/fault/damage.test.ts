/**
 * R26: one damaged file of state in a rich world is found by fsck, stays with its job, and is mended where state.md 14
 * says so; every other job runs to the end that it would have had. By night thousands.
 */
import assert from 'node:assert/strict'
import type {JobId} from '../../src/core/brand.js'
import {isSevere} from '../../src/service/fsck/look.js'
import {amount, tellCases} from '../support/amount.js'
import {assertClean, fsck, repair} from '../support/fsck.js'
import {packAll} from '../support/packing.js'
import {copyOf, type RichWorld, richWorld} from '../support/rich-world.js'
import {dice} from '../support/seeded.js'
import type {GodProcess, World} from '../support/world.js'
import {type Damage, damage, KINDS, stateFiles} from './damage.js'
import {assertPacked, lostIn, type Packed, packedIn} from './packed-harm.js'

const CASES = amount(160, 6000)
const FIRST = Number(process.env.GOD_SEED ?? 1)
/** Two more than the jobs need: what a mended job takes up again may keep another one waiting for a pass. */
const PASSES = 10

/** `god`: one that goes on and remembers; null: single passes, each by a process of its own. */
const pass = async (world: World, times: number, god: GodProcess | null = null): Promise<void> => {
  for (let i = 0; i < times; i++) {
    world.clock.advance(12_000)
    await (god ?? world.process()).schedule()
    await (god ?? world.process()).watch()
  }
}

const ends = (world: World, ids: readonly JobId[]): ReadonlyMap<JobId, string> =>
  new Map(ids.map(id => [id, world.state(id)]))

const userFiles = (world: World): ReadonlyMap<string, string | null> =>
  new Map(world.disk.files(world.layout.work).map(path => [path, world.disk.text(path)]))

/** Found: a finding of one of the files, or of the job that a file is of. */
const assertFound = async (world: World, {paths, story}: Damage): Promise<void> => {
  const findings = await fsck(world)
  for (const path of paths)
    assert.ok(
      findings.some(finding => finding.path === path),
      `not found: ${story}; ${JSON.stringify(findings)}`,
    )
}

const assertOnce = (world: World, story: string): void => {
  const begun = world.begun().map(({job, attempt}) => `job ${job}, attempt ${attempt}`)
  assert.equal(new Set(begun).size, begun.length, `${story}: began twice: ${begun.join('; ')}`)
  const alive = world.containers().filter(({status}) => status === 'running' || status === 'paused')
  const jobs = alive.map(({spec}) => spec.job)
  assert.equal(new Set(jobs).size, jobs.length, `${story}: two live attempts`)
}

/** What is left of a damaged job: its record, or its file in quarantine, or the refusal of its request. */
const assertKept = (world: World, id: JobId, story: string): void => {
  if (world.state(id) !== 'absent') return
  const names = [...world.disk.files(world.layout.quarantine), ...world.disk.files(world.layout.inbox)]
  assert.ok(
    names.some(path => path.includes(`/${id}.`) || path.includes('/.bad.')),
    `${story}: job ${id} is lost`,
  )
}

interface Whole {
  readonly rich: RichWorld
  readonly packed: Packed
  /** How its live jobs end. */
  readonly expected: ReadonlyMap<JobId, string>
}

/** What is left of packed jobs that were lost stays as it is, for whoever has a backup. */
const assertMended = async (world: World, {paths}: Damage, story: string): Promise<void> => {
  const left = (await fsck(world)).filter(isSevere)
  const others = left.filter(({id, path}) => id !== 'F_SEGMENT' || !paths.includes(path))
  assert.deepEqual(others, [], story)
}

const live = async ({rich, packed, expected}: Whole, seed: number): Promise<Damage> => {
  const world = copyOf(rich.world)
  const chance = dice(seed)
  const harm = damage(world, chance)
  const story = `seed ${seed}: ${harm.story}`
  const users = userFiles(world)
  const lost = lostIn(world, packed)
  await assertFound(world, harm)
  assertPacked(world, packed, lost, harm.paths, story)
  const god = chance.chance(0.7) ? world.process() : null
  const late = chance.pick([0, 1 + chance.roll(PASSES - 2), PASSES])
  await pass(world, late, god)
  // Unmended to the end, or mended early: the others end alike.
  const unmended = late === PASSES ? ends(world, rich.ids) : null
  await repair(world)
  await pass(world, PASSES - late, god)
  const states = unmended ?? ends(world, rich.ids)
  for (const id of rich.ids) {
    if (!harm.jobs.has(id)) assert.equal(states.get(id), expected.get(id), `${story}: job ${id} suffered`)
    else assertKept(world, id, story)
  }
  assertOnce(world, story)
  world.clock.advance(11 * 60_000)
  await world.cron()
  if (chance.chance(0.3)) packAll(world)
  assertPacked(world, packed, lost, harm.paths, `${story}, mended`)
  await assertMended(world, harm, story)
  for (const [path, text] of users) assert.equal(world.disk.text(path), text, `${story}: ${path}`)
  return harm
}

describe('R26: a damaged file', () => {
  it('is found, stays with its job, and is mended', async () => {
    const rich = await richWorld()
    const unharmed = copyOf(rich.world)
    await assertClean(unharmed)
    const packed = packedIn(unharmed)
    assert.equal(packed.size, 6)
    await pass(unharmed, PASSES)
    const expected = ends(unharmed, rich.ids)
    const whole = {rich, packed, expected}
    assert.ok([...expected.values()].filter(state => state === 'done').length > 5, 'most jobs end')
    const met = new Set<string>()
    for (let seed = FIRST; seed < FIRST + CASES; seed++) {
      const {kind, paths} = await live(whole, seed)
      met.add(kind)
      for (const path of paths) met.add(path)
    }
    tellCases('R26', CASES, CASES)
    if (CASES < 240) return
    for (const kind of KINDS) assert.ok(met.has(kind), `no ${kind}`)
    const missed = stateFiles(rich.world).filter(path => !met.has(path))
    assert.ok(missed.length <= stateFiles(rich.world).length / 5, `never damaged: ${missed.join(' ')}`)
  }).timeout(120_000 + CASES * 2000)
})
