/** Runs scenarios with a fault in their step, lets fresh processes recover, and judges what came of it. */
import assert from 'node:assert/strict'
import type {JobId} from '../../src/core/brand.js'
import {isNight} from '../support/amount.js'
import {DiskProcess, type Fault} from '../support/disk-process.js'
import {attempt} from '../support/dying.js'
import {assertClean} from '../support/fsck.js'
import {assertAtRest, assertSafe} from '../support/invariants.js'
import {finishPacking, packAll} from '../support/packing.js'
import {GRACE, World} from '../support/world.js'
import type {Scenario} from './scenarios.js'

/** What else befalls the site right after the crash. */
export const BLOWS = ['nothing', 'a power cut', 'a disk cut'] as const
export type Blow = (typeof BLOWS)[number]

/** More than a grace period and a polite end need, in turns of cron. */
const PASSES = 5

/** What an array needs besides: tasks that wait for others to end start in a later turn. */
const ARRAY_PASSES = 4

/** States of all jobs, by number: live ones and packed ones. */
export type Ends = ReadonlyMap<JobId, string>

export const endsOf = (world: World): Ends => {
  const {jobs, packs} = world.process().service
  const all = [...packs.endedSince(0), ...jobs.all()]
  return new Map(all.map(({record}) => [record.id, record.state]))
}

/** Whatever was left half-way, the next packing brings it to its end. */
export const assertPacked = (world: World, printed: readonly JobId[], where: string): void => {
  packAll(world)
  assertSafe(world, printed, `${where}, packed`)
  const temporary = (path: string): boolean => path.includes('/.t.')
  const left = [...world.disk.files(world.layout.live), ...world.disk.files(world.layout.specs)]
  assert.deepEqual(
    left.filter(path => !temporary(path)),
    [],
    `${where}: live files are left`,
  )
}

/** Live files, containers and requests: what no pass changes any more when all is at rest (I9). */
const picture = (world: World): unknown => ({
  records: world.disk.files(world.layout.live),
  inbox: world.disk.files(world.layout.inbox),
  claims: world.disk.files(world.layout.ids),
  containers: world.containers().map(({id, status}) => [id, status]),
})

/** A whole fsck each time would cost as much as a fifth of all the rest. */
let recovered = 0

const turns = async (world: World, n: number): Promise<void> => {
  for (let i = 0; i < n; i++) {
    world.clock.advance(GRACE)
    await world.cron()
  }
}

const hasArray = (world: World): boolean =>
  world
    .process()
    .service.jobs.all()
    .some(({record}) => record.array !== undefined)

export const recover = async (world: World, printed: readonly JobId[], where: string): Promise<Ends> => {
  assertSafe(world, printed, `${where}: before any recovery`)
  await turns(world, PASSES)
  if (hasArray(world)) await turns(world, ARRAY_PASSES)
  const before = picture(world)
  await world.cron()
  assert.deepEqual(picture(world), before, `${where}: not at rest (I9)`)
  assertAtRest(world, printed, where)
  finishPacking(world)
  if (isNight || ++recovered % 8 === 0) await assertClean(world, where)
  return endsOf(world)
}

export interface Run {
  readonly world: World
  /** The process that took the step. */
  readonly fs: DiskProcess
  readonly printed: readonly JobId[]
  /** Jobs whose container a power cut ended. */
  readonly cut: readonly number[]
}

export const crashIn = async (scenario: Scenario, fault: Fault | null, blow: Blow): Promise<Run> => {
  const world = new World()
  const printed = [...(await scenario.prepare(world))]
  world.disk.syncAll()
  const fs = new DiskProcess(world.disk)
  if (fault !== null) fs.plan(fault)
  printed.push(...((await attempt(fs, () => scenario.step(world, fs))) ?? []))
  return {world, fs, printed, cut: strike(world, blow)}
}

/** The jobs whose container it ended. */
export const strike = (world: World, blow: Blow): readonly number[] => {
  if (blow === 'a disk cut') world.disk.powerLoss()
  return blow === 'a power cut' ? world.powerLoss() : []
}

/** As without the crash; a job that a power cut ended may be lost, and an id that was not printed be missing. */
export const assertEnds = (run: Run, ends: Ends, expected: Ends, where: string): void => {
  for (const [id, state] of expected) {
    const end = ends.get(id)
    if (end === undefined && !run.printed.includes(id)) continue
    // Of an array the tasks are lost that ran.
    const lost = run.world.record(id)?.array === undefined ? 'lost' : 'failed'
    if (end === lost && run.cut.includes(id)) continue
    assert.equal(end, state, `${where}: job ${id}`)
  }
}
