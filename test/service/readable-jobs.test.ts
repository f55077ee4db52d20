/** A bad sector under one job's record costs that job alone: it is left as it is, and the others go on. */
import assert from 'node:assert/strict'
import type {JobId} from '../../src/core/brand.js'
import {ORPHAN_AFTER} from '../../src/service/orphans.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {BadSector} from '../support/bad-sector.js'
import {DiskProcess} from '../support/disk-process.js'
import {type GodProcess, World} from '../support/world.js'

const FOREVER = {env: {FAKE_SECONDS: 'forever'}}
const HOUR = 3_600_000

describe('a job whose record lies on a bad sector', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  /** Processes that meet the fault again and again; `call`: where it shows. */
  const badly = (
    id: JobId,
    rev: number,
    call: 'open' | 'read' | 'fstat' = 'open',
    error = 'EIO',
  ): DiskProcess =>
    new DiskProcess(world.disk).plan({
      call,
      n: 1,
      effect: {error, from: true},
      path: `/jobs/live/0/${id}.${rev}.json`,
    })
  const top = (id: JobId): number => world.record(id)?.rev ?? 0
  const states = (...ids: readonly JobId[]): readonly string[] => ids.map(id => world.state(id))
  const told = (id: JobId): readonly string[] =>
    world.log.filter(line => line.includes(`/god/jobs/live/0/${id}.`))
  const pass = async (god: GodProcess): Promise<void> => {
    await god.schedule()
    await god.watch()
  }

  for (const call of ['open', 'read', 'fstat'] as const) {
    it(`is not started, and those behind it are (${call})`, async () => {
      const bad = world.submit({...FOREVER, cpus: 4000, hold: true})
      await pass(world.process())
      const good = world.submit(FOREVER)
      const god = world.process(badly(bad, 1, call))
      await pass(god)
      assert.deepEqual(states(bad, good), ['held', 'running'])
      assert.equal(top(bad), 1)
    })
  }

  it('is told of once in a process, with its path and the error', async () => {
    const bad = world.submit(FOREVER)
    await schedulerPass(world.process().service, world.process().claimEpoch())
    const god = world.process(badly(bad, 2))
    for (let i = 0; i < 3; i++) await pass(god)
    assert.equal(told(bad).length, 1)
    assert.match(told(bad)[0] ?? '', /job 1 .*\/god\/jobs\/live\/0\/1\.2\.json.*EIO/)
  })

  it('keeps its place, and its container, for as long as it was last known to run', async () => {
    const bad = world.submit({...FOREVER, cpus: 3000})
    await world.cron()
    assert.equal(world.state(bad), 'running')
    world.control('kill', [bad])
    const god = world.process(badly(bad, top(bad)))
    const small = world.submit({...FOREVER, cpus: 1000})
    const large = world.submit({...FOREVER, cpus: 1500})
    for (let i = 0; i < 3; i++) {
      await pass(god)
      world.clock.advance(ORPHAN_AFTER)
    }
    assert.deepEqual(states(bad, small, large), ['running', 'running', 'pending'])
    assert.deepEqual(
      world.containers().map(({spec, status}) => [spec.job, status]),
      [
        [bad, 'running'],
        [small, 'running'],
      ],
    )
  })

  it('is carried on with once the sector can be read again, its kill not forgotten', async () => {
    const bad = world.submit(FOREVER)
    await world.cron()
    world.control('kill', [bad])
    const fs = badly(bad, top(bad))
    const god = world.process(fs)
    await pass(god)
    assert.equal(world.state(bad), 'running')
    fs.plan({n: 0, effect: 'crash-before'})
    for (let i = 0; i < 4; i++) {
      await pass(god)
      world.clock.advance(20_000)
    }
    assert.equal(world.state(bad), 'killed')
  })

  it('costs nothing where the bad sector is under an older revision', async () => {
    const id = world.submit({env: {FAKE_SECONDS: '1'}})
    await world.cron()
    const god = world.process(badly(id, top(id) - 1))
    world.clock.advance(2000)
    await pass(god)
    await pass(god)
    assert.equal(world.state(id), 'done')
    assert.deepEqual(told(id), [])
  })

  it('keeps room from nobody where only the index told of it', async () => {
    const bad = world.submit({...FOREVER, cpus: 4000, hold: true})
    await world.cron()
    world.control('release', [bad])
    // Nothing starts yet, and the record comes to rest: the index has it.
    world.engineDown = true
    await world.cron()
    world.clock.advance(HOUR)
    await world.cron()
    world.engineDown = false
    const good = world.submit({...FOREVER, cpus: 4000})
    await pass(world.process(badly(bad, top(bad))))
    assert.deepEqual(states(bad, good), ['pending', 'running'])
  })

  it('keeps no other job from being packed', async () => {
    const [bad, good] = [world.submit(), world.submit()]
    await world.settle(4)
    const report = await world.process(badly(bad, top(bad))).pack()
    assert.deepEqual([report.packed, world.state(bad), world.state(good)], [1, 'done', 'absent'])
    assert.equal((await world.process().pack()).packed, 1)
  })

  for (const [what, file] of [
    ['its spec', '/spec/0/'],
    ['its record', '/jobs/live/0/'],
  ] as const) {
    it(`is packed once ${what} can be read, and others are packed meanwhile`, async () => {
      const [bad, good] = [world.submit(), world.submit()]
      await world.settle(4)
      const fs = new BadSector(world.disk, `${file}${bad}.`, 0)
      const god = world.process(fs)
      for (let i = 0; i < 2; i++) await god.pack()
      assert.ok(fs.met > 0)
      assert.deepEqual([world.state(bad), world.state(good)], ['done', 'absent'])
      assert.equal(world.log.filter(line => /of job 1 cannot be read: .*EIO/.test(line)).length, 1)
      assert.equal((await world.process().pack()).packed, 1)
    })
  }

  it('is not started while its spec cannot be read, and starts once it can; others go on', async () => {
    const [bad, good] = [world.submit(FOREVER), world.submit(FOREVER)]
    await pass(world.process(new BadSector(world.disk, `/spec/0/${bad}.`, 0)))
    assert.deepEqual(states(bad, good), ['starting', 'running'])
    await pass(world.process())
    assert.deepEqual(states(bad, good), ['running', 'running'])
  })

  it('keeps its number: no other request becomes it', async () => {
    const fs = new DiskProcess(world.disk)
    const id = world.submit({hold: true}, fs)
    const killed = new DiskProcess(world.disk).plan({
      call: 'unlink',
      path: '.req',
      n: 1,
      effect: 'crash-before',
    })
    await assert.rejects(world.process(killed).schedule())
    await world.process(badly(id, 1)).schedule()
    assert.deepEqual([world.state(id), top(id)], ['held', 1])
    assert.equal((await world.process().schedule()).refused, 0)
    assert.equal(world.state(id), 'held')
  })

  for (const [what, fault] of [
    ['a folder that cannot be listed', {call: 'readdir', error: 'EIO', path: '/jobs/live/0'}],
    ['a stale handle', {call: 'open', error: 'ESTALE', path: '/jobs/live/0/1.'}],
    ['too many open files', {call: 'open', error: 'EMFILE', path: '/jobs/live/0/1.'}],
  ] as const) {
    it(`is another thing than ${what}: that ends the pass`, async () => {
      world.submit(FOREVER)
      await world.cron()
      const {call, error, path} = fault
      const god = world.process(
        new DiskProcess(world.disk).plan({call, n: 1, effect: {error, from: true}, path}),
      )
      await assert.rejects(pass(god), new RegExp(error))
    })
  }
})
