/**
 * The part of dockerode that this plugin uses, with the answers as `answers.ts` lets them in.
 *
 * Own types, since the published ones lag behind the library (no abort signals) and the engine (new options).
 * Types only; `engine.ts` is where a real dockerode takes this shape.
 */
import type {Created, EngineFacts, EngineVersion, Inspected, InspectedImage, Row} from './answers.js'
import type {CreateOptions} from './create-options.js'

export interface Abortable {
  readonly abortSignal: AbortSignal
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
  ): Promise<Created>
  getContainer(id: string): ContainerClient
  listContainers(
    options: Abortable & {readonly all: true; readonly filters: Filters},
  ): Promise<readonly Row[]>
  getImage(name: string): {inspect(options: Abortable): Promise<InspectedImage>}
  createImage(options: Abortable & {readonly fromImage: string; readonly tag: string}): Promise<EngineStream>
  getEvents(options: Abortable & {readonly filters: Filters}): Promise<EngineStream>
}
