/**
 * Puts a service together: the stores of one shared directory, the providers that the configuration names, and the
 * host's clock, identity and log, which are handed in. Nothing is taken or changed yet; a crash here leaves a folder
 * for a provider's state at most.
 */
import {join} from 'node:path'
import type {HostServices, ProviderKind, ProviderMap} from '@god-cli/api'
import type {Instant, Uid} from '../core/brand.js'
import {DEFAULT_RULES} from '../core/scheduling/rules.js'
import {admissionPolicy, type Configuration, type Settings, shareRules} from '../core/settings/settings.js'
import {loadProvider} from '../plugin/loader.js'
import {checkOptions, optionsGiven} from '../plugin/options.js'
import {executorNeeds, type Provider, pickForService} from '../plugin/resolver.js'
import {type Format, openDirectory} from '../store/directory.js'
import {createDurable, type Durable} from '../store/disk/durable.js'
import {realFileSystem} from '../store/disk/file-system.js'
import {ensureFolder} from '../store/disk/read-file.js'
import {writeHalt} from '../store/halt.js'
import {bootOfIndex} from '../store/index/index-file.js'
import {createJobStore} from '../store/jobs/job-store.js'
import {createSpecStore} from '../store/jobs/spec-store.js'
import {createJournal} from '../store/journal.js'
import {type Layout, layoutOf} from '../store/layout.js'
import {type AcquireLease, createLeases, type LeaseOptions} from '../store/lease.js'
import {createNodeStore} from '../store/node-store.js'
import {createManifestReader} from '../store/packs/manifest.js'
import {createPacks} from '../store/packs/packs.js'
import {createQuarantine, type Quarantine} from '../store/quarantine.js'
import {createInbox} from '../store/requests/inbox.js'
import {createWorkFolder} from '../store/work-folder.js'
import {guardedPolicy} from './guarded-policy.js'
import {type Listen, listenTo} from './listen.js'
import type {LookAs} from './mountable.js'
import {rememberedAuth, rememberedLooks} from './remembered-auth.js'
import type {Service, ServiceSettings} from './service.js'

/** What the host tells and lends. */
export interface HostParts {
  readonly root: string
  readonly configuration: Configuration
  readonly providers: readonly Provider[]
  readonly node: string
  readonly uid: Uid
  readonly now: () => Instant
  readonly delay: (ms: number, signal?: AbortSignal) => Promise<void>
  readonly iso: (at: number) => string
  readonly random: () => string
  readonly lookAs: LookAs
  /** What this process lacks to serve many users; null: nothing. */
  readonly lack: () => string | null
  readonly log: Service['log']
  readonly lease: Pick<LeaseOptions, 'self' | 'mayBeAlive' | 'upSeconds'>
  /** `scheduler`, `watcher`: names the journal's file. */
  readonly role: string
}

export interface OpenService {
  readonly service: Service
  readonly acquire: AcquireLease
  /** One line for people: who holds what. */
  readonly holder: string
  /** Bells, locks and engine events ring `wake`; returns the stop. */
  readonly listen: Listen
  close(): Promise<void>
}

/** Provider options: the provider's own section; for executors also what the configuration says of engines. */
const optionsOf = (
  {settings, options}: Configuration,
  {kind, id}: Provider,
): Readonly<Record<string, string>> => ({
  ...(kind !== 'executor' || settings.docker_url === '' ? {} : {docker_url: settings.docker_url}),
  ...options.get(id),
})

interface Ground {
  readonly layout: Layout
  readonly durable: Durable
  readonly format: Format
  readonly signal: AbortSignal
}

const hostServices = (host: HostParts, ground: Ground, provider: Provider): HostServices => {
  const {layout, durable, format, signal} = ground
  const stateDir = join(layout.engines, `${provider.id}-${host.node}`)
  ensureFolder(durable.fs, stateDir, 0o700)
  return {
    log: host.log,
    now: host.now,
    delay: host.delay,
    options: optionsOf(host.configuration, provider),
    cluster: format.cluster,
    node: host.node,
    stateDir,
    signal,
  }
}

/** The provider that the configuration names; its options are judged before it is imported. */
const provide = async <K extends ProviderKind>(
  host: HostParts,
  ground: Ground,
  kind: K,
  id: string,
): Promise<ProviderMap[K]> => {
  const picked = pickForService(host.providers, kind, id, ground.format.mode === 'single')
  await checkOptions(picked, optionsGiven(host.configuration, id))
  return loadProvider({...picked, kind}, hostServices(host, ground, picked))
}

/** Milliseconds for which a look at a user's folder is believed. */
const LOOK_AGE = 60_000

type Admission = ServiceSettings['admission']

export const serviceSettings = (configuration: Configuration, admission: Admission): ServiceSettings => {
  const {settings} = configuration
  return {
    admission,
    limits: {
      grace: settings.grace_period * 1000,
      signal: settings.stop_signal,
      suspended: settings.max_suspended === null ? null : settings.max_suspended * 1000,
    },
    rules: {
      ...DEFAULT_RULES,
      backfill: settings.backfill,
      depth: settings.backfill_depth,
      placement: settings.placement,
    },
    assumedTime: settings.assumed_time,
    rootRunsAs: settings.root_runs_as,
    accountsAreToldHere: settings.auth_policy !== 'system',
    maintenance: settings.maintenance,
    quotasRefuse: settings.quota_action === 'refuse',
    quotaWindow: settings.quota_window * 1000,
    share: shareRules(configuration),
    rate: {user: settings.rate_limit, all: settings.rate_limit_all},
    operators: settings.operators,
    network: settings.network,
    pids: settings.pids_limit,
    packing: {
      cron: settings.gc_cron,
      after: settings.pack_after * 1000,
      retention: {
        age: settings.done_max_age === null ? null : settings.done_max_age * 1000,
        most: settings.done_max_jobs,
      },
    },
  }
}

/** Seconds of silence after which a lease is stale (state.md 7). */
const STALE_AFTER = {local: 30, nfs: 90} as const

/** A heartbeat is missed several times before its lease is stale. */
export const leaseTimes = (
  format: Pick<Format, 'fs'>,
  {lease_time}: Settings,
): Pick<LeaseOptions, 'staleAfter' | 'update'> => {
  const staleAfter = lease_time ?? STALE_AFTER[format.fs]
  return {staleAfter, update: Math.max(1000, Math.round((staleAfter * 1000) / 6))}
}

/** What is set aside is worth a line in cron's mail. */
const loudly = (quarantine: Quarantine, log: Service['log']): Quarantine => ({
  ...quarantine,
  take: (path, ino, why) => {
    const moved = quarantine.take(path, ino, why)
    if (moved) log('warning', `${path} is damaged and was set aside in quarantine: ${why}`)
    return moved
  },
})

export const openService = async (host: HostParts): Promise<OpenService> => {
  const fs = realFileSystem
  const layout = layoutOf(host.root)
  const format = openDirectory(fs, layout)
  const durable = createDurable({fs, random: host.random, halt: why => writeHalt(fs, layout, why)})
  const {settings} = host.configuration
  const letGo = new AbortController()
  const ground: Ground = {layout, durable, format, signal: letGo.signal}
  const [executor, auth, policy] = await Promise.all([
    provide(host, ground, 'executor', settings.executor),
    provide(host, ground, 'auth', settings.auth_policy),
    provide(host, ground, 'scheduler', settings.scheduler_policy),
  ])
  const manifest = createManifestReader(fs, layout)
  const quarantine = loudly(createQuarantine(fs, layout, host.random), host.log)
  const {self} = host.lease
  const {leastMemory} = executorNeeds(settings.executor, host.providers)
  const needs = {images: executor.features.images, leastMemory}
  const admission = admissionPolicy(host.configuration, needs, host.uid === 0)
  const service: Service = {
    format,
    layout,
    durable,
    manifest,
    packs: createPacks(fs, layout, manifest),
    jobs: createJobStore({
      durable,
      layout,
      manifest,
      quarantine,
      boot: bootOfIndex(format.fs, self.boot),
    }),
    specs: createSpecStore(durable, layout, quarantine),
    inbox: createInbox(fs, layout, format.cluster),
    work: createWorkFolder(durable, layout),
    nodes: createNodeStore(durable, layout),
    journal: createJournal(fs, layout, {role: host.role, host: host.node, pid: self.pid, iso: host.iso}),
    executor,
    auth: rememberedAuth(auth, settings.auth_cache * 1000, host.now),
    lookAs: rememberedLooks(host.lookAs, LOOK_AGE, host.now),
    policy: guardedPolicy(policy, settings.scheduler_policy),
    settings: serviceSettings(host.configuration, admission),
    node: host.node,
    uid: host.uid,
    now: host.now,
    random: host.random,
    log: host.log,
  }
  return {
    service,
    acquire: createLeases({folder: layout.locks, ...host.lease, ...leaseTimes(format, settings)}),
    holder: `${host.role} on ${self.host}, pid ${self.pid}`,
    listen: listenTo(layout, executor, host.log),
    close: async () => {
      letGo.abort()
      await executor.close()
    },
  }
}
