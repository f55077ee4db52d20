/** A service that may ask the engine but not touch the host's control groups leaves none, and says what it lacks. */
import assert from 'node:assert/strict'
import {execFile} from 'node:child_process'
import {once} from 'node:events'
import {chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {connect, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {promisify} from 'node:util'
import {groupsOf, hostHierarchies} from '../../../plugins/executor-docker/src/cgroup.js'
import {createExecutor} from '../../../plugins/executor-docker/src/executor.js'
import type {Seen} from './as-user.js'
import {startFakeEngine} from './fake-engine.js'
import {aSpec, describeOnEngine, ENGINE, GID, hostOn, IMAGE, UID, WORK} from './world.js'

const ID = 'c'.repeat(64)

describe('a docker executor that is not root', () => {
  for (const driver of ['systemd', 'cgroupfs'])
    it(`with the driver ${driver} asks for no group, and tells what it saw while the job ran`, async () => {
      const engine = await startFakeEngine()
      const logged: string[] = []
      const folder = join(engine.root, 'cgroup')
      const own = join(folder, driver === 'systemd' ? `system.slice/docker-${ID}.scope` : `docker/${ID}`)
      const host = hostOn(mkdtempSync(join(engine.root, 'state-')), {
        cluster: 'cluster',
        options: {docker_url: engine.url},
        log: (_level, text) => logged.push(text),
      })
      const hierarchies = [{folder, controllers: []}]
      const executor = createExecutor(host, () => ({hierarchies, fault: 'god runs as uid 7, not as root'}))
      const uses = (seconds: number, bytes: number): void => {
        mkdirSync(own, {recursive: true})
        writeFileSync(join(own, 'cpu.stat'), `usage_usec ${seconds * 1e6}\n`)
        writeFileSync(join(own, 'memory.peak'), `${bytes}\n`)
      }
      const spec = aSpec({cluster: 'cluster', image: 'tool'})
      const has = (...states: readonly string[]): void => {
        const body = states.map(State => {
          const Labels = {
            'god.cluster': 'cluster',
            'god.job': String(spec.job),
            'god.attempt': '1',
            'god.nonce': 'n',
          }
          return {Id: ID, Names: [`/${spec.name}`], State, Labels}
        })
        engine.answer('GET /containers/json', {status: 200, body})
      }
      try {
        engine.answer('GET /info', {status: 200, body: {CgroupDriver: driver}})
        engine.answer('GET /images/tool:latest/json', {status: 200, body: {Id: 'sha256:a'}})
        engine.answer('POST /containers/create', {status: 201, body: {Id: ID}})
        assert.equal((await executor.create(spec)).answer, 'created')
        const body = engine.bodies[engine.asked.findIndex(line => line.startsWith('POST'))] as {
          HostConfig: Record<string, unknown>
        }
        assert.equal('CgroupParent' in body.HostConfig, false)
        assert.equal(executor.features.exactUsage, false)
        assert.equal(await executor.usage(spec.name, ID), null)
        uses(1, 4096)
        has('running')
        await executor.list()
        rmSync(own, {recursive: true})
        has('exited')
        await executor.list()
        assert.deepEqual(await executor.usage(spec.name, ID), {
          cpuSeconds: 1,
          maxMemory: 4096,
          exact: false,
        })
        has()
        await executor.list()
        assert.equal(await executor.usage(spec.name, ID), null, 'forgotten with its container')
        assert.deepEqual(logged, [])
      } finally {
        await executor.close()
        await engine.close()
      }
    })
})

describeOnEngine('a service that is not root but may ask the engine', () => {
  it('runs a job, leaves no control group, and its doctor says why usage is not exact', async () => {
    const root = mkdtempSync(join(tmpdir(), 'god-user-'))
    const door = join(root, 'sock')
    const server = createServer(near => {
      const far = connect(ENGINE.slice('unix://'.length))
      near.on('error', () => far.destroy()).on('close', () => far.destroy())
      far.on('error', () => near.destroy())
      near.pipe(far).pipe(near)
    }).listen(door)
    try {
      await once(server, 'listening')
      chmodSync(root, 0o755)
      chmodSync(door, 0o666)
      const [state, source] = ['state', 'work'].map(name => join(root, name)) as [string, string]
      for (const folder of [state, source]) {
        mkdirSync(folder)
        chownSync(folder, UID, GID)
      }
      const spec = aSpec({
        image: IMAGE,
        argv: ['/bin/sh', '-c', 'while :; do :; done'],
        workDir: {source, target: WORK, readOnly: false},
      })
      const service = fileURLToPath(new URL('as-user.ts', import.meta.url))
      const words = ['--import=tsx', service, state, `unix://${door}`, JSON.stringify(spec)]
      const {stdout} = await promisify(execFile)(process.execPath, words)
      const seen = JSON.parse(stdout) as Seen
      assert.deepEqual([seen.uid, seen.exactUsage, seen.logged], [UID, false, []])
      assert.equal(seen.running?.exact, false)
      assert.ok((seen.ended?.cpuSeconds ?? 0) > 0 && (seen.ended?.maxMemory ?? 0) > 0, stdout)
      assert.equal(seen.cgroup?.ok, false)
      assert.match(`${seen.cgroup?.text} ${seen.cgroup?.remedy}`, /uid 4242, not as root.* Run god as root/)
      assert.deepEqual(groupsOf(hostHierarchies(), spec.name).filter(existsSync), [])
    } finally {
      server.close()
      rmSync(root, {recursive: true, force: true})
    }
  })
})
