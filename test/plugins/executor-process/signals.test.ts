/** Signals, pause and the guard against strangers who bear an old pid. */
import assert from 'node:assert/strict'
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {bootId} from '../../../plugins/executor-process/src/process-table.js'
import {describeBoth, isAlive, makeWorld, until, type World, withoutCgroups, written} from './world.js'

describeBoth('signals to a process container', look => {
  let world: World
  beforeEach(() => {
    world = makeWorld(look)
  })
  afterEach(() => world.close())

  const ready = (work: string): Promise<string> => written(join(work, 'ready'))

  it('TERM reaches the command, whose own answer becomes the exit code', async () => {
    const spec = world.script('trap "echo saved; exit 9" TERM; echo >ready; while :; do sleep 0.01; done')
    const id = await world.run(spec)
    await ready(spec.workDir.source)
    await world.executor.signal(id, 'SIGTERM')
    const over = await world.ended(id)
    assert.equal(over.exitCode, 9)
    assert.equal(world.output(spec), 'saved\n')
  })

  it('TERM and INT without a handler end it with 128 and their number', async () => {
    for (const [name, code] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const) {
      const spec = world.script('echo >ready; exec sleep 1000')
      const id = await world.run(spec)
      await ready(spec.workDir.source)
      await world.executor.signal(id, name)
      assert.equal((await world.ended(id)).exitCode, code, name)
    }
  })

  it('KILL ends all of it, also what moved to a session of its own', async () => {
    const spec = world.script('trap "" TERM; setsid sleep 1000 & echo $! >ready; wait')
    const id = await world.run(spec)
    const stray = Number(await ready(spec.workDir.source))
    await world.executor.signal(id, 'SIGKILL')
    assert.equal((await world.ended(id)).exitCode, 137)
    await until('the stray was dead', () => !isAlive(stray))
  })

  it('KILL right after the start is never lost', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = await world.run(world.script('exec sleep 1000'))
      await world.executor.signal(id, 'SIGKILL')
      const over = await world.ended(id)
      assert.deepEqual([over.exitCode, over.startFault], [137, null])
    }
  })

  it('pause stops it, unpause goes on, both may be repeated', async () => {
    const spec = world.script('echo >ready; while [ ! -e go ]; do sleep 0.01; done; echo went')
    const id = await world.run(spec)
    await ready(spec.workDir.source)
    await world.executor.pause(id)
    await world.executor.pause(id)
    assert.equal((await world.view(id)).status, 'paused')
    assert.equal((await world.executor.list())[0]?.status, 'paused')
    writeFileSync(join(spec.workDir.source, 'go'), '')
    await world.executor.unpause(id)
    await world.executor.unpause(id)
    assert.equal((await world.ended(id)).exitCode, 0)
    assert.equal(world.output(spec), 'went\n')
  })

  it('TERM to a paused one thaws it, and KILL needs no thaw', async () => {
    for (const [name, code] of [
      ['SIGTERM', 4],
      ['SIGKILL', 137],
    ] as const) {
      const spec = world.script('trap "exit 4" TERM; echo >ready; while :; do sleep 0.01; done')
      const id = await world.run(spec)
      await ready(spec.workDir.source)
      await world.executor.pause(id)
      assert.equal((await world.view(id)).status, 'paused')
      await world.executor.signal(id, name)
      assert.equal((await world.ended(id)).exitCode, code, name)
    }
  })

  it('signals before the start and after the end have no effect', async () => {
    const spec = world.spec()
    await world.executor.create(spec)
    await world.executor.signal(spec.name, 'SIGKILL')
    await world.executor.pause(spec.name)
    assert.equal((await world.view(spec.name)).status, 'created')
    await world.executor.start(spec.name)
    assert.equal((await world.ended(spec.name)).exitCode, 0)
    await world.executor.signal(spec.name, 'SIGKILL')
    assert.equal((await world.view(spec.name)).exitCode, 0)
    await assert.rejects(world.executor.signal(spec.name, 'SIGNOTHING'), /no such signal/)
  })

  it('a supervisor killed with its job is seen as 137 after our KILL, as 255 else', async () => {
    for (const [mark, code] of [
      [true, 137],
      [false, 255],
    ] as const) {
      const spec = world.script('echo >ready; exec sleep 1000')
      const id = await world.run(spec)
      await ready(spec.workDir.source)
      const pid = (file: string): number =>
        Number(readFileSync(join(world.stateDir, id, file), 'utf8').split(' ')[0])
      if (mark) writeFileSync(join(world.stateDir, id, 'killed'), '')
      process.kill(pid('run'), 'SIGKILL')
      assert.equal((await world.view(id)).status, 'running', 'the job outlives its supervisor')
      process.kill(-pid('child'), 'SIGKILL')
      const over = await world.ended(id)
      assert.deepEqual([over.exitCode, over.startFault], [code, null])
      assert.equal((await world.view(id)).finishedAt, over.finishedAt, 'the end does not move')
    }
  })
})

describe('the guard against a pid that was given away', () => {
  let world: World
  let stranger: ChildProcess
  beforeEach(() => {
    world = makeWorld(withoutCgroups)
    stranger = spawn('sleep', ['1000'], {detached: true, stdio: 'ignore'})
  })
  afterEach(async () => {
    stranger.kill('SIGKILL')
    if (stranger.exitCode === null && stranger.signalCode === null) await once(stranger, 'exit')
    await world.close()
  })

  const startOf = (pid: number): number => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  }

  /** A container whose marks name the stranger, with that start time and boot. */
  const marked = async (start: number, boot: string): Promise<string> => {
    const spec = world.spec()
    await world.executor.create(spec)
    for (const file of ['run', 'child']) {
      writeFileSync(join(world.stateDir, spec.name, file), `${stranger.pid} ${start} ${boot}\n`)
    }
    return spec.name
  }

  const abuse = async (id: string): Promise<void> => {
    for (const name of ['SIGTERM', 'SIGKILL']) await world.executor.signal(id, name)
    await world.executor.pause(id)
    await world.executor.remove(id, id)
    const pid = stranger.pid ?? 0
    assert.match(readFileSync(`/proc/${pid}/stat`, 'utf8'), /\) S /, 'the stranger sleeps on')
  }

  it('another start time: exited, and no signal is sent', async () => {
    const id = await marked(startOf(stranger.pid ?? 0) - 1, bootId())
    const over = await world.view(id)
    assert.deepEqual([over.status, over.exitCode], ['exited', 255])
    await abuse(id)
  })

  it('another boot: exited with 255, and no signal is sent', async () => {
    const id = await marked(startOf(stranger.pid ?? 0), '00000000-0000-0000-0000-000000000000')
    const over = await world.view(id)
    assert.deepEqual([over.status, over.exitCode], ['exited', 255])
    await abuse(id)
  })

  it('a mark that is not one: exited, and no signal is sent', async () => {
    const id = await marked(Number.NaN, bootId())
    assert.equal((await world.view(id)).status, 'exited')
    await abuse(id)
  })
})
