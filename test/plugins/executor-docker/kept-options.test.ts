/** The real engine keeps each field of the table of defaults, and the kernel holds the limits of it. */
import assert from 'node:assert/strict'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {ContainerSpec} from '@god-cli/api'
import Docker from 'dockerode'
import {writeAccountFiles} from '../../../plugins/executor-docker/src/account-files.js'
import {findBusybox} from '../../../plugins/executor-docker/src/busybox.js'
import {groupsOf, hostHierarchies, parentFor} from '../../../plugins/executor-docker/src/cgroup.js'
import {createOptions} from '../../../plugins/executor-docker/src/create-options.js'
import {type DockerWorld, describeOnEngine, ENGINE, openWorld} from './world.js'

const MIB = 1024 ** 2

describeOnEngine('the table of defaults on the engine', function () {
  this.timeout(240_000)
  const docker = new Docker({socketPath: ENGINE.slice('unix://'.length)})
  let world: DockerWorld
  let spec: ContainerSpec
  let id: string
  beforeEach(async () => {
    world = await openWorld()
    spec = world.script(': >ready; sleep 1000', {
      resources: {cpus: 500, memory: 48 * MIB, gpus: 0},
      pids: 33,
    })
    id = await world.run(spec)
  })
  afterEach(() => world.close())

  /** The engine may add to an object, an image to the labels. */
  const keeps = (kept: unknown, sent: unknown, field: string): void => {
    const plain = typeof sent === 'object' && sent !== null && !Array.isArray(sent)
    assert.deepEqual(kept, plain ? {...Object(kept), ...sent} : sent, field)
  }

  it('is kept field by field', async () => {
    const {Config, HostConfig, Image} = await docker.getContainer(id).inspect()
    const {CgroupDriver} = await docker.info()
    const {
      name: _,
      HostConfig: limits,
      ...rest
    } = createOptions(spec, {
      imageId: Image,
      busybox: findBusybox(undefined).path,
      ...writeAccountFiles(world.host.stateDir, spec, 0),
      cgroupParent: parentFor(CgroupDriver, spec.name),
    })
    const {Mounts, ...plain} = limits
    // The engine leaves out what is false.
    assert.deepEqual(
      HostConfig.Mounts?.map(mount => ({ReadOnly: false, ...mount})),
      Mounts,
    )
    for (const [field, value] of Object.entries(plain)) keeps(Reflect.get(HostConfig, field), value, field)
    const {Env = [], ...fields} = rest
    for (const [field, value] of Object.entries(fields)) keeps(Reflect.get(Config, field), value, field)
    assert.deepEqual(
      Env.filter(line => !Config.Env.includes(line)),
      [],
      'Env, to which the image adds its own',
    )
  })

  it('asks for gpus by number, which an engine without any cannot give', async () => {
    const {cpus, memory} = spec.resources
    const wanted = world.script('true', {resources: {cpus, memory, gpus: 2}, devices: [1, 3]})
    const made = await world.executor.create(wanted)
    assert.ok(made.answer === 'created', made.answer)
    const {HostConfig} = await docker.getContainer(made.container.id).inspect()
    const [request] = HostConfig.DeviceRequests ?? []
    assert.deepEqual([request?.DeviceIDs, request?.Capabilities], [['1', '3'], [['gpu']]])
    if (Object.keys((await docker.info()).Runtimes ?? {}).includes('nvidia')) return
    assert.equal((await world.executor.start(made.container.id)).answer, 'refused')
    await world.executor.remove(wanted.name, made.container.id)
  })

  /** The first of these files that the container's own control group has, below that of the attempt. */
  const limit = (...files: readonly string[]): string => {
    const own = groupsOf(hostHierarchies(), spec.name)
      .filter(existsSync)
      .flatMap(group => readdirSync(group).map(name => join(group, name)))
      .filter(path => path.includes(id))
    const path = own.flatMap(group => files.map(file => join(group, file))).find(existsSync)
    assert.ok(path !== undefined, `no ${files} in ${own}`)
    return readFileSync(path, 'utf8').trim()
  }

  it('becomes limits of the kernel', () => {
    assert.equal(limit('memory.limit_in_bytes', 'memory.max'), String(48 * MIB))
    assert.ok(
      [String(48 * MIB), '0'].includes(limit('memory.memsw.limit_in_bytes', 'memory.swap.max')),
      'no swap',
    )
    assert.equal(limit('pids.max'), '33')
    assert.ok(['50000', '50000 100000'].includes(limit('cpu.cfs_quota_us', 'cpu.max')))
  })
})
