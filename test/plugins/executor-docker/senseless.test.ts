/** What the executor makes of answers that no engine would give: nothing of them is believed, the job stays as it is. */
import assert from 'node:assert/strict'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import type {ContainerSpec, Executor} from '@god-cli/api'
import {createExecutor} from '../../../plugins/executor-docker/src/executor.js'
import {labelsOf} from '../../../plugins/executor-docker/src/labels.js'
import {createSlots} from '../../../plugins/executor-docker/src/slots.js'
import {until} from '../../support/until.js'
import {type FakeEngine, startFakeEngine, VERSION} from './fake-engine.js'
import {aSpec, hostOn} from './world.js'

const ID = 'c'.repeat(64)
const PAGE = '<html><body><h1>404 Not Found</h1></body></html>'
const SENSELESS: readonly unknown[] = ['', 'null', '[]', '{}', '"yes"', '[{"Id":', '7', PAGE, {Id: 5}]

describe('the docker executor, told what makes no sense', () => {
  let engine: FakeEngine
  let executor: Executor
  let spec: ContainerSpec

  beforeEach(async () => {
    engine = await startFakeEngine()
    const options = {docker_url: engine.url, request_timeout: '1', start_timeout: '1', busybox: '/nowhere'}
    executor = createExecutor(hostOn(engine.root, {cluster: 'cluster', options, delay: () => wait(1)}))
    spec = aSpec({cluster: 'cluster', image: 'tool'})
    engine.answer('GET /info', {status: 200, body: {ID: 'e', CgroupDriver: 'cgroupfs', NCPU: 1, MemTotal: 1}})
    engine.answer('GET /images/tool:latest/json', {status: 200, body: {Id: 'sha256:a'}})
  })
  afterEach(async () => {
    await executor.close()
    await engine.close()
  })

  const inspected = (State: object, more: object = {}) => ({
    Id: ID,
    Name: `/${spec.name}`,
    State,
    Config: {Labels: labelsOf(spec)},
    ...more,
  })
  const exited = {Status: 'exited', ExitCode: 3, StartedAt: '2026-01-01T00:00:00Z'}

  it('of its version, of itself and of its host, throws', async () => {
    for (const body of SENSELESS) {
      engine.answer('GET /info', {status: 200, body})
      await assert.rejects(executor.identity(), `${JSON.stringify(body)} as info`)
      await assert.rejects(executor.nodes(), `${JSON.stringify(body)} as info`)
    }
    for (const body of SENSELESS) {
      engine.answer('GET /version', {status: 200, body})
      await assert.rejects(executor.list(), `${JSON.stringify(body)} as version`)
    }
    engine.answer('GET /version', {status: 200, body: VERSION})
    engine.answer('GET /containers/json', {status: 200, body: []})
    assert.deepEqual(await executor.list(), [])
  })

  it('of a container, throws: one without an exit code has not ended well', async () => {
    const bodies = [
      ...SENSELESS,
      inspected({Status: 'exited', StartedAt: '2026-01-01T00:00:00Z'}),
      inspected({...exited, ExitCode: '0'}),
      inspected({...exited, ExitCode: null}),
      inspected({...exited, Status: 5}),
      inspected(exited, {Config: null}),
      inspected(exited, {Config: {Labels: {'god.cluster': 1}}}),
      inspected(exited, {Id: null}),
    ]
    for (const body of bodies) {
      engine.answer(`GET /containers/${ID}/json`, {status: 200, body})
      await assert.rejects(executor.inspect(ID), JSON.stringify(body))
    }
    engine.answer(`GET /containers/${ID}/json`, {status: 200, body: inspected(exited)})
    assert.equal((await executor.inspect(ID))?.exitCode, 3)
  })

  it('of a list, throws, also for one row; a row that lost its names is let through', async () => {
    const row = {Id: ID, Names: ['/a'], State: 'running', Labels: labelsOf(spec)}
    for (const body of [...SENSELESS.filter(one => one !== '[]'), [row, {...row, Id: 7}], [row, null]]) {
      engine.answer('GET /containers/json', {status: 200, body})
      await assert.rejects(executor.list(), JSON.stringify(body))
    }
    engine.answer('GET /containers/json', {status: 200, body: [row, {...row, Names: null}]})
    assert.deepEqual(
      (await executor.list()).map(({name}) => name),
      ['a', ''],
    )
  })

  it('of an image or of a container made, throws, and makes no second one', async () => {
    for (const body of SENSELESS) {
      engine.answer('GET /images/tool:latest/json', {status: 200, body})
      await assert.rejects(executor.create(spec), `${JSON.stringify(body)} as image`)
    }
    engine.answer('GET /images/tool:latest/json', {status: 200, body: {Id: 'sha256:a'}})
    for (const body of SENSELESS) {
      engine.answer('POST /containers/create', {status: 201, body})
      await assert.rejects(executor.create(spec), `${JSON.stringify(body)} as container`)
    }
    engine.answer('POST /containers/create', {status: 409, body: {message: 'name in use'}})
    engine.answer(`GET /containers/${spec.name}/json`, {
      status: 200,
      body: inspected({Status: 'created', ExitCode: 0}),
    })
    assert.equal((await executor.create(spec)).answer, 'exists')
  })

  it('a 404 that is not its own, believes nothing gone', async () => {
    for (const body of [PAGE, '', {}, {message: 'page not found'}]) {
      const answer = {status: 404, body}
      engine.answer(`GET /containers/${ID}/json`, answer)
      engine.answer(`GET /containers/${spec.name}/json`, answer)
      engine.answer(`DELETE /containers/${ID}`, answer)
      engine.answer('GET /images/tool:latest/json', answer)
      const about = JSON.stringify(body)
      await assert.rejects(executor.inspect(ID), about)
      await assert.rejects(executor.start(ID), about)
      await assert.rejects(executor.remove(spec.name, ID), about)
      await assert.rejects(executor.create(spec), about)
    }
    assert.ok(!engine.asked.some(line => line.startsWith('POST /v1.41/images/create')), 'nothing was pulled')
  })

  it('a no when it is asked for its version, takes that for no answer to the question, and asks again', async () => {
    engine.answer('GET /containers/json', {status: 200, body: []})
    for (const status of [404, 400, 500, 503]) {
      await executor.health()
      engine.answer('GET /version', {status, body: {message: 'not now'}}, {status: 200, body: VERSION})
      const fresh = createExecutor(
        hostOn(engine.root, {cluster: 'cluster', options: {docker_url: engine.url}}),
      )
      await assert.rejects(fresh.inspect(ID), /does not tell its version: not now/)
      assert.deepEqual(await fresh.list(), [])
      await fresh.close()
    }
  })

  it('a no without a reason, refuses no job for good', async () => {
    for (const status of [301, 400, 403, 408, 418, 429, 500, 502]) {
      const answer = {status, body: status < 500 && status !== 429 ? PAGE : {message: 'busy'}}
      engine.answer(`GET /containers/${ID}/json`, {
        status: 200,
        body: inspected({Status: 'created', ExitCode: 0}),
      })
      engine.answer(`POST /containers/${ID}/start`, answer)
      engine.answer('POST /containers/create', answer)
      await assert.rejects(executor.start(ID), `${status} for a start`)
      await assert.rejects(executor.create(spec), `${status} for a container`)
    }
    engine.answer('GET /images/tool:latest/json', {status: 404})
    for (const status of [403, 404, 500, 503]) {
      engine.answer('POST /images/create', {status, body: PAGE})
      await assert.rejects(executor.create(spec), `${status} for a pull`)
    }
  })

  it('that a container it has just made is gone, does not blame its image', async () => {
    engine.answer('POST /containers/create', {status: 201, body: {Id: ID}})
    engine.answer(`HEAD /containers/${ID}/archive`, {status: 404})
    await assert.rejects(executor.create(spec))
    engine.answer(`GET /containers/${ID}/json`, {
      status: 200,
      body: inspected({Status: 'created', ExitCode: 0}),
    })
    engine.answer(`DELETE /containers/${ID}`, {status: 204})
    const answer = await executor.create(spec)
    assert.ok(answer.answer === 'refused' && answer.reason.code === 'image', JSON.stringify(answer))
    assert.equal(existsSync(join(engine.root, spec.name)), false)
  })

  it('nothing, gives up each question in its time', async () => {
    const silent = {status: 200, body: '', open: true} as const
    engine.answer('GET /containers/json', silent)
    engine.answer('POST /containers/create', silent)
    engine.answer(`GET /containers/${ID}/json`, {
      status: 200,
      body: inspected({Status: 'created', ExitCode: 0}),
    })
    engine.answer(`POST /containers/${ID}/start`, silent)
    await Promise.all(
      [executor.list(), executor.create(spec), executor.start(ID)].map(question =>
        assert.rejects(question, /did not answer within 1 s/),
      ),
    )
  })

  it('the same id by two engines on two hosts, or in two folders, takes them for two', async () => {
    const facts = [
      {Name: 'a'},
      {Name: 'b'},
      {Name: 'a', DockerRootDir: '/x'},
      {Name: 'a', DockerRootDir: '/y'},
    ]
    const names = new Set<string>()
    for (const fact of facts) {
      engine.answer('GET /info', {status: 200, body: {ID: 'cloned', ...fact}})
      await executor.health()
      names.add(await executor.identity())
    }
    assert.equal(names.size, facts.length)
  })
})

describe('the events of an engine that takes the question and never answers', () => {
  it('are asked for again when the time of a question is over', async () => {
    const engine = await startFakeEngine()
    const logged: string[] = []
    const executor = createExecutor(
      hostOn(engine.root, {
        options: {docker_url: engine.url, request_timeout: '1'},
        delay: () => wait(1),
        log: (_level, text) => logged.push(text),
      }),
    )
    engine.answer('GET /events', {status: 0}, {status: 200, body: '', open: true})
    let wakes = 0
    const stop = executor.watch(() => {
      wakes += 1
    })
    await until('it was opened', () => (wakes > 0 ? true : null))
    stop()
    await executor.close()
    await engine.close()
    assert.match(logged.join('\n'), /events broke off: the engine did not answer within 1 s/)
  })
})

describe('a slot', () => {
  it('is waited for no longer than the patience, and then goes to the next', async () => {
    const slots = createSlots(1, 20)
    let free = (): void => {}
    const held = slots(() => new Promise<void>(resolve => (free = resolve)))
    await assert.rejects(
      slots(async () => 'late'),
      /not asked within 0.02 s/,
    )
    const next = slots(async () => 'in time')
    free()
    await held
    assert.equal(await next, 'in time')
  })
})
