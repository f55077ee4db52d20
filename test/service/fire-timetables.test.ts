import assert from 'node:assert/strict'
import type {Auth} from '@god-cli/api'
import type {JobId} from '../../src/core/brand.js'
import type {Wish} from '../../src/core/job.js'
import {refusedRequests} from '../../src/store/requests/refused.js'
import {attempt, dying} from '../support/dying.js'
import {assertClean} from '../support/fsck.js'
import {assertSafe} from '../support/invariants.js'
import {USER, World} from '../support/world.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('recurring jobs', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const hourly = (wish: Partial<Wish> = {}): JobId =>
    world.submit({cron: '0 * * * *', env: {FAKE_SECONDS: '0'}, ...wish})
  const runs = (id: JobId): readonly JobId[] =>
    world
      .process()
      .service.jobs.all()
      .flatMap(({record}) => (record.schedule === id ? [record.id] : []))
  /** To a minute after the next full hour, with a pass there. */
  const hour = async (n = 1): Promise<void> => {
    const now = world.clock.now()
    world.clock.advance(Math.ceil((now + 1) / HOUR) * HOUR - now + (n - 1) * HOUR + MINUTE)
    await world.cron()
  }
  const timetable = (id: JobId) => world.record(id)?.timetable ?? assert.fail('no timetable')

  it('never run themselves, and become a job at each of their times', async () => {
    const id = hourly()
    await world.settle(2)
    assert.deepEqual([world.state(id), runs(id)], ['pending', []])
    for (let i = 1; i <= 3; i++) {
      await hour()
      await world.settle(3)
      assert.equal(runs(id).length, i)
    }
    for (const run of runs(id)) assert.equal(world.state(run), 'done')
    assert.equal(world.state(id), 'pending')
    assert.equal(timetable(id).next ?? 0, Math.ceil(world.clock.now() / HOUR) * HOUR)
  })

  it('T51: run once for all times that were missed, and once for a time however many passes see it', async () => {
    const id = hourly()
    await world.cron()
    await hour(5)
    for (let i = 0; i < 3; i++) await world.cron()
    assert.equal(runs(id).length, 1)
  })

  it('leave a time out while the last run goes on, unless runs may overlap', async () => {
    const [id, wide] = [
      hourly({env: {FAKE_SECONDS: 'forever'}}),
      hourly({env: {FAKE_SECONDS: 'forever'}, overlap: true}),
    ]
    await world.cron()
    await hour()
    await hour()
    assert.deepEqual([runs(id).length, runs(wide).length], [1, 2])
    assert.match(world.record(id)?.reason?.text ?? '', /left out once, for job \d+ still runs; next at /)
  })

  it('T30: with --root are root at each of their times, as long as their user may', async () => {
    const allow = (...users: readonly string[]): void =>
      void Object.assign(world.settings, {
        admission: {...world.settings.admission, root: {users, groups: [], never: null}},
      })
    allow('ann')
    const id = hourly({root: true})
    await world.cron()
    await hour()
    await world.settle(3)
    allow('bob')
    await hour()
    await world.settle(3)
    const told = runs(id).map(run => [world.state(run), world.record(run)?.root])
    assert.deepEqual(told, [['done', true]])
    assert.match(
      world.record(id)?.reason?.text ?? '',
      /ann may not be root in a container here: allow_root names bob/,
    )
    allow('ann')
    await hour()
    assert.equal(runs(id).length, 2)
  })

  it('are held, released and killed as any job, and their runs by themselves', async () => {
    const id = hourly({env: {FAKE_SECONDS: 'forever'}, overlap: true})
    await world.cron()
    world.control('hold', [id])
    await hour()
    assert.deepEqual([world.state(id), runs(id)], ['held', []])
    world.control('release', [id])
    await world.cron()
    assert.equal(runs(id).length, 1)
    world.control('kill', [id])
    await hour(2)
    assert.deepEqual([world.state(id), runs(id).length], ['killed', 1])
    assert.equal(world.state(runs(id)[0] ?? id), 'running')
  })

  it('whose next time nobody can tell wait, and stop nobody else', async () => {
    const id = hourly()
    await world.cron()
    // More than the search for a time looks ahead of the clock of this host.
    world.clock.advance(20 * 365 * 24 * HOUR)
    const other = world.submit({env: {FAKE_SECONDS: '0'}})
    await world.settle(3)
    assert.deepEqual([world.state(id), runs(id), world.state(other)], ['pending', [], 'done'])
    assert.match(world.log.join(), new RegExp(`the next time of schedule ${id} cannot be told: `))
    world.clock.advance(-20 * 365 * 24 * HOUR)
    await hour()
    assert.equal(runs(id).length, 1)
  })

  it('submitted on hold wait for their release', async () => {
    const id = hourly({hold: true})
    await world.cron()
    await hour()
    assert.deepEqual([world.state(id), runs(id)], ['held', []])
  })

  it('of an array are arrays', async () => {
    const id = hourly({array: '0-3'})
    await world.cron()
    assert.equal(world.record(id)?.array, undefined)
    await hour()
    assert.equal(world.record(runs(id)[0] ?? id)?.array?.range, '0-3')
  })

  it('T52: are judged by the rights of now: what is not allowed any more does not run, and it is told', async () => {
    const id = hourly()
    await world.cron()
    Object.assign(world.settings, {
      admission: {...world.settings.admission, allowedImages: [], defaultImages: ['other:1']},
    })
    Object.assign(world.settings, {admission: {...world.settings.admission, maxCpus: 1}})
    await hour()
    assert.deepEqual(runs(id), [])
    assert.match(world.record(id)?.reason?.text ?? '', /its last run was refused: /)
    const rev = world.record(id)?.rev
    await world.cron()
    assert.equal(world.record(id)?.rev, rev)
  })

  it('T52: of an owner who is gone are held; while nobody can be asked nothing happens', async () => {
    const id = hourly()
    await world.cron()
    world.clock.advance(HOUR)
    const passWith = async (byUid: Auth['byUid']): Promise<void> => {
      const god = world.process()
      Object.assign(god.service, {auth: {...god.service.auth, byUid}})
      await god.schedule()
    }
    await passWith(() => Promise.reject(new Error('the directory is down')))
    assert.deepEqual([world.state(id), runs(id)], ['pending', []])
    await passWith(async () => null)
    assert.equal(world.state(id), 'held')
    assert.match(world.record(id)?.reason?.text ?? '', /no account/)
    assert.deepEqual(runs(id), [])
  })

  it('T52: of an owner whose number is somebody else’s by now are held, and run in nobody’s name', async () => {
    const id = hourly()
    await world.cron()
    world.clock.advance(HOUR)
    const god = world.process()
    const {auth} = god.service
    const byUid: Auth['byUid'] = async wanted => {
      const account = await auth.byUid(wanted)
      return account === null ? null : {...account, name: 'eve'}
    }
    Object.assign(god.service, {auth: {...auth, byUid}})
    await god.schedule()
    assert.deepEqual([world.state(id), runs(id)], ['held', []])
    assert.equal(world.record(id)?.reason?.text, "held: uid 1000 is eve now, and the schedule is ann's")
  })

  it('are as many as the site allows a user', async () => {
    Object.assign(world.settings, {admission: {...world.settings.admission, maxSchedules: 2}})
    const ids = [hourly(), hourly(), hourly()]
    await world.cron()
    assert.deepEqual(
      ids.map(id => world.state(id)),
      ['pending', 'pending', 'absent'],
    )
    const refused = refusedRequests(world.process().fs, world.layout, USER as never)
    assert.deepEqual(
      refused.map(({code}) => code),
      ['E_LIMIT'],
    )
    world.control('kill', ids.slice(0, 1))
    await world.cron()
    const next = hourly()
    await world.cron()
    assert.equal(world.state(next), 'pending')
  })

  it('keep no more revisions than an array does, however often they come', async () => {
    const id = world.submit({cron: '* * * * *', env: {FAKE_SECONDS: '0'}, overlap: true})
    await world.cron()
    for (let i = 0; i < 110; i++) {
      world.clock.advance(MINUTE)
      await world.process().schedule()
    }
    const revisions = world.disk.files(world.layout.bucket(id)).filter(path => path.includes(`/${id}.`))
    assert.ok(revisions.length < 100, String(revisions.length))
    assert.equal(world.state(id), 'pending')
  })

  it('are no word of a user: a request for a run is refused', async () => {
    const id = hourly()
    world.submit({schedule: id})
    await world.cron()
    assert.deepEqual(runs(id), [])
  })

  it('run once a time, wherever a scheduler was killed', async () => {
    for (let n = 1; ; n++) {
      world = new World()
      const id = hourly()
      await world.cron()
      world.clock.advance(HOUR)
      const fs = dying(world, {n, effect: 'crash-after'})
      await attempt(fs, () => world.process(fs).schedule())
      await world.settle(3)
      assert.equal(runs(id).length, 1, `killed after step ${n}`)
      assertSafe(world, [id], `killed after step ${n}`)
      if (fs.fired > 0) continue
      assert.ok(n > 10, 'it was never killed')
      return
    }
  })

  it('that a killed scheduler fired, and nobody admitted before the next time came, are admitted first', async () => {
    const id = hourly()
    await world.cron()
    world.clock.advance(HOUR)
    const fs = dying(world, {call: 'link', path: '.1.json', n: 1, effect: 'crash-before'})
    await attempt(fs, () => world.process(fs).schedule())
    const run = timetable(id).last?.child ?? assert.fail('nothing was fired')
    world.clock.advance(HOUR)
    await world.cron()
    assert.deepEqual(runs(id), [run])
    await world.settle(3)
    await assertClean(world, 'a spec that nobody has is left')
  })

  it('run once a time, where two schedulers meet it', async () => {
    const id = hourly()
    await world.cron()
    world.clock.advance(HOUR)
    const [one, other] = [world.process(), world.process()]
    const mine = one.claimEpoch()
    await Promise.allSettled([one.schedule(mine), other.schedule(mine)])
    await world.settle(3)
    assert.equal(runs(id).length, 1)
  })
})
