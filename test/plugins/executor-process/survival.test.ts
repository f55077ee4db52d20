/** What survives the death of god, and what the job may do: identity, limits, adoption by a new process. */
import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {chmodSync, chownSync, mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {ContainerSpec} from '@god-cli/api'
import {dropArguments, readPlatform} from '../../../plugins/executor-process/src/platform.js'
import {describeAsRoot, describeWithCgroups, makeWorld, type World, withoutCgroups, written} from './world.js'

const here = dirname(fileURLToPath(import.meta.url))
const UID = 4242
const GID = 5000
const MIB = 1024 ** 2

describe('a job whose god was shot', () => {
  let world: World
  beforeEach(() => {
    world = makeWorld()
  })
  afterEach(() => world.close())

  const startAndShoot = async (spec: ContainerSpec): Promise<void> => {
    const args = ['--import=tsx', join(here, 'starter.mjs'), world.stateDir, JSON.stringify(spec)]
    // Descriptor 40: node closes inherited low ones on exec by itself, high ones not.
    const god = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe', ...Array(37).fill('ignore'), 'pipe'],
    })
    assert.ok(god.stdout && god.stderr)
    let said = ''
    god.stderr.on('data', bytes => {
      said += String(bytes)
    })
    const [word] = await Promise.race([once(god.stdout, 'data'), once(god, 'exit').then(() => [said])])
    assert.equal(String(word), 'started\n')
    god.kill('SIGKILL')
    await once(god, 'exit')
  }

  it('runs on, is found running by the next one, and its exit code is kept', async () => {
    const spec = world.script('while [ ! -e go ]; do sleep 0.01; done; echo done; exit 3')
    await startAndShoot(spec)
    assert.equal((await world.view(spec.name)).status, 'running')
    assert.deepEqual(await world.executor.start(spec.name), {answer: 'started'})
    writeFileSync(join(spec.workDir.source, 'go'), '')
    assert.equal((await world.ended(spec.name)).exitCode, 3)
    assert.equal(world.output(spec), 'done\n')
  })

  it('gets none of the files that its god was born with', async () => {
    const spec = world.spec({argv: ['/bin/sh', '-c', 'for fd in /proc/$$/fd/*; do readlink $fd; done; true']})
    await startAndShoot(spec)
    assert.equal((await world.ended(spec.name)).exitCode, 0)
    assert.match(world.output(spec), /god\.log/)
    assert.doesNotMatch(world.output(spec), /pipe|socket/)
  })

  it('can be killed by the next one', async () => {
    const spec = world.script('echo >ready; exec sleep 1000')
    await startAndShoot(spec)
    await written(join(spec.workDir.source, 'ready'))
    await world.executor.signal(spec.name, 'SIGKILL')
    assert.equal((await world.ended(spec.name)).exitCode, 137)
  })
})

describeAsRoot('the identity of a job that root starts', () => {
  let world: World
  beforeEach(() => {
    world = makeWorld()
  })
  afterEach(() => world.close())

  const asUser = (over: Partial<ContainerSpec>): ContainerSpec => {
    const spec = world.spec({uid: UID, gid: GID, groups: [GID, 6001, 6000], ...over})
    chmodSync(world.root, 0o755)
    chownSync(spec.workDir.source, UID, GID)
    return spec
  }

  it('is exactly the one asked for: ids, groups, no capability, no way to a new privilege', async () => {
    const spec = asUser({argv: ['grep', '-E', '^(Uid|Gid|Groups|Cap|NoNewPrivs)', '/proc/self/status']})
    assert.equal((await world.ended(await world.run(spec))).exitCode, 0)
    const zero = '0'.repeat(16)
    const expected = [
      `Uid: ${Array(4).fill(UID).join(' ')}`,
      `Gid: ${Array(4).fill(GID).join(' ')}`,
      `Groups: ${GID} 6000 6001`,
      ...['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(name => `${name}: ${zero}`),
      'NoNewPrivs: 1',
    ]
    const lines = world.output(spec).trimEnd().split('\n')
    assert.deepEqual(
      lines.map(line => line.trim().replace(/\s+/g, ' ')),
      expected,
    )
  })

  it('holds no open file of ours, no core file, and may not read our state', async () => {
    const spec = asUser({
      argv: ['/bin/sh', '-c', 'for fd in /proc/$$/fd/*; do readlink $fd; done; ulimit -c; ls "$STATE"'],
    })
    const env = {...spec.env, STATE: world.stateDir}
    assert.notEqual((await world.ended(await world.run({...spec, env}))).exitCode, 0)
    const log = join(spec.workDir.source, 'god.log')
    const error = join(spec.workDir.source, 'god.err')
    const [input, output, errors, ...rest] = world.output(spec).trim().split('\n')
    assert.deepEqual([input, output, errors, rest.at(-1)], ['/dev/null', log, error, '0'])
    // What this test process itself was born with is covered by /dev/null.
    assert.deepEqual(
      rest.slice(0, -1).filter(one => one !== '/dev/null'),
      [],
    )
    assert.match(world.output(spec, 'god.err'), /denied/)
  })

  it('is proved before the command runs: a drop that gives too much is a fault of the start', async () => {
    const lax = join(world.root, 'setpriv')
    writeFileSync(lax, '#!/bin/sh\nwhile [ "$1" != /bin/sh ]; do shift; done\nexec "$@"\n', {mode: 0o755})
    const god = world.another(() => ({...withoutCgroups(), setpriv: lax}))
    const spec = asUser({argv: ['touch', 'ran']})
    await god.create(spec)
    await god.start(spec.name)
    const over = await world.ended(spec.name)
    assert.match(over.startFault ?? '', /not the identity asked for/)
    assert.throws(() => world.output(spec, 'ran'))
  })

  it('is never root when the drop fails', async () => {
    const broken = join(world.root, 'setpriv')
    writeFileSync(broken, '#!/bin/sh\necho no such luck >&2\nexit 127\n', {mode: 0o755})
    const god = world.another(() => ({...withoutCgroups(), setpriv: broken}))
    const spec = asUser({argv: ['touch', 'ran']})
    await god.create(spec)
    await god.start(spec.name)
    assert.equal((await world.ended(spec.name)).startFault, 'no such luck')
    assert.throws(() => world.output(spec, 'ran'))
  })

  it('obeys no variable of the user before the drop', async () => {
    const spec = asUser({argv: ['cat', '/proc/self/environ']})
    const env = {...spec.env, LD_PRELOAD: '/nowhere.so', PATH: '/usr/bin:/bin', IFS: 'x', ENV: '/nowhere'}
    const over = await world.ended(await world.run({...spec, env}))
    assert.deepEqual([over.exitCode, over.startFault], [0, null])
  })

  it('root itself runs without capabilities too', async () => {
    const spec = world.spec({uid: 0, gid: 0, groups: [0], argv: ['grep', 'CapEff', '/proc/self/status']})
    assert.equal((await world.ended(await world.run(spec))).exitCode, 0)
    assert.match(world.output(spec), /CapEff:\s0{16}\n/)
  })

  it('a god that is not root runs its own jobs, and refuses those of others', async () => {
    const state = join(world.root, 'own')
    mkdirSync(state, {mode: 0o700})
    chownSync(state, UID, GID)
    const drop = [readPlatform().setpriv ?? '', ...dropArguments(UID, GID, [GID])]
    const program = `
      const {default: create} = await import('./plugins/executor-process/dist/index.js')
      const [stateDir, text] = process.argv.slice(1)
      const spec = JSON.parse(text)
      const delay = ms => new Promise(done => setTimeout(done, ms))
      const executor = create({log() {}, now: Date.now, delay, options: {}, cluster: spec.cluster, node: 'n', stateDir})
      const stranger = await executor.create({...spec, uid: 0, name: 'other'})
      await executor.create(spec)
      await executor.start(spec.name)
      let seen
      while ((seen = await executor.inspect(spec.name)).status !== 'exited') await delay(5)
      const usage = await executor.usage(spec.name, spec.name)
      console.log(JSON.stringify({stranger, seen, usage, features: executor.features}))`
    const spec = asUser({argv: ['id', '-u']})
    const args = [
      ...drop.slice(1),
      process.execPath,
      '--input-type=module',
      '-e',
      program,
      state,
      JSON.stringify(spec),
    ]
    const god = spawn(drop[0] ?? '', args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: join(here, '../../..'),
    })
    let text = ''
    for await (const bytes of god.stdout) text += String(bytes)
    const told = JSON.parse(text)
    assert.equal(told.stranger.reason.code, 'identity')
    assert.deepEqual([told.seen.exitCode, told.seen.startFault], [0, null])
    assert.equal(told.features.memoryLimit, false)
    assert.equal(told.usage.exact, false)
    assert.ok(told.usage.maxMemory > 0)
    assert.equal(world.output(spec), `${UID}\n`)
  })
})

describeWithCgroups('the limits of a job with control groups', () => {
  let world: World
  beforeEach(() => {
    world = makeWorld()
  })
  afterEach(() => world.close())

  it('too much memory: killed by the kernel, seen as out of memory, with the true peak', async () => {
    const spec = world.spec({
      argv: ['/bin/sh', '-c', 'text=xxxxxxxx; while :; do text=$text$text; done'],
      resources: {cpus: 1000, memory: 32 * MIB, gpus: 0},
    })
    const over = await world.ended(await world.run(spec))
    assert.deepEqual([over.exitCode, over.oomKilled], [137, true])
    const usage = await world.executor.usage(spec.name, spec.name)
    assert.equal(usage?.exact, true)
    assert.ok(usage.maxMemory > 28 * MIB && usage.maxMemory <= 33 * MIB, JSON.stringify(usage))
  })

  it('a fraction of a cpu: cpu time stays behind the time on the wall', async () => {
    const spec = world.spec({
      argv: ['/bin/sh', '-c', 'echo >ready; while [ ! -e go ]; do :; done'],
      resources: {cpus: 100, memory: 64 * MIB, gpus: 0},
    })
    const id = await world.run(spec)
    await written(join(spec.workDir.source, 'ready'))
    const began = Date.now()
    const before = (await world.executor.usage(id, id))?.cpuSeconds ?? 0
    while (Date.now() - began < 500) await world.executor.inspect(id)
    const used = ((await world.executor.usage(id, id))?.cpuSeconds ?? 0) - before
    assert.ok(used < 0.25, `${used} s of cpu in half a second with a tenth of a cpu`)
    await world.executor.signal(id, 'SIGKILL')
  })

  it('too many processes: the next fork fails', async () => {
    const script = 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 1000 & done; echo all'
    const spec = world.script(script, {pids: 8})
    assert.notEqual((await world.ended(await world.run(spec))).exitCode, 0)
    assert.match(world.output(spec, 'god.err'), /fork/)
  })
})
