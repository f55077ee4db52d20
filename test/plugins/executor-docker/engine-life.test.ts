/** An engine that crashes, stops and comes back, with containers on it in every state. */
import assert from 'node:assert/strict'
import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {missingForEngine, type OwnEngine, openOwnEngine} from '../../support/own-engine.js'
import {until} from '../../support/until.js'
import {type DockerWorld, describeOnEngine, openWorld} from './world.js'

describeOnEngine('an engine of docker that comes and goes', function () {
  this.timeout(120_000)
  const missing = missingForEngine()
  if (missing !== null) {
    it(`needs ${missing} to start a second engine`)
    return
  }
  let engine: OwnEngine
  let world: DockerWorld
  before(async () => {
    engine = await openOwnEngine()
  })
  after(() => engine.close())
  beforeEach(async () => {
    world = await openWorld({docker_url: engine.url})
  })
  afterEach(() => world.close())

  it('crashes between the making and the start of a container, which then starts once', async () => {
    const spec = world.script('echo ran >>count')
    const made = await world.executor.create(spec)
    assert.ok(made.answer === 'created')
    await engine.crash()
    await assert.rejects(world.executor.start(made.container.id))
    await assert.rejects(world.executor.create(spec))
    await assert.rejects(world.executor.inspect(spec.name))
    await assert.rejects(world.executor.list())
    await assert.rejects(world.executor.signal(made.container.id, 'SIGTERM'))
    await assert.rejects(world.executor.pause(made.container.id))
    await assert.rejects(world.executor.unpause(made.container.id))
    await assert.rejects(world.executor.nodes())
    await assert.rejects(world.executor.remove(spec.name, made.container.id))
    await engine.start('--live-restore')
    assert.deepEqual(await world.executor.create(spec), {answer: 'exists', container: made.container})
    assert.deepEqual(await world.executor.start(made.container.id), {answer: 'started'})
    assert.equal((await world.ended(made.container.id)).exitCode, 0)
    assert.equal(world.output(spec, 'count'), 'ran\n')
  })

  it('crashes under jobs that run on: those that end meanwhile keep their code, usage and output', async () => {
    const over = world.script(': >ready; while [ ! -e go ]; do sleep 0.02; done; echo late; exit 7')
    const running = world.spec('endless')
    const ids = [await world.run(over), await world.run(running)] as const
    await world.ready(over)
    await world.ready(running)
    let wakes = 0
    const stop = world.executor.watch(() => {
      wakes += 1
    })
    await until('the watch is open', () => (wakes > 0 ? true : null))
    await engine.crash()
    writeFileSync(join(over.workDir.source, 'go'), '')
    await until('it has ended', () => (world.output(over).includes('late') ? true : null))
    const before = wakes
    await engine.start('--live-restore')
    await until('the watch is open again', () => (wakes > before ? true : null))
    stop()
    const {exitCode, oomKilled} = await world.ended(ids[0])
    assert.deepEqual({exitCode, oomKilled}, {exitCode: 7, oomKilled: false})
    const usage = await world.executor.usage(over.name, ids[0])
    assert.ok(usage?.exact && usage.cpuSeconds > 0 && usage.maxMemory > 0, JSON.stringify(usage))
    assert.equal((await world.executor.inspect(ids[1]))?.status, 'running')
    assert.deepEqual(await world.executor.start(ids[1]), {answer: 'started'})
    await world.executor.signal(ids[1], 'SIGTERM')
    assert.equal((await world.ended(ids[1])).exitCode, 143)
  })

  it('crashes under a paused job, which stays paused', async () => {
    const spec = world.spec('endless')
    const id = await world.run(spec)
    await world.ready(spec)
    await world.executor.pause(id)
    await engine.crash()
    await engine.start('--live-restore')
    assert.equal((await world.executor.inspect(id))?.status, 'paused')
    await world.executor.unpause(id)
    assert.equal((await world.executor.inspect(id))?.status, 'running')
    await world.executor.remove(spec.name, id)
    assert.deepEqual(await world.executor.list(), [])
  })

  it('stops in order without live-restore: its jobs get TERM, and it knows so when it is back', async () => {
    await engine.stop()
    await engine.start()
    const spec = world.spec('endless')
    const id = await world.run(spec)
    await world.ready(spec)
    await engine.stop()
    assert.equal(world.output(spec, 'started.1/exit'), '143\n')
    await engine.start('--live-restore')
    assert.equal((await world.ended(id)).exitCode, 143)
  })
})

describeOnEngine('an engine of docker whose disk is full', function () {
  this.timeout(120_000)
  const missing = missingForEngine()
  if (missing !== null) {
    it(`needs ${missing} to start a second engine`)
    return
  }
  let engine: OwnEngine
  let world: DockerWorld
  before(async () => {
    engine = await openOwnEngine({disk: 24})
    world = await openWorld({docker_url: engine.url})
  })
  after(async () => {
    await world.close()
    await engine.close()
  })

  it('makes and starts no container, fails no job, and does both when there is room', async () => {
    const filling = join(engine.data, 'filling')
    const [waiting, later] = [world.spec('exit0'), world.spec('exit3')]
    const made = await world.executor.create(waiting)
    assert.ok(made.answer === 'created', JSON.stringify(made))
    assert.throws(() => writeFileSync(filling, Buffer.alloc(32 * 1024 ** 2)), {code: 'ENOSPC'})
    await assert.rejects(world.executor.create(later), /no space left/)
    await assert.rejects(world.executor.start(made.container.id), /no space left/)
    assert.equal((await world.executor.inspect(waiting.name))?.startFault, null)
    rmSync(filling)
    assert.deepEqual(await world.executor.start(made.container.id), {answer: 'started'})
    assert.equal((await world.ended(made.container.id)).exitCode, 0)
    assert.equal((await world.ended(await world.run(later))).exitCode, 3)
  })
})
