/**
 * The part of dockerode that this plugin uses, with the fields of the engine's answers that it reads.
 *
 * Own types, since the published ones lag behind the library (no abort signals) and the engine (new options).
 * Types only; `engine.ts` is where a real dockerode takes this shape.
 */
import type {CreateOptions} from './create-options.js'

export interface Abortable {
  readonly abortSignal: AbortSignal
}

export interface EngineVersion {
  readonly ApiVersion: string
  readonly MinAPIVersion?: string
  readonly Version: string
  readonly Components?: readonly {readonly Name: string; readonly Version: string}[]
}

/** `GET /info`; a missing field means "does not have it". */
export interface EngineFacts {
  readonly ID?: string
  readonly NCPU?: number
  readonly MemTotal?: number
  readonly CgroupDriver?: string
  readonly CgroupVersion?: string
  readonly SecurityOptions?: readonly string[] | null
  readonly LiveRestoreEnabled?: boolean
  readonly MemoryLimit?: boolean
  readonly SwapLimit?: boolean
  readonly CpuCfsQuota?: boolean
  readonly PidsLimit?: boolean
}

/** `GET /containers/ID/json`. */
export interface Inspected {
  readonly Id: string
  readonly Name: string
  readonly State: {
    readonly Status: string
    readonly ExitCode: number
    readonly OOMKilled?: boolean
    readonly Error?: string
    readonly StartedAt?: string
    readonly FinishedAt?: string
  }
  readonly Config: {readonly Labels: Readonly<Record<string, string>> | null}
}

/** A row of `GET /containers/json`. */
export interface Row {
  readonly Id: string
  readonly Names: readonly string[]
  readonly State: string
  readonly Labels: Readonly<Record<string, string>> | null
}

/** `GET /images/NAME/json`. */
export interface InspectedImage {
  readonly Id: string
  readonly Config?: {readonly Volumes?: Readonly<Record<string, unknown>> | null} | null
}

export interface ContainerClient {
  inspect(options: Abortable): Promise<Inspected>
  start(options: Abortable): Promise<unknown>
  pause(options: Abortable): Promise<unknown>
  unpause(options: Abortable): Promise<unknown>
  kill(options: Abortable & {readonly signal: string}): Promise<unknown>
  /** Throws 404 where the container has no such path. */
  infoArchive(options: Abortable & {readonly path: string}): Promise<unknown>
  remove(options: Abortable & {readonly force: true; readonly v: true}): Promise<unknown>
}

type Filters = Readonly<Record<string, readonly string[]>>

/** A body that arrives bit by bit. */
export type EngineStream = AsyncIterable<Buffer>

export interface EngineClient {
  version(options: Abortable): Promise<EngineVersion>
  info(options: Abortable): Promise<EngineFacts>
  ping(options: Abortable): Promise<unknown>
  /** Given apart: dockerode would else put the whole body, the user's variables too, into the URL as well. */
  createContainer(
    options: Abortable & {
      readonly _query: {readonly name: string}
      readonly _body: Omit<CreateOptions, 'name'>
    },
  ): Promise<{readonly id: string}>
  getContainer(id: string): ContainerClient
  listContainers(
    options: Abortable & {readonly all: true; readonly filters: Filters},
  ): Promise<readonly Row[]>
  getImage(name: string): {inspect(options: Abortable): Promise<InspectedImage>}
  createImage(options: Abortable & {readonly fromImage: string; readonly tag: string}): Promise<EngineStream>
  getEvents(options: Abortable & {readonly filters: Filters}): Promise<EngineStream>
}
