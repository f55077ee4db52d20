/**
 * No ABA (state.md 6 to 8): names are freed by packing and used again, nodes are chosen twice, starters come late.
 * A process is stopped at a named point with what it knows, others go on, then it acts on that. One winner, one start.
 */
import assert from 'node:assert/strict'
import {type JobId, jobId, uid} from '../../src/core/brand.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {DiskProcess} from '../support/disk-process.js'
import {attempt, dying} from '../support/dying.js'
import {assertAtRest, assertSafe} from '../support/invariants.js'
import {packAll} from '../support/packing.js'
import {type StallAt, StallingProcess} from '../support/stalling-process.js'
import {GIB, GRACE, USER, World} from '../support/world.js'

const FOREVER = {env: {FAKE_SECONDS: 'forever'}}
const SHORT = {env: {FAKE_SECONDS: '5'}}
const ID = jobId(1)

const turns = async (world: World, n: number): Promise<void> => {
  for (let i = 0; i < n; i++) {
    await world.cron()
    world.clock.advance(GRACE)
  }
}

const killed = async (world: World): Promise<void> => {
  world.control('kill', [ID])
  await turns(world, 3)
}

const beginnings = (world: World, id: JobId = ID): readonly number[] =>
  world
    .begun()
    .filter(({job}) => job === id)
    .map(({attempt: one}) => one)

/** Stops an act at a point; what it returns lets it go on. */
const stopped = async (world: World, at: StallAt, act: (fs: StallingProcess) => Promise<unknown>) => {
  const fs = new StallingProcess(world.disk, at)
  await attempt(fs, () => act(fs))
  assert.ok(fs.dead, 'it was not stopped')
  return async (): Promise<void> => {
    fs.resume()
    await act(fs)
  }
}

/** A younger scheduler is no fault of the older one. */
const unlessFenced = async (goOn: () => Promise<void>): Promise<void> => {
  await goOn().catch((error: unknown) => assert.match(String(error), /younger scheduler/))
}

const rest = async (world: World): Promise<void> => {
  await turns(world, 4)
  assertAtRest(world, [ID])
}

const pending = async (wish: object): Promise<World> => {
  const world = new World()
  world.submit(wish)
  world.engineDown = true
  await world.cron()
  world.engineDown = false
  return world
}

const schedules = (world: World) => async (fs: StallingProcess) => world.process(fs).schedule()

describe('R09: a scheduler stopped before it publishes `starting`', () => {
  const BEFORE_START: StallAt = {call: 'link', path: '/1.2.json', n: 1}

  it('loses when the job has gone through all its revisions meanwhile', async () => {
    const world = await pending(SHORT)
    const goOn = await stopped(world, BEFORE_START, schedules(world))
    await turns(world, 3)
    assert.equal(world.state(ID), 'done')
    await goOn()
    await rest(world)
    assert.equal(world.state(ID), 'done')
    assert.deepEqual(beginnings(world), [1])
  })

  it('loses when the job was killed meanwhile', async () => {
    const world = await pending(SHORT)
    const goOn = await stopped(world, BEFORE_START, schedules(world))
    await killed(world)
    await goOn()
    await rest(world)
    assert.equal(world.state(ID), 'killed')
    assert.deepEqual(beginnings(world), [])
  })

  it('wins when nobody did anything, though a younger scheduler is there: once', async () => {
    const world = await pending(SHORT)
    const goOn = await stopped(world, BEFORE_START, schedules(world))
    world.process().claimEpoch()
    await goOn()
    await rest(world)
    assert.equal(world.state(ID), 'done')
    assert.deepEqual(beginnings(world), [1])
  })

  it('is fenced before its next job', async () => {
    const world = await pending(SHORT)
    world.submit(SHORT)
    const scheduler = new StallingProcess(world.disk, BEFORE_START)
    const act = () => {
      const god = world.process(scheduler)
      return schedulerPass(god.service, god.claimEpoch())
    }
    await attempt(scheduler, act)
    world.process().claimEpoch()
    scheduler.resume()
    await assert.rejects(act, {code: 'E_FENCED'})
    assert.deepEqual([world.state(ID), world.state(jobId(2))], ['starting', 'pending'])
  })

  const packed = async (): Promise<World> => {
    const world = await pending(SHORT)
    return world
  }

  const mutationsOfPacking = async (): Promise<number> => {
    const world = await packed()
    await killed(world)
    const packer = new DiskProcess(world.disk)
    packAll(world, packer)
    assert.deepEqual(world.disk.files(world.layout.live), [])
    return packer.mutations
  }

  it('loses on a name that packing has freed, after each step of packing', async () => {
    const steps = await mutationsOfPacking()
    for (let n = 1; n <= steps; n++) {
      const world = await packed()
      const goOn = await stopped(world, BEFORE_START, schedules(world))
      await killed(world)
      const packer = dying(world, {n, effect: 'crash-after'})
      await attempt(packer, async () => packAll(world, packer))
      assert.equal(packer.fired, 1)
      const isPacked = world.process().service.manifest.contains(ID)
      await goOn()
      assert.equal(world.state(ID), isPacked ? 'absent' : 'killed', packer.firedAt)
      packAll(world)
      await rest(world)
      assert.deepEqual(beginnings(world), [])
      const left = world.disk.files(world.layout.live).filter(path => !path.includes('/.t.'))
      assert.deepEqual(left, [], `after ${packer.firedAt}`)
    }
  })
})

describe('R09: a scheduler stopped in the middle of an admission', () => {
  const admits = (world: World) => async (fs: StallingProcess) => world.process(fs).schedule()

  it('does not admit again what was admitted, run and packed meanwhile', async () => {
    for (const path of ['/jobs/spec/0/1.json', '/1.1.json']) {
      const world = new World()
      world.submit(SHORT)
      const goOn = await stopped(world, {call: 'link', path, n: 1}, admits(world))
      await turns(world, 3)
      assert.equal(world.state(ID), 'done')
      packAll(world)
      await unlessFenced(goOn)
      // A spec that came so late is void, and goes as any other file of a packed job.
      packAll(world)
      await rest(world)
      assert.deepEqual(world.disk.files(world.layout.live), [], `stopped before ${path}`)
      assert.deepEqual(world.disk.files(world.layout.specs), [])
      assert.deepEqual(beginnings(world), [1])
    }
  })

  it('makes no job of a request that a younger scheduler has refused meanwhile', async () => {
    const world = new World()
    world.submit({...SHORT, image: 'of-mine:local'})
    const goOn = await stopped(world, {call: 'fsync', path: '/jobs/live/', n: 1}, admits(world))
    const other = world.process()
    const admission = {...world.settings.admission, allowedImages: []}
    Object.assign(other.service, {settings: {...world.settings, admission}})
    assert.equal((await other.schedule()).refused, 1)
    await assert.rejects(goOn(), {code: 'E_FENCED'})
    await turns(world, 3)
    assert.equal(world.state(ID), 'absent')
    assert.deepEqual(beginnings(world), [])
  })

  it('does not take the id from a job that came to be meanwhile', async () => {
    const world = new World()
    const first = world.submit(SHORT)
    const goOn = await stopped(world, {call: 'open-create', path: '/idh/', n: 1}, admits(world))
    await world.cron()
    const second = world.submit(SHORT)
    await unlessFenced(goOn)
    await turns(world, 3)
    assertAtRest(world, [first, second])
    assert.notEqual(first, second)
    assert.deepEqual([world.state(first), world.state(second)], ['done', 'done'])
  })
})

describe('R09: two schedulers that choose different nodes for one job', () => {
  const capacity = {cpus: 4000, memory: 4 * GIB, gpus: 0}
  const TWO = {nodes: ['n1', 'n2'].map(name => ({name, capacity, labels: {}}))}

  for (const point of [
    {call: 'link', path: '/1.2.json', n: 1},
    {call: 'engine.create', n: 1},
    {call: 'engine.start', n: 1},
    {call: 'link', path: '/1.3.json', n: 1},
  ]) {
    it(`start it once, on one of them, when the first is stopped before ${point.call} ${point.path ?? ''}`, async () => {
      const world = new World(TWO)
      world.submit(SHORT)
      world.engineDown = true
      await world.cron()
      world.engineDown = false
      const goOn = await stopped(world, point, async fs => world.process(fs, 'n1').schedule())
      await world.process(undefined, 'n2').schedule()
      await world.process(undefined, 'n2').watch()
      assertSafe(world, [ID])
      await unlessFenced(goOn)
      await rest(world)
      assert.equal(world.state(ID), 'done')
      assert.deepEqual(beginnings(world), [1])
    })
  }
})

describe('R09: a starter stopped on its way from S1 to S4', () => {
  const POINTS: Readonly<Record<string, StallAt>> = {
    'S2, create': {call: 'engine.create', n: 1},
    'S3, the re-read': {call: 'open', path: '/1.3.json', n: 1},
    'S3, start': {call: 'engine.start', n: 1},
    'S4, running': {call: 'link', path: '/1.3.json', n: 1},
  }

  const giveBack = async (world: World): Promise<void> => {
    world.process().service.work.voidAttempt(uid(USER), ID, 1)
    await turns(world, 3)
  }

  interface Case {
    readonly meanwhile: (world: World) => Promise<void>
    readonly ends: string
    readonly begins: (point: string) => readonly number[]
  }
  const begunBefore = (point: string): readonly number[] => (point === 'S4, running' ? [1] : [])

  const CASES: Readonly<Record<string, Case>> = {
    'others bring it to its end': {meanwhile: world => turns(world, 3), ends: 'done', begins: () => [1]},
    'it is killed': {meanwhile: killed, ends: 'killed', begins: begunBefore},
    'it is killed and packed': {
      meanwhile: async world => {
        await killed(world)
        packAll(world)
      },
      ends: 'absent',
      begins: begunBefore,
    },
    // Once it runs there is no way back: the fence is taken.
    'its start is given back': {
      meanwhile: giveBack,
      ends: 'done',
      begins: point => (point === 'S4, running' ? [1] : [2]),
    },
  }

  for (const [point, at] of Object.entries(POINTS)) {
    for (const [name, {meanwhile, ends, begins}] of Object.entries(CASES)) {
      it(`before ${point}, while ${name}`, async () => {
        const world = await pending(SHORT)
        const goOn = await stopped(world, at, schedules(world))
        await meanwhile(world)
        assertSafe(world, [ID])
        await goOn()
        assertSafe(world, [ID])
        await rest(world)
        assert.equal(world.state(ID), ends)
        assert.deepEqual(beginnings(world), begins(point))
      })
    }
  }
})

describe('R09: a watcher stopped while it ends a job', () => {
  const watches = (world: World) => async (fs: StallingProcess) => world.process(fs).watch()

  it('records no second end and removes nothing of a later life', async () => {
    for (const at of [
      {call: 'link', path: '/1.4.json', n: 1},
      {call: 'engine.remove', n: 1},
    ]) {
      const world = await pending(SHORT)
      await world.cron()
      world.clock.advance(6000)
      const goOn = await stopped(world, at, watches(world))
      await turns(world, 2)
      await goOn()
      await rest(world)
      assert.equal(world.record(ID)?.rev, 4)
      assert.equal(world.state(ID), 'done')
    }
  })

  it('does not suspend again what was resumed meanwhile', async () => {
    const world = await pending(FOREVER)
    await world.cron()
    world.control('suspend', [ID])
    const goOn = await stopped(world, {call: 'link', path: '/1.4.json', n: 1}, watches(world))
    await world.cron()
    assert.equal(world.state(ID), 'suspended')
    world.control('resume', [ID])
    await world.cron()
    assert.equal(world.state(ID), 'running')
    await goOn()
    await rest(world)
    assert.deepEqual([world.state(ID), world.record(ID)?.desired], ['running', 'run'])
  })
})

describe('R09: a submit stopped anywhere while others take ids', () => {
  it('never gets an id that somebody else got', async () => {
    for (let n = 1; ; n++) {
      const world = new World()
      let mine: JobId | null = null
      const submits = async (fs: StallingProcess): Promise<void> => {
        mine = world.submit(SHORT, fs)
      }
      const fs = new StallingProcess(world.disk, {n})
      await attempt(fs, () => submits(fs))
      if (!fs.dead) break
      const others = [world.submit(SHORT, undefined, 1001), world.submit(SHORT, undefined, 1001)]
      await world.cron()
      world.clock.advance(11 * 60_000)
      others.push(world.submit(SHORT, undefined, 1001))
      await world.cron()
      fs.resume()
      await submits(fs)
      await turns(world, 4)
      const all = [mine ?? jobId(999), ...others]
      assert.equal(new Set(all).size, 4, `stopped before call ${n}: ${all.join(' ')}`)
      assertAtRest(world, all, `stopped before call ${n}`)
      assert.deepEqual(
        all.map(id => world.state(id)),
        ['done', 'done', 'done', 'done'],
      )
    }
  })
})
