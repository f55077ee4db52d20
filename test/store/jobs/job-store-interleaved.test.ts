/**
 * State.md 6 in any order of calls: three publishers, a packer (by hand) and a reader of one job, each resting
 * between any two of its calls for as long as it takes to be late.
 */
import assert from 'node:assert/strict'
import type {JobRecord} from '../../../src/core/job.js'
import type {Change} from '../../../src/core/outcome.js'
import {isFinal} from '../../../src/core/state.js'
import type {JobStore, Stored} from '../../../src/store/jobs/job-store.js'
import {encode, sha256} from '../../../src/store/jobs/record-codec.js'
import {manifestPath} from '../../../src/store/packs/manifest.js'
import {amount} from '../../support/amount.js'
import {author, DiskWorld} from '../disk/disk-world.js'
import {type Act, interleave, Stepped} from '../disk/stepped.js'
import {CONTAINER, FIRST, ID, LIFE, unlinkAll} from './one-job.js'

describe('a job, in any order of the calls of all who deal with it', function () {
  this.timeout(120_000)
  const SEEDS = amount(40, 400)

  const wish = ({state}: JobRecord, name: string): Change => {
    const reason = {code: 'by', text: name}
    switch (state) {
      case 'pending':
        return {state: 'starting', node: 'n1', container: CONTAINER, reason}
      case 'starting':
        return {state: 'running', reason}
      case 'running':
        return {state: 'done', reason}
      default:
        return {state: 'pending', attempt: 2, reason}
    }
  }

  /** Reads and publishes a few times, as any pass does; tells what it won. */
  const changing =
    (world: DiskWorld, name: string): Act<Stored[]> =>
    (fs, random) => {
      const store: JobStore = world.jobs(fs, random)
      const won: Stored[] = []
      for (let round = 0; round < 2; round++) {
        const base = store.read(ID)
        if (base === null || base.record.sealed || base.record.attempt > 1) break
        const next = store.publishNext(base, wish(base.record, name), author(name), 'later')
        if (next !== null) won.push(next)
      }
      return won
    }

  /** Seals a final record, packs it, and frees the names. */
  const packing =
    (world: DiskWorld): Act<Stored[]> =>
    (fs, random) => {
      const store = world.jobs(fs, random)
      for (let round = 0; round < 5; round++) {
        const base = store.read(ID)
        if (base === null || !isFinal(base.record.state)) continue
        const sealed = store.publishNext(
          base,
          {state: base.record.state, sealed: true},
          author('packer'),
          'now',
        )
        if (sealed === null) continue
        const segments = [{name: 's', ids: [[7, 7]]}]
        world
          .durable(fs, random)
          .publishNew(manifestPath(world.layout, 1), encode({v: 1, segments, dropped: []}))
        unlinkAll(fs, world.layout.bucket(ID))
        return [sealed]
      }
      return []
    }

  const looking =
    (world: DiskWorld): Act<Stored[]> =>
    (fs, random) => {
      const store = world.jobs(fs, random)
      const seen = [store.read(ID), ...store.all(), store.read(ID)]
      return seen.flatMap(stored => stored ?? [])
    }

  const run = (seed: number) => {
    const world = new DiskWorld()
    world.jobs().publishFirst(FIRST, 'now')
    const store = world.jobs()
    for (const change of LIFE.slice(0, seed % 3)) {
      const base = store.read(ID)
      if (base !== null) store.publishNext(base, change, author('setup'), 'now')
    }
    const history = world
      .jobs()
      .history(ID)
      .map(({record}) => sha256(Buffer.from(encode(record))))
    const actor = (name: string, act: Act<Stored[]>) => new Stepped(world.process(), name, act)
    const writers = ['a1', 'a2', 'a3'].map(name => actor(name, changing(world, name)))
    const packer = actor('b0', packing(world))
    const reader = actor('c0', looking(world))
    interleave([...writers, packer, reader], seed, [1, 3, 10, 40])
    return {world, history, won: [...writers, packer].flatMap(each => each.result), seen: reader.result}
  }

  /** What is wrong with the outcome of one order. */
  const faultsOf = ({world, history, won, seen}: ReturnType<typeof run>): string[] => {
    const chain = [...won].sort((a, b) => a.record.rev - b.record.rev)
    const sums = [...history, ...chain.map(stored => stored.sha256)]
    const broken = chain.filter(
      ({record}, i) => record.rev !== history.length + i + 1 || record.prev?.sha256 !== sums[record.rev - 2],
    )
    const strange = seen.filter(stored => !sums.includes(stored.sha256))
    const sealed = chain.some(({record}) => record.sealed)
    const left = sealed ? world.process().readdir(world.layout.bucket(ID)) : []
    const top = world.jobs().read(ID)?.sha256
    return [
      ...broken.map(({record}) => `${record.by} won ${record.rev} beside another history`),
      ...strange.map(({record}) => `a reader saw a revision ${record.rev} that nobody won`),
      ...left.map(name => `${name} is left of a packed job`),
      ...(top === (sealed ? undefined : sums.at(-1))
        ? []
        : ['the last one that was won is not what is read']),
      ...world.disk.files('/god/quarantine'),
      ...world.temporaries(),
    ]
  }

  it('has one history: each number is won once, on the one before it, and nobody reads anything else', () => {
    let packed = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
      const outcome = run(seed)
      assert.deepEqual(faultsOf(outcome), [], `seed ${seed}`)
      if (outcome.won.some(({record}) => record.sealed)) packed++
    }
    assert.ok(packed > SEEDS / 10 && packed < SEEDS, `packed in ${packed} of ${SEEDS}`)
  })
})
