// @ts-check
/**
 * Executor "NAME": a skeleton that keeps its containers in memory and ends each as its variables say (`EXIT_CODE`, and
 * `ENDLESS` for one that only a signal ends). Put an engine in the place of `containers`, verb by verb; the contract
 * says when it is right.
 *
 * Every verb may be repeated after a crash of god: what is there already, started already, gone already is an answer.
 * Only "the engine cannot be asked" is thrown.
 *
 * @typedef {import('@god-cli/api').ContainerSpec} ContainerSpec
 * @typedef {import('@god-cli/api').ContainerView} ContainerView
 */

/** The engine: it outlives executors. @type {Map<string, {spec: ContainerSpec, view: ContainerView}>} */
const containers = new Map()
/** @type {Set<() => void>} */
const listeners = new Set()
let serial = 0

/** @param {string} nameOrId */
const find = nameOrId =>
  [...containers.values()].find(({view}) => view.id === nameOrId || view.name === nameOrId)

/** @param {string} id @param {Partial<ContainerView>} change */
const change = (id, change) => {
  const container = find(id)
  if (container === undefined) return
  container.view = {...container.view, ...change}
  for (const wake of listeners) wake()
}

/** @param {ContainerSpec} spec @returns {ContainerView} */
const fresh = ({name, job, task, attempt, nonce}) => ({
  id: `c${++serial}`,
  name,
  job,
  ...(task === undefined ? {} : {task}),
  attempt,
  nonce,
  status: 'created',
  startedAt: null,
  finishedAt: null,
  exitCode: null,
  oomKilled: false,
  startFault: null,
})

/** @type {Readonly<Record<string, number>>} */
const ENDING = {SIGKILL: 137, SIGTERM: 143, SIGINT: 130, SIGHUP: 129}

/** @param {string} id */
const isUp = id => ['running', 'paused'].includes(find(id)?.view.status ?? '')

/** @type {import('@god-cli/api').ProviderFactory<'executor'>} */
const create = host => {
  const capacity = {cpus: Number(host.options.cpus ?? 4) * 1000, memory: 8 * 1024 ** 3, gpus: 0}
  /** @param {string} id @param {number} exitCode */
  const end = (id, exitCode) => change(id, {status: 'exited', exitCode, finishedAt: host.now()})
  /** @type {Set<() => void>} */
  const mine = new Set()

  return {
    features: {images: true, memoryLimit: false, cpuLimit: false, exactUsage: false},
    identity: async () => `NAME:${host.node}`,
    nodes: async () => [{name: host.node, capacity, labels: {}}],
    create: async spec => {
      const there = find(spec.name)
      if (there !== undefined) return {answer: 'exists', container: there.view}
      const view = fresh(spec)
      containers.set(view.id, {spec, view})
      return {answer: 'created', container: view}
    },
    start: async id => {
      const container = find(id)
      if (container === undefined) return {answer: 'gone'}
      if (container.view.status !== 'created') return {answer: 'started'}
      change(id, {status: 'running', startedAt: host.now()})
      const {ENDLESS, EXIT_CODE} = container.spec.env
      if (ENDLESS === undefined) end(id, Number(EXIT_CODE ?? 0))
      return {answer: 'started'}
    },
    inspect: async nameOrId => find(nameOrId)?.view ?? null,
    list: async () =>
      [...containers.values()]
        .filter(({spec}) => spec.cluster === host.cluster)
        .map(({view: {id, name, status, job, task, attempt, nonce}}) => ({
          id,
          name,
          status,
          job,
          ...(task === undefined ? {} : {task}),
          attempt,
          nonce,
        })),
    signal: async (id, signal) => {
      if (!isUp(id)) return false
      const code = ENDING[signal]
      if (code !== undefined) end(id, code)
      return true
    },
    pause: async id => {
      if (find(id)?.view.status === 'running') change(id, {status: 'paused'})
    },
    unpause: async id => {
      if (find(id)?.view.status === 'paused') change(id, {status: 'running'})
    },
    usage: async () => null,
    remove: async (_name, id) => {
      containers.delete(id)
    },
    watch: wake => {
      const listener = () => wake()
      listeners.add(listener)
      mine.add(listener)
      return () => void listeners.delete(listener)
    },
    health: async () => [{check: 'engine', ok: true, text: 'NAME keeps containers in memory'}],
    close: async () => {
      for (const listener of mine) listeners.delete(listener)
    },
  }
}

export default create
