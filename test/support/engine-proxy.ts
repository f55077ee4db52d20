/**
 * A liar on a socket between the executor and a real engine (R20): it knows every call that the executor makes, passes
 * it on, and does to single ones what a plan says. It keeps count: what was asked, which faults fired, and how long the
 * asker held on.
 *
 * Whose call it is, it learns as the engine does: from the label of the job's name at `create`, later from the id.
 */
import {once} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type Act, type Answer, actOf, type Fault, type Question} from './engine-faults.js'

/** All that the executor asks. A call that is not here fails the test. */
const TABLE = [
  ['version', 'GET', /^\/version$/],
  ['info', 'GET', /^\/info$/],
  ['ping', 'GET', /^\/_ping$/],
  ['list', 'GET', /^\/containers\/json$/],
  ['events', 'GET', /^\/events$/],
  ['image', 'GET', /^\/images\/(.+)\/json$/],
  ['pull', 'POST', /^\/images\/create$/],
  ['create', 'POST', /^\/containers\/create$/],
  ['archive', 'HEAD', /^\/containers\/([^/]+)\/archive$/],
  ['inspect', 'GET', /^\/containers\/([^/]+)\/json$/],
  ['start', 'POST', /^\/containers\/([^/]+)\/start$/],
  ['kill', 'POST', /^\/containers\/([^/]+)\/kill$/],
  ['pause', 'POST', /^\/containers\/([^/]+)\/pause$/],
  ['unpause', 'POST', /^\/containers\/([^/]+)\/unpause$/],
  ['remove', 'DELETE', /^\/containers\/([^/]+)$/],
] as const

export type Call = (typeof TABLE)[number][0]
export const CALLS: readonly Call[] = TABLE.map(([call]) => call)

export interface Plan {
  readonly call: Call | 'any'
  readonly fault: Fault
  /** How often, from the next one on. */
  readonly times: number
  /** Name of the job, or the tag of its image; left out: whoever asks. */
  readonly who?: string
}

/** A fault that fired. */
export interface Shot {
  readonly at: number
  /** Milliseconds that the asker waited for an end; null: he waits still. */
  held: number | null
}

export interface Planned {
  readonly shots: readonly Shot[]
  /** Times of all such calls, faulty or not. */
  readonly asked: readonly number[]
  lift(): void
}

export interface EngineProxy {
  readonly url: string
  /** Calls that the table does not know, as they came. */
  readonly unknown: readonly string[]
  /** How often each call came. */
  counts(): ReadonlyMap<Call, number>
  plan(plan: Plan): Planned
  /** Breaks off the streams of events that are open, also those that tell nothing. */
  cutEvents(): void
  /** Connections are refused until `up`. */
  down(): Promise<void>
  up(): Promise<void>
  close(): Promise<void>
}

interface Active {
  readonly plan: Plan
  readonly shots: Shot[]
  readonly asked: number[]
  left: number
}

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const callOf = (method: string, path: string): {readonly call: Call; readonly target: string} | null => {
  for (const [call, verb, pattern] of TABLE) {
    const match = verb === method ? pattern.exec(path) : null
    if (match !== null) return {call, target: decodeURIComponent(match[1] ?? '')}
  }
  return null
}

const bufferAnswer = async (message: IncomingMessage): Promise<Answer> => ({
  status: message.statusCode ?? 500,
  type: message.headers['content-type'] ?? 'application/json',
  body: await bodyOf(message),
})

const send = (response: ServerResponse, {status, type, body}: Answer): void => {
  response.writeHead(status, {'Content-Type': type, 'Content-Length': body.length})
  response.end(body)
}

export const openEngineProxy = async (engine: string): Promise<EngineProxy> => {
  const socketPath = engine.replace(/^unix:\/\//, '')
  const root = mkdtempSync(join(tmpdir(), 'god-x-'))
  const socket = join(root, 'sock')
  const unknown: string[] = []
  const counts = new Map<Call, number>()
  const active = new Set<Active>()
  const streams = new Set<ServerResponse>()
  /** Ours to the engine: whose asker went before its answer came would stay open, and with it this process. */
  const onwards = new Set<ClientRequest>()
  /** Container's id or name to its job's name. */
  const jobs = new Map<string, string>()

  /** A connection for each question, as the executor makes them. */
  const passOn = ({method, url, headers, body}: Question): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const onward = request({socketPath, method, path: url, headers, agent: false}, resolve)
      onwards.add(onward)
      onward.on('close', () => onwards.delete(onward))
      onward.on('error', reject)
      onward.end(body)
    })
  const learn = (question: Question, answer: Answer): void => {
    const {Labels} = JSON.parse(question.body.toString()) as {Labels: Record<string, string>}
    const name = new URL(question.url, 'http://x').searchParams.get('name') ?? ''
    const job = Labels['god.name'] ?? ''
    jobs.set(name, job)
    try {
      const {Id} = JSON.parse(answer.body.toString()) as {Id?: string}
      if (Id !== undefined) jobs.set(Id, job)
    } catch {
      // The engine refused it.
    }
  }
  const whoOf = (call: Call, target: string, question: Question): string => {
    if (call === 'create')
      return (
        (JSON.parse(question.body.toString()) as {Labels: Record<string, string>}).Labels['god.name'] ?? ''
      )
    if (call === 'pull') return new URL(question.url, 'http://x').searchParams.get('tag') ?? ''
    if (call === 'image') return target.replace(/^.*:/, '')
    return jobs.get(target) ?? ''
  }
  const engineAnswers = async (question: Question): Promise<Answer> => {
    const answer = await bufferAnswer(await passOn(question))
    if (question.call === 'create') learn(question, answer)
    return answer
  }
  const stream = async (question: Question, response: ServerResponse): Promise<void> => {
    const onward = await passOn(question)
    if (response.destroyed) {
      onward.destroy()
      return
    }
    response.writeHead(onward.statusCode ?? 500, {'Content-Type': 'application/json'})
    response.flushHeaders()
    onward.pipe(response)
    response.on('close', () => onward.destroy())
    onward.on('error', () => response.destroy())
  }
  const plain = async (question: Question, response: ServerResponse): Promise<void> => {
    if (question.call === 'events' || question.call === 'pull') await stream(question, response)
    else send(response, await engineAnswers(question))
  }
  const fire = async (act: Act, question: Question, message: IncomingMessage, response: ServerResponse) => {
    await act({
      question,
      response,
      socket: message.socket,
      pass: () => engineAnswers(question),
      open: () => passOn(question),
      send: answer => send(response, answer),
      ask: async (method, url, body = '') => {
        const headers = {'Content-Type': 'application/json'}
        const asked = {method, url, headers, body: Buffer.from(body), call: question.call, target: ''}
        return bufferAnswer(await passOn(asked))
      },
    })
  }
  const chosen = (call: Call, who: string): Active | null => {
    const fitting = [...active].filter(
      ({plan}) => (plan.call === 'any' || plan.call === call) && (plan.who ?? who) === who,
    )
    for (const one of fitting) one.asked.push(Date.now())
    return fitting.find(one => one.left > 0) ?? null
  }
  const answer = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const {method = '', url = ''} = message
    const body = await bodyOf(message)
    const found = callOf(method, url.replace(/^\/v\d+\.\d+/, '').replace(/\?.*$/, ''))
    if (found === null) {
      unknown.push(`${method} ${url}`)
      response.writeHead(501).end()
      return
    }
    const {call, target} = found
    const question: Question = {method, url, headers: message.headers, body, call, target}
    counts.set(call, (counts.get(call) ?? 0) + 1)
    if (call === 'events') {
      streams.add(response)
      response.on('close', () => streams.delete(response))
    }
    const hit = chosen(call, whoOf(call, target, question))
    if (hit === null) return plain(question, response)
    hit.left -= 1
    const shot: Shot = {at: Date.now(), held: null}
    hit.shots.push(shot)
    response.on('close', () => {
      shot.held = Date.now() - shot.at
    })
    await fire(actOf(hit.plan.fault), question, message, response)
  }

  let server: Server | null = null
  const up = async (): Promise<void> => {
    server = createServer((message, response) => {
      // What the engine itself breaks off is passed on as such.
      answer(message, response).catch(() => message.socket.destroy())
    })
    server.listen(socket)
    await once(server, 'listening')
  }
  const down = async (): Promise<void> => {
    const old = server
    server = null
    if (old === null) return
    old.closeAllConnections()
    old.close()
    await once(old, 'close')
    for (const onward of onwards) onward.destroy()
  }
  await up()
  return {
    url: `unix://${socket}`,
    unknown,
    counts: () => counts,
    plan: plan => {
      const one: Active = {plan, shots: [], asked: [], left: plan.times}
      active.add(one)
      return {
        shots: one.shots,
        asked: one.asked,
        lift: () => {
          one.left = 0
        },
      }
    },
    cutEvents: () => {
      for (const response of streams) response.destroy()
    },
    down,
    up,
    close: async () => {
      await down()
      rmSync(root, {recursive: true, force: true})
    },
  }
}
