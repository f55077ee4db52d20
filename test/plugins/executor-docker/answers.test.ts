/** What the executor makes of answers that a real engine gives seldom: errors, broken streams, other versions. */
import assert from 'node:assert/strict'
import {existsSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import type {ContainerSpec, Executor, HostServices} from '@god-cli/api'
import {findBusybox} from '../../../plugins/executor-docker/src/busybox.js'
import type {EngineClient} from '../../../plugins/executor-docker/src/client.js'
import {createEngine, type Engine, parseAddress} from '../../../plugins/executor-docker/src/engine.js'
import createExecutor from '../../../plugins/executor-docker/src/index.js'
import {labelsOf} from '../../../plugins/executor-docker/src/labels.js'
import {until} from '../../support/until.js'
import {type FakeEngine, startFakeEngine, VERSION} from './fake-engine.js'
import {aSpec, hostOn} from './world.js'

const CLUSTER = 'cluster'
const ID = 'c'.repeat(64)
const IMAGE_ID = `sha256:${'a'.repeat(64)}`
const ZERO = '0001-01-01T00:00:00Z'
const inspectRoute = `GET /containers/${ID}/json`

const inspected = (spec: ContainerSpec, State: object = {}, Labels: object = labelsOf(spec)) => ({
  Id: ID,
  Name: `/${spec.name}`,
  State: {Status: 'created', ExitCode: 0, Error: '', StartedAt: ZERO, FinishedAt: ZERO, ...State},
  Config: {Labels},
})

const running = {Status: 'running', StartedAt: '2026-01-01T00:00:00Z'}

describe('the docker executor, told by an engine', () => {
  let engine: FakeEngine
  let executor: Executor
  let spec: ContainerSpec
  let host: HostServices
  let logged: string[]

  beforeEach(async () => {
    engine = await startFakeEngine()
    logged = []
    host = hostOn(engine.root, {
      cluster: CLUSTER,
      options: {docker_url: engine.url, pull_timeout: '1'},
      log: (_level, text) => logged.push(text),
      delay: () => wait(1),
    })
    executor = createExecutor(host)
    spec = aSpec({cluster: CLUSTER, image: 'ann/tool'})
    engine.answer('GET /info', {status: 200, body: {CgroupDriver: 'cgroupfs', NCPU: 3, MemTotal: 5}})
    engine.answer('GET /images/ann/tool:latest/json', {status: 404, body: {message: 'No such image'}})
  })
  afterEach(async () => {
    await executor.close()
    await engine.close()
  })

  const hasImage = (Volumes: object | null = null): void =>
    engine.answer('GET /images/ann/tool:latest/json', {status: 200, body: {Id: IMAGE_ID, Config: {Volumes}}})
  const pulls = (...lines: readonly object[]): void =>
    engine.answer('POST /images/create', {
      status: 200,
      body: lines.map(line => `${JSON.stringify(line)}\r\n`).join(''),
    })
  const reasonOf = async (): Promise<{code: string; text: string}> => {
    const answer = await executor.create(spec)
    assert.equal(answer.answer, 'refused', JSON.stringify(answer))
    return answer.reason
  }

  it('that a pull failed after it began, refuses the image with its words', async () => {
    pulls({status: 'Pulling'}, {errorDetail: {message: 'manifest unknown'}, error: 'manifest unknown'})
    const {code, text} = await reasonOf()
    assert.equal(code, 'image')
    assert.match(text, /ann\/tool:latest .* manifest unknown/)
  })

  it('that a pull failed with a plain error in a line without an end', async () => {
    engine.answer('POST /images/create', {status: 200, body: '{"status":"x"}\n{"error":"no such tag"}'})
    assert.match((await reasonOf()).text, /no such tag/)
  })

  it('that a pull or a start found no room, throws and tries again: the job is not to blame', async () => {
    pulls({error: 'write /layer.tar: no space left on device'})
    await assert.rejects(executor.create(spec), /no space left/)
    engine.answer('POST /images/create', {status: 500, body: {message: 'mkdir: no space left on device'}})
    await assert.rejects(executor.create(spec), /no space left/)
    const message = 'failed to update store: write local-kv.db: no space left on device'
    engine.answer(`POST /containers/${ID}/start`, {status: 500, body: {message}}, {status: 204})
    engine.answer(inspectRoute, {status: 200, body: inspected(spec, {ExitCode: 128, Error: message})})
    await assert.rejects(executor.start(ID), /no space left/)
    assert.equal((await executor.inspect(ID))?.startFault, null)
    assert.deepEqual(await executor.start(ID), {answer: 'started'})
  })

  it('that a pull may not begin, refuses the image', async () => {
    engine.answer('POST /images/create', {status: 500, body: {message: 'Get "https://x/v2/": no basic auth'}})
    assert.match((await reasonOf()).text, /no basic auth/)
  })

  it('nothing more of a pull, gives it up in time', async () => {
    engine.answer('POST /images/create', {status: 200, body: '{"status":"Waiting"}\n', open: true})
    assert.match((await reasonOf()).text, /not finished after 1 s/)
  })

  it('half a pull, throws: that was the engine, not the image', async () => {
    engine.answer('POST /images/create', {status: 200, body: '{"status":"Waiting"}\n', breakOff: true})
    await assert.rejects(executor.create(spec))
  })

  it('of one missing image twice at once, pulls it once', async () => {
    pulls({error: 'no'})
    const other = aSpec({...spec, name: `${spec.name}-2`})
    await Promise.all([executor.create(spec), executor.create(other)])
    assert.equal(engine.asked.filter(line => line.startsWith('POST')).length, 1)
    assert.match(engine.asked.find(line => line.startsWith('POST')) ?? '', /fromImage=ann%2Ftool&tag=latest/)
  })

  it('of an image with a volume in a mount that users write, refuses it', async () => {
    hasImage({'/mnt/go-docker/x': {}})
    assert.deepEqual((await reasonOf()).code, 'image')
  })

  it('of a name that is no image, asks nobody', async () => {
    spec = aSpec({...spec, image: '../../containers/x'})
    assert.equal((await reasonOf()).code, 'image')
    assert.ok(!engine.asked.some(line => line.includes('..')))
  })

  it('that it made the container, sends the table by image id and nothing but the name in the address', async () => {
    hasImage()
    engine.answer('POST /containers/create', {status: 201, body: {Id: ID}})
    engine.answer(inspectRoute, {status: 200, body: inspected(spec)})
    assert.equal((await executor.create(spec)).answer, 'created')
    const at = engine.asked.findIndex(line => line.startsWith('POST'))
    assert.equal(engine.asked[at], `POST /v1.41/containers/create?name=${spec.name}`)
    const body = engine.bodies[at] as {Image: string; Env: string[]; HostConfig: {CgroupParent: string}}
    assert.equal(body.Image, IMAGE_ID)
    assert.equal(body.HostConfig.CgroupParent, `/god/${spec.name}`)
    assert.ok(
      body.Env.includes(`GOD_TOOLS=${findBusybox(undefined).path === null ? '' : '/god/bin/busybox'}`),
    )
  })

  it('500 for a name that is taken, finds the container', async () => {
    hasImage()
    engine.answer(`GET /containers/${spec.name}/json`, {status: 200, body: inspected(spec)})
    engine.answer('POST /containers/create', {status: 500, body: {message: 'name is in use'}})
    assert.equal((await executor.create(spec)).answer, 'exists')
  })

  it('409 for a name whose container it does not show yet, looks until it does', async () => {
    hasImage()
    const seen = {status: 200, body: inspected(spec)}
    engine.answer(`GET /containers/${spec.name}/json`, {status: 404}, {status: 404}, seen)
    engine.answer('POST /containers/create', {status: 409, body: {message: 'name is in use'}})
    assert.equal((await executor.create(spec)).answer, 'exists')
    engine.answer(`GET /containers/${spec.name}/json`, {status: 404})
    await assert.rejects(executor.create(spec), /in use/)
  })

  it('T44: of a stranger of the same name, refuses and leaves no files', async () => {
    const stranger = inspected(spec, running, {})
    engine.answer(`GET /containers/${spec.name}/json`, {status: 200, body: stranger})
    assert.equal((await reasonOf()).code, 'name', 'the image is missing')
    hasImage()
    engine.answer('POST /containers/create', {status: 409, body: {message: 'name is in use'}})
    assert.equal((await reasonOf()).code, 'name', 'the image is there')
    assert.equal(existsSync(join(engine.root, spec.name)), false)
    assert.equal(await executor.inspect(spec.name), null)
  })

  it('of a container that is there, gives it whatever has become wrong with the spec, and pulls nothing', async () => {
    const seen = {status: 200, body: inspected(spec, running)}
    engine.answer(`GET /containers/${spec.name}/json`, seen)
    const mounts = [{source: '/nowhere', target: '/data', readOnly: true}]
    for (const over of [{}, {image: '..'}, {pids: 0}, {mounts}]) {
      const answer = await executor.create({...spec, ...over})
      assert.ok(answer.answer === 'exists' && answer.container.status === 'running', JSON.stringify(over))
    }
    hasImage({'/mnt/go-docker/x': {}})
    assert.equal((await executor.create(spec)).answer, 'exists', 'its image declares a volume by now')
    assert.ok(!engine.asked.some(line => line.startsWith('POST')))
  })

  it('that a container is removed that never ran, takes it for gone, not for ended', async () => {
    for (const Status of ['removing', 'dead']) {
      engine.answer(inspectRoute, {status: 200, body: inspected(spec, {Status})})
      assert.equal(await executor.inspect(ID), null, Status)
      assert.deepEqual(await executor.start(ID), {answer: 'gone'})
      engine.answer(inspectRoute, {status: 200, body: inspected(spec, {...running, Status, ExitCode: 137})})
      assert.equal((await executor.inspect(ID))?.exitCode, 137, Status)
    }
    hasImage()
    engine.answer('POST /containers/create', {status: 409, body: {message: 'name is in use'}})
    engine.answer(`GET /containers/${spec.name}/json`, {
      status: 200,
      body: inspected(spec, {Status: 'removing'}),
    })
    await assert.rejects(executor.create(spec), /in use/, 'asked again later, the name is free')
  })

  it('of one container a state that god does not know, lists the others all the same', async () => {
    const row = (State: string, name: string) => ({
      Id: name,
      Names: [`/${name}`],
      State,
      Labels: labelsOf(spec),
    })
    engine.answer('GET /containers/json', {status: 200, body: [row('dancing', 'a'), row('exited', 'b')]})
    const rows = await executor.list()
    assert.deepEqual(
      rows.map(({name, status}) => [name, status]),
      [
        ['a', 'running'],
        ['b', 'exited'],
      ],
    )
  })

  it('400 for the options, refuses with its words; 500, throws', async () => {
    hasImage()
    engine.answer('POST /containers/create', {
      status: 400,
      body: {message: 'Range of CPUs is from 0.01 to 2.00'},
    })
    const {code, text} = await reasonOf()
    assert.equal(code, 'limit')
    assert.match(text, /Range of CPUs/)
    assert.equal(existsSync(join(engine.root, spec.name)), false)
    engine.answer('POST /containers/create', {
      status: 400,
      body: {message: 'invalid mount config for type "bind": bind source path does not exist: /jobs/7'},
    })
    assert.equal((await reasonOf()).code, 'mount')
    engine.answer(
      'POST /containers/create',
      {status: 500, body: {message: 'no space left on device'}},
      {status: 201, body: {Id: ID}},
    )
    await assert.rejects(executor.create(spec), /no space left/)
    assert.equal((await executor.create(spec)).answer, 'created')
  })

  it('that the image went away in between, throws: the next look pulls it', async () => {
    hasImage()
    engine.answer('POST /containers/create', {status: 404, body: {message: 'No such image: sha256:a'}})
    await assert.rejects(executor.create(spec), /No such image/)
  })

  it('is not told of an account whose files the disk does not take; they are written the next time', async () => {
    hasImage()
    engine.answer('POST /containers/create', {status: 201, body: {Id: ID}})
    writeFileSync(join(engine.root, spec.name), 'in the way')
    await assert.rejects(executor.create(spec), {code: 'EEXIST'})
    assert.ok(!engine.asked.some(line => line.startsWith('POST')))
    rmSync(join(engine.root, spec.name))
    assert.equal((await executor.create(spec)).answer, 'created')
  })

  it('of amounts that mean no limit, asks nothing', async () => {
    const {resources} = spec
    for (const over of [
      {resources: {...resources, memory: 0}},
      {resources: {...resources, cpus: Number.NaN}},
      {pids: -1},
    ]) {
      const answer = await executor.create({...spec, ...over})
      assert.ok(answer.answer === 'refused' && answer.reason.code === 'limit', JSON.stringify(answer))
    }
    assert.ok(!engine.asked.some(line => line.startsWith('POST')))
  })

  it('500 and an error in the state, refuses the start, now and later', async () => {
    const fault = inspected(spec, {ExitCode: 128, Error: 'OCI runtime create failed'})
    engine.answer(inspectRoute, {status: 200, body: inspected(spec)}, {status: 200, body: fault})
    engine.answer(`POST /containers/${ID}/start`, {status: 500, body: {message: 'OCI runtime create failed'}})
    for (const _ of [1, 2]) {
      const answer = await executor.start(ID)
      assert.ok(answer.answer === 'refused' && answer.reason.code === 'start')
      assert.match(answer.reason.text, /OCI runtime/)
    }
    assert.equal(engine.asked.filter(line => line.startsWith('POST')).length, 1)
  })

  it('500 without a word in the state, throws; that it is gone meanwhile, says so; 304 is a start', async () => {
    engine.answer(`POST /containers/${ID}/start`, {status: 500, body: {message: 'busy'}})
    engine.answer(inspectRoute, {status: 200, body: inspected(spec)})
    await assert.rejects(executor.start(ID), /busy/)
    engine.answer(inspectRoute, {status: 200, body: inspected(spec)}, {status: 404})
    engine.answer(`POST /containers/${ID}/start`, {status: 404})
    assert.deepEqual(await executor.start(ID), {answer: 'gone'})
    engine.answer(inspectRoute, {status: 200, body: inspected(spec)})
    engine.answer(`POST /containers/${ID}/start`, {status: 304})
    assert.deepEqual(await executor.start(ID), {answer: 'started'})
  })

  it('500 for what had ended meanwhile, takes it as no effect; for what still runs, throws', async () => {
    const alive = {status: 200, body: inspected(spec, running)}
    const ended = {status: 200, body: inspected(spec, {...running, Status: 'exited'})}
    const paused = {status: 200, body: inspected(spec, {...running, Status: 'paused'})}
    for (const verb of ['kill', 'pause', 'unpause'])
      engine.answer(`POST /containers/${ID}/${verb}`, {status: 500, body: {message: 'no'}})
    engine.answer(inspectRoute, alive, ended)
    await executor.signal(ID, 'SIGTERM')
    engine.answer(inspectRoute, alive, ended)
    await executor.pause(ID)
    engine.answer(inspectRoute, paused, alive)
    await executor.unpause(ID)
    engine.answer(inspectRoute, alive)
    await assert.rejects(executor.signal(ID, 'SIGTERM'), /no/)
    engine.answer(`POST /containers/${ID}/kill`, {status: 409})
    await executor.signal(ID, 'SIGTERM')
  })

  it('that it cannot remove, throws while the container is there', async () => {
    engine.answer(`DELETE /containers/${ID}`, {status: 500, body: {message: 'device busy'}})
    engine.answer(inspectRoute, {status: 200, body: inspected(spec)})
    await assert.rejects(executor.remove(spec.name, ID), /device busy/)
    engine.answer(inspectRoute, {status: 404})
    await executor.remove(spec.name, ID)
    engine.answer(inspectRoute, {status: 200, body: inspected(spec)})
    engine.answer(`DELETE /containers/${ID}`, {
      status: 409,
      body: {message: 'removal of it is already in progress'},
    })
    await executor.remove(spec.name, ID)
  })

  describe('half an answer', () => {
    const half = {status: 200, body: '[{"Id":'} as const
    const filters = {label: ['x']}
    let asker: Engine
    beforeEach(() => {
      asker = createEngine(parseAddress(engine.url))
    })
    afterEach(() => asker.close())
    const rows = (docker: EngineClient, abortSignal: AbortSignal) =>
      docker.listContainers({all: true, filters, abortSignal})

    it('throws at once where the connection broke off', async () => {
      engine.answer('GET /containers/json', {...half, breakOff: true}, {status: 200, body: []})
      await assert.rejects(asker.ask(rows), /aborted/)
      assert.deepEqual(await asker.ask(rows), [])
    })

    it('throws in the end instead of waiting for ever', async () => {
      engine.answer('GET /containers/json', {...half, open: true}, {status: 200, body: []})
      await assert.rejects(asker.ask(rows, 200), /did not answer within 0.2 s/)
      assert.deepEqual(await asker.ask(rows), [])
    })
  })

  it('that it was upgraded, asks in the new version the next time', async () => {
    engine.answer('GET /containers/json', {status: 200, body: []})
    await executor.list()
    const old = {
      status: 400,
      body: {message: 'client version 1.41 is too old. Minimum supported API version is 1.44'},
    }
    engine.answer('GET /version', {
      status: 200,
      body: {...VERSION, ApiVersion: '1.52', MinAPIVersion: '1.44'},
    })
    engine.answer('GET /containers/json', old, {status: 200, body: []})
    await assert.rejects(executor.list(), /too old/)
    assert.deepEqual(await executor.list(), [])
    assert.match(engine.asked.at(-1) ?? '', /^GET \/v1\.44\/containers\/json\?all=true&filters=/)
  })

  it('of a node, believes its figures and the operator for gpus', async () => {
    assert.deepEqual(await executor.nodes(), [
      {name: 'here', capacity: {cpus: 3000, memory: 5, gpus: 0}, labels: {}},
    ])
    const other = createExecutor({...host, options: {...host.options, gpus: '2'}})
    assert.equal((await other.nodes())[0]?.capacity.gpus, 2)
  })

  it('of events that break off, follows again, and wakes each time it could', async () => {
    engine.answer(
      'GET /events',
      {status: 200, body: {status: 'die'}, breakOff: true},
      {status: 500, body: {message: 'starting'}},
      {status: 200, body: '', open: true},
    )
    let wakes = 0
    const stop = executor.watch(() => {
      wakes += 1
    })
    await engine.seen('GET /events', 3)
    await until('it woke for the first and the last', () => (wakes >= 2 ? true : null))
    stop()
    assert.ok(logged.some(text => text.includes('starting')))
  })
})

describe('the docker executor without an engine', () => {
  it('throws for a question, and tells the doctor what to do', async () => {
    const executor = createExecutor(
      hostOn('/nowhere', {options: {docker_url: 'unix:///nowhere/engine.sock'}}),
    )
    await assert.rejects(executor.list(), /ENOENT/)
    await assert.rejects(executor.create(aSpec()), /ENOENT/)
    const [engine] = await executor.health()
    assert.deepEqual([engine?.check, engine?.ok], ['engine', false])
    assert.match(engine?.text ?? '', /\/nowhere\/engine.sock does not answer/)
    await executor.close()
  })
})
