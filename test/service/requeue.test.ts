/** Another attempt, through the passes. */
import assert from 'node:assert/strict'
import {epoch, type JobId, type Token, token, uid} from '../../src/core/brand.js'
import {applyControl} from '../../src/core/control.js'
import {plainAuthor} from '../../src/service/service.js'
import {refusedRequests} from '../../src/store/requests/refused.js'
import {attempt, dying} from '../support/dying.js'
import {assertAtRest} from '../support/invariants.js'
import {packAll} from '../support/packing.js'
import {GRACE, USER, World} from '../support/world.js'

const SHORT = {env: {FAKE_SECONDS: '2', FAKE_EXIT: '3'}}
const FOREVER = {env: {FAKE_SECONDS: 'forever'}}

describe('a requeue request', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const over = async (): Promise<JobId> => {
    const id = world.submit(SHORT)
    await world.cron()
    world.clock.advance(3000)
    await world.cron()
    assert.equal(world.state(id), 'failed')
    return id
  }
  const attempts = (id: JobId): readonly number[] =>
    world.begun().flatMap(one => (one.job === id ? [one.attempt] : []))
  const tokens = (): readonly Token[] =>
    world.disk
      .files(world.layout.dropFolder(uid(USER)))
      .flatMap(path => /([0-9a-f]{24})\.req$/.exec(path)?.[1] ?? [])
      .map(token)
  const left = (): number => tokens().length

  it('runs what is over once more, and once only', async () => {
    const id = await over()
    world.control('requeue', [id])
    await world.cron()
    assert.deepEqual([world.state(id), world.record(id)?.attempt, left()], ['running', 2, 0])
    world.clock.advance(3000)
    for (let i = 0; i < 3; i++) await world.cron()
    assert.deepEqual([world.state(id), attempts(id)], ['failed', [1, 2]])
    assertAtRest(world, [id])
  })

  it('is applied once, wherever its pass is killed, also after that attempt is over', async () => {
    for (let n = 1, fired = 1; fired > 0; n++) {
      world = new World()
      const id = await over()
      world.control('requeue', [id])
      const fs = dying(world, {n, effect: 'crash-before'})
      await attempt(fs, () => world.process(fs).schedule())
      fired = fs.fired
      for (let i = 0; i < 3; i++) {
        await world.cron()
        world.clock.advance(3000)
      }
      assert.deepEqual([world.state(id), attempts(id)], ['failed', [1, 2]], `call ${n}, ${fs.firedAt}`)
      assertAtRest(world, [id])
    }
  })

  it('counts what was used once, wherever the watcher is killed', async () => {
    for (let n = 1, fired = 1; fired > 0; n++) {
      world = new World()
      const id = world.submit({env: {FAKE_SECONDS: 'forever', FAKE_CPU_SECONDS: '7'}})
      await world.cron()
      world.clock.advance(30_000)
      world.control('requeue', [id])
      const fs = dying(world, {n, effect: 'crash-before'})
      await attempt(fs, () => world.process(fs).watch())
      fired = fs.fired
      for (let i = 0; i < 4; i++) await world.cron()
      const {earlier = assert.fail(), attempt: of} = world.record(id) ?? assert.fail()
      const where = `call ${n}, ${fs.firedAt}: ${JSON.stringify(earlier)}`
      assert.deepEqual([of, earlier.runs, earlier.cpu], [2, 1, 7000], where)
      assert.ok(Math.abs(earlier.ran - 30_000) < 10, where)
    }
  })

  it('of a job that never started counts nothing', async () => {
    const id = world.submit({...FOREVER, hold: true})
    await world.cron()
    world.control('kill', [id])
    await world.cron()
    world.control('requeue', [id], USER, undefined, true)
    await world.cron()
    assert.deepEqual([world.state(id), world.record(id)?.attempt], ['held', 2])
    assert.equal(world.record(id)?.earlier, undefined)
  })

  it('with hold waits for a release', async () => {
    const id = await over()
    world.control('requeue', [id], USER, undefined, true)
    await world.cron()
    assert.deepEqual([world.state(id), world.containers().length], ['held', 0])
    world.control('release', [id])
    await world.cron()
    assert.deepEqual([world.state(id), attempts(id)], ['running', [1, 2]])
  })

  it('ends what runs, and starts it anew when it has ended', async () => {
    const id = world.submit({env: {...FOREVER.env, FAKE_IGNORES_TERM: '1'}})
    await world.cron()
    world.control('requeue', [id])
    await world.cron()
    assert.deepEqual([world.state(id), attempts(id)], ['stopping', [1]])
    world.clock.advance(GRACE)
    await world.cron()
    await world.cron()
    assert.deepEqual([world.state(id), attempts(id), world.containers().length], ['running', [1, 2], 1])
    assertAtRest(world, [id])
  })

  it('leaves no container of the attempt before where the engine could not be asked', async () => {
    const id = world.submit(FOREVER)
    await world.cron()
    world.control('requeue', [id])
    world.engineDown = true
    await world.cron()
    assert.equal(world.state(id), 'running')
    world.engineDown = false
    await world.cron()
    await world.cron()
    assert.deepEqual([world.state(id), attempts(id), world.containers().length], ['running', [1, 2], 1])
  })

  it('that meets packing on the same number: one of the two wins, and is told', async () => {
    const id = await over()
    packAll(world)
    world.control('requeue', [id])
    await world.cron()
    assert.deepEqual(attempts(id), [1])
    const [no] = refusedRequests(world.process().fs, world.layout, uid(USER))
    assert.deepEqual(
      [no?.code, no?.message],
      ['E_WRONG_STATE', `job ${id} cannot be requeued: it is over and packed`],
    )
  })

  it('is not applied again to a job whose record names a later one by now', async () => {
    const one = await over()
    const two = world.submit(FOREVER)
    await world.cron()
    const {service} = world.process()
    const apply = (id: JobId, op: 'requeue' | 'kill', tok: Token): void => {
      const base = service.jobs.read(id) ?? assert.fail()
      const effect = applyControl(base.record, {op}, world.clock.now())
      assert.ok(effect.kind === 'change')
      const next = {...effect.change, req: {uid: uid(USER), tok}}
      assert.ok(service.jobs.publishNext(base, next, plainAuthor('scheduler', epoch(0)), 'now') !== null)
    }
    // Two takers have each applied one of them to one of the jobs, and died.
    world.control('requeue', [two, one])
    const [first = assert.fail()] = tokens()
    world.control('kill', [one, two])
    const second = tokens().find(tok => tok !== first) ?? assert.fail()
    apply(one, 'requeue', first)
    apply(two, 'kill', second)
    await world.process().schedule()
    assert.deepEqual([world.state(one), world.record(one)?.attempt, left()], ['killed', 2, 0])
  })

  it('keeps the packer off what waits again', async () => {
    const id = await over()
    world.control('requeue', [id], USER, undefined, true)
    await world.process().schedule()
    packAll(world)
    assert.deepEqual([world.state(id), world.process().service.manifest.contains(id)], ['held', false])
  })

  it('stops tasks of an array that run, and starts them anew', async () => {
    const id = world.submit({...FOREVER, array: '0-3%2'})
    await world.cron()
    world.control('requeue', [id], USER, {[id]: '1'})
    await world.cron()
    await world.cron()
    const begun = world.begun().map(({task, attempt: of}) => `${task}/${of}`)
    assert.deepEqual(begun, ['0/1', '1/1', '1/2'])
    assert.equal(world.containers().length, 2)
  })
})
