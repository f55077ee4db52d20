/** A fake executor on a simulated engine with a clock that a test moves, and specs for it. */
import type {ContainerSpec, Executor} from '@god-cli/api'
import {FakeEngine} from '../../../plugins/executor-fake/src/engine.js'
import {createFakeExecutor} from '../../../plugins/executor-fake/src/fake-executor.js'

export const WORK = '/work'

let jobs = 0

export const aSpec = (env: Readonly<Record<string, string>> = {}, cluster = 'cluster'): ContainerSpec => {
  jobs += 1
  return {
    name: `god-fake-${jobs}-1`,
    cluster,
    job: jobs,
    attempt: 1,
    nonce: String(jobs).padStart(24, '0'),
    jobName: 'test',
    user: 'ann',
    uid: 1000,
    gid: 1000,
    groups: [1000],
    image: 'busybox',
    wrapper: '',
    argv: ['true'],
    env,
    resources: {cpus: 1000, memory: 1 << 26, gpus: 0},
    pids: 10,
    network: 'none',
    workDir: {source: `${WORK}/${jobs}`, target: '/mnt/go-docker', readOnly: false},
    mounts: [],
    passwd: '',
    group: '',
    hostname: 'job',
  }
}

export interface FakeWorld {
  readonly engine: FakeEngine
  readonly executor: Executor
  /** Job directories with their fence taken, and the exit code that the wrapper left there. */
  readonly fences: Map<string, number | null>
  advance(ms: number): void
  executorOf(cluster: string): Executor
  /** Made and started; its id. */
  run(spec: ContainerSpec): Promise<string>
}

export const makeFakeWorld = (): FakeWorld => {
  let now = 1000
  const fences = new Map<string, number | null>()
  const listeners = new Set<() => void>()
  const engine = new FakeEngine(() => now, {
    begin: ({workDir: {source}}) => !fences.has(source) && fences.set(source, null) === fences,
    end: ({workDir: {source}}, code) => void fences.set(source, code),
  })
  const executorOf = (cluster: string): Executor =>
    createFakeExecutor({
      engine: () => engine,
      identity: 'fake:n1',
      save: () => {
        for (const wake of listeners) wake()
      },
      nodes: [{name: 'n1', capacity: {cpus: 4000, memory: 1 << 30, gpus: 0}, labels: {}}],
      cluster,
      listen: wake => {
        listeners.add(wake)
        return () => listeners.delete(wake)
      },
    })
  const executor = executorOf('cluster')
  return {
    engine,
    executor,
    fences,
    executorOf,
    advance: ms => {
      now += ms
      engine.tick()
    },
    run: async spec => {
      const made = await executor.create(spec)
      if (made.answer === 'refused') throw new Error(made.reason.text)
      await executor.start(made.container.id)
      return made.container.id
    },
  }
}
