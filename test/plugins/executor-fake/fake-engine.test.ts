/** The simulated engine: time, pauses, signals, faults and the marks that its wrapper leaves. */
import assert from 'node:assert/strict'
import {aSpec, type FakeWorld, makeFakeWorld} from './world.js'

describe('a simulated container', () => {
  let world: FakeWorld
  beforeEach(() => {
    world = makeFakeWorld()
  })

  const codeOf = async (id: string): Promise<number | null> =>
    (await world.executor.inspect(id))?.exitCode ?? null

  it('runs for as long as it is told, to the millisecond, and a pause stops its time', async () => {
    const id = await world.run(aSpec({FAKE_SECONDS: '10'}))
    world.advance(4000)
    await world.executor.pause(id)
    world.advance(60_000)
    assert.equal((await world.executor.inspect(id))?.status, 'paused')
    await world.executor.unpause(id)
    world.advance(5999)
    assert.equal((await world.executor.inspect(id))?.status, 'running')
    assert.equal(world.engine.nextEnd(), 1000 + 10_000 + 60_000)
    world.advance(1)
    const ended = await world.executor.inspect(id)
    assert.deepEqual(
      [ended?.status, ended?.exitCode, ended?.startedAt, ended?.finishedAt],
      ['exited', 0, 1000, 71_000],
    )
    assert.equal(world.engine.nextEnd(), null)
  })

  it('ends at its own time, though nobody looked', async () => {
    const id = await world.run(aSpec({FAKE_SECONDS: '1'}))
    world.advance(3_600_000)
    assert.equal((await world.executor.inspect(id))?.finishedAt, 2000)
  })

  it('leaves its exit code in the fence, unless the wrapper itself was shot', async () => {
    const spec = (env: Record<string, string>) => aSpec({FAKE_SECONDS: 'forever', ...env})
    const table = [
      ['SIGTERM', 143],
      ['SIGINT', 130],
      ['SIGHUP', 129],
      ['SIGUSR1', 138],
    ] as const
    for (const [signal, code] of table) {
      const one = spec({})
      const id = await world.run(one)
      await world.executor.signal(id, signal)
      assert.deepEqual([await codeOf(id), world.fences.get(one.workDir.source)], [code, code], signal)
    }
    const shot = spec({})
    const id = await world.run(shot)
    await world.executor.signal(id, 'SIGKILL')
    assert.deepEqual([await codeOf(id), world.fences.get(shot.workDir.source)], [137, null])
    const own = aSpec({FAKE_EXIT: '137'})
    await world.run(own)
    assert.equal(world.fences.get(own.workDir.source), 137, 'its command was shot, not the wrapper')
  })

  it('may be deaf to TERM, and is thawed by it all the same', async () => {
    const id = await world.run(aSpec({FAKE_SECONDS: 'forever', FAKE_IGNORES_TERM: '1'}))
    await world.executor.pause(id)
    await world.executor.signal(id, 'SIGTERM')
    assert.equal((await world.executor.inspect(id))?.status, 'running')
    await world.executor.signal(id, 'SIGWINCH')
    assert.equal((await world.executor.inspect(id))?.status, 'running')
    await world.executor.signal(id, 'SIGKILL')
    assert.equal(await codeOf(id), 137)
  })

  it('may run out of memory', async () => {
    const id = await world.run(aSpec({FAKE_OOM: '1', FAKE_EXIT: '3'}))
    const seen = await world.executor.inspect(id)
    assert.deepEqual([seen?.exitCode, seen?.oomKilled], [137, true])
  })

  it('uses what its script says, evenly while it runs', async () => {
    const spec = aSpec({FAKE_SECONDS: '2', FAKE_CPU_SECONDS: '1.5', FAKE_MEMORY: '4096'})
    const id = await world.run(spec)
    world.advance(1000)
    assert.deepEqual(await world.executor.usage(spec.name, id), {
      cpuSeconds: 0.75,
      maxMemory: 4096,
      exact: true,
      memory: 4096,
    })
    world.advance(1000)
    assert.deepEqual(await world.executor.usage(spec.name, id), {
      cpuSeconds: 1.5,
      maxMemory: 4096,
      exact: true,
    })
    const waiting = aSpec()
    await world.executor.create(waiting)
    assert.equal(await world.executor.usage(waiting.name, waiting.name), null, 'nothing before the start')
  })

  it('may be refused, and then leaves its name free', async () => {
    const spec = aSpec({FAKE_REFUSE: 'no such image'})
    const answer = await world.executor.create(spec)
    assert.deepEqual(answer, {answer: 'refused', reason: {code: 'image', text: 'no such image'}})
    assert.deepEqual(await world.executor.list(), [])
  })

  it('that cannot be started says so, now and later, and never runs', async () => {
    const spec = aSpec({FAKE_START_FAULT: 'no device'})
    await world.executor.create(spec)
    for (const _ of [1, 2]) {
      const answer = await world.executor.start(spec.name)
      assert.ok(answer.answer === 'refused' && answer.reason.text === 'no device')
    }
    const seen = await world.executor.inspect(spec.name)
    assert.deepEqual([seen?.status, seen?.startFault, seen?.startedAt], ['created', 'no device', null])
    assert.deepEqual(world.engine.begun, [])
  })

  it('whose fence is taken ends with 125 and never begins', async () => {
    const first = aSpec()
    await world.run(first)
    const again = {...aSpec(), workDir: first.workDir}
    const id = await world.run(again)
    assert.equal(await codeOf(id), 125)
    assert.deepEqual(
      world.engine.begun.map(({job}) => job),
      [first.job],
    )
  })

  it('takes a nonsense of a script for none', async () => {
    const id = await world.run(aSpec({FAKE_SECONDS: '-1', FAKE_EXIT: 'x'}))
    assert.equal(await codeOf(id), 0)
    const over = await world.run(aSpec({FAKE_EXIT: '256'}))
    assert.equal(await codeOf(over), 0)
  })
})
