import assert from 'node:assert/strict'
import {type JobId, jobId, uid} from '../../src/core/brand.js'
import {dependentJobs} from '../../src/service/bound-jobs.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {readReasons} from '../../src/store/reasons.js'
import {CLAIM_LIFE} from '../../src/store/requests/ids.js'
import {refusedRequests} from '../../src/store/requests/refused.js'
import {attempt, dying} from '../support/dying.js'
import {packAll} from '../support/packing.js'
import {USER, World} from '../support/world.js'

const FOREVER = {env: {FAKE_SECONDS: 'forever'}}
const SHORT = {env: {FAKE_SECONDS: '2'}}
const FAILS = {env: {FAKE_SECONDS: '2', FAKE_EXIT: '3'}}

describe('jobs that depend on others', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const reason = (id: JobId) => readReasons({fs: world.process().fs}, world.layout).get(id)
  const states = (...ids: readonly JobId[]): readonly string[] => ids.map(id => world.state(id))
  const refusals = (): readonly string[] =>
    [...refusedRequests(world.process().fs, world.layout, uid(USER))]
      .sort((a, b) => (a.id ?? 0) - (b.id ?? 0))
      .map(({message}) => message)
  /** What was started is over. */
  const over = async (): Promise<void> => {
    world.clock.advance(3000)
    await world.cron()
  }

  it('wait until all they name has ended with success, and are eligible from then on', async () => {
    const [a, b] = [world.submit(SHORT), world.submit(FOREVER)]
    const child = world.submit({...SHORT, depend: `afterok:${a}:${b}`})
    await world.cron()
    assert.deepEqual(states(a, b, child), ['running', 'running', 'pending'])
    assert.equal(reason(child)?.text, 'waits until jobs 1, 2 end with success')
    await over()
    await world.cron()
    assert.equal(reason(child)?.text, 'waits until job 2 ends with success')
    assert.deepEqual(reason(child)?.numbers, {count: 1, jobs: '2'})
    world.engine.all().forEach(container => {
      if (container.spec.job === b)
        Object.assign(container, {status: 'exited', exitCode: 0, finishedAt: world.clock.now()})
    })
    await world.cron()
    await world.cron()
    const record = world.record(child)
    assert.equal(record?.state, 'running')
    assert.deepEqual(record?.depend, {on: 'afterok:1:2', open: '', met: record?.eligible})
    assert.ok((record?.eligible ?? 0) > (record?.submitted ?? 0))
  })

  it('are killed with the reason when that can never be, and with them those that hang on them', async () => {
    const parent = world.submit(FAILS)
    const child = world.submit({depend: `afterok:${parent}`})
    const grandchild = world.submit({depend: `afterok:${child}`})
    const other = world.submit({...SHORT, depend: `afternotok:${child}`})
    await world.cron()
    await over()
    await world.process().schedule()
    assert.deepEqual(states(parent, child, grandchild, other), ['failed', 'killed', 'killed', 'running'])
    assert.equal(world.record(child)?.reason?.text, 'afterok can never hold: job 1 ended as failed')
    assert.equal(world.record(grandchild)?.reason?.text, 'afterok can never hold: job 2 ended as killed')
    assert.deepEqual(
      world.begun().map(({job}) => job),
      [parent, other],
    )
  })

  it('go by the start with after, by any end with afterany, and by one of several with ?', async () => {
    const parent = world.submit(FAILS)
    const begun = world.submit({...SHORT, depend: `after:${parent}`})
    const ended = world.submit({...SHORT, depend: `afterany:${parent}`})
    const either = world.submit({...SHORT, depend: `afterok:${parent}?afternotok:${parent}`})
    await world.process().schedule()
    assert.deepEqual(states(begun, ended, either), ['pending', 'pending', 'pending'])
    await world.cron()
    assert.deepEqual(states(begun, ended, either), ['running', 'pending', 'pending'])
    await over()
    await world.cron()
    assert.deepEqual(states(ended, either), ['running', 'running'])
  })

  it('wait for a whole array, or for one task of it', async () => {
    const array = world.submit({...SHORT, array: '0-2%1', cpus: 1000})
    const whole = world.submit({...SHORT, depend: `afterok:${array}`})
    const task = world.submit({...SHORT, depend: `afterok:${array}_0`})
    await world.cron()
    await over()
    await world.process().schedule()
    assert.deepEqual(states(whole, task), ['pending', 'running'])
    for (let i = 0; i < 4; i++) await over()
    await world.cron()
    assert.notEqual(world.state(whole), 'pending')
  })

  it('may be arrays themselves', async () => {
    const parent = world.submit(SHORT)
    const array = world.submit({...SHORT, array: '0-3', depend: `afterok:${parent}`})
    const doomed = world.submit({...SHORT, array: '0-3', depend: `afternotok:${parent}`})
    await world.cron()
    assert.deepEqual(states(array, doomed), ['pending', 'pending'])
    await over()
    await world.process().schedule()
    assert.deepEqual(states(array, doomed), ['running', 'killed'])
  })

  it('run one at a time with singleton: of one name and one user', async () => {
    const mine = [1, 2, 3].map(() => world.submit({...SHORT, name: 'same', depend: 'singleton'}))
    const other = world.submit({...SHORT, name: 'other', depend: 'singleton'})
    const bobs = world.submit({...SHORT, name: 'same', depend: 'singleton'}, undefined, 1001)
    await world.cron()
    assert.deepEqual(states(...mine, other, bobs), ['running', 'pending', 'pending', 'running', 'running'])
    assert.match(reason(jobId(2))?.text ?? '', /^waits until job 1 ends, which has the same name$/)
    await over()
    await world.cron()
    assert.deepEqual(states(...mine), ['done', 'running', 'pending'])
    await over()
    await world.cron()
    await over()
    assert.deepEqual(states(...mine), ['done', 'done', 'done'])
  })

  it('tell no name of a private job with singleton', async () => {
    Object.assign(world.settings, {admission: {...world.settings.admission, private: true}})
    const ids = ['secret', 'secret', 'open'].map(name => world.submit({...SHORT, name, depend: 'singleton'}))
    await world.cron()
    assert.deepEqual(states(...ids), ['running', 'pending', 'running'])
    const files = world.disk.files(world.layout.live).map(path => world.disk.text(path))
    assert.ok(files.length > 3)
    assert.ok(files.every(text => text?.includes('secret') === false))
  })

  it('know a parent that was packed before they came, and one that was packed while they waited', async () => {
    const [a, b] = [world.submit(SHORT), world.submit(FOREVER)]
    await world.cron()
    const early = world.submit({hold: true, depend: `afterok:${a}:${b}`})
    await over()
    packAll(world)
    const late = world.submit({...SHORT, depend: `afterok:${a}`})
    await world.cron()
    assert.deepEqual(world.record(late)?.depend, {
      on: 'afterok:1',
      open: '',
      met: world.record(late)?.eligible,
    })
    assert.deepEqual(states(early, late), ['held', 'running'])
    assert.equal(world.record(early)?.depend?.met, null)
  })

  it('keep the end of a parent from being forgotten as long as something else is open', async () => {
    const [a, b] = [world.submit(SHORT), world.submit(FOREVER)]
    const child = world.submit({...SHORT, depend: `afterok:${a}:${b}`})
    await world.cron()
    await over()
    packAll(world)
    Object.assign(world.settings, {packing: {...world.settings.packing, retention: {age: 1000, most: null}}})
    world.clock.advance(5000)
    packAll(world)
    assert.equal(world.process().service.packs.isDropped(a), false)
    world.control('kill', [child])
    await world.cron()
    packAll(world)
    packAll(world)
    assert.equal(world.process().service.packs.isDropped(a), true)
  })

  it('are refused when they name a job that there is not, themselves, or one that came later', async () => {
    const parent = world.submit(SHORT)
    const wrong = ['afterok:99', 'afterok:3', 'afterok:5'].map(depend => world.submit({depend}))
    world.submit(SHORT)
    await world.cron()
    assert.deepEqual(states(parent, ...wrong), ['running', 'absent', 'absent', 'absent'])
    assert.deepEqual(refusals(), [
      'job 2 depends on job 99, which does not come before it',
      'job 3 depends on itself',
      'job 4 depends on job 5, which does not come before it',
    ])
  })

  it('are refused when what they wait for has come otherwise, or has no such task', async () => {
    const [failed, array] = [world.submit(FAILS), world.submit({...SHORT, array: '0-2'})]
    await world.cron()
    await over()
    for (const depend of [`afterok:${failed}`, `afterok:${array}_7`, `after:${failed}_0`])
      world.submit({depend})
    await world.cron()
    assert.deepEqual(refusals(), [
      'afterok can never hold: job 1 ended as failed',
      'it depends on task 7 of job 2, which has none: its tasks are 0-2',
      'it depends on task 0 of job 1, which has none: it is no array',
    ])
  })

  it('may name jobs of the same request, and of requests that come in with them', async () => {
    const [parent, child] = world.submitMany([FOREVER, {...SHORT, depend: 'after:1'}])
    const third = world.submit({...SHORT, depend: 'afterok:2'})
    await world.process().schedule()
    assert.deepEqual(states(jobId(1), jobId(2), third), ['running', 'pending', 'pending'])
    assert.deepEqual([parent, child], [1, 2])
  })

  it('wait with their request while a parent may still come, and are refused when it never will', async () => {
    const fs = dying(world, {call: 'rename', n: 1, effect: 'crash-before'})
    await attempt(fs, async () => world.submit({}, fs))
    const child = world.submit({depend: 'after:1'})
    await world.cron()
    assert.equal(world.state(child), 'absent')
    assert.deepEqual(refusals(), [])
    world.clock.advance(CLAIM_LIFE + 1000)
    await world.cron()
    await world.cron()
    assert.deepEqual(refusals(), ['it depends on job 1, and there is no such job'])
  })

  it('are not started by a pass that has not judged them, whoever admitted them', async () => {
    const parent = world.submit(FOREVER)
    const child = world.submit({...SHORT, depend: `afterany:${parent}`})
    for (let i = 0; i < 4; i++) await world.cron()
    assert.deepEqual(states(parent, child), ['running', 'pending'])
    assert.deepEqual(
      world.begun().map(({job}) => job),
      [parent],
    )
  })

  it('hang on each other as deep as they like: a chain ends within some passes', async () => {
    const first = world.submit(FAILS)
    const chain = Array.from({length: 40}, (_, i) => world.submit({depend: `afterok:${i + 1}`}))
    await world.cron()
    await over()
    const report = await world.process().schedule()
    assert.equal(report.unread, true)
    await world.process().schedule()
    assert.equal((await world.process().schedule()).unread, false)
    assert.deepEqual(new Set(states(...chain)), new Set(['killed']))
    assert.equal(world.state(first), 'failed')
  })

  it('publish nothing, and look nothing up, where nothing has changed', async () => {
    const parent = world.submit(FOREVER)
    const child = world.submit({depend: `afterok:${parent},singleton`})
    await world.cron()
    const before = world.record(child)?.rev
    const god = world.process()
    await schedulerPass(god.service, god.claimEpoch())
    assert.equal(world.record(child)?.rev, before)
    assert.deepEqual(
      dependentJobs(god.service.jobs.live()).map(({record}) => record.id),
      [child],
    )
  })

  it('depend on a job of somebody else only where one may see it', async () => {
    const hers = world.submit(FOREVER, undefined, 1001)
    await world.cron()
    const seen = world.submit({depend: `after:${hers}`})
    await world.cron()
    assert.equal(world.record(seen)?.depend?.open, '')
    Object.assign(world.settings, {admission: {...world.settings.admission, private: true}})
    const unseen = world.submit({depend: `after:${hers}`})
    await world.cron()
    assert.equal(world.state(unseen), 'absent')
    assert.deepEqual(refusals(), ['it depends on job 1, and there is no such job'])
  })
})
