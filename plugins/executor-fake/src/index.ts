/**
 * Executor `fake` for trials: a simulated engine whose state is one file in the provider's directory, so that
 * separate `god` processes see the same containers. Nothing really runs, and no output is written but the marks.
 */
import {mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {type ContainerSpec, defineProvider, type HostServices} from '@god-cli/api'
import {FakeEngine, type FakeFences, type FakeState} from './engine.js'
import {createFakeExecutor} from './fake-executor.js'

/** Milliseconds between two looks for ended containers. */
const LOOK = 200

const fences: FakeFences = {
  begin: ({workDir, attempt}: ContainerSpec) => {
    try {
      mkdirSync(join(workDir.source, `started.${attempt}`))
      writeFileSync(join(workDir.source, 'god.log'), 'this job ran on the fake executor\n')
      writeFileSync(join(workDir.source, 'god.err'), '')
      return true
    } catch {
      return false
    }
  },
  end: ({workDir, attempt}, code) => {
    try {
      writeFileSync(join(workDir.source, `started.${attempt}`, 'exit'), `${code}\n`)
    } catch {
      // Its directory was deleted: a real wrapper cannot write there either.
    }
  },
}

const readState = (path: string): FakeState => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as FakeState
  } catch {
    return {serial: 0, containers: []}
  }
}

const tryLock = (lock: string): boolean => {
  try {
    mkdirSync(lock)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

const STEP = 2
/** An act takes a millisecond: a lock that is held for so many steps was left by a crash. */
const PATIENCE = 1000

/** Waits without letting go: the acts are too short to do anything else meanwhile. */
const locked = <T>(lock: string, act: () => T): T => {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let left = PATIENCE; left > 0 && !tryLock(lock); left -= 1) Atomics.wait(pause, 0, 0, STEP)
  try {
    return act()
  } finally {
    rmSync(lock, {recursive: true, force: true})
  }
}

const stateFile = (host: HostServices) => {
  const path = join(host.stateDir, 'engine.json')
  let engine = new FakeEngine(host.now, fences, readState(path))
  return {
    engine: () => {
      engine = new FakeEngine(host.now, fences, readState(path))
      return engine
    },
    save: () => {
      const fresh = `${path}.${process.pid}.new`
      writeFileSync(fresh, JSON.stringify(engine.state))
      renameSync(fresh, path)
    },
    alone: <T>(act: () => T): T => locked(`${path}.lock`, act),
  }
}

const amount = (text: string | undefined, fallback: number): number => {
  const n = Number(text)
  return Number.isSafeInteger(n) && n > 0 ? n : fallback
}

export default defineProvider('executor', host => {
  const state = stateFile(host)
  const capacity = {
    cpus: amount(host.options.node_cpus, 4000),
    memory: amount(host.options.node_memory, 8 * 1024 ** 3),
    gpus: 0,
  }
  return createFakeExecutor({
    ...state,
    // The state lies in a folder of this node.
    identity: `fake:${host.node}`,
    nodes: [{name: host.node, capacity, labels: {}}],
    cluster: host.cluster,
    listen: wake => {
      let before = ''
      const look = (): void => {
        const states = state
          .engine()
          .all()
          .map(({id, status}) => `${id} ${status}`)
        if (states.join() !== before) wake()
        before = states.join()
      }
      const timer = setInterval(look, LOOK)
      return () => clearInterval(timer)
    },
  })
})
