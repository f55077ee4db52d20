/**
 * R12: seeded lives of a whole small site, each with crashes, power cuts, stalls, full disks, and an engine that goes
 * away. A seed that fails fails again: GOD_SEED=1234 GOD_SEEDS=1.
 */
import assert from 'node:assert/strict'
import type {Finding} from '../../src/store/fsck/finding.js'
import {amount, tellCases} from '../support/amount.js'
import {fsck, severe} from '../support/fsck.js'
import {restFaults} from '../support/invariants.js'
import {finishPacking} from '../support/packing.js'
import {unexcused} from './excuses.js'
import {Simulation} from './simulation.js'

const SEEDS = Number(process.env.GOD_SEEDS ?? amount(150, 20_000))
const FIRST = Number(process.env.GOD_SEED ?? 1)
const EVENTS = 40
const PASSES = 12

const live = async (seed: number): Promise<Simulation> => {
  const site = new Simulation(seed)
  const told = (faults: readonly string[]): void => {
    if (faults.length > 0) assert.fail(`seed ${seed}: ${faults.join('; ')}\n  ${site.story.join('\n  ')}`)
  }
  for (let i = 0; i < EVENTS; i++) {
    await site.step()
    told(site.faults())
  }
  await site.calm(PASSES)
  // Who waits behind one that dies slowly takes longer, in one life of thousands.
  if (restFaults(site.world, site.printed).length > 0) await site.calm(PASSES)
  told(restFaults(site.world, site.printed))
  finishPacking(site.world)
  // A power cut may take a request back that was never promised, and leave the spec that came of it.
  const unpromised = ({id, job}: Finding): boolean =>
    id === 'F_SPEC_ALONE' && job !== undefined && !site.printed.includes(job)
  told(severe((await fsck(site.world)).filter(finding => !unpromised(finding))))
  told(
    site.jobs.flatMap(job => {
      const record = site.world.anyRecord(job.id)
      if (record === null) return []
      return unexcused(job, record, site).map(
        ({state, task}) =>
          `${task === undefined ? '' : `task ${task} of `}job ${job.id} may not be ${state}: ${JSON.stringify(record)}`,
      )
    }),
  )
  return site
}

describe('R12: a small site', () => {
  let cases = 0
  let fired = 0
  after(() => tellCases('R12', cases, fired))

  it(`keeps its promises in ${SEEDS} lives`, async () => {
    const ends = new Map<string, number>()
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const site = await live(seed)
      cases++
      fired += site.struck
      for (const id of site.printed) {
        const state = site.world.anyRecord(id)?.state ?? 'absent'
        ends.set(state, (ends.get(state) ?? 0) + 1)
      }
    }
    if (SEEDS < 150) return
    for (const state of [
      'done',
      'failed',
      'killed',
      'timeout',
      'oom',
      'lost',
      'held',
      'suspended',
      'running',
    ])
      assert.ok((ends.get(state) ?? 0) > 0, `no job ended ${state}: the lives are too tame`)
  }).timeout(120_000 + SEEDS * 500)
})
