/** Packing: what one packer left half-way, another goes on with. */
import assert from 'node:assert/strict'
import {MOST_PARTS} from '../../src/core/array/record.js'
import {countsOf, resultsOf} from '../../src/core/array/results.js'
import type {JobId} from '../../src/core/brand.js'
import type {Wish} from '../../src/core/job.js'
import {packPass} from '../../src/service/pack.js'
import {attempt, dying} from '../support/dying.js'
import {assertSafe} from '../support/invariants.js'
import {packAll} from '../support/packing.js'
import {type GodProcess, World} from '../support/world.js'

describe('a packer after one that was killed', () => {
  it('takes nothing away by a manifest that a power cut could still take', async () => {
    const world = new World()
    const id = world.submit({env: {FAKE_SECONDS: '0'}})
    for (let i = 0; i < 3; i++) await world.cron()
    assert.equal(world.state(id), 'done')
    world.clock.advance(3_600_000)
    const first = dying(world, {call: 'link', path: 'MANIFEST', n: 1, effect: 'crash-after'})
    await attempt(first, async () => packAll(world, first))
    assert.equal(first.fired, 1)
    packAll(world)
    assert.deepEqual(world.disk.files(world.layout.live), [])
    // The next job of that bucket takes the names that went to the disk.
    const next = world.submit({})
    await world.process().schedule()
    world.disk.powerLoss()
    assertSafe(world, [id, next], 'after the power cut')
  })
})

describe('files of segments that no manifest names', () => {
  it('are looked for by one process every ten minutes: thousands wait there while a large array runs', () => {
    const world = new World()
    const path = '/god/jobs/done/2026/05-31.1.idx'
    const [minute, day] = [60_000, 24 * 3_600_000]
    const {fs, service} = world.process()
    fs.mkdir('/god/jobs/done/2026', 0o755)
    service.durable.publishNew(path, Buffer.from('x'), 0o644)
    const removed = (after: number): number => {
      world.clock.advance(after)
      return packPass(service, {jobs: 1000, groups: 100}).removed
    }
    assert.deepEqual([removed(day - minute), removed(2 * minute), removed(9 * minute)], [0, 0, 1])
    assert.equal(world.disk.lookup(path), null)
  })
})

describe('the results of an array that lives on', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const submit = (array: string, wish: Partial<Wish> = {}): JobId =>
    world.submit({env: {FAKE_SECONDS: '0'}, array, ...wish})
  const array = (id: JobId) => world.record(id) ?? assert.fail('no array')
  const held = (id: JobId): readonly number[] => resultsOf(array(id)).map(({task}) => task)
  const counts = (id: JobId) => countsOf(array(id).array ?? assert.fail('no array'))
  const packed = (id: JobId, tasks: readonly number[]): readonly number[] => {
    const {manifest, packs} = world.process().service
    return [...packs.packedTasks(manifest.newest().manifest, id, tasks)].sort((a, b) => a - b)
  }
  /** Two tasks have ended, and the others are held. */
  const twoOver = async (): Promise<JobId> => {
    const id = submit('0-5%2')
    await world.cron()
    world.control('hold', [id])
    await world.settle(4)
    assert.deepEqual(held(id), [0, 1])
    return id
  }

  it('go into a segment, and its record is without them and counts them as before', async () => {
    const id = await twoOver()
    const before = {counts: counts(id), rev: array(id).rev}
    packAll(world)
    assert.deepEqual([held(id), packed(id, [0, 1, 2])], [[], [0, 1]])
    assert.deepEqual([counts(id), array(id).rev], [before.counts, before.rev + 1])
    packAll(world)
    assert.equal(array(id).rev, before.rev + 1, 'nothing is left to do')
    assertSafe(world, [id])
  })

  it('are in one segment alone, and gone from the record, wherever a packer was killed', async () => {
    for (let n = 1; ; n++) {
      world = new World()
      const id = await twoOver()
      const first = dying(world, {n, effect: 'crash-before'})
      await attempt(first, async () => packAll(world, first))
      assertSafe(world, [id], `killed at step ${n}`)
      packAll(world)
      assert.deepEqual([held(id), packed(id, [0, 1, 2])], [[], [0, 1]], `killed at step ${n}`)
      assertSafe(world, [id], `after step ${n}`)
      if (first.fired === 0) return
    }
  })

  it('are with those of the rest when it has ended, each once', async () => {
    const id = await twoOver()
    packAll(world)
    world.control('release', [id])
    await world.settle(12)
    assert.equal(world.state(id), 'done')
    packAll(world)
    assert.equal(world.state(id), 'absent')
    assert.deepEqual(packed(id, [0, 1, 2, 3, 4, 5]), [0, 1, 2, 3, 4, 5])
    assertSafe(world, [id])
  })

  it('are asked to be packed when so many wait that it would soon come to a stop', async () => {
    const id = submit('0-199', {cpus: 10, memory: 1024 * 1024})
    const pass = async (god: GodProcess): Promise<boolean> => {
      const {crowded} = await god.schedule()
      await god.watch()
      return crowded
    }
    const god = world.process()
    let crowded = false
    for (let i = 0; i < 8 && !crowded; i++) {
      crowded = await pass(god)
      world.clock.advance(1000)
    }
    assert.ok(crowded)
    assert.ok(held(id).length >= MOST_PARTS / 3)
    packAll(world)
    assert.deepEqual(held(id), [])
    assert.equal((await god.schedule()).crowded, false)
    for (let i = 0; i < 4; i++) {
      await world.settle(4)
      packAll(world)
    }
    assert.equal(world.anyRecord(id)?.state, 'done')
    assertSafe(world, [id])
  })
})
