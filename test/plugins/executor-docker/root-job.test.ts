/** T39: what a node must be like before the engine is asked for a container whose user is root. */
import assert from 'node:assert/strict'
import {chmodSync, mkdirSync} from 'node:fs'
import {join} from 'node:path'
import type {ContainerSpec, CreateAnswer, Executor} from '@god-cli/api'
import {attemptFolders} from '../../../plugins/executor-docker/src/account-files.js'
import {findBusybox} from '../../../plugins/executor-docker/src/busybox.js'
import createExecutor from '../../../plugins/executor-docker/src/index.js'
import type {Look} from '../../../plugins/executor-docker/src/mounts.js'
import {rootFault} from '../../../plugins/executor-docker/src/root-job.js'
import {isRoot} from '../../store/disk/real-folder.js'
import {skip} from '../../support/skip.js'
import {type FakeEngine, startFakeEngine} from './fake-engine.js'
import {aSpec, hostOn} from './world.js'

type Entries = Readonly<Record<string, {readonly uid?: number; readonly mode?: number}>>

const ENTRIES: Entries = {
  '/god/work/u7/1/attempt.1': {mode: 0o700},
  '/var/lib/docker': {mode: 0o710},
}

const look =
  (entries: Entries): Look =>
  path => {
    const entry = entries[path]
    if (entry === undefined) throw new Error('ENOENT')
    return {uid: entry.uid ?? 0, mode: entry.mode ?? 0o755, isDirectory: () => true}
  }

const fault = (
  over: Partial<ContainerSpec> = {},
  entries: Entries = {},
  busybox: string | null = '/bin/busybox',
  engineRoot: string | null = '/var/lib/docker',
): string | null => {
  const workDir = {source: '/god/work/u7/1/attempt.1/files', target: '/mnt/go-docker', readOnly: false}
  const spec = aSpec({uid: 0, gid: 0, groups: [0], network: 'bridge', mounts: [], workDir, ...over})
  return rootFault(spec, engineRoot, busybox, look({...ENTRIES, ...entries}))
}

const CLOSED = '/god/work/u7/1/attempt.1'

describe('T39 a job that is root inside', () => {
  it('is made where nobody else can reach what it writes', () => {
    assert.equal(fault(), null)
    assert.equal(fault({mounts: [{source: '/data', target: '/data', readOnly: true}]}), null)
    assert.equal(fault({}, {}, '/bin/busybox', null), null)
  })

  it('is refused where its directory is not below a closed folder of root', () => {
    for (const entry of [{mode: 0o755}, {mode: 0o701}, {mode: 0o750}, {mode: 0o700, uid: 7}])
      assert.equal(fault({}, {[CLOSED]: entry}), `${CLOSED} is open to others than root`)
    const workDir = {source: '/elsewhere/files', target: '/mnt/go-docker', readOnly: false}
    assert.match(fault({workDir}) ?? '', /^\/elsewhere cannot be looked at/)
  })

  it('is refused where it could write anything else, or has the network of the node', () => {
    const mounts = [{source: '/home/ann', target: '/home/ann', readOnly: false}]
    assert.equal(fault({mounts}), 'it could write /home/ann')
    assert.match(fault({network: 'host'}) ?? '', /network of the node/)
  })

  it('is refused where others get to what the engine keeps, or an image would bring the wrapper’s shell', () => {
    assert.match(fault({}, {'/var/lib/docker': {mode: 0o711}}) ?? '', /is open to others$/)
    assert.match(fault({}, {}, '/bin/busybox', '/gone') ?? '', /^\/gone cannot be looked at/)
    assert.match(fault({}, {}, null) ?? '', /no static busybox/)
  })

  it('is the only one that is judged so', () => {
    assert.equal(fault({uid: 7, network: 'host'}, {[CLOSED]: {mode: 0o777}}, null), null)
  })
})

describe('T39 a job that is root inside and waits for its image', () => {
  let engine: FakeEngine
  let executor: Executor
  before(function () {
    if (!isRoot || findBusybox(undefined).path === null) skip(this, 'needs root and a static busybox')
  })
  beforeEach(async () => {
    engine = await startFakeEngine()
    executor = createExecutor(
      hostOn(engine.root, {cluster: 'cluster', options: {docker_url: engine.url, pull_timeout: '5'}}),
    )
    engine.answer('GET /info', {status: 200, body: {CgroupDriver: 'cgroupfs'}})
    engine.answer('POST /images/create', {status: 200, body: '{"status":"Pulling"}\n'})
    engine.answer(
      'GET /images/ann/tool:latest/json',
      {status: 404, body: {message: 'No such image'}},
      {status: 200, body: {Id: `sha256:${'a'.repeat(64)}`, Config: {Volumes: null}}},
    )
    engine.answer('POST /containers/create', {status: 201, body: {Id: 'c'.repeat(64)}})
  })
  afterEach(async () => {
    await executor.close()
    await engine.close()
  })

  const create = async (mode: number): Promise<CreateAnswer> => {
    const above = join(engine.root, 'attempt.1')
    mkdirSync(above, {mode: 0o700})
    const workDir = {source: join(above, 'files'), target: '/mnt/go-docker', readOnly: false}
    mkdirSync(workDir.source)
    const root = {uid: 0, gid: 0, groups: [0], network: 'bridge', mounts: [], workDir} as const
    const made = executor.create(aSpec({...root, cluster: 'cluster', image: 'ann/tool'}))
    await engine.seen('POST /images/create', 1)
    chmodSync(above, mode)
    return made
  }

  const traces = (): number => attemptFolders(engine.root).filter(name => name.startsWith('god-')).length

  it('is made if its directory is closed still', async () => {
    assert.equal((await create(0o700)).answer, 'created')
    assert.equal(traces(), 1)
  })

  it('is refused, and leaves nothing, if its directory was given to its user meanwhile', async () => {
    const answer = await create(0o755)
    assert.equal(answer.answer === 'refused' && answer.reason.code, 'root')
    assert.equal(engine.asked.filter(asked => /POST .*\/containers\/create/.test(asked)).length, 0)
    assert.equal(traces(), 0)
  })
})
