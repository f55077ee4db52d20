/** What an engine, or whatever stands in its place, may do to a question: one act each, told apart by when it breaks. */
import type {IncomingHttpHeaders, IncomingMessage, ServerResponse} from 'node:http'
import type {Socket} from 'node:net'
import {setTimeout as wait} from 'node:timers/promises'
import type {Call} from './engine-proxy.js'

export interface Question {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly call: Call
  /** Container or image in its path. */
  readonly target: string
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: Buffer
}

export interface Scene {
  readonly question: Question
  readonly response: ServerResponse
  readonly socket: Socket
  /** The engine does it, and this is its whole answer. */
  readonly pass: () => Promise<Answer>
  /** As `pass`, for a stream that does not end. */
  readonly open: () => Promise<IncomingMessage>
  readonly send: (answer: Answer) => void
  /** A question of our own to the engine. */
  readonly ask: (method: string, url: string, body?: string) => Promise<Answer>
}

export type Act = (scene: Scene) => Promise<void>

const JSON_TYPE = 'application/json'
const text = (status: number, body: string, type = JSON_TYPE): Answer => ({
  status,
  type,
  body: Buffer.from(body),
})

const isStream = ({question}: Scene): boolean => question.call === 'events'

/** The engine has done it: of a stream only its opening is waited for. */
const done = async (scene: Scene): Promise<Answer> => {
  if (!isStream(scene)) return scene.pass()
  const opened = await scene.open()
  opened.destroy()
  return text(200, '{"status":"die"}\n')
}

/** An answer of its own status with another body: what is asked without an answer gets one. */
const instead =
  (change: (body: string) => string): Act =>
  async scene => {
    const {status, type, body} = await done(scene)
    const given = change(body.toString() || '{"Id":"abc"}')
    scene.send({status: status === 204 ? 200 : status, type, body: Buffer.from(given)})
  }

const turned = (value: unknown): unknown => {
  if (typeof value === 'string') return value.length
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 1 : null
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return 'null'
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, turned(inner)]))
}

const wrongTypes = (body: string): string => {
  try {
    return JSON.stringify(turned(JSON.parse(body)))
  } catch {
    return '[7]'
  }
}

const page =
  (status: number): Act =>
  async scene =>
    scene.send(text(status, `<html><body><h1>${status}</h1></body></html>`, 'text/html'))

/** Longer than any deadline of the tests. */
const LATE = 4500

const FAULTS = {
  /** The connection breaks before the engine has heard of it. */
  'cut before': async ({socket}) => void socket.destroy(),
  /** The engine does it; its answer is lost. */
  'cut after': async scene => {
    await done(scene)
    scene.socket.destroy()
  },
  /** The engine does it; its answer breaks off in the middle. */
  'cut in the answer': async scene => {
    const {status, body} = await done(scene)
    const half = body.subarray(0, Math.floor(body.length / 2))
    const length = status === 204 ? '' : `Content-Length: ${body.length}\r\n`
    scene.socket.write(`HTTP/1.1 ${status} OK\r\nContent-Type: ${JSON_TYPE}\r\n${length}`)
    if (status !== 204) scene.socket.write(Buffer.concat([Buffer.from('\r\n'), half]))
    await wait(20)
    scene.socket.destroy()
  },
  /** The engine does it, and answers when nobody listens any more. */
  late: async scene => {
    const answer = await done(scene)
    await wait(LATE)
    if (!scene.socket.destroyed) scene.send(answer)
  },
  /** Nothing happens, for ever. */
  hang: async () => undefined,
  /** The engine does it and never says so. */
  'hang after': async scene => void (await done(scene)),
  'error 500': async ({send}) => send(text(500, '{"message":"fault: something went wrong"}')),
  'error 500 after': async scene => {
    await done(scene)
    scene.send(text(500, '{"message":"fault: something went wrong"}'))
  },
  'error 503': async ({send}) => send(text(503, '{"message":"fault: too busy"}')),
  'page 404': page(404),
  'page 502': page(502),
  empty: async scene => {
    const {status} = await done(scene)
    scene.send(text(status === 204 ? 200 : status, ''))
  },
  'half JSON': instead(body => body.slice(0, Math.max(1, Math.floor(body.length / 2)))),
  'wrong JSON': instead(body => (body.trimStart().startsWith('[') ? '{}' : '[]')),
  'wrong types': instead(wrongTypes),
  garbage: instead(() => '\u0000\ufffd}{'),
  /** Of `create`: another container has the name, which is not ours. */
  'foreign name': async scene => {
    const name = new URL(scene.question.url, 'http://x').searchParams.get('name') ?? ''
    const body = JSON.stringify({Image: 'busybox:local', Cmd: ['true'], Labels: {'god.test': 'foreign'}})
    await scene.ask('POST', `/containers/create?name=${name}`, body)
    scene.send(await scene.pass())
  },
  /** Of `create`: the image was removed after it was found. */
  'image gone': async ({send}) => send(text(404, '{"message":"No such image: sha256:0"}')),
  /** Of what is asked of a container: somebody removes it right before. */
  vanished: async scene => {
    await scene.ask('DELETE', `/containers/${scene.question.target}?force=1&v=1`)
    scene.send(await scene.pass())
  },
  /** Of `events`: the stream is open and tells nothing. */
  'events missed': async ({response}) => {
    response.writeHead(200, {'Content-Type': JSON_TYPE})
    response.flushHeaders()
  },
  /** Of `events`: a flood of what happened once. */
  'events doubled': async scene => {
    const opened = await scene.open()
    scene.response.writeHead(200, {'Content-Type': JSON_TYPE})
    scene.response.flushHeaders()
    opened.on('data', (chunk: Buffer) => {
      for (let n = 0; n < 100; n++) scene.response.write(chunk)
    })
    scene.response.on('close', () => opened.destroy())
  },
  /** Of `events`: what makes no sense, then an end. */
  'events garbled': async ({response}) => {
    response.writeHead(200, {'Content-Type': JSON_TYPE})
    response.end('{"status":\u0000}{}[\n\n"die"')
  },
} satisfies Readonly<Record<string, Act>>

export type Fault = keyof typeof FAULTS

export const actOf = (fault: Fault): Act => FAULTS[fault]

const SPECIAL: readonly Fault[] = [
  'foreign name',
  'image gone',
  'vanished',
  'events missed',
  'events doubled',
  'events garbled',
]

const OF_CONTAINERS: readonly Call[] = ['archive', 'inspect', 'start', 'kill', 'pause', 'unpause', 'remove']

/** The faults that a call can have. */
export const faultsOf = (call: Call): readonly Fault[] => {
  const general = (Object.keys(FAULTS) as Fault[]).filter(fault => !SPECIAL.includes(fault))
  if (call === 'create') return [...general, 'foreign name', 'image gone']
  if (call === 'events') return [...general, 'events missed', 'events doubled', 'events garbled']
  return OF_CONTAINERS.includes(call) ? [...general, 'vanished'] : general
}
