/**
 * The door of god's plugins: what a provider is, and the types of each kind.
 *
 * A plugin imports this package for types only; everything it needs at run time is handed
 * over by the host (`HostServices`). One integer counts breaking changes: `API_VERSION`.
 * This is the package's only public file besides `testing`.
 */
import type {Auth} from './auth.js'
import type {Executor} from './executor.js'
import type {Scheduler} from './scheduler.js'

export type {Account, Auth} from './auth.js'
export type {
  ContainerSpec,
  ContainerStatus,
  ContainerView,
  CreateAnswer,
  Executor,
  ExecutorFeatures,
  ExecutorHealth,
  ListedContainer,
  Mount,
  NodeReport,
  StartAnswer,
  Usage,
} from './executor.js'
export type {Reason, Resources} from './resources.js'
export type {PendingJob, PolicyWorld, Ranking, Scheduler, Standing} from './scheduler.js'

export const API_VERSION = 1

/** What each kind of provider is; a new kind is a line here. */
export interface ProviderMap {
  readonly scheduler: Scheduler
  readonly executor: Executor
  readonly auth: Auth
}

export type ProviderKind = keyof ProviderMap

/** What the host hands to every provider. A provider reads no environment and opens no god state itself. */
export interface HostServices {
  /** One line for the service's log; never for data. */
  readonly log: (level: 'info' | 'warning', text: string) => void
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number
  /** Resolves after that many milliseconds of the host's clock (a test moves it by hand), or early by the signal. */
  readonly delay: (ms: number, signal?: AbortSignal) => Promise<void>
  /** The settings of go-d.ini that belong to this provider, as text. */
  readonly options: Readonly<Record<string, string>>
  /** Cluster uuid from FORMAT. */
  readonly cluster: string
  /** Name of the node this process runs on. */
  readonly node: string
  /** A private directory for this provider on this node, 0700, made by the host. Absolute. */
  readonly stateDir: string
  /** Aborted when the host lets go of the provider: for what would else keep the process alive. */
  readonly signal: AbortSignal
}

/** A plugin's entry exports one of these as `default`; called once per process. */
export type ProviderFactory<K extends ProviderKind> = (
  host: HostServices,
) => ProviderMap[K] | Promise<ProviderMap[K]>

/** Gives `create` its types; does nothing at run time. */
export const defineProvider = <K extends ProviderKind, P extends ProviderMap[K] | Promise<ProviderMap[K]>>(
  _kind: K,
  create: (host: HostServices) => P,
): ((host: HostServices) => P) => create
