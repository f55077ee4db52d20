/** Jobs that do not behave, and many at once: what they leave on the real engine and on the node. */
import assert from 'node:assert/strict'
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import type {ContainerSpec} from '@god-cli/api'
import Docker from 'dockerode'
import {attemptFolders} from '../../../plugins/executor-docker/src/account-files.js'
import {groupsOf, hostHierarchies, sliceOf} from '../../../plugins/executor-docker/src/cgroup.js'
import {type DockerWorld, describeOnEngine, ENGINE, GID, openWorld, UID} from './world.js'

const MIB = 1024 ** 2

/** Processes of this machine in a control group of that attempt. */
const processesOf = (name: string): readonly string[] =>
  readdirSync('/proc').filter(pid => {
    try {
      const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
      return groups.includes(`/${name}/`) || groups.includes(`/${sliceOf(name)}/`)
    } catch {
      return false
    }
  })

describeOnEngine('a hard job on the docker engine', function () {
  this.timeout(240_000)
  const docker = new Docker({socketPath: ENGINE.slice('unix://'.length)})
  let world: DockerWorld
  beforeEach(async () => {
    world = await openWorld()
  })
  afterEach(() => world.close())

  it('T48: that does nothing about TERM goes on, and ends by KILL', async () => {
    const spec = world.script("trap '' TERM; : >ready; while :; do sleep 0.02; done")
    const id = await world.run(spec)
    await world.ready(spec)
    await world.executor.signal(id, 'SIGTERM')
    assert.equal((await world.executor.inspect(id))?.status, 'running')
    await world.executor.signal(id, 'SIGKILL')
    const {exitCode, oomKilled} = await world.ended(id)
    assert.deepEqual({exitCode, oomKilled}, {exitCode: 137, oomKilled: false})
    assert.equal(
      existsSync(join(spec.workDir.source, 'started.1/exit')),
      false,
      'nobody was left to write it',
    )
  })

  it('ends with the code that its command ends with, whatever it is', async () => {
    const table = [
      ['exit 255', 255],
      ['no-such-program', 127],
      ['/etc/passwd', 126],
      ['kill -INT $$', 130],
      ['kill -SEGV $$', 139],
      ['kill -TERM $$', 143],
    ] as const
    const ids = await Promise.all(table.map(([text]) => world.run(world.script(text))))
    const ends = await Promise.all(ids.map(id => world.ended(id)))
    assert.deepEqual(
      ends.map(({exitCode, startFault}, index) => [table[index]?.[0], exitCode, startFault]),
      table.map(([text, code]) => [text, code, null]),
    )
  })

  it('of which a part ran out of memory keeps its own code, and it is told', async () => {
    const resources = {cpus: 1000, memory: 32 * MIB, gpus: 0}
    const id = await world.run(world.script('tail /dev/zero; exit 5', {resources}))
    const {exitCode, oomKilled} = await world.ended(id)
    assert.deepEqual({exitCode, oomKilled}, {exitCode: 5, oomKilled: true})
  })

  it('that leaves children behind takes them along, also those of a session of their own', async () => {
    const spec = world.script('sleep 1000 & setsid sleep 1000 & (setsid sleep 1000 &); exit 5')
    const id = await world.run(spec)
    assert.equal((await world.ended(id)).exitCode, 5)
    assert.deepEqual(processesOf(spec.name), [])
  })

  it('whose orphans end leaves no zombies', async () => {
    const spec = world.script(
      'for i in $(seq 30); do (sh -c : &); done; wait; n=0;' +
        'while grep -lq ") Z" /proc/[0-9]*/stat && [ $n -lt 200 ]; do sleep 0.02; n=$((n+1)); done;' +
        'ls -d /proc/[0-9]* | wc -l; [ $n -lt 200 ]',
    )
    const id = await world.run(spec)
    assert.equal((await world.ended(id)).exitCode, 0, world.output(spec, 'god.err'))
    assert.ok(Number(world.output(spec)) < 10, world.output(spec))
  })

  it('T47: that writes very much has all of it in a file of its user, and nothing of it at the engine', async () => {
    // Where the job's directory lies in memory, what is written there counts.
    const resources = {cpus: 1000, memory: 256 * MIB, gpus: 0}
    const spec = world.script('head -c 100000000 /dev/zero; echo end >&2', {resources})
    const id = await world.run(spec)
    assert.equal((await world.ended(id)).exitCode, 0)
    const {size, uid, gid} = statSync(join(spec.workDir.source, 'god.log'))
    assert.deepEqual({size, uid, gid}, {size: 100_000_000, uid: UID, gid: GID})
    assert.equal(world.output(spec, 'god.err'), 'end\n')
    const said = await docker.getContainer(id).logs({stdout: true, stderr: true})
    assert.equal(said.length, 0)
  })

  it('that takes nearly all of its memory ends well, and its peak is below the limit', async () => {
    const resources = {cpus: 1000, memory: 32 * MIB, gpus: 0}
    const spec = world.script('', {
      argv: ['/bin/sh', '-c', 'x=$(head -c 14000000 /dev/zero | tr "\\0" x)'],
      resources,
    })
    const id = await world.run(spec)
    const {exitCode, oomKilled} = await world.ended(id)
    assert.deepEqual({exitCode, oomKilled}, {exitCode: 0, oomKilled: false})
    const {maxMemory = 0} = (await world.executor.usage(spec.name, id)) ?? {}
    assert.ok(maxMemory > 14 * MIB && maxMemory <= 32 * MIB, String(maxMemory))
  })

  it('that is over in no time has used some cpu time and some memory all the same', async () => {
    const spec = world.script('', {argv: ['/god/bin/busybox', 'true']})
    const id = await world.run(spec)
    await world.ended(id)
    const usage = await world.executor.usage(spec.name, id)
    assert.ok(usage?.exact && usage.cpuSeconds > 0 && usage.maxMemory > 0, JSON.stringify(usage))
  })

  it('is one of twenty at once: each ends with its own code and leaves nothing', async () => {
    const {executor} = world
    const specs: readonly ContainerSpec[] = Array.from({length: 20}, (_, code) =>
      world.script(`exit ${code}`),
    )
    const ids = await Promise.all(specs.map(spec => world.run(spec)))
    const ends = await Promise.all(ids.map(id => world.ended(id)))
    assert.deepEqual(
      ends.map(({exitCode}) => exitCode),
      specs.map((_, code) => code),
    )
    assert.equal((await executor.list()).length, 20)
    for (const [index, {name}] of specs.entries()) {
      const usage = await executor.usage(name, ids[index] ?? '')
      assert.ok(
        usage !== null && usage.cpuSeconds > 0 && usage.maxMemory > 0,
        `${name} ${JSON.stringify(usage)}`,
      )
    }
    await Promise.all(specs.map(({name}, index) => executor.remove(name, ids[index] ?? '')))
    assert.deepEqual(await executor.list(), [])
    assert.deepEqual(specs.flatMap(({name}) => groupsOf(hostHierarchies(), name)).filter(existsSync), [])
    assert.deepEqual(attemptFolders(world.host.stateDir), [])
  })
})
