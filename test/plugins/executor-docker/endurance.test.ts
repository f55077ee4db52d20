/** An executor that lives long: after hundreds of containers and lost event streams it holds no more than before. */
import assert from 'node:assert/strict'
import {readdirSync} from 'node:fs'
import {setImmediate as turn} from 'node:timers/promises'
import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'
import type {Executor} from '@god-cli/api'
import createExecutor from '../../../plugins/executor-docker/src/index.js'
import {labelsOf} from '../../../plugins/executor-docker/src/labels.js'
import {until} from '../../support/until.js'
import {type FakeEngine, startFakeEngine} from './fake-engine.js'
import {aSpec, hostOn} from './world.js'

const CLUSTER = 'cluster'
const ID = 'c'.repeat(64)

/** As Node does when memory is short: a signal that only the closed stream would hear may be freed with it. */
const collectGarbage = async (): Promise<void> => {
  setFlagsFromString('--expose-gc')
  const gc: unknown = runInNewContext('gc')
  assert.ok(typeof gc === 'function')
  for (let n = 0; n < 5; n += 1) {
    gc()
    await turn()
  }
}

const descriptors = (): number => readdirSync('/proc/self/fd').length
const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length

describe('a docker executor that lives long', () => {
  let engine: FakeEngine
  let executor: Executor
  const warnings: string[] = []
  const warned = (warning: Error): void => void warnings.push(warning.message)

  beforeEach(async () => {
    engine = await startFakeEngine()
    executor = createExecutor(
      hostOn(engine.root, {
        cluster: CLUSTER,
        options: {docker_url: engine.url},
        delay: () => new Promise(setImmediate),
      }),
    )
    warnings.length = 0
    process.on('warning', warned)
  })
  afterEach(async () => {
    process.off('warning', warned)
    await executor.close()
    await engine.close()
    assert.deepEqual(warnings, [])
  })

  const life = async (): Promise<void> => {
    const spec = aSpec({cluster: CLUSTER, image: 'tool'})
    const State = {Status: 'created', ExitCode: 0, StartedAt: '0001-01-01T00:00:00Z'}
    const view = {Id: ID, Name: `/${spec.name}`, State, Config: {Labels: labelsOf(spec)}}
    engine.answer(`GET /containers/${ID}/json`, {status: 200, body: view})
    assert.equal((await executor.create(spec)).answer, 'created')
    assert.deepEqual(await executor.start(ID), {answer: 'started'})
    await executor.usage(spec.name, ID)
    await executor.remove(spec.name, ID)
  }

  it('has as many open files and timers after two hundred containers as after one', async () => {
    engine.answer('GET /info', {status: 200, body: {CgroupDriver: 'cgroupfs'}})
    engine.answer('GET /images/tool:latest/json', {status: 200, body: {Id: 'sha256:a'}})
    engine.answer('POST /containers/create', {status: 201, body: {Id: ID}})
    engine.answer(`POST /containers/${ID}/start`, {status: 204})
    engine.answer(`DELETE /containers/${ID}`, {status: 204})
    await life()
    const before = {files: descriptors(), timers: timers()}
    for (let n = 0; n < 200; n += 1) await life()
    await until('the last connections are closed', () => (descriptors() <= before.files ? true : null))
    assert.ok(timers() <= before.timers, `${timers()} timers, ${before.timers} before`)
    assert.deepEqual(readdirSync(engine.root).sort(), ['.accounts', 'engine.sock'])
  })

  it('follows events that break off a hundred times, and lets go of all of them at its close', async () => {
    const before = descriptors()
    engine.answer('GET /events', {status: 200, body: {status: 'die'}, breakOff: true})
    let wakes = 0
    executor.watch(() => {
      wakes += 1
    })
    await engine.seen('GET /events', 101)
    await executor.close()
    const last = wakes
    await until('the connections are closed', () => (descriptors() <= before ? true : null))
    assert.ok(last >= 100, `${last} wakes`)
    assert.equal(wakes, last, 'a closed executor wakes nobody')
  })

  it('lets go of a stream that tells nothing, however long it has been open and whatever memory was freed', async () => {
    const before = descriptors()
    engine.answer('GET /events', {status: 200, body: '', open: true})
    let opened = 0
    executor.watch(() => {
      opened += 1
    })
    await until('the stream is open', () => (opened > 0 ? true : null))
    await collectGarbage()
    await executor.close()
    await until('the connection is closed', () => (descriptors() <= before ? true : null), 5)
  })

  it('waits no longer for an engine that is away once it is told to stop', async () => {
    let waiting = 0
    const away = createExecutor(
      hostOn(engine.root, {
        options: {docker_url: 'unix:///nowhere/engine.sock'},
        delay: (_ms, signal) =>
          new Promise(resolve => {
            waiting += 1
            signal?.addEventListener('abort', () => {
              waiting -= 1
              resolve()
            })
          }),
      }),
    )
    const stop = away.watch(() => assert.fail('nothing happened'))
    await until('it waits', () => (waiting === 1 ? true : null))
    stop()
    assert.equal(waiting, 0)
    await away.close()
  })
})
