/**
 * The executor put together: each verb is one file. Holds no state but what it saw of this host,
 * so a new process of god takes over by looking.
 */
import {readdirSync} from 'node:fs'
import {cpus, totalmem} from 'node:os'
import type {Executor, HostServices, ListedContainer, NodeReport} from '@god-cli/api'
import {watchBell} from './bell.js'
import {create} from './create.js'
import {health} from './health.js'
import {type Platform, readPlatform} from './platform.js'
import {deleteLeftovers, remove} from './remove.js'
import {pause, signal, unpause} from './signals.js'
import {start} from './start.js'
import {sampleAtLook, sharedTable, usageOf} from './usage.js'
import {findContainer, listedOf, phaseOf, type Site, viewOf} from './view.js'

const once = <T>(make: () => T): (() => T) => {
  let made: {readonly value: T} | null = null
  return () => {
    made ??= {value: make()}
    return made.value
  }
}

const nodeReport = (host: HostServices): NodeReport => ({
  name: host.node,
  capacity: {cpus: cpus().length * 1000, memory: totalmem(), gpus: 0},
  labels: {},
})

const listAll = (site: Site): readonly ListedContainer[] => {
  deleteLeftovers(site)
  return readdirSync(site.host.stateDir)
    .map(name => findContainer(site, name))
    .filter(found => found !== null)
    .filter(found => found.stored.cluster === site.host.cluster)
    .map(found => listedOf(found, phaseOf(found.folder)))
}

/** `look` is replaced in tests: a host with fewer means. */
export const createExecutor = (host: HostServices, look: () => Platform = readPlatform): Executor => {
  const site: Site = {host, platform: once(look)}
  const table = sharedTable(host.now)
  const stops = new Set<() => void>()
  return {
    get features() {
      const limits = site.platform().cgroups !== null
      return {images: false, memoryLimit: limits, cpuLimit: limits, exactUsage: limits}
    },
    identity: async () => `process:${host.node}`,
    nodes: async () => [nodeReport(host)],
    create: async spec => create(site, spec),
    start: async id => start(site, id),
    inspect: async name => {
      const found = findContainer(site, name)
      if (found === null) return null
      sampleAtLook(site, found, table)
      return viewOf(site, found)
    },
    list: async () => listAll(site),
    signal: async (id, wanted) => signal(site, id, wanted),
    pause: async id => pause(site, id),
    unpause: async id => unpause(site, id),
    usage: async (_name, id) => {
      const found = findContainer(site, id)
      return found === null ? null : usageOf(site, found, table)
    },
    remove: async name => remove(site, name),
    watch: wake => {
      const stop = watchBell(host, wake)
      stops.add(stop)
      return () => {
        stops.delete(stop)
        stop()
      }
    },
    health: async () => health(site),
    close: async () => {
      for (const stop of stops) stop()
      stops.clear()
    },
  }
}
