/** Fair share in a replay: by hand, and through the policy that goes by it. */
import assert from 'node:assert/strict'
import {trialHost} from '../../../plugins/api/src/trial.js'
import createFairshare from '../../../plugins/scheduler-fairshare/src/index.js'
import {NO_SHARES} from '../../../src/core/fair-share/standings.js'
import {createShareAccount} from '../../../src/core/simulate/share-account.js'
import {filtered, type Row, replayed, swfLine} from './workloads.js'

const DAY = 86_400
const HALF_LIFE = 7 * DAY * 1000
const RULES = {halfLife: HALF_LIFE, mode: 'tree', shares: NO_SHARES} as const
const MACHINE = {cpus: 64_000, memory: 0, gpus: 0}

const jobs = (rows: readonly Row[]) => filtered(rows.map(swfLine), 64).jobs

describe('fair share in a replay', () => {
  it('charges a user while his jobs run, and forgets', () => {
    const [ann, bob] = jobs([
      {job: 1, submit: 0, run: DAY, procs: 4, user: 1},
      {job: 2, submit: 0, run: DAY, procs: 2, user: 2},
    ])
    assert.ok(ann && bob)
    const {witness, standings} = createShareAccount(RULES, MACHINE)
    for (const job of [ann, bob]) witness.submitted(job)
    const ratios = (now: number) => ['1', '2', 'nobody'].map(user => standings(now).standing(user).ratio)
    assert.deepEqual(ratios(0), [0, 0, 0])
    for (const job of [ann, bob]) witness.started(job, 0)
    // Milliseconds: half a day. Ann used two parts of three, and half was due to her.
    assert.deepEqual(
      ratios(DAY * 500),
      [4 / 3, 2 / 3, 0].map(ratio => Number(ratio.toPrecision(12))),
    )
    witness.ended(ann, DAY * 500)
    witness.ended(bob, DAY * 1000)
    // Examples 2 and 1 of scheduling.md 4: 84,296.012 are left of 2 cpus for 12 h, 329,040.235 of 4 cpus for a day.
    const [ofAnn, ofBob] = [2 * 84_296.012 * 2 ** (-1 / 14), 329_040.235 / 2]
    const [ann24 = 0, bob24 = 0] = ratios(DAY * 1000)
    assert.ok(Math.abs(ann24 / bob24 - ofAnn / ofBob) < 1e-7)
  })

  it('begins with what was used before', () => {
    const used = new Map([
      ['1', 300],
      ['2', 100],
    ])
    const {standings} = createShareAccount(RULES, MACHINE, {at: 0, used})
    assert.deepEqual(
      ['1', '2'].map(user => standings(0).standing(user)),
      [
        {ratio: 1.5, factor: 0.5},
        {ratio: 0.5, factor: 1},
      ],
    )
  })

  it('lets who used less go first, by the policy of that name', () => {
    const rows = [
      {job: 1, submit: 0, run: 1000, procs: 4, user: 1},
      {job: 2, submit: 1, run: 10, procs: 4, user: 1},
      {job: 3, submit: 2, run: 10, procs: 4, user: 2},
    ]
    const account = createShareAccount(RULES, {...MACHINE, cpus: 4000})
    const policy = createFairshare(trialHost())
    const starts = replayed(filtered(rows.map(swfLine), 4).jobs, 4, {policy, account})
    assert.deepEqual(
      starts.map(({job, start}) => [job.job, start]),
      [
        [1, 0],
        [3, 1_000_000],
        [2, 1_010_000],
      ],
    )
  })
})
