/** What the executor asks the engine in a job's life: each question costs the node time, so none is asked in vain. */
import assert from 'node:assert/strict'
import type {ContainerSpec, Executor} from '@god-cli/api'
import createExecutor from '../../../plugins/executor-docker/src/index.js'
import {labelsOf} from '../../../plugins/executor-docker/src/labels.js'
import {type FakeEngine, startFakeEngine} from './fake-engine.js'
import {aSpec, hostOn} from './world.js'

const CLUSTER = 'cluster'
const ID = 'c'.repeat(64)
const ZERO = '0001-01-01T00:00:00Z'

describe('the questions of the docker executor', () => {
  let engine: FakeEngine
  let executor: Executor
  let spec: ContainerSpec

  beforeEach(async () => {
    engine = await startFakeEngine()
    executor = createExecutor(hostOn(engine.root, {cluster: CLUSTER, options: {docker_url: engine.url}}))
    spec = aSpec({cluster: CLUSTER, image: 'tool'})
    engine.answer('GET /info', {status: 200, body: {CgroupDriver: 'cgroupfs'}})
    engine.answer('GET /images/tool:latest/json', {status: 200, body: {Id: 'sha256:a'}})
    engine.answer('POST /containers/create', {status: 201, body: {Id: ID}})
    engine.answer(`POST /containers/${ID}/start`, {status: 204})
    engine.answer(`DELETE /containers/${ID}`, {status: 204})
    engine.answer('GET /containers/json', {status: 200, body: []})
    is('created')
    // The version and the driver are asked once per process.
    await executor.create(aSpec({...spec, name: 'first'}))
    engine.asked.length = 0
  })
  afterEach(async () => {
    await executor.close()
    await engine.close()
  })

  const is = (Status: string): void => {
    const StartedAt = Status === 'created' ? ZERO : '2026-01-01T00:00:00Z'
    engine.answer(`GET /containers/${ID}/json`, {
      status: 200,
      body: {
        Id: ID,
        Name: `/${spec.name}`,
        State: {Status, ExitCode: 0, StartedAt},
        Config: {Labels: labelsOf(spec)},
      },
    })
  }
  /** The questions of one verb, without version and query. */
  const questions = async (verb: () => Promise<unknown>): Promise<readonly string[]> => {
    engine.asked.length = 0
    await verb()
    return engine.asked.map(line =>
      line
        .replace(/\/v1\.41/, '')
        .replace(/\?.*/, '')
        .replace(ID, 'ID')
        .replace(spec.name, 'NAME'),
    )
  }

  it('are six from the making of a container to its removal, its look at the end included', async () => {
    const {name} = spec
    assert.deepEqual(await questions(() => executor.create(spec)), [
      'GET /images/tool:latest/json',
      'POST /containers/create',
    ])
    assert.deepEqual(await questions(() => executor.start(ID)), [
      'GET /containers/ID/json',
      'POST /containers/ID/start',
    ])
    is('exited')
    assert.deepEqual(await questions(() => executor.inspect(ID)), ['GET /containers/ID/json'])
    assert.deepEqual(await questions(() => executor.usage(name, ID)), [])
    assert.deepEqual(await questions(() => executor.remove(name, ID)), ['DELETE /containers/ID'])
    assert.deepEqual(await questions(() => executor.list()), ['GET /containers/json'])
  })

  it('are one for which engine it is, until the connection is lost: then it may be another', async () => {
    engine.answer('GET /info', {status: 200, body: {ID: 'first'}})
    assert.deepEqual(await questions(() => executor.identity()), ['GET /info'])
    engine.answer('GET /info', {status: 200, body: {ID: 'second'}})
    assert.deepEqual(await questions(() => executor.identity()), [])
    assert.match(await executor.identity(), /^docker:first:[0-9a-f]{8}$/)
    await executor.health()
    assert.match(await executor.identity(), /^docker:second:[0-9a-f]{8}$/)
  })

  it('are a ping where nobody has heard of the engine for a second, whatever is known of it', async () => {
    let now = 0
    const host = {
      ...hostOn(engine.root, {cluster: CLUSTER, options: {docker_url: engine.url}}),
      now: () => now,
    }
    const other = createExecutor(host)
    engine.answer('GET /info', {status: 200, body: {ID: 'first', NCPU: 2, MemTotal: 1024}})
    engine.answer('GET /_ping', {status: 200, body: {}})
    await other.identity()
    await other.nodes()
    now = 1001
    assert.deepEqual(await questions(() => other.identity()), [])
    assert.deepEqual(await questions(() => other.nodes()), ['GET /_ping'])
    now = 2000
    assert.deepEqual(await questions(() => other.nodes()), [])
    now = 3002
    engine.answer('GET /_ping', {status: 500, body: {message: 'ill'}})
    await other.identity()
    await assert.rejects(other.nodes(), /ill/)
    await other.close()
  })

  it('are a ping for what its host has, until a minute is over or the connection is lost', async () => {
    let now = 0
    const host = {
      ...hostOn(engine.root, {cluster: CLUSTER, options: {docker_url: engine.url}}),
      now: () => now,
    }
    const other = createExecutor(host)
    engine.answer('GET /_ping', {status: 200, body: {}})
    engine.answer('GET /info', {status: 200, body: {NCPU: 2, MemTotal: 1024}})
    const first = [{name: host.node, capacity: {cpus: 2000, memory: 1024, gpus: 0}, labels: {}}]
    assert.deepEqual(await other.nodes(), first)
    engine.answer('GET /info', {status: 200, body: {NCPU: 4, MemTotal: 1024}})
    now = 59_999
    engine.answer('GET /_ping', {status: 200, body: {}})
    assert.deepEqual(await questions(() => other.nodes()), ['GET /_ping'])
    assert.deepEqual(await other.nodes(), first)
    now = 60_000
    assert.deepEqual(await questions(() => other.nodes()), ['GET /info'])
    assert.equal((await other.nodes())[0]?.capacity.cpus, 4000)
    await other.health()
    assert.deepEqual(await questions(() => other.nodes()), ['GET /info'])
    await other.close()
  })

  it('find no engine in one that does not tell its id', async () => {
    engine.answer('GET /info', {status: 200, body: {}})
    await assert.rejects(executor.identity(), /does not tell its id/)
  })

  it('are one for what the state shows to be done already', async () => {
    const look = ['GET /containers/ID/json']
    is('exited')
    for (const verb of [
      () => executor.start(ID),
      () => executor.signal(ID, 'SIGTERM'),
      () => executor.pause(ID),
      () => executor.unpause(ID),
    ])
      assert.deepEqual(await questions(verb), look)
  })

  it('are two for a signal and a pause', async () => {
    is('running')
    for (const verb of ['kill', 'pause']) engine.answer(`POST /containers/${ID}/${verb}`, {status: 204})
    const look = 'GET /containers/ID/json'
    assert.deepEqual(await questions(() => executor.signal(ID, 'SIGTERM')), [
      look,
      'POST /containers/ID/kill',
    ])
    assert.deepEqual(await questions(() => executor.pause(ID)), [look, 'POST /containers/ID/pause'])
  })
})
