/**
 * Executor `fake` for trials: a simulated engine whose state is one file in the provider's directory, so that
 * separate `god` processes see the same containers. Nothing really runs, and no output is written but the marks.
 */
import {mkdirSync, readFileSync, renameSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {type ContainerSpec, defineProvider, type HostServices} from '@god-cli/api'
import {FakeEngine, type FakeFences, type FakeState} from './engine.js'
import {createFakeExecutor} from './fake-executor.js'
import {locked} from './lock.js'
import {together} from './together.js'

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

/** Files are replaced, never changed. */
const fileOf = (path: string): string => {
  try {
    const {ino, mtimeMs, size} = statSync(path)
    return `${ino} ${mtimeMs} ${size}`
  } catch {
    return ''
  }
}

const stateFile = (host: HostServices) => {
  const path = join(host.stateDir, 'engine.json')
  /** Which file it was read from, or written to; another one is read again. */
  let known = ''
  let engine = new FakeEngine(host.now, fences, {serial: 0, containers: []})
  const read = (): FakeEngine => {
    const file = fileOf(path)
    if (file === known && file !== '') return engine
    known = file
    return new FakeEngine(host.now, fences, readState(path))
  }
  /** Several acts go on on the same one. */
  let held = false
  const save = (): void => {
    const fresh = `${path}.${process.pid}.new`
    writeFileSync(fresh, JSON.stringify(engine.state))
    const file = fileOf(fresh)
    renameSync(fresh, path)
    known = file
  }
  return {
    engine: () => {
      if (!held) engine = read()
      return engine
    },
    save,
    alone: together(acts =>
      locked(`${path}.lock`, () => {
        engine = read()
        held = true
        try {
          acts()
        } finally {
          held = false
          // What was done counts when it is saved.
          known = ''
        }
        save()
      }),
    ),
  }
}

const amount = (name: string, unit: string, text: string | undefined, fallback: number): number => {
  if (text === undefined || text === '') return fallback
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
  throw new Error(`${name} is ${JSON.stringify(text)}; expected a whole number of ${unit}, from 1`)
}

export default defineProvider('executor', host => {
  const state = stateFile(host)
  const capacity = {
    cpus: amount('node_cpus', 'thousandths of a cpu', host.options.node_cpus, 4000),
    memory: amount('node_memory', 'bytes', host.options.node_memory, 8 * 1024 ** 3),
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
