/**
 * What every pass works with: the stores of one shared directory, the providers, and the settings.
 * Built once per process by `open-service`; in tests by the world, with the in-memory disk and the fake engine.
 */
import type {Auth, Executor, Scheduler} from '@god-cli/api'
import type {AdmissionPolicy} from '../core/admission.js'
import type {Instant, Uid} from '../core/brand.js'
import type {ShareRules} from '../core/fair-share/standings.js'
import type {Limits} from '../core/reconcile.js'
import type {Rules} from '../core/scheduling/rules.js'
import type {Format} from '../store/directory.js'
import type {Durable, RandomToken} from '../store/disk/durable.js'
import type {Author, JobStore} from '../store/jobs/job-store.js'
import type {SpecStore} from '../store/jobs/spec-store.js'
import type {Journal} from '../store/journal.js'
import type {Layout} from '../store/layout.js'
import type {NodeStore} from '../store/node-store.js'
import type {ManifestReader} from '../store/packs/manifest.js'
import type {Packs} from '../store/packs/packs.js'
import type {Retention} from '../store/packs/retention.js'
import type {Inbox} from '../store/requests/inbox.js'
import type {WorkFolder} from '../store/work-folder.js'
import type {LookAs} from './mountable.js'

/** When finished jobs are packed, and how long they are kept then. */
export interface Packing {
  /** Null: only when somebody says so. */
  readonly cron: string | null
  /** Milliseconds since the end. */
  readonly after: number
  readonly retention: Retention
}

export interface ServiceSettings {
  readonly admission: AdmissionPolicy
  readonly limits: Limits
  readonly rules: Rules
  /** Seconds for which a job without a walltime is planned. */
  readonly assumedTime: number
  readonly rootRunsAs: string
  /** Users are not the host's own, so it cannot tell them who they are. */
  readonly accountsAreToldHere: boolean
  /** Nothing starts. */
  readonly maintenance: boolean
  /** What does not fit into a quota is refused, not kept waiting. */
  readonly quotasRefuse: boolean
  /** Milliseconds over which used cpu time counts. */
  readonly quotaWindow: number
  readonly share: ShareRules
  /** Jobs of a user that are admitted in a minute, and jobs that wait of all users; null: no limit. */
  readonly rate: {readonly user: number | null; readonly all: number | null}
  /** Names of accounts, or uids. */
  readonly operators: readonly string[]
  readonly network: 'none' | 'bridge' | 'host'
  readonly pids: number
  readonly packing: Packing
}

export interface Service {
  readonly format: Format
  readonly layout: Layout
  readonly durable: Durable
  readonly jobs: JobStore
  readonly specs: SpecStore
  readonly manifest: ManifestReader
  readonly packs: Packs
  readonly inbox: Inbox
  readonly work: WorkFolder
  readonly nodes: NodeStore
  readonly journal: Journal
  readonly executor: Executor
  readonly auth: Auth
  /** With the rights of a user. */
  readonly lookAs: LookAs
  readonly policy: Scheduler
  readonly settings: ServiceSettings
  /** Name of the node this process runs on. */
  readonly node: string
  /** The service's own uid: an operator. */
  readonly uid: Uid
  readonly now: () => Instant
  readonly random: RandomToken
  readonly log: (level: 'info' | 'warning', text: string) => void
}

/** Writes a revision as `by`, without a scheduler's epoch. */
export const plainAuthor = (by: string, epoch: Author['epoch']): Author => ({
  by,
  epoch,
  check: () => undefined,
})
