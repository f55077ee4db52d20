/** Jobs on the real engine: who they are inside, what holds them, what they used, what cannot be run. */
import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import {userInfo} from 'node:os'
import {join} from 'node:path'
import type {ContainerSpec} from '@god-cli/api'
import {attemptFolders} from '../../../plugins/executor-docker/src/account-files.js'
import {findBusybox} from '../../../plugins/executor-docker/src/busybox.js'
import {groupsOf, hostHierarchies} from '../../../plugins/executor-docker/src/cgroup.js'
import {until} from '../../support/until.js'
import {type DockerWorld, describeOnEngine, GID, openWorld, UID} from './world.js'

const MIB = 1024 ** 2

describeOnEngine('a job on the docker engine', function () {
  this.timeout(240_000)
  let world: DockerWorld
  beforeEach(async () => {
    world = await openWorld()
  })
  afterEach(() => world.close())

  /** Runs to its end; its exit code and output. */
  const outputOf = async (spec: ContainerSpec): Promise<string> => {
    const {exitCode} = await world.ended(await world.run(spec))
    assert.equal(exitCode, 0, world.output(spec, 'god.err'))
    return world.output(spec)
  }

  it('T31, T32: is its user, with his groups and no others, and names for them', async () => {
    const spec = world.script('id -u; id -G; id -un; id -gn; hostname; pwd; ls -ld started.1')
    const [uid, groups, user, group, hostname, cwd, mark] = (await outputOf(spec)).split('\n')
    assert.deepEqual([uid, groups, user, group], [String(UID), `${GID} 5001`, 'ann', 'ann'])
    assert.deepEqual([hostname, cwd], [spec.hostname, '/mnt/go-docker'])
    assert.match(mark ?? '', / ann +ann /)
    assert.equal(world.output(spec, 'started.1/exit'), '0\n')
  })

  it('T40, T49, T55: has no capabilities and gains none, no core dumps, no network, a seccomp filter', async () => {
    const text = await outputOf(
      world.script('cat /proc/self/status; ulimit -c; ls /sys/class/net; ls /proc | grep -c "^[0-9]"'),
    )
    assert.match(text, /CapInh:\t0+\nCapPrm:\t0+\nCapEff:\t0+\nCapBnd:\t0+\nCapAmb:\t0+\n/)
    assert.match(text, /NoNewPrivs:\t1/)
    assert.match(text, /Seccomp:\t2/)
    assert.match(text, /\n0\nlo\n[3-9]\n$/)
  })

  it('T40: is not root by a program that would make it so, in what is mounted', async () => {
    const spec = world.script('ls -ln busybox; ./busybox su </dev/null; :')
    const program = join(spec.workDir.source, 'busybox')
    copyFileSync(findBusybox(undefined).path ?? assert.fail('no busybox on this host'), program)
    chownSync(program, 0, 0)
    chmodSync(program, 0o4755)
    assert.match(await outputOf(spec), /^-rwsr-xr-x +1 +0 +0 /)
    // It would ask for a password if it were.
    assert.match(world.output(spec, 'god.err'), /must be suid/)
  })

  it('cannot write what is mounted over the image', async () => {
    const text =
      'for f in /etc/passwd /etc/group /god/bin/busybox; do (echo x >>$f) 2>/dev/null && echo $f; done; :'
    assert.equal(await outputOf(world.script(text)), '')
  })

  it('gets its words and variables byte for byte', async () => {
    const words = ['a b', '$HOME', '`id`', "'", '"', '*', '', 'ü\n;', '--privileged']
    const env = {...world.spec('exit0').env, ODD: '$(id) "\n', LD_X: ';'}
    const spec = world.script('', {
      argv: ['/bin/sh', '-c', 'printf "%s|" "$@" "$ODD" "$LD_X"', 'sh', ...words],
      env,
    })
    assert.equal(await outputOf(spec), `${[...words, env.ODD, env.LD_X].join('|')}|`)
  })

  it('T47: is killed when it takes more memory than it asked for', async () => {
    const resources = {cpus: 1000, memory: 32 * MIB, gpus: 0}
    const spec = world.script('', {argv: ['/bin/tail', '/dev/zero'], resources})
    const id = await world.run(spec)
    const {exitCode, oomKilled} = await world.ended(id)
    assert.deepEqual({exitCode, oomKilled}, {exitCode: 137, oomKilled: true})
    const usage = await world.executor.usage(spec.name, id)
    assert.ok(
      usage !== null && usage.maxMemory > 30 * MIB && usage.maxMemory < 40 * MIB,
      JSON.stringify(usage),
    )
  })

  it('leaves its true peak of memory and its cpu time', async () => {
    const spec = world.script(
      'x=$(head -c 16777216 /dev/zero | tr "\\0" x); i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done',
    )
    const id = await world.run(spec)
    assert.equal((await world.ended(id)).exitCode, 0)
    const usage = await world.executor.usage(spec.name, id)
    assert.ok(usage?.exact && usage.maxMemory > 16 * MIB && usage.cpuSeconds > 0.05, JSON.stringify(usage))
    const other = await world.another()
    assert.deepEqual(await other.usage(spec.name, id), usage)
  })

  it('T47: cannot start more processes than its limit', async () => {
    const spec = world.script('for i in $(seq 40); do sleep 5 & echo $i; done; wait', {pids: 16})
    assert.notEqual((await world.ended(await world.run(spec))).exitCode, 0)
    assert.match(world.output(spec, 'god.err'), /fork/)
    const begun = world.output(spec).trim().split('\n').length
    assert.ok(begun > 4 && begun < 16, String(begun))
  })

  it('is thawed by any signal, not only by those that the engine thaws for', async () => {
    const spec = world.script("trap 'echo got; exit 7' USR1; : >ready; while :; do sleep 0.02; done")
    const id = await world.run(spec)
    await world.ready(spec)
    await world.executor.pause(id)
    assert.equal((await world.executor.inspect(id))?.status, 'paused')
    await world.executor.signal(id, 'SIGUSR1')
    assert.equal((await world.ended(id)).exitCode, 7)
    assert.match(world.output(spec), /got/)
  })

  it('can save its work on TERM', async () => {
    const spec = world.script("trap 'echo saved; exit 9' TERM; : >ready; while :; do sleep 0.02; done")
    const id = await world.run(spec)
    await world.ready(spec)
    await world.executor.signal(id, 'SIGTERM')
    assert.equal((await world.ended(id)).exitCode, 9)
    assert.equal(world.output(spec), 'saved\n')
  })

  it('leaves nothing on the node once it is removed', async () => {
    const spec = world.script('sleep 100')
    const id = await world.run(spec)
    const groups = groupsOf(hostHierarchies(), spec.name)
    assert.ok(groups.some(existsSync))
    assert.deepEqual(attemptFolders(world.host.stateDir), [spec.name])
    await world.executor.remove(spec.name, id)
    assert.deepEqual(groups.filter(existsSync), [])
    assert.deepEqual(attemptFolders(world.host.stateDir), [])
  })

  it('is refused at once, with a reason, for an image that nobody has', async () => {
    const begun = Date.now()
    const answer = await world.executor.create(world.script(':', {image: '127.0.0.1:1/no/such:image'}))
    assert.ok(answer.answer === 'refused' && answer.reason.code === 'image', JSON.stringify(answer))
    assert.match(answer.reason.text, /127\.0\.0\.1:1\/no\/such:image .* refused/)
    assert.ok(Date.now() - begun < 10_000)
    assert.deepEqual(await world.executor.list(), [])
  })

  it('is refused for limits that the engine cannot keep', async () => {
    const answer = await world.executor.create(
      world.script(':', {resources: {cpus: 10 ** 9, memory: 64 * MIB, gpus: 0}}),
    )
    assert.ok(answer.answer === 'refused' && answer.reason.code === 'limit', JSON.stringify(answer))
  })

  it('whose gpus the engine does not have ends as not startable, for ever', async () => {
    const made = await world.executor.create(
      world.script(':', {resources: {cpus: 1000, memory: 64 * MIB, gpus: 1}}),
    )
    assert.ok(made.answer === 'created')
    for (const _ of [1, 2]) {
      const answer = await world.executor.start(made.container.id)
      assert.ok(answer.answer === 'refused' && answer.reason.code === 'start', JSON.stringify(answer))
      assert.match(answer.reason.text, /could not select device driver/)
    }
    const view = await world.executor.inspect(made.container.id)
    assert.deepEqual([view?.status, view?.exitCode], ['created', null])
    assert.match(view?.startFault ?? '', /device driver/)
  })

  it('reads a folder that was granted to it, and its own home', async () => {
    // Whatever HOME says: a folder that all may write to is in no path that is mounted.
    const home = mkdtempSync(join(userInfo().homedir, 'god-test-'))
    try {
      chownSync(home, UID, GID)
      const mounts = [{source: home, target: '/home/ann', readOnly: false}]
      assert.equal(
        await outputOf(world.script('echo here >/home/ann/file; cat /home/ann/file', {mounts})),
        'here\n',
      )
      assert.equal(readFileSync(join(home, 'file'), 'utf8'), 'here\n')
    } finally {
      rmSync(home, {recursive: true})
    }
  })

  it('is refused a mount from a folder that others write', async () => {
    const source = join(world.root, 'home')
    mkdirSync(source)
    const mounts = [{source, target: '/home/ann', readOnly: false}]
    const answer = await world.executor.create(world.script(':', {mounts}))
    assert.ok(answer.answer === 'refused' && answer.reason.code === 'mount', JSON.stringify(answer))
  })

  it('runs with the shell of its image where there is no static busybox', async () => {
    await world.close()
    world = await openWorld({busybox: '/nowhere/busybox'})
    assert.equal(await outputOf(world.script('ls -d /god 2>/dev/null; id -u')), `${UID}\n`)
    const busybox = (await world.executor.health()).find(({check}) => check === 'busybox')
    assert.equal(busybox?.ok, false)
  })

  it('is made and started once by many who try at the same time', async () => {
    const spec = world.script('echo ran >>count')
    const others = await Promise.all([world.another(), world.another(), world.another()])
    const answers = await Promise.all(others.map(one => one.create(spec)))
    const ids = answers.map(one => (one.answer === 'refused' ? one.reason.text : one.container.id))
    assert.equal(new Set(ids).size, 1)
    assert.equal(answers.filter(one => one.answer === 'created').length, 1)
    const id = ids[0] ?? ''
    const starts = await Promise.all(others.map(one => one.start(id)))
    assert.deepEqual(starts, [{answer: 'started'}, {answer: 'started'}, {answer: 'started'}])
    assert.equal((await world.ended(id)).exitCode, 0)
    assert.equal(world.output(spec, 'count'), 'ran\n')
  })

  it('wakes whoever watches', async () => {
    const spec = world.spec('endless')
    const id = await world.run(spec)
    await world.ready(spec)
    let wakes = 0
    const stop = world.executor.watch(() => {
      wakes += 1
    })
    await until('the watch is open', () => (wakes > 0 ? true : null))
    const before = wakes
    await world.executor.signal(id, 'SIGKILL')
    await until('the end is heard', () => (wakes > before ? true : null))
    stop()
  })
})

describe('the docker executor as a module', () => {
  it('loads no dockerode before it asks an engine', () => {
    const code = `
      import {createRequire} from 'node:module'
      const {default: create} = await import(${JSON.stringify(new URL('../../../plugins/executor-docker/src/index.ts', import.meta.url).href)})
      create({options: {}, stateDir: '/nowhere', cluster: 'c', node: 'n', log() {}, now: Date.now, delay: async () => {}})
      const loaded = Object.keys(createRequire(import.meta.url).cache ?? {})
      console.log(loaded.filter(path => path.includes('dockerode')).length)`
    const text = execFileSync(process.execPath, ['--import=tsx', '--input-type=module', '-e', code], {
      encoding: 'utf8',
    })
    assert.equal(text.trim(), '0')
  })
})
