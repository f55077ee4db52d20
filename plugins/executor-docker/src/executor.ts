/**
 * The executor put together: each verb is one file. Keeps nothing but the pulls under way
 * and figures of running jobs, so a new process of god takes over by looking.
 */
import type {ContainerView, Executor, HostServices, ListedContainer, NodeReport} from '@god-cli/api'
import {create} from './create.js'
import {createEngine} from './engine.js'
import {createCapacityMemo, createDriverMemo, createIdentityMemo} from './engine-facts.js'
import {watchEvents} from './events.js'
import {GROUPS_ELSEWHERE, type Groups, readGroups} from './groups.js'
import {health} from './health.js'
import {createImages} from './image.js'
import {inspect, list} from './inspect.js'
import {type Options, readOptions} from './options.js'
import {remove, removeTraces} from './remove.js'
import {pause, signal, unpause} from './signals.js'
import type {Site} from './site.js'
import {createSlots} from './slots.js'
import {start} from './start.js'
import {createSweep, type Sweep} from './sweep.js'
import {createUsages, type Usages} from './usages.js'

/** More starts at once gain nothing (docker.md 1.1). */
const IN_FLIGHT = 4

const once = <T>(make: () => T): (() => T) => {
  let made: {readonly value: T} | null = null
  return () => {
    made ??= {value: make()}
    return made.value
  }
}

const createSite = (
  host: HostServices,
  {address, deadlines, pullTimeout}: Options,
  look: () => Groups,
): Site => {
  const engine = createEngine(address, deadlines, host.now)
  return {
    host,
    engine,
    images: createImages(engine, pullTimeout),
    groups: once(engine.address.local ? look : () => GROUPS_ELSEWHERE),
    driver: createDriverMemo(engine),
    slots: createSlots(IN_FLIGHT),
    unfinished: new Map(),
  }
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
  const options = readOptions(host.options)
  const site = createSite(host, options, readHere)
  const {engine} = site
  const usages = createUsages(site.groups)
  const capacity = createCapacityMemo(engine, host.now)
  const nodes = async (): Promise<readonly NodeReport[]> => [
    {name: host.node, capacity: {...(await capacity()), gpus: options.gpus}, labels: {}},
  ]
  const sweep = createSweep(site)
  const stops = new Set<() => void>()
  return {
    get features() {
      const exactUsage = site.groups().fault === null
      return {images: true, memoryLimit: true, cpuLimit: true, exactUsage}
    },
    identity: createIdentityMemo(engine),
    nodes,
    create: spec => create(site, spec),
    start: id => start(site, id),
    inspect: nameOrId => look(site, usages, nameOrId),
    list: () => listAll(site, usages, sweep),
    signal: (id, name) => signal(site, id, name),
    pause: id => pause(site, id),
    unpause: id => unpause(site, id),
    usage: async (name, id) => usages.read(name, id),
    remove: (name, id) => remove(site, name, id),
    tidy: async name => void (await removeTraces(site, name)),
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
