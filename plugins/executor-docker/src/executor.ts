/**
 * The executor put together: each verb is one file. Keeps nothing but the pulls under way
 * and figures of running jobs, so a new process of god takes over by looking.
 */
import type {ContainerView, Executor, HostServices, ListedContainer, NodeReport} from '@god-cli/api'
import {create} from './create.js'
import {createEngine, DEFAULT_URL, parseAddress} from './engine.js'
import {createDriverMemo, createIdentityMemo, engineFacts} from './engine-facts.js'
import {watchEvents} from './events.js'
import {GROUPS_ELSEWHERE, type Groups, readGroups} from './groups.js'
import {health} from './health.js'
import {createImages} from './image.js'
import {inspect, list} from './inspect.js'
import {remove} from './remove.js'
import {pause, signal, unpause} from './signals.js'
import type {Site} from './site.js'
import {createSlots} from './slots.js'
import {start} from './start.js'
import {createSweep, type Sweep} from './sweep.js'
import {createUsages, type Usages} from './usages.js'

/** More starts at once gain nothing (docker.md 1.1). */
const IN_FLIGHT = 4
const PULL_TIMEOUT = 300

const whole = (name: string, text: string | undefined, fallback: number): number => {
  if (text === undefined || text === '') return fallback
  if (!/^\d{1,6}$/.test(text)) throw new Error(`${name} is ${JSON.stringify(text)}; expected a whole number`)
  return Number(text)
}

const once = <T>(make: () => T): (() => T) => {
  let made: {readonly value: T} | null = null
  return () => {
    made ??= {value: make()}
    return made.value
  }
}

const createSite = (host: HostServices, look: () => Groups): Site => {
  const engine = createEngine(parseAddress(host.options.docker_url || DEFAULT_URL))
  const pullTimeout = whole('pull_timeout', host.options.pull_timeout, PULL_TIMEOUT)
  return {
    host,
    engine,
    images: createImages(engine, pullTimeout),
    groups: once(engine.address.local ? look : () => GROUPS_ELSEWHERE),
    driver: createDriverMemo(engine),
    slots: createSlots(IN_FLIGHT),
  }
}

const nodes = async ({engine, host}: Site, gpus: number): Promise<readonly NodeReport[]> => {
  const {NCPU = 0, MemTotal = 0} = await engineFacts(engine)
  return [{name: host.node, capacity: {cpus: NCPU * 1000, memory: MemTotal, gpus}, labels: {}}]
}

const look = async (
  {engine, host}: Site,
  usages: Usages,
  nameOrId: string,
): Promise<ContainerView | null> => {
  const container = await inspect(engine, host.cluster, nameOrId)
  if (container !== null) usages.sample(container)
  return container
}

const listAll = async (
  {engine, host}: Site,
  usages: Usages,
  sweep: Sweep,
): Promise<readonly ListedContainer[]> => {
  const containers = await list(engine, host.cluster)
  usages.look(containers)
  await sweep(containers)
  return containers
}

/** `readHere` is replaced in tests: a host with fewer means. */
export const createExecutor = (host: HostServices, readHere: () => Groups = readGroups): Executor => {
  const site = createSite(host, readHere)
  const {engine} = site
  // The engine does not say how many devices it has; the operator does.
  const gpus = whole('gpus', host.options.gpus, 0)
  const usages = createUsages(site.groups)
  const sweep = createSweep(site)
  const stops = new Set<() => void>()
  return {
    get features() {
      const exactUsage = site.groups().fault === null
      return {images: true, memoryLimit: true, cpuLimit: true, exactUsage}
    },
    identity: createIdentityMemo(engine),
    nodes: () => nodes(site, gpus),
    create: spec => create(site, spec),
    start: id => start(site, id),
    inspect: nameOrId => look(site, usages, nameOrId),
    list: () => listAll(site, usages, sweep),
    signal: (id, name) => signal(site, id, name),
    pause: id => pause(site, id),
    unpause: id => unpause(site, id),
    usage: async (name, id) => usages.read(name, id),
    remove: (name, id) => remove(site, name, id),
    watch: wake => {
      const stop = watchEvents(engine, host, wake)
      stops.add(stop)
      return () => {
        stops.delete(stop)
        stop()
      }
    },
    health: () => health(engine, site.groups(), host.options.busybox),
    close: async () => {
      for (const stop of stops) stop()
      stops.clear()
      engine.close()
    },
  }
}
