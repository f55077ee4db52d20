/** What a crash leaves between two steps of a removal is found again and swept, and nothing else is. */
import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {ContainerSpec, Executor} from '@god-cli/api'
import {attemptFolders, writeAccountFiles} from '../../../plugins/executor-docker/src/account-files.js'
import createExecutor from '../../../plugins/executor-docker/src/index.js'
import {labelsOf} from '../../../plugins/executor-docker/src/labels.js'
import {type FakeEngine, startFakeEngine} from './fake-engine.js'
import {aSpec, hostOn} from './world.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR

describe('the sweep after a crash', () => {
  let engine: FakeEngine
  let executor: Executor
  let stateDir: string
  let now: number
  let logged: string[]
  beforeEach(async () => {
    engine = await startFakeEngine()
    stateDir = mkdtempSync(join(tmpdir(), 'god-sweep-'))
    now = Date.now()
    logged = []
    executor = createExecutor(
      hostOn(stateDir, {
        cluster: 'cluster',
        options: {docker_url: engine.url},
        now: () => now,
        log: (_level, text) => logged.push(text),
      }),
    )
    has()
  })
  afterEach(async () => {
    await executor.close()
    await engine.close()
    rmSync(stateDir, {recursive: true})
  })

  const has = (...specs: readonly ContainerSpec[]): void => {
    const body = specs.map(spec => ({
      Id: spec.name,
      Names: [`/${spec.name}`],
      State: 'running',
      Labels: labelsOf(spec),
    }))
    engine.answer('GET /containers/json', {status: 200, body})
  }
  const touched = (ago: number): ContainerSpec => {
    const spec = aSpec({cluster: 'cluster'})
    writeAccountFiles(stateDir, spec, now - ago)
    return spec
  }

  it('takes what has no container and was touched by nobody for a day', async () => {
    const [old, young, running] = [touched(DAY + 1000), touched(DAY - 1000), touched(9 * DAY)]
    has(running)
    assert.equal((await executor.list()).length, 1)
    assert.deepEqual([...attemptFolders(stateDir)].sort(), [young.name, running.name].sort())
    writeAccountFiles(stateDir, old, now)
    assert.equal(attemptFolders(stateDir).length, 3, 'a later start of that attempt makes them anew')
  })

  it('takes at once what a removal left that did not come to its end', async () => {
    const [removed, waiting] = [touched(0), touched(0)]
    engine.answer(`DELETE /containers/${removed.name}`, {status: 500, body: {message: 'busy'}})
    const view = {Id: removed.name, Name: `/${removed.name}`, Config: {Labels: labelsOf(removed)}}
    engine.answer(`GET /containers/${removed.name}/json`, {
      status: 200,
      body: {...view, State: {Status: 'running', ExitCode: 0, StartedAt: '2026-01-01T00:00:00Z'}},
    })
    await assert.rejects(executor.remove(removed.name, removed.name), /busy/)
    has(removed)
    await executor.list()
    assert.equal(attemptFolders(stateDir).length, 2, 'its container is still there')
    has()
    now += HOUR
    await executor.list()
    assert.equal(attemptFolders(stateDir).length, 2, 'the listing forgot it, but it is there by name')
    engine.answer(`GET /containers/${removed.name}/json`, {status: 404})
    now += HOUR
    await executor.list()
    assert.deepEqual(attemptFolders(stateDir), [waiting.name])
  })

  it('is done at the next listing after a removal whose answer was lost', async () => {
    const gone = touched(0)
    await executor.list()
    engine.answer(`DELETE /containers/${gone.name}`, {status: 503, body: {message: 'later'}})
    const view = {Id: gone.name, Name: `/${gone.name}`, Config: {Labels: labelsOf(gone)}}
    const State = {Status: 'running', ExitCode: 0, StartedAt: '2026-01-01T00:00:00Z'}
    engine.answer(`GET /containers/${gone.name}/json`, {status: 200, body: {...view, State}}, {status: 404})
    await assert.rejects(executor.remove(gone.name, gone.name), /later/)
    await executor.list()
    assert.deepEqual(attemptFolders(stateDir), [])
  })

  it('comes once an hour, also when the clock is set back', async () => {
    const sweeps = async (): Promise<boolean> => {
      touched(DAY + 1000)
      await executor.list()
      return attemptFolders(stateDir).length === 0
    }
    assert.equal(await sweeps(), true)
    now += HOUR - 1
    assert.equal(await sweeps(), false)
    now += 1
    assert.equal(await sweeps(), true)
    now -= DAY
    assert.equal(await sweeps(), true)
  })

  it('that cannot be done hides no container', async () => {
    const running = touched(0)
    has(running)
    rmSync(stateDir, {recursive: true})
    writeFileSync(stateDir, 'not a folder')
    assert.deepEqual(
      (await executor.list()).map(({name}) => name),
      [running.name],
    )
    assert.match(logged.join(), /not swept: .*ENOTDIR/)
    rmSync(stateDir)
    mkdirSync(stateDir)
  })
})
