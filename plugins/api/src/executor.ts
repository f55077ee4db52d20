/**
 * Kind `executor`: creates, starts, signals, inspects and removes containers on one engine.
 *
 * Every verb may be repeated after a crash: "already there", "already started", "already gone" are
 * expected answers, not errors. Only "I could not ask the engine" is thrown (any exception means
 * exactly that); the host then leaves the job as it is and asks again in a later pass.
 * The host decides by re-inspecting, never by trusting that a call had its effect.
 */
import type {Reason, Resources} from './resources.js'

export interface Mount {
  /** Absolute path on the node. */
  readonly source: string
  /** Absolute path in the container. */
  readonly target: string
  readonly readOnly: boolean
}

/** One attempt of one job, or of one task of an array, engine-neutral. Built from scratch by one pure function of the host. */
export interface ContainerSpec {
  /** Derived from cluster, job, task and attempt: the engine refuses to make it twice. */
  readonly name: string
  readonly cluster: string
  readonly job: number
  /** Of an array: which task of it. Left out: the job is none. */
  readonly task?: number
  readonly attempt: number
  /** Random, 24 hex digits, from the record: whose container this is. */
  readonly nonce: string
  readonly jobName: string
  readonly user: string
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
  /** Empty for executors without images. */
  readonly image: string
  /** POSIX sh program that runs the user's command; started as: SHELL -c WRAPPER god ARGV... */
  readonly wrapper: string
  /** The user's command, byte for byte. */
  readonly argv: readonly string[]
  /** Complete environment of the wrapper; the image's own variables stay unless named here. */
  readonly env: Readonly<Record<string, string>>
  readonly resources: Resources
  /** Which gpus of the node are its own, by number. Left out: it asks for none. */
  readonly devices?: readonly number[]
  /** Greatest number of processes and threads. */
  readonly pids: number
  readonly network: 'none' | 'bridge' | 'host'
  /** Job directory: source on the node, `/mnt/go-docker` in the container. */
  readonly workDir: Mount
  readonly mounts: readonly Mount[]
  /** Text of generated passwd and group files: names for the numbers inside the container. */
  readonly passwd: string
  readonly group: string
  readonly hostname: string
}

export type ContainerStatus = 'created' | 'running' | 'paused' | 'exited'

export interface ListedContainer {
  readonly id: string
  readonly name: string
  readonly status: ContainerStatus
  /** From our labels; a container whose labels do not parse is not listed. */
  readonly job: number
  /** As the spec had it; left out where it was. */
  readonly task?: number
  readonly attempt: number
  readonly nonce: string
}

export interface ContainerView extends ListedContainer {
  /** Epoch milliseconds, null before start or end. */
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** 0-255; null while it has not ended. 128+n = ended by signal n; 125 = the wrapper's fence (or the user's own). */
  readonly exitCode: number | null
  /** The engine saw an out-of-memory kill inside. */
  readonly oomKilled: boolean
  /** Why the engine could not start it (runtime error); null = it could. */
  readonly startFault: string | null
  /** Id of the image that it was made of, whatever its name means by now; left out: not told, or there is none. */
  readonly imageId?: string
}

export type CreateAnswer =
  /** Made now, or found under this name (then compare the nonce). */
  | {readonly answer: 'created' | 'exists'; readonly container: ContainerView}
  /** This can never work as asked: image missing, limit impossible. The job fails with this reason. */
  | {readonly answer: 'refused'; readonly reason: Reason}

export type StartAnswer =
  | {readonly answer: 'started'}
  | {readonly answer: 'gone'}
  | {readonly answer: 'refused'; readonly reason: Reason}

export interface Usage {
  readonly cpuSeconds: number
  /** Bytes, peak over the attempt. */
  readonly maxMemory: number
  /** False: the peak was sampled and may be too low. */
  readonly exact: boolean
  /** Bytes at this moment, without file cache that can be dropped; absent: it is over, or not known. */
  readonly memory?: number
}

export interface NodeReport {
  readonly name: string
  readonly capacity: Resources
  readonly labels: Readonly<Record<string, string>>
}

export interface ExecutorFeatures {
  readonly images: boolean
  readonly memoryLimit: boolean
  readonly cpuLimit: boolean
  readonly exactUsage: boolean
}

/** One finding of `god doctor`. */
export interface ExecutorHealth {
  readonly check: string
  readonly ok: boolean
  readonly text: string
  readonly remedy?: string
}

export interface Executor {
  readonly features: ExecutorFeatures
  /** Which engine this is: the same for as long as its containers are kept, another for every other engine. */
  identity(): Promise<string>
  /** Nodes this executor can start jobs on, with their full capacity. */
  nodes(): Promise<readonly NodeReport[]>
  create(spec: ContainerSpec): Promise<CreateAnswer>
  /** By engine id. Started already: 'started'. Never starts a container again that has exited. */
  start(containerId: string): Promise<StartAnswer>
  /** By name or engine id; null = the engine has no such container. */
  inspect(nameOrId: string): Promise<ContainerView | null>
  /** All containers of this cluster, also ended ones. */
  list(): Promise<readonly ListedContainer[]>
  /**
   * `signal` like 'SIGTERM'. A paused container gets it too (thawed first). False: it does not run (any more), or is
   * gone, and nothing was sent: it ended by itself.
   */
  signal(containerId: string, signal: string): Promise<boolean>
  pause(containerId: string): Promise<void>
  unpause(containerId: string): Promise<void>
  /** Reads the counters: cheap, for it is asked every few seconds. Also after the end, until `remove`. Null = nothing known. */
  usage(name: string, containerId: string): Promise<Usage | null>
  /** Kills if need be, removes the container, its anonymous volumes and its control groups. Gone: fine. */
  remove(name: string, containerId: string): Promise<void>
  /**
   * Takes what an attempt left whose container somebody else removed: files, control groups. Never a container.
   * Left out: an attempt leaves nothing but its container.
   */
  tidy?(name: string): Promise<void>
  /**
   * Calls `wake` whenever something may have happened to a container of ours; reconnects by itself. Returns the stop.
   * With a job (and the task, of an array) where the engine said whose container it was: then the host looks at that
   * one alone, by `inspect`.
   */
  watch(wake: (job?: number, task?: number) => void): () => void
  /** For `god doctor`. Never throws. */
  health(): Promise<readonly ExecutorHealth[]>
  /** Lets go of sockets and timers; running containers run on. */
  close(): Promise<void>
}
