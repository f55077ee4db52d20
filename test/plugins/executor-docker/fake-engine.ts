/**
 * A tiny HTTP engine on a unix socket that answers what a test tells it, for answers a real engine cannot be made
 * to give. Routes are `METHOD /path` without the version and the query; the last answer of a route repeats.
 */
import {once} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

export interface Answer {
  /** 0: the question is taken, and never answered. */
  readonly status: number
  /** Text as it is, else JSON. */
  readonly body?: unknown
  /** The connection breaks off after the body. */
  readonly breakOff?: true
  /** Never ends. */
  readonly open?: true
}

export interface FakeEngine {
  readonly url: string
  readonly root: string
  /** `METHOD /v1.41/path?query`, as it came. */
  readonly asked: string[]
  readonly bodies: unknown[]
  answer(route: string, ...answers: Answer[]): void
  /** Resolves when that many requests of the route have come. */
  seen(route: string, count: number): Promise<void>
  close(): Promise<void>
}

export const VERSION = {ApiVersion: '1.41', MinAPIVersion: '1.12', Version: '20.10.24', Components: []}

const routeOf = ({method, url}: IncomingMessage): string =>
  `${method} ${(url ?? '').replace(/^\/v\d+\.\d+/, '').replace(/\?.*$/, '')}`

const send = (response: ServerResponse, {status, body, breakOff, open}: Answer): void => {
  if (status === 0) return
  response.writeHead(status, {'Content-Type': 'application/json'})
  if (status === 304 || status === 204) return void response.end()
  const said = body ?? (status === 404 ? {message: 'No such container: as docker says it'} : {})
  response.write(typeof said === 'string' ? said : JSON.stringify(said), () => {
    if (breakOff) response.destroy()
    else if (!open) response.end()
  })
}

export const startFakeEngine = async (): Promise<FakeEngine> => {
  const root = mkdtempSync(join(tmpdir(), 'god-fake-'))
  const routes = new Map<string, Answer[]>([['GET /version', [{status: 200, body: VERSION}]]])
  const asked: string[] = []
  const bodies: unknown[] = []
  const counts = new Map<string, number>()
  const waiting: {readonly route: string; readonly count: number; readonly go: () => void}[] = []

  const note = (request: IncomingMessage, text: string): void => {
    const route = routeOf(request)
    asked.push(`${request.method} ${request.url}`)
    bodies.push(text === '' ? null : JSON.parse(text))
    const count = (counts.get(route) ?? 0) + 1
    counts.set(route, count)
    for (const one of waiting) if (one.route === route && count >= one.count) one.go()
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    note(request, Buffer.concat(chunks).toString())
    const answers = routes.get(routeOf(request)) ?? []
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    send(response, answer ?? {status: 404, body: {message: `no answer for ${routeOf(request)}`}})
  })
  const socket = join(root, 'engine.sock')
  server.listen(socket)
  await once(server, 'listening')
  return {
    url: `unix://${socket}`,
    root,
    asked,
    bodies,
    answer: (route, ...answers) => void routes.set(route, answers),
    seen: (route, count) =>
      new Promise(resolve => {
        if ((counts.get(route) ?? 0) >= count) resolve()
        else waiting.push({route, count, go: resolve})
      }),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      rmSync(root, {recursive: true, force: true})
    },
  }
}
