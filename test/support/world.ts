/**
 * A whole god in one process: the in-memory disk, the fake engine, the manual clock, and as many processes as a
 * test starts. Every `process()` is one that can be killed; the disk and the engine live on.
 */
import type {Account, Auth, ContainerSpec, NodeReport, Scheduler} from '@god-cli/api'
import {type FakeContainer, FakeEngine} from '../../plugins/executor-fake/src/engine.js'
import {createFakeExecutor} from '../../plugins/executor-fake/src/fake-executor.js'
import createFifo from '../../plugins/scheduler-fifo/src/index.js'
import {taskRecord} from '../../src/core/array/view.js'
import {type Epoch, epoch, type JobId, token, uid} from '../../src/core/brand.js'
import {NO_SHARES} from '../../src/core/fair-share/standings.js'
import type {Wish} from '../../src/core/job.js'
import {type PartKey, partName} from '../../src/core/part-key.js'
import type {AdminRequest, ControlOp, JobUpdate, NewJob, NodeAct} from '../../src/core/request.js'
import {DEFAULT_RULES} from '../../src/core/scheduling/rules.js'
import {NO_SECTIONS} from '../../src/core/settings/sections.js'
import {packPass} from '../../src/service/pack.js'
import {createReconciler} from '../../src/service/reconciler.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import type {Service, ServiceSettings} from '../../src/service/service.js'
import {watcherPass} from '../../src/service/watcher.js'
import {type Format, initDirectory} from '../../src/store/directory.js'
import {createDurable, type Durable} from '../../src/store/disk/durable.js'
import {claimEpoch} from '../../src/store/epoch.js'
import {writeHalt} from '../../src/store/halt.js'
import {createJobStore} from '../../src/store/jobs/job-store.js'
import {createSpecStore} from '../../src/store/jobs/spec-store.js'
import {createJournal} from '../../src/store/journal.js'
import {layoutOf} from '../../src/store/layout.js'
import {createNodeStore} from '../../src/store/node-store.js'
import {createManifestReader} from '../../src/store/packs/manifest.js'
import {createPacks} from '../../src/store/packs/packs.js'
import {createQuarantine} from '../../src/store/quarantine.js'
import {dropRequest} from '../../src/store/requests/drop-folder.js'
import {claimId, claimIds} from '../../src/store/requests/ids.js'
import {createInbox} from '../../src/store/requests/inbox.js'
import {createWorkFolder} from '../../src/store/work-folder.js'
import {ManualClock} from './clock.js'
import {DiskProcess} from './disk-process.js'
import {MemoryDisk} from './memory-disk.js'

export const USER = 1000
export const GIB = 1024 ** 3
export const GRACE = 10_000

const ACCOUNTS: readonly Account[] = [
  {uid: 0, gid: 0, groups: [0], name: 'root', home: '/root'},
  {uid: USER, gid: USER, groups: [USER], name: 'ann', home: '/home/ann'},
  {uid: 1001, gid: 1001, groups: [1001], name: 'bob', home: '/home/bob'},
  {uid: 1002, gid: 1002, groups: [1002], name: 'carol', home: '/home/carol'},
  {uid: 65534, gid: 65534, groups: [65534], name: 'nobody', home: '/nonexistent'},
]

const GROUPS: Readonly<Record<string, number>> = {staff: 50, lab: 5000}

const FORMAT: Format = {
  format: 2,
  cluster: '5f0a1c9e-2b1d-4f3a-9c77-0123456789ab',
  mode: 'single',
  fs: 'local',
}

export const SETTINGS: ServiceSettings = {
  admission: {
    defaultImages: ['busybox:local'],
    allowedImages: null,
    images: true,
    defaults: {cpus: 1000, memory: GIB / 2, gpus: 0},
    defaultWalltime: null,
    maxWalltime: null,
    maxCpus: null,
    maxMemory: null,
    private: false,
    root: {users: [], groups: [], never: null},
    sections: NO_SECTIONS,
  },
  limits: {grace: GRACE, signal: 'SIGTERM', suspended: null},
  rules: DEFAULT_RULES,
  assumedTime: 86_400,
  rootRunsAs: 'nobody',
  maintenance: false,
  accountsAreToldHere: false,
  quotasRefuse: false,
  quotaWindow: 30 * 86_400_000,
  share: {halfLife: 7 * 86_400_000, mode: 'tree', shares: NO_SHARES},
  rate: {user: null, all: null},
  operators: [],
  network: 'bridge',
  pids: 4096,
  packing: {cron: null, after: 0, retention: {age: null, most: null}},
}

export interface WorldOptions {
  readonly nodes?: readonly NodeReport[]
  readonly settings?: Partial<ServiceSettings>
  /** Left out: fifo. */
  readonly policy?: Scheduler
}

export class World {
  readonly clock = new ManualClock()
  readonly disk = new MemoryDisk(this.clock.now)
  readonly layout = layoutOf('/god')
  /** One a node. */
  readonly engines: ReadonlyMap<string, FakeEngine>
  readonly nodes: readonly NodeReport[]
  readonly settings: ServiceSettings
  readonly policy: Scheduler
  readonly log: string[] = []
  /** While true no call reaches the engine; what runs in it runs on. */
  engineDown = false
  /** A power cut kept any part of what was not synced: there are gaps, what lies above them is void, journals lie. */
  gaps = false
  /** Request files that a test wrote by hand, not as a request looks. */
  readonly planted = new Set<string>()
  #tokens = 0

  constructor(options: WorldOptions = {}) {
    this.nodes = options.nodes ?? [{name: 'n1', capacity: {cpus: 4000, memory: 4 * GIB, gpus: 0}, labels: {}}]
    this.settings = {...SETTINGS, ...options.settings}
    this.policy = options.policy ?? createFifo({} as never)
    this.engines = new Map(this.nodes.map(({name}) => [name, new FakeEngine(this.clock.now, this.#fences())]))
    initDirectory(this.durable(new DiskProcess(this.disk)), this.layout, FORMAT, '')
    this.disk.syncAll()
  }

  /** Of the first node, or of the one named. */
  engineOf(node = this.nodes[0]?.name ?? ''): FakeEngine {
    const engine = this.engines.get(node)
    if (engine === undefined) throw new Error(`no engine on node '${node}'`)
    return engine
  }

  get engine(): FakeEngine {
    return this.engineOf()
  }

  /** Of all nodes. */
  containers(): readonly FakeContainer[] {
    return [...this.engines.values()].flatMap(engine => engine.all())
  }

  /** Each time a user's command began, on any node. */
  begun(): FakeEngine['begun'] {
    return [...this.engines.values()].flatMap(engine => engine.begun)
  }

  /** The wrapper's acts in the job's directory, by the container itself: no process of god can stop them. */
  #fences() {
    const folder = ({workDir, attempt}: ContainerSpec) => ({
      parent: this.disk.lookup(workDir.source),
      name: `started.${attempt}`,
    })
    return {
      begin: (spec: ContainerSpec): boolean => {
        const {parent, name} = folder(spec)
        if (parent === null || parent.names.has(name)) return false
        const fence = this.disk.make('folder', 0o755, spec.uid, spec.gid)
        parent.names.set(name, fence)
        // The container runs beside us: what it has done is on the disk at some time; take the earliest.
        parent.durableNames.set(name, fence)
        return true
      },
      end: (spec: ContainerSpec, code: number): void => {
        const {parent, name} = folder(spec)
        const fence = parent?.names.get(name)
        if (fence === undefined || fence.kind !== 'folder') return
        const file = this.disk.make('file', 0o644, spec.uid, spec.gid)
        file.bytes = Buffer.from(`${code}\n`)
        file.durableBytes = file.bytes
        fence.names.set('exit', file)
        fence.durableNames.set('exit', file)
      },
    }
  }

  readonly random = (): string => (++this.#tokens).toString(16).padStart(24, '0')

  /** How many tokens were drawn. */
  get drawn(): number {
    return this.#tokens
  }

  /** Tokens as this process draws them: a process that is run again draws the same. */
  randomOf(fs: DiskProcess): () => string {
    return () => fs.mutate('look.random', '', this.random)
  }

  durable(fs: DiskProcess): Durable {
    return createDurable({fs, random: this.randomOf(fs), halt: why => writeHalt(fs, this.layout, why)})
  }

  /** The machine loses power: what was not synced is gone, and all that ran ended (docker.md 1.6). Tells which. */
  powerLoss(): readonly number[] {
    this.disk.powerLoss()
    return this.engineCut()
  }

  /** All that ran ended, whatever the disk kept. */
  engineCut(): readonly number[] {
    const cut = this.containers().filter(({status}) => status === 'running' || status === 'paused')
    for (const container of cut) {
      Object.assign(container, {status: 'exited', exitCode: 255, finishedAt: this.clock.now()})
    }
    return cut.map(({spec}) => spec.job)
  }

  /** A process of god with its own view of the disk and counted engine calls. */
  process(fs = new DiskProcess(this.disk), node = 'n1'): GodProcess {
    return new GodProcess(this, fs, node)
  }

  /** A user's `submit`; returns the printed id. */
  submit(wish: Partial<Wish> = {}, fs?: DiskProcess, user = USER): JobId {
    return this.#submit(wish, fs ?? new DiskProcess(this.disk, user), user)
  }

  #submit(wish: Partial<Wish>, fs: DiskProcess, user: number): JobId {
    const durable = this.durable(fs)
    const id = claimId(durable, this.layout)
    const full: Wish = {command: {kind: 'argv', argv: ['true']}, ...wish}
    const random = this.randomOf(fs)
    const tok = token(random())
    dropRequest(
      {durable, layout: this.layout, uid: uid(user), random},
      {v: 1, op: 'submit', tok, cluster: FORMAT.cluster, id, wish: full},
    )
    return id
  }

  /** A user's `submit --from`, one request; returns the printed ids. */
  submitMany(wishes: readonly Partial<Wish>[], process?: DiskProcess, user = USER): readonly JobId[] {
    const fs = process ?? new DiskProcess(this.disk, user)
    const durable = this.durable(fs)
    const ids = claimIds(durable, this.layout, wishes.length)
    const jobs = ids.map(
      (id, i): NewJob => ({id, wish: {command: {kind: 'argv', argv: ['true']}, ...wishes[i]}}),
    )
    const random = this.randomOf(fs)
    const tok = token(random())
    dropRequest(
      {durable, layout: this.layout, uid: uid(user), random},
      {v: 1, op: 'bulk', tok, cluster: FORMAT.cluster, jobs: [...jobs]},
    )
    return ids
  }

  /** `tasks`: of arrays only some. `hold`: what is requeued. */
  control(
    op: ControlOp,
    ids: readonly JobId[],
    user = USER,
    tasks?: Readonly<Record<string, string>>,
    hold = false,
  ): void {
    const fs = new DiskProcess(this.disk, user)
    const random = this.randomOf(fs)
    const tok = token(random())
    this.clock.advance(1)
    const more = {...(tasks === undefined ? {} : {tasks}), ...(hold ? {hold} : {})}
    dropRequest(
      {durable: this.durable(fs), layout: this.layout, uid: uid(user), random},
      {v: 1, op, tok, cluster: FORMAT.cluster, ids: [...ids], ...more},
    )
  }

  /** A user's `update`. */
  update(ids: readonly JobId[], set: JobUpdate, user = USER, tasks?: Readonly<Record<string, string>>): void {
    const fs = new DiskProcess(this.disk, user)
    const random = this.randomOf(fs)
    const tok = token(random())
    this.clock.advance(1)
    const some = tasks === undefined ? {} : {tasks}
    dropRequest(
      {durable: this.durable(fs), layout: this.layout, uid: uid(user), random},
      {v: 1, op: 'update', tok, cluster: FORMAT.cluster, ids: [...ids], set, ...some},
    )
  }

  /** What somebody asks of a node; the service's own user is an operator. */
  node(
    act: NodeAct,
    node: string,
    more: Partial<Pick<AdminRequest, 'period' | 'remark'>> = {},
    user = USER,
    process?: DiskProcess,
  ): void {
    const fs = process ?? new DiskProcess(this.disk, user)
    const random = this.randomOf(fs)
    const tok = token(random())
    this.clock.advance(1)
    dropRequest(
      {durable: this.durable(fs), layout: this.layout, uid: uid(user), random},
      {v: 1, op: 'admin', act, node, tok, cluster: FORMAT.cluster, ...more},
    )
  }

  /** One scheduling and one watching pass on each node, as cron would; `fs`: the process of the first one. */
  async cron(fs = new DiskProcess(this.disk)): Promise<void> {
    for (const [i, {name}] of this.nodes.entries()) {
      const god = this.process(i === 0 ? fs : new DiskProcess(this.disk), name)
      await god.schedule()
      await god.watch()
    }
  }

  /** Passes until nothing changes any more; time moves by `step` between them. */
  async settle(passes = 12, step = 1000): Promise<void> {
    for (let i = 0; i < passes; i++) {
      await this.cron()
      this.clock.advance(step)
    }
  }

  /** Of a job, or of a task of an array (`12[7]`). */
  record(key: PartKey) {
    const {id, task} = partName(key)
    const record = this.process().service.jobs.read(id)?.record ?? null
    return record === null || task === undefined ? record : taskRecord(record, task)
  }

  state(key: PartKey): string {
    return this.record(key)?.state ?? 'absent'
  }

  /** Live or packed. */
  anyRecord(id: JobId) {
    return this.record(id) ?? this.process().service.packs.job(id)?.record ?? null
  }
}

/**
 * As long as the slowest of the fake engine's answers takes. A stalled process that goes on has its answers at once;
 * without this its workers would come in another order than in its first run.
 */
const aWhile = async (): Promise<void> => {
  for (let i = 0; i < 8; i++) await null
}

export class GodProcess {
  readonly service: Service
  readonly fs: DiskProcess
  readonly world: World

  constructor(world: World, fs: DiskProcess, node: string) {
    this.world = world
    this.fs = fs
    const {layout} = world
    const durable = world.durable(fs)
    const manifest = createManifestReader(fs, layout)
    const quarantine = createQuarantine(fs, layout, world.randomOf(fs))
    const auth: Auth = {
      byUid: async wanted => ACCOUNTS.find(account => account.uid === wanted) ?? null,
      byName: async wanted => ACCOUNTS.find(account => account.name === wanted) ?? null,
      groupByName: async wanted => GROUPS[wanted] ?? null,
    }
    this.service = {
      format: FORMAT,
      layout,
      durable,
      manifest,
      packs: createPacks(fs, layout, manifest),
      jobs: createJobStore({durable, layout, manifest, quarantine, boot: world.disk.boot}),
      specs: createSpecStore(durable, layout, quarantine),
      inbox: createInbox(fs, layout, FORMAT.cluster),
      work: createWorkFolder(durable, layout),
      nodes: createNodeStore(durable, layout),
      journal: createJournal(fs, layout, {
        role: 'test',
        host: 'h',
        pid: 1,
        iso: at => new Date(at).toISOString(),
      }),
      executor: this.#executor(node),
      auth,
      lookAs: async (_who, path) => ({
        uid: world.disk.lookup(path)?.uid ?? 0,
        mode: world.disk.lookup(path)?.mode ?? 0o755,
      }),
      policy: world.policy,
      settings: world.settings,
      node,
      uid: uid(USER),
      now: () => fs.mutate('look.now', '', world.clock.now),
      random: world.randomOf(fs),
      log: (_level, text) => world.log.push(text),
    }
  }

  /** The fake executor, each changing call counted as a step at which this process can be killed. */
  #executor(node: string): Service['executor'] {
    const {world, fs} = this
    const inner = createFakeExecutor({
      engine: () => world.engineOf(node),
      save: () => undefined,
      identity: `fake:${node}`,
      nodes: world.nodes.filter(({name}) => name === node),
      cluster: FORMAT.cluster,
      listen: () => () => undefined,
    })
    const counted = new Set(['create', 'start', 'signal', 'pause', 'unpause', 'remove'])
    return new Proxy(inner, {
      get: (target, name: string) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        const call = member as (...args: unknown[]) => unknown
        const kind = counted.has(name) ? `engine.${name}` : `look.${name}`
        return async (...args: unknown[]) => {
          const answer = fs.mutate(kind, String(args[0]), () => {
            if (world.engineDown) throw new Error('the engine does not answer')
            return call(...args)
          })
          await aWhile()
          return answer
        }
      },
    })
  }

  claimEpoch(): Epoch {
    return claimEpoch(this.service.durable, this.service.layout, 'test')
  }

  /** A pass with a fresh epoch, all it began done. */
  async schedule(mine: Epoch = this.claimEpoch()) {
    const report = await schedulerPass(this.service, mine)
    const reconciler = createReconciler(this.service, () => undefined)
    await Promise.all(report.started.map(id => reconciler.reconcile(id)))
    this.service.durable.syncPending()
    return report
  }

  /** A pass that packs all that is over. */
  async pack() {
    const report = packPass(this.service, {jobs: 1000, groups: 100})
    this.service.durable.syncPending()
    return report
  }

  async watch() {
    const reconciler = createReconciler(this.service, () => undefined)
    const report = await watcherPass(this.service, reconciler)
    await Promise.all(report.worked.map(id => reconciler.reconcile(id)))
    await reconciler.idle()
    this.service.durable.syncPending()
    return report
  }
}

export {epoch}
