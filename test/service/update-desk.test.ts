/** Updates as the passes apply them. */
import assert from 'node:assert/strict'
import {instant, type JobId, uid} from '../../src/core/brand.js'
import {parseSections} from '../../src/core/settings/sections.js'
import {refusedRequests} from '../../src/store/requests/refused.js'
import {attempt, dying} from '../support/dying.js'
import {assertAtRest} from '../support/invariants.js'
import {SETTINGS, USER, World} from '../support/world.js'

const BOB = 1001
const FOREVER = {env: {FAKE_SECONDS: 'forever'}}

describe('an update request', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const left = (user = USER): number =>
    world.disk.files(world.layout.dropFolder(uid(user))).filter(path => path.endsWith('.req')).length
  const why = (user = USER): readonly string[] =>
    refusedRequests(world.process().fs, world.layout, uid(user)).map(({code}) => code)
  const held = async (wish: object = {}, user = USER): Promise<JobId> => {
    const id = world.submit({hold: true, ...wish}, undefined, user)
    await world.cron()
    return id
  }

  it('makes the container by what the record says now, not by the spec', async () => {
    const id = await held({...FOREVER, cpus: 1000, walltime: 60})
    world.update([id], {cpus: 2000, walltime: 7200, name: 'renamed'})
    world.control('release', [id])
    await world.cron()
    const [container] = world.containers()
    assert.deepEqual(
      [world.state(id), container?.spec.resources.cpus, container?.spec.jobName],
      ['running', 2000, 'renamed'],
    )
    assert.deepEqual([world.record(id)?.walltime, left()], [7200, 0])
  })

  it('lets a job start before the begin time it had', async () => {
    const id = world.submit({...FOREVER, begin: instant(world.clock.now() + 3_600_000)})
    await world.cron()
    assert.equal(world.state(id), 'pending')
    world.update([id], {begin: instant(world.clock.now())})
    await world.cron()
    assert.equal(world.state(id), 'running')
  })

  it('gives a running job more time, by an operator alone', async () => {
    const id = world.submit({...FOREVER, walltime: 60}, undefined, BOB)
    await world.cron()
    world.update([id], {walltime: 6000}, BOB)
    await world.cron()
    assert.deepEqual([world.record(id)?.walltime, why(BOB)], [60, ['E_NOT_PERMITTED']])
    world.update([id], {walltime: 600}, USER)
    await world.cron()
    world.clock.advance(120_000)
    await world.cron()
    assert.equal(world.state(id), 'running')
    world.clock.advance(600_000)
    await world.cron()
    await world.cron()
    assert.equal(world.state(id), 'timeout')
  })

  it('of a job of somebody else is refused as one that is not there', async () => {
    const id = await held()
    world.update([id], {nice: 5}, BOB)
    await world.cron()
    assert.deepEqual([world.record(id)?.nice, why(BOB)], [0, ['E_NO_JOB']])
  })

  it('holds the quota against what the job would be, beside all others', async () => {
    const lines = {'quota.user.bob.cpus': '3', 'quota.user.bob.pending': '2'}
    const sections = parseSections(Object.entries(lines).map(([key, value]) => ({key, value, origin: 'x:1'})))
    const admission = {...SETTINGS.admission, sections}
    world = new World({settings: {admission, quotasRefuse: true}})
    const [one, other] = [await held({cpus: 1000}, BOB), await held({cpus: 1000}, BOB)]
    world.update([one], {cpus: 2000}, BOB)
    world.update([other], {cpus: 2000}, BOB)
    await world.cron()
    assert.deepEqual(
      [world.record(one)?.resources.cpus, world.record(other)?.resources.cpus, why(BOB)],
      [2000, 1000, ['E_QUOTA']],
    )
  })

  it('is applied once, wherever its pass is killed', async () => {
    for (let n = 1, fired = 1; fired > 0; n++) {
      world = new World()
      const id = await held()
      world.update([id], {cpus: 500})
      const fs = dying(world, {n, effect: 'crash-before'})
      await attempt(fs, () => world.process(fs).schedule())
      fired = fs.fired
      await world.cron()
      assert.deepEqual([world.record(id)?.resources.cpus, world.record(id)?.rev, left()], [500, 2, 0], `${n}`)
      assertAtRest(world, [id])
    }
  })

  it('waits for the scheduler: a watcher leaves it', async () => {
    const id = await held()
    world.update([id], {nice: 5})
    await world.process().watch()
    assert.deepEqual([world.record(id)?.nice, left()], [0, 1])
  })
})
