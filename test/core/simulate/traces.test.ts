/** Two logs of real machines, where they are at hand: the figures that other simulators found, to the second. */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {trialHost} from '../../../plugins/api/src/trial.js'
import createFairshare from '../../../plugins/scheduler-fairshare/src/index.js'
import {readTrace} from '../../../src/cli/simulate/read-input.js'
import {NO_SHARES} from '../../../src/core/fair-share/standings.js'
import {type Filtered, filterRows} from '../../../src/core/simulate/filter.js'
import {type Metrics, metricsOf, startLines} from '../../../src/core/simulate/metrics.js'
import {createShareAccount} from '../../../src/core/simulate/share-account.js'
import {ROOT} from '../../support/god.js'
import {skip} from '../../support/skip.js'
import {type Manner, replayed} from './workloads.js'

const FOLDER = join(ROOT, '../shared/traces')
const KTH = join(FOLDER, 'KTH-SP2-1996-2.1-cln.swf.gz')
const NASA = join(FOLDER, 'NASA-iPSC-1993-3.1-cln.swf.gz')

const read = async (path: string, procs: number, missingLimit: 'drop' | 'run' = 'drop'): Promise<Filtered> =>
  filterRows((await readTrace(path)).rows, {
    ...{machine: procs * 1000, missingLimit, overLimit: 'cut', memory: 'ignore', gpus: false},
    fits: () => true,
  })

describe('the logs of real machines', () => {
  let kth: Filtered
  before(async function () {
    if (!existsSync(KTH) || !existsSync(NASA)) skip(this, 'needs the traces in ../shared/traces')
    kth = await read(KTH, 100)
  })

  const figures = (manner: Manner): Metrics & {readonly hash: string} => {
    const started = replayed(kth.jobs, 100, manner)
    const hash = createHash('sha256').update(startLines(started)).digest('hex').slice(0, 8)
    return {...metricsOf(started, 100_000), hash}
  }

  it('have as many jobs as others keep of them', async () => {
    assert.equal(kth.jobs.length, 28_467)
    assert.equal((await read(NASA, 128, 'run')).jobs.length, 18_066)
    assert.equal((await read(NASA, 128)).jobs.length, 0)
  })

  it('KTH, strictly in order', () => {
    const {meanWait, meanBoundedSlowdown, hash} = figures({rules: {backfill: 'none'}})
    assert.equal(meanWait.toFixed(3), '353949.932')
    assert.equal(meanBoundedSlowdown.toFixed(4), '6818.3216')
    assert.equal(hash, '43cbd0c3')
  })

  it('KTH, EASY by the limits', () => {
    const {sumOfWaits, meanBoundedSlowdown, utilisation, makespan, hash} = figures({})
    assert.equal(sumOfWaits, 194_642_687)
    assert.equal(meanBoundedSlowdown.toFixed(6), '92.729925')
    assert.equal(utilisation.toFixed(6), '0.697121')
    assert.equal(makespan, 28_763_776)
    assert.equal(hash, 'ec103e1d')
  })

  it('KTH, EASY by what jobs really run, in both orders of events', () => {
    for (const eventOrder of ['batch', 'serial'] as const) {
      const {meanBoundedSlowdown, hash} = figures({estimates: 'actual', eventOrder})
      assert.equal(meanBoundedSlowdown.toFixed(6), '71.754346')
      assert.equal(hash, 'b02ef2f4')
    }
  })

  it('KTH, EASY with one event after the other', () => {
    const {sumOfWaits, hash} = figures({eventOrder: 'serial'})
    assert.deepEqual([sumOfWaits, hash], [194_707_761, '002b0ef3'])
  })

  /** As they were before replays were made fast; each by a way of its own through the code. */
  const FOUND: readonly (readonly [what: string, manner: Manner, sumOfWaits: number, hash: string])[] = [
    ['conservative', {rules: {backfill: 'conservative'}}, 226_016_895, '6a56697a'],
    ['with four reservations', {rules: {depth: 4}}, 202_913_391, 'f8456c74'],
    ['by predictions', {estimates: 'predicted'}, 194_217_309, 'e39e80ec'],
  ]
  for (const [what, manner, sumOfWaits, hash] of FOUND)
    it(`KTH, ${what}`, () => {
      const found = figures(manner)
      assert.deepEqual([found.sumOfWaits, found.hash], [sumOfWaits, hash])
    })

  it('KTH, by fair share, in both orders of events', () => {
    for (const [eventOrder, sumOfWaits, hash] of [
      ['batch', 159_751_789, '7b97de7d'],
      ['serial', 159_458_543, '42c8db0d'],
    ] as const) {
      const rules = {halfLife: 7 * 86_400_000, mode: 'tree', shares: NO_SHARES} as const
      const account = createShareAccount(rules, {cpus: 100_000, memory: 0, gpus: 0})
      const found = figures({policy: createFairshare(trialHost()), account, eventOrder})
      assert.deepEqual([found.sumOfWaits, found.hash], [sumOfWaits, hash])
    }
  })
})
