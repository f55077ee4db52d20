/**
 * A job that needs the whole site, beside a stream of small ones that never ends: it starts within a bound that can be told
 * beforehand, whatever the policy, and whether or not anybody says how long his jobs take.
 */
import assert from 'node:assert/strict'
import type {Scheduler} from '@god-cli/api'
import {trialHost} from '@god-cli/api/testing'
import createFairshare from '../../plugins/scheduler-fairshare/src/index.js'
import createFifo from '../../plugins/scheduler-fifo/src/index.js'
import type {JobId} from '../../src/core/brand.js'
import type {Shares} from '../../src/core/fair-share/standings.js'
import {USER as ANN, SETTINGS, World} from '../support/world.js'

const BOB = 1001
const CAROL = 1002
const HOUR = 3600
/** Between two passes; what ends is seen, and its room is used, a step later at most. */
const STEP = HOUR / 4
/** No small job runs longer, said or not. */
const LONGEST = 2 * HOUR
/** By default. */
const PROMOTED_AFTER = 48 * HOUR

/** So that they end at all times, and never all at once. */
const RUNS = [LONGEST - 600, HOUR, 1.5 * HOUR, HOUR + 1200]

/** On the four cpus of the world. */
class Stream {
  readonly #walltime: number | undefined
  readonly #waiting: JobId[] = []
  #submitted = 0

  constructor(walltime: number | undefined) {
    this.#walltime = walltime
  }

  /** Four small ones wait, of two users by turns. */
  fill(world: World): void {
    const still = this.#waiting.filter(id => ['absent', 'pending'].includes(world.state(id)))
    this.#waiting.splice(0, this.#waiting.length, ...still)
    while (this.#waiting.length < 4) {
      const n = this.#submitted++
      const env = {FAKE_SECONDS: String(RUNS[n % RUNS.length])}
      const limit = this.#walltime === undefined ? {} : {walltime: this.#walltime}
      this.#waiting.push(world.submit({cpus: 1000, env, ...limit}, undefined, n % 2 === 0 ? BOB : CAROL))
    }
  }
}

/** Seconds that it waited. */
const waitOf = async (world: World, walltime: number | undefined, most: number): Promise<number> => {
  const stream = new Stream(walltime)
  stream.fill(world)
  await world.cron()
  stream.fill(world)
  const wide = world.submit({cpus: 4000, env: {FAKE_SECONDS: '60'}}, undefined, ANN)
  const from = world.clock.now()
  while (!world.begun().some(({job}) => job === wide)) {
    await world.cron()
    await world.cron()
    stream.fill(world)
    world.clock.advance(STEP * 1000)
    const waited = (world.clock.now() - from) / 1000
    assert.ok(waited <= most, `it still waits after ${waited / HOUR} hours`)
  }
  return (world.clock.now() - from) / 1000
}

const shareless: Shares = {groups: new Map(), users: new Map([['ann', {shares: 0}]])}
const equal: Shares = {groups: new Map(), users: new Map()}

interface Case {
  readonly title: string
  readonly policy: () => Scheduler
  readonly shares: Shares
  /** Seconds. */
  readonly least: number
  readonly most: number
}

const fair = (): Scheduler => createFairshare(trialHost())

const CASES: readonly Case[] = [
  {
    title: 'fifo: when what ran and what was submitted before it has ended',
    policy: () => createFifo(trialHost()),
    shares: equal,
    least: HOUR,
    most: 2 * LONGEST + 3 * STEP,
  },
  {
    title: 'fairshare, of a user who has used nothing: when what ran has ended',
    policy: fair,
    shares: equal,
    least: HOUR,
    most: LONGEST + 3 * STEP,
  },
  {
    title: 'fairshare, of a user without any share: so long after its promotion',
    policy: fair,
    shares: shareless,
    least: PROMOTED_AFTER,
    most: PROMOTED_AFTER + LONGEST + 3 * STEP,
  },
]

describe('a wide job beside an endless stream of small ones', function () {
  this.timeout(120_000)

  for (const {title, policy, shares, least, most} of CASES)
    for (const [said, walltime] of [
      ['with walltimes', LONGEST],
      ['without', undefined],
    ] as const)
      it(`starts by ${title}, ${said}`, async () => {
        const world = new World({policy: policy(), settings: {share: {...SETTINGS.share, shares}}})
        const waited = await waitOf(world, walltime, most)
        // Else the stream would have kept nobody waiting.
        assert.ok(waited >= least, `it waited only ${waited / HOUR} hours`)
      })
})
