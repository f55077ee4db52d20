/**
 * The executor over a simulated engine. `load` and `save` surround every call: in a test they do nothing, in a
 * trial they keep the engine's state in a file between processes.
 */
import type {ContainerView, Executor, ListedContainer, NodeReport} from '@god-cli/api'
import type {FakeContainer, FakeEngine} from './engine.js'

export interface FakeExecutorOptions {
  readonly engine: () => FakeEngine
  readonly save: () => void
  readonly nodes: readonly NodeReport[]
  readonly cluster: string
  /** Calls `wake` now and then; returns its stop. */
  readonly listen: (wake: () => void) => () => void
}

const listed = ({id, spec, status}: FakeContainer): ListedContainer => ({
  id,
  name: spec.name,
  status,
  job: spec.job,
  attempt: spec.attempt,
  nonce: spec.nonce,
})

const view = (container: FakeContainer): ContainerView => ({
  ...listed(container),
  startedAt: container.startedAt,
  finishedAt: container.finishedAt,
  exitCode: container.exitCode,
  oomKilled: container.status === 'exited' && container.script.oom && container.exitCode === 137,
  startFault: container.startFault,
})

export const createFakeExecutor = ({engine, save, nodes, cluster, listen}: FakeExecutorOptions): Executor => {
  const change = (nameOrId: string, act: (container: FakeContainer, engine: FakeEngine) => void): void => {
    const now = engine()
    const container = now.find(nameOrId)
    if (container === null) return
    act(container, now)
    save()
  }
  return {
    features: {images: true, memoryLimit: true, cpuLimit: true, exactUsage: true},
    nodes: async () => nodes,
    create: async spec => {
      const now = engine()
      const old = now.find(spec.name)
      if (old !== null) return {answer: 'exists', container: view(old)}
      const container = now.create(spec)
      if (container.script.refuse !== null) {
        now.remove(container)
        return {answer: 'refused', reason: {code: 'image', text: container.script.refuse}}
      }
      save()
      return {answer: 'created', container: view(container)}
    },
    start: async id => {
      const now = engine()
      const container = now.find(id)
      if (container === null) return {answer: 'gone'}
      now.start(container)
      save()
      return container.startFault === null
        ? {answer: 'started'}
        : {answer: 'refused', reason: {code: 'start', text: container.startFault}}
    },
    inspect: async nameOrId => {
      const container = engine().find(nameOrId)
      return container === null ? null : view(container)
    },
    list: async () =>
      engine()
        .all()
        .filter(({spec}) => spec.cluster === cluster)
        .map(listed),
    signal: async (id, signal) => change(id, (container, now) => now.signal(container, signal)),
    pause: async id => change(id, (container, now) => now.pause(container)),
    unpause: async id => change(id, (container, now) => now.unpause(container)),
    usage: async (_name, id) => {
      const container = engine().find(id)
      if (container === null || container.startedAt === null) return null
      const {cpuSeconds, maxMemory} = container.script
      return {cpuSeconds, maxMemory, exact: true}
    },
    remove: async (_name, id) =>
      change(id, (container, now) => {
        now.signal(container, 'SIGKILL')
        now.remove(container)
      }),
    watch: listen,
    health: async () => [{check: 'engine', ok: true, text: 'simulated engine, nothing really runs'}],
    close: async () => undefined,
  }
}
