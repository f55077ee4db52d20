import assert from 'node:assert/strict'
import {type JobId, jobId, uid} from '../../src/core/brand.js'
import type {ControlOp} from '../../src/core/request.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {REQUESTS_PER_USER} from '../../src/service/take-requests.js'
import {refusedRequests} from '../../src/store/requests/refused.js'
import {attempt, dying} from '../support/dying.js'
import {packAll} from '../support/packing.js'
import {StallingProcess} from '../support/stalling-process.js'
import {USER, World} from '../support/world.js'

const BOB = 1001
const CAROL = 1002
const FOREVER = {env: {FAKE_SECONDS: 'forever'}}

describe('a control request', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const refused = (user = USER) => refusedRequests(world.process().fs, world.layout, uid(user))
  const left = (user = USER): number =>
    world.disk.files(world.layout.dropFolder(uid(user))).filter(path => path.endsWith('.req')).length
  const schedule = () => world.process().schedule()
  const watch = () => world.process().watch()
  /** How often a request became a revision: their tokens, in order. */
  const applied = (id: JobId): readonly string[] =>
    world
      .process()
      .service.jobs.history(id)
      .map(({record}) => record.req.tok)
      .filter((tok, i, all) => tok !== all[i - 1])
  const pending = async (...wishes: readonly object[]): Promise<readonly JobId[]> => {
    const ids = wishes.map(wish => world.submit(wish))
    world.engineDown = true
    await schedule()
    world.engineDown = false
    return ids
  }

  it('is one revision, by the one who asked, and gone', async () => {
    const [id = jobId(0)] = await pending({})
    world.control('hold', [id])
    await schedule()
    const record = world.record(id)
    assert.deepEqual([record?.state, record?.by, record?.rev, left()], ['held', `u${USER}`, 2, 0])
  })

  it('keeps its turn, whichever look at the record fails once', async () => {
    for (let n = 1, fired = 1; fired > 0; n++) {
      world = new World()
      const id = world.submit(FOREVER)
      await world.cron()
      assert.equal(world.state(id), 'running')
      world.control('suspend', [id])
      world.clock.advance(1000)
      world.control('resume', [id])
      const fs = world.process().fs.plan({call: 'open', path: '/jobs/live/0/1.', n, effect: {error: 'EIO'}})
      await attempt(fs, () => world.process(fs).watch())
      fired = fs.fired
      for (let i = 0; i < 3; i++) await world.cron()
      assert.deepEqual([world.state(id), left()], ['running', 0], `open ${n}`)
    }
  })

  describe('is applied once', () => {
    it('though its taker was killed before he could unlink it', async () => {
      const [id = jobId(0)] = await pending(FOREVER)
      await schedule()
      world.control('suspend', [id])
      const fs = dying(world, {call: 'unlink', path: '/proc/self/fd', n: 1, effect: 'crash-before'})
      await attempt(fs, () => world.process(fs).watch())
      await watch()
      assert.equal(world.state(id), 'suspended')
      assert.equal(applied(id).length, 2)
    })

    it('though its file looks younger than that of the next one, which finishes it first', async () => {
      const [id = jobId(0)] = await pending(FOREVER)
      await schedule()
      world.clock.advance(60_000)
      world.control('suspend', [id])
      const fs = dying(world, {call: 'unlink', path: '/proc/self/fd', n: 1, effect: 'crash-before'})
      await attempt(fs, () => world.process(fs).watch())
      // The wall clock is set back: the resume seems to have come before.
      world.clock.advance(-30_000)
      world.control('resume', [id])
      await watch()
      await watch()
      assert.deepEqual([world.state(id), world.record(id)?.desired], ['running', 'run'])
      assert.equal(applied(id).length, 3)
      assert.equal(left(), 0)
    })

    it('to each of its jobs, though its taker was killed between two of them', async () => {
      const ids = await pending(FOREVER, FOREVER, FOREVER)
      await schedule()
      world.control('suspend', ids)
      const fs = dying(world, {call: 'link', path: '/2.', n: 1, effect: 'crash-before'})
      await attempt(fs, () => world.process(fs).watch())
      assert.deepEqual(
        ids.map(id => world.record(id)?.desired),
        ['suspended', 'run', 'run'],
      )
      await watch()
      for (const id of ids) assert.deepEqual([world.state(id), applied(id).length], ['suspended', 2])
    })

    it('though two takers hold it at the same time', async () => {
      const [id = jobId(0)] = await pending({})
      world.control('hold', [id])
      world.engineDown = true
      const slow = new StallingProcess(world.disk, {call: 'link', path: '/1.2.json', n: 1})
      await attempt(slow, () => world.process(slow).schedule())
      assert.ok(slow.dead)
      await schedule()
      world.control('release', [id])
      await schedule()
      slow.resume()
      await world.process(slow).schedule()
      assert.deepEqual([world.state(id), applied(id).length, left()], ['pending', 3, 0])
    })

    it('though a power cut brings it back, and the one after it', async () => {
      const [id = jobId(0)] = await pending(FOREVER)
      await schedule()
      world.control('suspend', [id])
      world.control('resume', [id])
      await world.cron()
      assert.equal(world.state(id), 'running')
      world.disk.powerLoss()
      await world.cron()
      assert.equal(world.state(id), 'running')
    })

    it('though its taker was killed before its end was synced, and a power cut came after the next one', async () => {
      const [id = jobId(0)] = await pending(FOREVER)
      await schedule()
      world.control('suspend', [id])
      world.control('resume', [id])
      const first = dying(world, {call: 'unlink', path: '/proc/self/fd', n: 1, effect: 'crash-after'})
      await attempt(first, () => world.process(first).watch())
      assert.equal(left(), 1)
      const second = dying(world, {call: 'unlink', path: '/proc/self/fd', n: 1, effect: 'crash-before'})
      await attempt(second, () => world.process(second).watch())
      assert.deepEqual([first.fired, second.fired, left()], [1, 1, 1])
      world.disk.powerLoss()
      await world.cron()
      assert.equal(world.state(id), 'running')
    })

    it('and not at all if it was refused, though a power cut brings it back when it could be', async () => {
      const id = world.submit(FOREVER)
      world.control('suspend', [id])
      await world.cron()
      assert.equal(world.state(id), 'running')
      world.disk.powerLoss()
      await world.cron()
      assert.deepEqual([world.state(id), left()], ['running', 0])
    })

    it('and not at all if its owner takes it back before', async () => {
      const [id = jobId(0)] = await pending({})
      world.control('hold', [id])
      const [path] = world.disk.files(world.layout.dropFolder(uid(USER)))
      const god = world.process()
      god.fs.on({
        call: 'open',
        path: '/1.1.json',
        when: 'before',
        act: () => world.process().fs.unlink(path ?? ''),
      })
      await god.schedule()
      assert.notEqual(world.state(id), 'held')
    })
  })

  it('that another one waits behind is finished first: two wishes for the same several jobs', async () => {
    const ids = await pending({}, {})
    world.control('hold', ids)
    const fs = dying(world, {call: 'link', path: '/2.2.json', n: 1, effect: 'crash-before'})
    await attempt(fs, () => world.process(fs).schedule())
    world.clock.advance(-60_000)
    world.control('release', ids)
    world.engineDown = true
    await schedule()
    assert.deepEqual(
      ids.map(id => world.state(id)),
      ['pending', 'pending'],
    )
    assert.equal(left(), 0)
  })

  it('a watcher leaves behind one that it may not take, until the scheduler came', async () => {
    const [id = jobId(0)] = await pending({hold: true})
    world.control('release', [id])
    const fs = dying(world, {call: 'unlink', path: '/proc/self/fd', n: 1, effect: 'crash-before'})
    world.engineDown = true
    await attempt(fs, () => world.process(fs).schedule())
    world.control('kill', [id])
    await watch()
    assert.deepEqual([world.state(id), left()], ['pending', 2])
    await schedule()
    assert.deepEqual([world.state(id), left()], ['killed', 0])
  })

  it('a watcher leaves for the scheduler while the submit itself is not off the inbox', async () => {
    const id = world.submit({hold: true})
    const fs = dying(world, {call: 'unlink', path: '/proc/self/fd', n: 1, effect: 'crash-before'})
    await attempt(fs, () => world.process(fs).schedule())
    world.control('kill', [id])
    await watch()
    assert.deepEqual([world.state(id), left()], ['held', 2])
    await schedule()
    assert.deepEqual([world.state(id), left()], ['killed', 0])
  })

  it('finishes the submit of its job first, if that one is still in the inbox behind a flood', async () => {
    const id = world.submit({hold: true})
    const fs = dying(world, {call: 'unlink', path: '/proc/self/fd', n: 1, effect: 'crash-before'})
    await attempt(fs, () => world.process(fs).schedule())
    // The oldest are read first: by a clock that was set back the flood is.
    world.clock.advance(-1000)
    for (let i = 0; i < REQUESTS_PER_USER; i++) world.submit({hold: true})
    world.control('kill', [id], 0)
    await schedule()
    assert.equal(world.state(id), 'killed')
    assert.deepEqual([left(), left(0)], [0, 0])
    await schedule()
    assert.equal(world.state(id), 'killed')
  })

  describe('for a job that is not there', () => {
    it('is refused, and kept with the reason', async () => {
      world.control('kill', [jobId(7)])
      await schedule()
      assert.deepEqual(
        refused().map(({code, message}) => [code, message]),
        [['E_NO_JOB', 'there is no job 7']],
      )
    })

    it('waits while its submit has not been admitted', async () => {
      const id = world.submit({hold: true})
      world.control('kill', [id])
      await watch()
      assert.deepEqual([refused(), left()], [[], 2])
      await schedule()
      assert.equal(world.state(id), 'killed')
    })

    it('waits while its id is claimed: its submit was not in our listing yet', async () => {
      const {fs} = world.process()
      fs.close(fs.open(`${world.layout.ids}/1`, 'create'))
      world.control('kill', [jobId(1)])
      await schedule()
      assert.deepEqual([refused(), left()], [[], 1])
      world.clock.advance(11 * 60_000)
      await schedule()
      await schedule()
      assert.equal(refused()[0]?.code, 'E_NO_JOB')
    })

    it('is applied to the job that came to be while we looked for it', async () => {
      const id = world.submit({hold: true})
      world.control('kill', [id])
      // Hidden from the listing that finds the kill, as a name that comes while a folder is read.
      const [submit] = world.disk.files(world.layout.dropFolder(uid(USER)))
      world.process().fs.rename(submit ?? '', `${submit}.late`)
      const slow = new StallingProcess(world.disk, {call: 'lstat', path: '/ids/1', n: 1})
      await attempt(slow, () => world.process(slow).watch())
      assert.ok(slow.dead)
      world.process().fs.rename(`${submit}.late`, submit ?? '')
      const admitting = dying(world, {call: 'link', path: '/1.2.json', n: 1, effect: 'crash-before'})
      await attempt(admitting, () => world.process(admitting).schedule())
      assert.equal(world.state(id), 'held')
      slow.resume()
      await world.process(slow).watch()
      assert.deepEqual([world.state(id), refused()], ['killed', []])
    })

    it('is done if the job was packed', async () => {
      const [id = jobId(0)] = await pending({})
      world.control('kill', [id])
      await schedule()
      packAll(world)
      world.control('kill', [id])
      await schedule()
      assert.deepEqual([refused(), left()], [[], 0])
    })
  })

  describe('for the job of somebody else', () => {
    it('is refused with the very words for a job that is not there', async () => {
      const id = world.submit({hold: true})
      await schedule()
      world.control('kill', [id], BOB)
      world.control('kill', [jobId(99)], BOB)
      await schedule()
      assert.equal(world.state(id), 'held')
      const words = refused(BOB).map(({code, message, hint}) =>
        `${code} ${message} ${hint}`.replace(/\d+/, 'N'),
      )
      assert.equal(words.length, 2)
      assert.equal(new Set(words).size, 1)
    })

    it('touches none of them, but all of his own', async () => {
      const mine = world.submit({hold: true})
      const his = world.submit({hold: true}, undefined, BOB)
      await schedule()
      world.control('kill', [mine, his], BOB)
      await schedule()
      assert.deepEqual([world.state(mine), world.state(his), left(BOB)], ['held', 'killed', 0])
      assert.deepEqual(refused(BOB), [])
    })

    it('is obeyed if an operator asks: the service itself, or root', async () => {
      for (const operator of [USER, 0]) {
        const his = world.submit({hold: true}, undefined, BOB)
        await schedule()
        world.control('kill', [his], operator)
        await schedule()
        assert.equal(world.state(his), 'killed', `uid ${operator}`)
      }
    })

    it('is obeyed if the site calls him an operator, by name or by uid, and only while he is known by that name', async () => {
      const name = (await world.process().service.auth.byUid(CAROL))?.name ?? assert.fail('nobody')
      const asked = async (operators: readonly string[], fault?: Error): Promise<string> => {
        const his = world.submit({hold: true}, undefined, BOB)
        await schedule()
        world.control('kill', [his], CAROL)
        const god = world.process()
        const {auth, settings} = god.service
        const byName = async (wanted: string) => {
          if (fault !== undefined && wanted === name) throw fault
          return auth.byName(wanted)
        }
        Object.assign(god.service, {settings: {...settings, operators}, auth: {...auth, byName}})
        await schedulerPass(god.service, god.claimEpoch())
        return world.state(his)
      }
      assert.equal(await asked([name]), 'killed')
      assert.equal(await asked([String(CAROL)]), 'killed')
      assert.equal(await asked([`${name}x`, String(CAROL + 1)]), 'held')
      assert.equal(await asked([name], new Error('the source is down')), 'held')
      assert.equal(await asked([String(CAROL)], new Error('the source is down')), 'killed')
    })
  })

  it('that the job is in no state for is refused with the reason', async () => {
    const [id = jobId(0)] = await pending({})
    world.engineDown = true
    world.control('suspend', [id])
    await schedule()
    assert.deepEqual(
      refused().map(({code, message}) => [code, message]),
      [['E_WRONG_STATE', `job ${id} cannot be suspended: it is pending`]],
    )
  })

  it('that asks for what is so already is done, without a revision', async () => {
    const [id = jobId(0)] = await pending(FOREVER)
    await schedule()
    for (const op of ['resume', 'kill', 'kill'] as readonly ControlOp[]) world.control(op, [id])
    await watch()
    assert.deepEqual([world.state(id), refused(), left()], ['killed', [], 0])
    assert.equal(applied(id).length, 2)
  })

  it('is not unlinked before its revision is on the disk, whoever published it', async () => {
    const [id = jobId(0)] = await pending({})
    world.disk.syncAll()
    world.control('hold', [id])
    const fs = dying(world, {call: 'fsyncDir', path: '/jobs/live', n: 1, effect: 'crash-before'})
    await attempt(fs, () => world.process(fs).schedule())
    assert.equal(world.state(id), 'held')
    const second = dying(world, {call: 'unlink', path: '/proc/self/fd', n: 1, effect: 'crash-after'})
    await attempt(second, () => world.process(second).schedule())
    world.disk.powerLoss()
    await schedule()
    assert.equal(world.state(id), 'held')
  })
})
