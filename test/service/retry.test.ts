import assert from 'node:assert/strict'
import type {JobId} from '../../src/core/brand.js'
import {packAll} from '../support/packing.js'
import {World} from '../support/world.js'

const failing = (code: number, retry?: string) => ({
  env: {FAKE_SECONDS: '2', FAKE_EXIT: String(code)},
  ...(retry === undefined ? {} : {retry}),
})

describe('jobs that are tried again', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const pass = async (ms: number): Promise<void> => {
    world.clock.advance(ms)
    await world.cron()
  }
  const seen = (id: JobId) => {
    const record = world.record(id)
    return [record?.state, record?.attempt, record?.retry?.left]
  }

  it('start anew after a pause that doubles, and end as their last attempt does', async () => {
    const id = world.submit(failing(3, '2'))
    await world.cron()
    await pass(3000)
    assert.deepEqual(seen(id), ['failed', 1, 2])
    await pass(0)
    assert.deepEqual(seen(id), ['pending', 2, 1])
    assert.equal(
      world.record(id)?.reason?.text,
      'attempt 1 ended (failed: exit code 3); the next one after 10 s, 1 more may follow',
    )
    await pass(9000)
    assert.deepEqual(seen(id), ['pending', 2, 1])
    await pass(1000)
    assert.deepEqual(seen(id), ['running', 2, 1])
    await pass(3000)
    await pass(0)
    assert.deepEqual(seen(id), ['pending', 3, 0])
    await pass(20_000)
    await pass(3000)
    await pass(60_000)
    assert.deepEqual(seen(id), ['failed', 3, 0])
    assert.deepEqual(
      world.begun().map(({job, attempt}) => [job, attempt]),
      [1, 2, 3].map(attempt => [id, attempt]),
    )
  })

  it('tell in their history what came of each attempt', async () => {
    const id = world.submit(failing(3, '1'))
    await world.cron()
    await pass(3000)
    await pass(0)
    await pass(10_000)
    const history = world.process().service.jobs.history(id)
    assert.deepEqual(
      history.map(({record: {state, attempt, by}}) => `${state} ${attempt} ${by}`),
      [
        'pending 1 scheduler',
        'starting 1 scheduler',
        'running 1 watcher',
        'failed 1 watcher',
        'pending 2 scheduler',
        'starting 2 scheduler',
        'running 2 watcher',
      ],
    )
  })

  it('start anew when their container was lost', async () => {
    const id = world.submit({env: {FAKE_SECONDS: 'forever'}, retry: '1:node-lost'})
    await world.cron()
    for (const container of world.containers()) {
      world.engine.remove(container)
    }
    await pass(0)
    assert.equal(world.state(id), 'lost')
    await pass(0)
    await pass(10_000)
    assert.deepEqual(seen(id), ['running', 2, 0])
  })

  it('do so only after the ends that were named', async () => {
    const [named, other] = [
      world.submit(failing(75, '1:exit=75,137')),
      world.submit(failing(3, '1:exit=75,137')),
    ]
    const timeout = world.submit({env: {FAKE_SECONDS: 'forever'}, walltime: 1, retry: '1'})
    await world.cron()
    await pass(3000)
    for (let i = 0; i < 3; i++) await pass(0)
    assert.deepEqual(seen(named), ['pending', 2, 0])
    assert.deepEqual(seen(other), ['failed', 1, 1])
    assert.deepEqual(seen(timeout), ['timeout', 1, 1])
  })

  it('are not tried again when they are killed: while they run, while they wait, or in between', async () => {
    const running = world.submit({env: {FAKE_SECONDS: 'forever'}, retry: '3'})
    const [waiting, between] = [world.submit(failing(3, '3')), world.submit(failing(3, '3'))]
    await world.cron()
    world.control('kill', [running])
    world.clock.advance(3000)
    await world.process().watch()
    assert.equal(world.state(between), 'failed')
    world.control('kill', [between])
    await world.process().watch()
    assert.equal(world.record(between)?.sealed, true)
    await world.cron()
    assert.equal(world.state(waiting), 'pending')
    world.control('kill', [waiting])
    for (let i = 0; i < 3; i++) await pass(30_000)
    assert.deepEqual(
      [running, waiting, between].map(id => world.state(id)),
      ['killed', 'killed', 'failed'],
    )
    assert.deepEqual(
      world.begun().map(({job, attempt}) => [job, attempt]),
      [running, waiting, between].map(id => [id, 1]),
    )
  })

  it('are not packed before their end, and tell dependents of nothing else', async () => {
    const id = world.submit(failing(3, '1'))
    const [ok, not] = [world.submit({depend: `afterok:${id}`}), world.submit({depend: `afternotok:${id}`})]
    await world.cron()
    world.clock.advance(3000)
    await world.process().watch()
    packAll(world)
    assert.deepEqual(
      [id, ok, not].map(each => world.state(each)),
      ['failed', 'pending', 'pending'],
    )
    await pass(0)
    assert.deepEqual(
      [id, ok, not].map(each => world.state(each)),
      ['pending', 'pending', 'pending'],
    )
    await pass(10_000)
    await pass(3000)
    await world.process().schedule()
    assert.deepEqual(
      [id, ok, not].map(each => world.state(each)),
      ['failed', 'killed', 'done'],
    )
  })

  it('count all that their attempts used', async () => {
    const id = world.submit(failing(3, '1'))
    await world.cron()
    await pass(2000)
    await pass(0)
    assert.deepEqual(world.record(id)?.earlier?.ran, 2000)
  })
})
