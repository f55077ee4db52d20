/**
 * The executor over a simulated engine. Every verb that changes it is one act between `engine` and `save`: in a test
 * these do nothing, in a trial they keep the engine's state in a file between processes.
 */
import {createHash} from 'node:crypto'
import type {
  ContainerSpec,
  ContainerView,
  CreateAnswer,
  Executor,
  ListedContainer,
  NodeReport,
  StartAnswer,
} from '@god-cli/api'
import type {FakeContainer, FakeEngine} from './engine.js'

export interface FakeExecutorOptions {
  readonly engine: () => FakeEngine
  readonly save: () => void
  readonly identity: string
  /** Runs an act that no other process may cut in two, and keeps what it did; left out: there is no other. */
  readonly alone?: <T>(act: () => T) => Promise<T>
  readonly nodes: readonly NodeReport[]
  readonly cluster: string
  /** Calls `wake` now and then; returns its stop. */
  readonly listen: (wake: () => void) => () => void
}

/** A name means the same image for ever here. */
const imageIdOf = (image: string): string => `sha256:${createHash('sha256').update(image).digest('hex')}`

const listed = ({id, spec, status}: FakeContainer): ListedContainer => ({
  id,
  name: spec.name,
  status,
  job: spec.job,
  ...(spec.task === undefined ? {} : {task: spec.task}),
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
  imageId: imageIdOf(container.spec.image),
})

const created = (engine: FakeEngine, spec: ContainerSpec): CreateAnswer => {
  const old = engine.find(spec.name)
  if (old !== null) return {answer: 'exists', container: view(old)}
  const container = engine.create(spec)
  const {refuse} = container.script
  if (refuse === null) return {answer: 'created', container: view(container)}
  engine.remove(container)
  return {answer: 'refused', reason: {code: 'image', text: refuse}}
}

const started = (engine: FakeEngine, id: string): StartAnswer => {
  const container = engine.find(id)
  if (container === null) return {answer: 'gone'}
  engine.start(container)
  return container.startFault === null
    ? {answer: 'started'}
    : {answer: 'refused', reason: {code: 'start', text: container.startFault}}
}

export const createFakeExecutor = (options: FakeExecutorOptions): Executor => {
  const {engine, save, identity, nodes, cluster, listen, alone} = options
  const changed = async <T>(act: (now: FakeEngine) => T): Promise<T> => {
    if (alone !== undefined) return alone(() => act(engine()))
    const answer = act(engine())
    save()
    return answer
  }
  const change = (
    nameOrId: string,
    act: (container: FakeContainer, now: FakeEngine) => void,
  ): Promise<void> =>
    changed(now => {
      const container = now.find(nameOrId)
      if (container !== null) act(container, now)
    })
  const stops = new Set<() => void>()
  return {
    features: {images: true, memoryLimit: true, cpuLimit: true, exactUsage: true},
    identity: async () => identity,
    nodes: async () => nodes,
    create: async spec => changed(now => created(now, spec)),
    start: async id => changed(now => started(now, id)),
    inspect: async nameOrId => {
      const container = engine().find(nameOrId)
      return container === null ? null : view(container)
    },
    list: async () =>
      engine()
        .all()
        .filter(({spec}) => spec.cluster === cluster)
        .map(listed),
    signal: async (id, signal) =>
      changed(now => {
        const container = now.find(id)
        return container !== null && now.signal(container, signal)
      }),
    pause: async id => change(id, (container, now) => now.pause(container)),
    unpause: async id => change(id, (container, now) => now.unpause(container)),
    usage: async (_name, id) => {
      const container = engine().find(id)
      return container === null ? null : engine().usage(container)
    },
    remove: async (_name, id) =>
      change(id, (container, now) => {
        now.signal(container, 'SIGKILL')
        now.remove(container)
      }),
    watch: wake => {
      const stop = listen(wake)
      stops.add(stop)
      return () => {
        stops.delete(stop)
        stop()
      }
    },
    health: async () => [{check: 'engine', ok: true, text: 'simulated engine, nothing really runs'}],
    close: async () => {
      for (const stop of stops) stop()
      stops.clear()
    },
  }
}
