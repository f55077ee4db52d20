/** Tasks of arrays that are tried again, through the passes. */
import assert from 'node:assert/strict'
import {countsOf, resultsOf} from '../../src/core/array/results.js'
import {usedRecords} from '../../src/core/array/view.js'
import {type JobId, jobId} from '../../src/core/brand.js'
import type {Wish} from '../../src/core/job.js'
import type {TaskKey} from '../../src/core/part-key.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {readReasons} from '../../src/store/reasons.js'
import {attempt, dying} from '../support/dying.js'
import {assertAtRest} from '../support/invariants.js'
import {packAll} from '../support/packing.js'
import {USER, World} from '../support/world.js'

const FAILING = {FAKE_SECONDS: '2', FAKE_EXIT: '3'}

describe('tasks of an array that are tried again', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const submit = (array: string, retry: string, env: Wish['env'] = FAILING): JobId =>
    world.submit({array, retry, env: env ?? {}})
  const key = (id: JobId, task: number): TaskKey => `${id}[${task}]`
  const pass = async (ms: number): Promise<void> => {
    world.clock.advance(ms)
    await world.cron()
  }
  const seen = (id: JobId, task: number) => {
    const record = world.record(key(id, task))
    return [record?.state, record?.attempt, record?.retry?.left]
  }
  const counts = (id: JobId) => countsOf(world.record(id)?.array ?? assert.fail('no array'))
  const begun = (): readonly string[] => world.begun().map(({task, attempt: of}) => `${task}/${of}`)

  it('start anew after a pause that doubles, and the array is over with the last of them', async () => {
    const id = submit('0-1', '2')
    await world.cron()
    await pass(3000)
    assert.deepEqual(
      [seen(id, 0), seen(id, 1), world.state(id)],
      [['pending', 2, 1], ['pending', 2, 1], 'running'],
    )
    await pass(9999)
    assert.deepEqual(seen(id, 0), ['pending', 2, 1])
    await pass(1)
    assert.deepEqual(seen(id, 0), ['running', 2, 1])
    await pass(3000)
    await pass(19_999)
    assert.deepEqual(seen(id, 0), ['pending', 3, 0])
    await pass(1)
    await pass(3000)
    await pass(60_000)
    assert.deepEqual(
      [seen(id, 0), world.state(id), world.record(id)?.exit?.code],
      [['failed', 3, 0], 'failed', 3],
    )
    assert.deepEqual(begun(), ['0/1', '1/1', '0/2', '1/2', '0/3', '1/3'])
    assertAtRest(world, [id])
  })

  it("stand in nobody's way: the others start meanwhile, and what has ended stays ended", async () => {
    const id = submit('0-5%2', '1')
    await world.cron()
    for (let i = 0; i < 3; i++) await pass(3000)
    assert.deepEqual(begun(), ['0/1', '1/1', '2/1', '3/1'])
    for (let i = 0; i < 12; i++) await pass(3000)
    assert.deepEqual([world.state(id), counts(id).failed, begun().length], ['failed', 6, 12])
    assertAtRest(world, [id])
  })

  it('tell why they wait, each by itself, and of the array if nothing else of it may start', async () => {
    const id = submit('0', '1')
    await world.cron()
    await pass(3000)
    await world.process().schedule()
    const reasons = readReasons(world.process().service.durable, world.layout)
    assert.deepEqual([reasons.get(id)?.code, world.record(key(id, 0))?.reason?.code], ['retry', 'retry'])
  })

  it('wake the scheduler when the first pause ends, and so does a job', async () => {
    const id = submit('0', '1')
    const single = world.submit({retry: '1', env: FAILING})
    await world.cron()
    await pass(3000)
    const process = world.process()
    const {next} = await schedulerPass(process.service, process.claimEpoch())
    const eligible = [world.record(key(id, 0))?.eligible, world.record(single)?.eligible]
    assert.deepEqual([next, eligible[0] !== undefined], [eligible[0], true])
    world.control('kill', [id])
    const after = await schedulerPass(world.process().service, world.process().claimEpoch())
    assert.equal(after.next, eligible[1])
  })

  it('keep those that depend on the array until it is over', async () => {
    const id = submit('0', '1')
    const [ok, not, one] = ['afterok:', 'afternotok:', 'afterany:'].map((kind, i) =>
      world.submit({depend: `${kind}${id}${i === 2 ? '_0' : ''}`}),
    )
    const states = () => [ok, not, one].map(each => world.state(each ?? jobId(99)))
    await world.cron()
    await pass(3000)
    await pass(0)
    assert.deepEqual(states(), ['pending', 'pending', 'pending'])
    await pass(10_000)
    await pass(3000)
    await pass(0)
    assert.deepEqual(states(), ['killed', 'done', 'done'])
  })

  it('are killed, held and released while they wait', async () => {
    const id = submit('0-3', '1')
    const some = (tasks: string) => ({[id]: tasks})
    await world.cron()
    await pass(3000)
    world.control('kill', [id], USER, some('0'))
    world.control('hold', [id], USER, some('1-2'))
    await world.process().schedule()
    world.control('release', [id], USER, some('2'))
    world.control('requeue', [id], USER, some('3'))
    await world.cron()
    assert.deepEqual(
      [0, 1, 2, 3].map(task => seen(id, task)[0]),
      ['killed', 'held', 'running', 'pending'],
    )
    await pass(10_000)
    await pass(3000)
    world.control('kill', [id])
    await pass(0)
    assert.deepEqual([world.state(id), counts(id).failed, counts(id).killed], ['killed', 2, 2])
    assertAtRest(world, [id])
  })

  it('stay where they are while the array is suspended', async () => {
    const id = submit('0', '1')
    await world.cron()
    await pass(3000)
    world.control('suspend', [id])
    await pass(20_000)
    assert.deepEqual(seen(id, 0), ['pending', 2, 0])
    world.control('resume', [id])
    await pass(0)
    assert.equal(seen(id, 0)[0], 'running')
  })

  it('are tried again when the machine lost power, and end well', async () => {
    const id = submit('0-1', '1', {FAKE_SECONDS: '5'})
    await world.cron()
    world.powerLoss()
    await world.cron()
    await pass(10_000)
    await pass(6000)
    assert.deepEqual([world.state(id), begun()], ['done', ['0/1', '1/1', '0/2', '1/2']])
    assertAtRest(world, [id])
  })

  it('are charged for each attempt once, also when they are packed', async () => {
    const id = submit('0-1', '2')
    await world.cron()
    for (let i = 0; i < 4; i++) {
      await pass(2000)
      await pass(40_000)
    }
    const [result] = resultsOf(world.record(id) ?? assert.fail())
    assert.deepEqual([result?.attempt, result?.earlier?.runs, result?.earlier?.ran], [3, 2, 4000])
    packAll(world)
    const packed = world.process().service.packs.task(id, 1)
    assert.deepEqual([packed?.attempt, packed?.earlier?.cpu], [3, 4000])
  })

  for (const role of ['watch', 'schedule'] as const)
    it(`are counted and charged once, wherever the ${role === 'watch' ? 'watcher' : 'scheduler'} is killed`, async () => {
      for (let n = 1, fired = 1; fired > 0; n++) {
        world = new World()
        const id = submit('0-1', '1')
        await world.cron()
        world.clock.advance(3000)
        if (role === 'schedule') {
          await world.process().watch()
          world.clock.advance(10_000)
        }
        const fs = dying(world, {n, effect: 'crash-before'})
        await attempt<unknown>(fs, () => world.process(fs)[role]())
        fired = fs.fired
        for (let i = 0; i < 4; i++) await pass(10_000)
        const where = `call ${n}, ${fs.firedAt}`
        assert.deepEqual([world.state(id), begun().length], ['failed', 4], where)
        const earlier = usedRecords(world.record(id) ?? assert.fail()).map(({earlier: used}) => [
          used?.runs,
          used?.ran,
        ])
        assert.deepEqual(
          earlier,
          [
            [1, 2000],
            [1, 2000],
          ],
          where,
        )
        assertAtRest(world, [id], where)
      }
    })
})
