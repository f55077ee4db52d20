/** A container from its making to its removal, with control groups where there are some and without. */
import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {
  describeBoth,
  hasCgroups,
  isAlive,
  isRoot,
  makeWorld,
  until,
  type World,
  withoutCgroups,
  written,
} from './world.js'

describeBoth('the life of a process container', look => {
  let world: World
  beforeEach(() => {
    world = makeWorld(look)
  })
  afterEach(() => world.close())

  it('goes from created over running to exited, with its exit code and its times', async () => {
    const spec = world.script('while [ ! -e go ]; do sleep 0.01; done; exit 7')
    const made = await world.executor.create(spec)
    assert.equal(made.answer, 'created')
    assert.equal((await world.view(spec.name)).status, 'created')
    assert.deepEqual(await world.executor.start(spec.name), {answer: 'started'})
    const running = await world.view(spec.name)
    assert.equal(running.status, 'running')
    assert.equal(running.exitCode, null)
    assert.ok(running.startedAt !== null && Math.abs(Date.now() - running.startedAt) < 5000)
    writeFileSync(join(spec.workDir.source, 'go'), '')
    const over = await world.ended(spec.name)
    assert.equal(over.exitCode, 7)
    assert.equal(over.startFault, null)
    assert.equal(over.oomKilled, false)
    assert.equal(over.startedAt, running.startedAt)
    assert.ok(over.finishedAt !== null && over.finishedAt >= (over.startedAt ?? 0))
  })

  it('is made once: the second create finds the first', async () => {
    const spec = world.spec()
    assert.equal((await world.executor.create(spec)).answer, 'created')
    const again = await world.another(look).create({...spec, nonce: 'b'.repeat(24)})
    assert.ok(again.answer === 'exists')
    assert.equal(again.container.nonce, spec.nonce)
  })

  it('is made by one of many that try at the same time, and runs once', async () => {
    const spec = world.script('echo ran >>count')
    const gods = Array.from({length: 8}, () => world.another(look))
    const made = await Promise.all(gods.map(god => god.create(spec)))
    assert.equal(made.filter(one => one.answer === 'created').length, 1)
    await Promise.all(gods.map(god => god.start(spec.name)))
    assert.equal((await world.ended(spec.name)).exitCode, 0)
    await Promise.all(gods.map(god => god.start(spec.name)))
    assert.equal(world.output(spec, 'count'), 'ran\n')
  })

  it('is made whole when a crash left its folder empty', async () => {
    const spec = world.spec()
    mkdirSync(join(world.stateDir, spec.name))
    assert.equal(await world.executor.inspect(spec.name), null)
    assert.equal((await world.executor.create(spec)).answer, 'created')
  })

  it('is made whole when its file is damaged, and a start that was made stays made', async () => {
    const spec = world.script('echo ran >>count')
    await world.ended(await world.run(spec))
    writeFileSync(join(world.stateDir, spec.name, 'container.json'), '{"v":1')
    assert.equal(await world.executor.inspect(spec.name), null)
    const made = await world.executor.create(spec)
    assert.ok(made.answer === 'created')
    assert.equal(made.container.status, 'exited')
    assert.deepEqual(await world.executor.start(spec.name), {answer: 'started'})
    assert.equal(world.output(spec, 'count'), 'ran\n')
  })

  it('brings argv and variables through byte for byte', async () => {
    const hard = [
      'a b',
      '',
      '-n',
      "it's",
      '"',
      '\\',
      '$HOME `id`',
      'line\nend\n',
      '\tÁé€𝛀\u0081',
      '*',
      '!x',
      '%s',
    ]
    const spec = world.spec({
      argv: ['/bin/sh', '-c', 'printf "%s\\0" "$@"; printf "%s" "$HARD" >var', 'sh', ...hard],
    })
    const env = {...spec.env, HARD: hard.join('\n')}
    assert.equal((await world.ended(await world.run({...spec, env}))).exitCode, 0)
    assert.deepEqual(world.output(spec).split('\0').slice(0, -1), hard)
    assert.equal(world.output(spec, 'var'), hard.join('\n'))
  })

  it('inherits no variable of ours, and takes names that some shells keep for themselves', async () => {
    const spec = world.spec({argv: ['/usr/bin/env', '-0']})
    const env = {...spec.env, FOO: 'bar', UID: '77'}
    process.env.GOD_TEST_LEAK = 'leaked'
    await world.ended(await world.run({...spec, env}))
    delete process.env.GOD_TEST_LEAK
    const names = world.output(spec).split('\0').filter(Boolean)
    // PWD, OLDPWD, SHLVL and _ are the shell's own doing, the last is node's under a coverage tool.
    const foreign = names
      .filter(one => !/^(PWD|OLDPWD|SHLVL|_|GOD_ATTEMPT|PATH|NODE_V8_COVERAGE)=/.test(one))
      .sort()
    assert.deepEqual(foreign, ['FOO=bar', 'UID=77'])
    assert.ok(names.includes('PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'))
  })

  it('starts with no signal ignored, so a job can be interrupted', async () => {
    const spec = world.spec({argv: ['grep', 'SigIgn', '/proc/self/status']})
    await world.ended(await world.run(spec))
    assert.match(world.output(spec), /^SigIgn:\s0{16}\n$/)
  })

  it('says 127 for a program that is not there, without calling it a fault of the start', async () => {
    const over = await world.ended(await world.run(world.spec({argv: ['no-such-program']})))
    assert.equal(over.exitCode, 127)
    assert.equal(over.startFault, null)
  })

  it('says why it could not start when the job directory is missing', async () => {
    const work = join(world.root, 'nowhere')
    const id = await world.run(world.spec({workDir: {source: work, target: work, readOnly: false}}))
    assert.match((await world.ended(id)).startFault ?? '', /nowhere/)
  })

  it('leaves nothing running behind when the command ends', async () => {
    const spec = world.script('sleep 1000 & echo $! >left; setsid sleep 1000 & echo $! >>left')
    await world.ended(await world.run(spec))
    const [first = 0, second = 0] = world.output(spec, 'left').trim().split('\n').map(Number)
    assert.equal(isAlive(first), false, 'the background process')
    if (look === undefined) assert.equal(isAlive(second), false, 'the one with a session of its own')
    else if (isAlive(second)) process.kill(second, 'SIGKILL')
  })

  it('is removed while it runs, with all its processes and groups, and again without harm', async () => {
    const spec = world.script('sleep 1000 & setsid sleep 1000 & echo $$ $! >pids; wait')
    const id = await world.run(spec)
    const pids = (await written(join(spec.workDir.source, 'pids'))).trim().split(' ').map(Number)
    await world.executor.remove(spec.name, id)
    assert.deepEqual(pids.filter(isAlive), [])
    assert.equal(await world.executor.inspect(id), null)
    assert.deepEqual(await world.executor.list(), [])
    assert.deepEqual(
      readdirSync(world.stateDir).filter(name => name.includes(spec.name)),
      [],
    )
    assert.equal(existsSync(`/sys/fs/cgroup/memory/god/${spec.name}`), false)
    await world.executor.remove(spec.name, id)
    assert.deepEqual(await world.executor.start(id), {answer: 'gone'})
    await world.executor.signal(id, 'SIGTERM')
    await world.executor.pause(id)
    await world.executor.unpause(id)
    assert.equal(await world.executor.usage(spec.name, id), null)
  })

  it('is gone once its removal has claimed it, and the next create finishes the removal', async () => {
    const spec = world.spec()
    await world.executor.create(spec)
    writeFileSync(join(world.stateDir, spec.name, 'run'), 'removed\n')
    assert.equal(await world.executor.inspect(spec.name), null)
    assert.deepEqual(await world.executor.start(spec.name), {answer: 'gone'})
    assert.equal((await world.executor.create(spec)).answer, 'created')
    assert.equal((await world.ended(await world.run(world.spec()))).exitCode, 0)
  })

  it('whose removal was interrupted after the rename leaves nothing for long', async () => {
    mkdirSync(join(world.stateDir, '.removed.god-x.1.1', 'deep'), {recursive: true})
    assert.deepEqual(await world.executor.list(), [])
    assert.deepEqual(readdirSync(world.stateDir), [])
  })

  it('is listed with its labels if it is of this cluster and parses', async () => {
    const mine = world.spec()
    const other = world.spec({cluster: 'another'})
    await world.executor.create(mine)
    await world.executor.create(other)
    mkdirSync(join(world.stateDir, 'half-made'))
    writeFileSync(join(world.stateDir, 'stray'), '')
    assert.deepEqual(await world.executor.list(), [
      {id: mine.name, name: mine.name, status: 'created', job: mine.job, attempt: 1, nonce: mine.nonce},
    ])
    await world.executor.remove(other.name, other.name)
  })

  it('wakes a watcher at its end', async () => {
    let wakes = 0
    const stop = world.executor.watch(() => {
      wakes += 1
    })
    const id = await world.run(world.spec())
    await world.ended(id)
    await until('the watcher was woken', () => wakes > 0)
    stop()
  })

  it('has used cpu time and memory, which are known until it is removed', async () => {
    const spec = world.script('i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done')
    await world.executor.create(spec)
    assert.equal(await world.executor.usage(spec.name, spec.name), null)
    await world.executor.start(spec.name)
    await world.ended(spec.name)
    const usage = await world.executor.usage(spec.name, spec.name)
    assert.ok(usage !== null && usage.cpuSeconds > 0.02 && usage.cpuSeconds < 20, JSON.stringify(usage))
    assert.ok(usage.maxMemory > 100_000, JSON.stringify(usage))
    assert.equal(usage.exact, look === undefined)
  })
})

describe('what a process executor says of itself', () => {
  it('reports one node and its features, and its health without throwing', async () => {
    const world = makeWorld()
    const [node] = await world.executor.nodes()
    assert.equal(node?.name, 'here')
    assert.ok((node?.capacity.cpus ?? 0) >= 1000 && (node?.capacity.memory ?? 0) > 0)
    assert.equal(world.executor.features.images, false)
    assert.equal(world.executor.features.memoryLimit, hasCgroups)
    const findings = await world.executor.health()
    assert.ok(findings.some(one => one.check === 'setsid' && one.ok))
    assert.ok(findings.every(one => one.ok || one.remedy !== undefined))
    await world.close()
  })

  it('refuses what it never can do, and makes nothing', async () => {
    const world = makeWorld()
    const refused = async (over: object): Promise<string> => {
      const answer = await world.executor.create(world.spec(over))
      return answer.answer === 'refused' ? answer.reason.code : answer.answer
    }
    assert.equal(await refused({name: '../out'}), 'name')
    assert.equal(await refused({argv: ['a\0b']}), 'command')
    assert.equal(await refused({env: {'A=B': ''}}), 'environment')
    assert.equal(await refused({resources: {cpus: 1000, memory: 1 << 28, gpus: 1}}), 'gpus')
    assert.equal(await refused({mounts: [{source: '/a', target: '/b', readOnly: false}]}), 'mounts')
    assert.deepEqual(readdirSync(world.stateDir), [])
    if (isRoot) {
      const noDrop = world.another(() => ({...withoutCgroups(), setpriv: null}))
      const answer = await noDrop.create(world.spec({uid: 4242}))
      assert.ok(answer.answer === 'refused' && answer.reason.code === 'identity')
    }
    const asUser = world.another(() => ({...withoutCgroups(), uid: 4242, setpriv: null}))
    const answer = await asUser.create(world.spec({uid: 4243}))
    assert.ok(answer.answer === 'refused' && answer.reason.code === 'identity')
    await world.close()
  })
})
