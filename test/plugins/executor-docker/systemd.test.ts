/** An engine whose control groups are made by systemd: the attempt's group is a slice, with systemd at hand or not. */
import assert from 'node:assert/strict'
import {existsSync} from 'node:fs'
import {groupsOf, hostHierarchies, sliceOf} from '../../../plugins/executor-docker/src/cgroup.js'
import createExecutor from '../../../plugins/executor-docker/src/index.js'
import {startFakeEngine} from './fake-engine.js'
import {aSpec, hostOn} from './world.js'

const ID = 'c'.repeat(64)

describe('an engine with the systemd driver', () => {
  it('gets a slice as parent; that it cannot be started here costs figures, not the job', async () => {
    const engine = await startFakeEngine()
    const logged: string[] = []
    const host = hostOn(engine.root, {
      cluster: 'cluster',
      options: {docker_url: engine.url},
      log: (_level, text) => logged.push(text),
    })
    const executor = createExecutor(host)
    try {
      engine.answer('GET /info', {status: 200, body: {CgroupDriver: 'systemd'}})
      engine.answer('GET /images/tool:latest/json', {status: 200, body: {Id: 'sha256:a'}})
      engine.answer('POST /containers/create', {status: 201, body: {Id: ID}})
      engine.answer(`DELETE /containers/${ID}`, {status: 204})
      const spec = aSpec({cluster: 'cluster', image: 'tool'})
      assert.equal((await executor.create(spec)).answer, 'created')
      const body = engine.bodies[engine.asked.findIndex(line => line.startsWith('POST'))] as {
        HostConfig: {CgroupParent: string}
      }
      assert.equal(body.HostConfig.CgroupParent, sliceOf(spec.name))
      const started = groupsOf(hostHierarchies(), spec.name).some(existsSync)
      assert.equal(
        logged.some(text => text.includes('may be lost')),
        !started,
      )
      await executor.remove(spec.name, ID)
      assert.deepEqual(groupsOf(hostHierarchies(), spec.name).filter(existsSync), [])
    } finally {
      await executor.close()
      await engine.close()
    }
  })
})
