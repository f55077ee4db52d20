/**
 * The connection to one Docker engine: where it is, which version of its API is spoken, how long it may take.
 *
 * dockerode is loaded at the first question, because most commands of god ask no engine. Every question has a
 * deadline: an engine that dies in the middle of an answer would else leave it open for ever. What the engine
 * answers with an error status is an `EngineRefusal`; all else thrown here means that it could not be asked, or that
 * its answer makes no sense.
 * Keeps nothing over a crash; after a lost connection the version is asked again (the engine may be a new one).
 */
import {Agent} from 'node:http'
import {inspect} from 'node:util'
import type {EngineVersion} from './answers.js'
import {sendBriefly} from './brief-sender.js'
import type {EngineClient} from './client.js'
import {parsedClient, type RawClient} from './parsed-client.js'
import {EngineRefusal, translate} from './refusal.js'
import {createSlots} from './slots.js'

export const DEFAULT_URL = 'unix:///var/run/docker.sock'
/** The API this plugin was written against. */
const SPOKEN = '1.41'
/** After a reboot a thousand jobs have ended at once. A deadline counts from the asking; streams count not at all. */
const AT_ONCE = 32

/** Milliseconds that the engine has for an answer. */
export interface Deadlines {
  /** A question that changes nothing needs milliseconds; a busy disk makes seconds of them. */
  readonly request: number
  /** Loading a big image into a cold cache, or an engine that starts many. */
  readonly start: number
}

export const DEADLINES: Deadlines = {request: 60_000, start: 180_000}

export interface EngineAddress {
  readonly url: string
  /** False: files of this host say nothing about the engine's containers. */
  readonly local: boolean
  readonly connection:
    | {readonly socketPath: string; readonly host: undefined}
    | {readonly host: string; readonly port: number; readonly protocol: 'http'}
}

export interface Engine {
  readonly address: EngineAddress
  readonly deadlines: Deadlines
  ask<T>(
    question: (docker: EngineClient, abortSignal: AbortSignal) => Promise<T>,
    deadline?: number,
  ): Promise<T>
  /** Milliseconds since the engine answered a question, whatever it said; infinite: it never did, or was lost since. */
  sinceAnswer(): number
  /** The connection as it is, for what is kept with it; asks nothing once there is one. */
  client(): Promise<EngineClient>
  /** A question without a deadline, for streams; it ends with `abortSignal`. */
  stream<T>(question: (docker: EngineClient) => Promise<T>): Promise<T>
  /** As `GET /version` said, and the version of the API that was picked. */
  version(): Promise<{readonly version: EngineVersion; readonly spoken: string}>
  close(): void
}

export const parseAddress = (text: string): EngineAddress => {
  if (text.startsWith('unix:///')) {
    return {url: text, local: true, connection: {socketPath: text.slice('unix://'.length), host: undefined}}
  }
  const parts = /^tcp:\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?\/?$/.exec(text)
  const port = Number(parts?.[2] ?? 2375)
  if (parts?.[1] === undefined || port > 65_535) {
    throw new Error(`docker_url is ${JSON.stringify(text)}; expected unix:///PATH or tcp://HOST:PORT`)
  }
  return {url: text, local: false, connection: {host: parts[1], port, protocol: 'http'}}
}

const compare = (a: string, b: string): number => {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number)
  const [majorB = 0, minorB = 0] = b.split('.').map(Number)
  return majorA - majorB || minorA - minorB
}

/** The oldest version that this plugin and the engine both speak. */
export const pickVersion = ({ApiVersion, MinAPIVersion = SPOKEN, Version}: EngineVersion): string => {
  if (compare(ApiVersion, SPOKEN) < 0) {
    throw new Error(`engine ${Version} speaks API ${ApiVersion}; god needs ${SPOKEN} or newer`)
  }
  return compare(MinAPIVersion, SPOKEN) > 0 ? MinAPIVersion : SPOKEN
}

const withDeadline = async <T>(ask: (signal: AbortSignal) => Promise<T>, ms: number): Promise<T> => {
  const abort = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`the engine did not answer within ${ms / 1000} s`))
      abort.abort()
    }, ms)
  })
  try {
    return await Promise.race([ask(abort.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

interface Connected {
  readonly docker: EngineClient
  readonly version: EngineVersion
  readonly spoken: string
}

/** The one place where dockerode takes the shape that this plugin knows. */
const openClient = async (address: EngineAddress, agent: Agent) => {
  const {default: Dockerode} = await import('dockerode')
  // All fields are named, else dockerode takes those left out from the environment.
  const base = {port: undefined, ca: undefined, cert: undefined, key: undefined, protocol: 'http' as const}
  const options = {...base, ...address.connection, agent}
  return (version?: string): EngineClient => {
    const raw = new Dockerode({...options, version}) as unknown as RawClient
    sendBriefly(raw.modem)
    return parsedClient(raw)
  }
}

/** What it refuses here is no answer to the question that somebody has: nothing is gone because of it. */
const versionOf = async (
  docker: EngineClient,
  {url}: EngineAddress,
  deadline: number,
): Promise<EngineVersion> => {
  try {
    return await withDeadline(abortSignal => docker.version({abortSignal}), deadline)
  } catch (error) {
    const known = translate(error)
    if (!(known instanceof EngineRefusal)) throw known
    throw new Error(`${url} does not tell its version: ${known.message}`)
  }
}

const connect = async (address: EngineAddress, agent: Agent, deadline: number): Promise<Connected> => {
  const open = await openClient(address, agent)
  const version = await versionOf(open(), address, deadline)
  const spoken = pickVersion(version)
  return {docker: open(`v${spoken}`), version, spoken}
}

/** Milliseconds: nothing between us and a remote engine forgets a connection so soon. */
const KEPT = 5000

/**
 * Connections are kept for the next question: to make one costs as much as to ask. One that the engine closes, as it
 * does when it ends, is noticed at once and is none any more.
 */
const createAgent = (): Agent => {
  const agent = new Agent({keepAlive: true, maxFreeSockets: AT_ONCE, timeout: KEPT})
  // dockerode's own sender prints it, with all its sockets, whenever a stream is opened.
  return Object.assign(agent, {[inspect.custom]: () => 'an agent'})
}

export const createEngine = (
  address: EngineAddress,
  deadlines: Deadlines = DEADLINES,
  now: () => number = Date.now,
): Engine => {
  const agent = createAgent()
  const turn = createSlots(AT_ONCE, deadlines.request)
  let connected: Promise<Connected> | null = null
  let answeredAt = Number.NEGATIVE_INFINITY

  const connection = (): Promise<Connected> => {
    connected ??= connect(address, agent, deadlines.request)
    return connected
  }
  const answered = async <T>(question: (docker: EngineClient) => Promise<T>): Promise<T> => {
    try {
      const answer = await question((await connection()).docker)
      answeredAt = now()
      return answer
    } catch (error) {
      const known = translate(error)
      if (known instanceof EngineRefusal) answeredAt = now()
      else {
        connected = null
        answeredAt = Number.NEGATIVE_INFINITY
      }
      throw known
    }
  }
  const client = async (): Promise<EngineClient> => {
    try {
      return (await connection()).docker
    } catch (error) {
      connected = null
      throw translate(error)
    }
  }
  return {
    address,
    deadlines,
    ask: (question, deadline = deadlines.request) =>
      turn(() => answered(docker => withDeadline(signal => question(docker, signal), deadline))),
    sinceAnswer: () => Math.abs(now() - answeredAt),
    client,
    stream: answered,
    version: async () => {
      connected = null
      await answered(async () => undefined)
      const {version, spoken} = await connection()
      return {version, spoken}
    },
    close: () => agent.destroy(),
  }
}
