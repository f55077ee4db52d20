/**
 * One conversation with a directory server: TLS with a verified name, then who we are, then questions. The only file that
 * knows ldapjs, which sees no more releases: so whatever it does (an error nobody waited for, a silence) ends the one
 * conversation and becomes an exception. Nothing is kept; there is no way without TLS.
 */
import type {Socket} from 'node:net'
import ldap from 'ldapjs'
import {guardParser} from './guarded-parser.js'
import type {Options} from './options.js'

export interface Entry {
  readonly dn: string
  /** By the name in small letters, as text; what is no UTF-8 text fails. */
  readonly values: Readonly<Record<string, readonly string[]>>
}

export interface Question {
  readonly base: string
  readonly scope: 'base' | 'sub'
  /** All of these must be so: attribute and value, compared by the server. */
  readonly equal: readonly (readonly [string, string])[]
  readonly attributes: readonly string[]
  /** More than so many are an exception. */
  readonly most: number
}

export interface Session {
  search(question: Question): Promise<readonly Entry[]>
  /** False: the server refuses this name with this password. */
  bind(dn: string, password: string): Promise<boolean>
  close(): void
}

/** The server answered, and what it says cannot be believed: that is about one entry, not about the server. */
export class AnswerFault extends Error {}

export type OpenSession = (options: Options) => Promise<Session>

guardParser()

type Client = ReturnType<typeof ldap.createClient>

/** Certificate and name are judged whatever the environment says. */
const tlsOf = ({host, ca}: Options) => ({
  host,
  ...(/^[\d.]+$|:/.test(host) ? {} : {servername: host}),
  ...(ca === null ? {} : {ca: [ca]}),
  minVersion: 'TLSv1.2' as const,
  rejectUnauthorized: true,
})

const urlOf = ({host, port, secure}: Options): string =>
  `${secure ? 'ldaps' : 'ldap'}://${host.includes(':') ? `[${host}]` : host}:${port}`

/** What went wrong with the connection itself, whatever was asked by it. */
interface Trouble {
  /** Settles with the answer, or with the trouble where that comes first. */
  orElse<T>(ask: (done: (error: unknown, answer: T) => void) => void): Promise<T>
}

const troubleOf = (client: Client): Trouble => {
  const waiting = new Set<(error: unknown) => void>()
  let told: unknown = null
  const tell = (error: unknown): void => {
    told ??= error
    for (const reject of waiting) reject(told)
    waiting.clear()
  }
  for (const event of [
    'error',
    'connectError',
    'connectRefused',
    'connectTimeout',
    'setupError',
    'socketTimeout',
  ])
    client.on(event, (error: unknown) => tell(error ?? new Error(event)))
  for (const event of ['end', 'close']) client.on(event, () => tell(new Error('the server hung up')))
  return {
    orElse: ask =>
      new Promise((resolve, reject) => {
        if (told !== null) return reject(told)
        waiting.add(reject)
        ask((error, answer) => {
          waiting.delete(reject)
          if (error) reject(error)
          else resolve(answer)
        })
      }),
  }
}

const connected = async (client: Client, trouble: Trouble, options: Options): Promise<void> => {
  await trouble.orElse<void>(done =>
    client.once('connect', (socket: Socket) => {
      // A conversation is short words to and fro: none waits for the acknowledgement of the one before.
      socket.setNoDelay(true)
      done(null, undefined)
    }),
  )
  if (options.secure) return
  await trouble.orElse<void>(done =>
    client.starttls(tlsOf(options), [], (error: unknown) => done(error, undefined)),
  )
}

/** An attribute may come in several parts. */
const entryOf = (found: ldap.SearchEntry): Entry => {
  const all = new Map<string, readonly string[]>()
  for (const {type, values} of found.attributes) {
    const key = type.toLowerCase()
    all.set(key, [...(all.get(key) ?? []), ...[values].flat().map(String)])
  }
  return {dn: String(found.objectName ?? ''), values: Object.fromEntries(all)}
}

const searched = (
  client: Client,
  trouble: Trouble,
  {base, scope, equal, attributes, most}: Question,
): Promise<readonly Entry[]> =>
  trouble.orElse(done => {
    const filters = equal.map(([attribute, value]) => new ldap.EqualityFilter({attribute, value}))
    const options = {
      scope,
      filter: new ldap.AndFilter({filters}),
      attributes: [...attributes],
      // One more than may be, so that a list that was cut is seen even where the server does not say so.
      sizeLimit: most + 1,
      timeLimit: 10,
    }
    const found: Entry[] = []
    client.search(base, options, (error, answer) => {
      if (error) return done(error, [])
      // Where else the answer might be (referrals) is not asked.
      answer.on('searchEntry', entry => {
        if (found.length <= most) found.push(entryOf(entry))
      })
      answer.on('error', failed => done(failed, []))
      answer.on('end', () =>
        found.length > most
          ? done(new AnswerFault(`more than ${most} entries below ${base} answer to that`), [])
          : done(null, found),
      )
    })
  })

const bound = async (client: Client, trouble: Trouble, dn: string, password: string): Promise<boolean> => {
  try {
    await trouble.orElse<void>(done => client.bind(dn, password, error => done(error, undefined)))
    return true
  } catch (error) {
    if (error instanceof ldap.InvalidCredentialsError) return false
    throw error
  }
}

export const openSession: OpenSession = async options => {
  const client = ldap.createClient({
    url: urlOf(options),
    timeout: options.timeout,
    connectTimeout: options.timeout,
    reconnect: false,
    ...(options.secure ? {tlsOptions: tlsOf(options)} : {}),
  })
  const trouble = troubleOf(client)
  const session: Session = {
    search: question => searched(client, trouble, question),
    bind: (dn, password) => bound(client, trouble, dn, password),
    close: () => void client.destroy(),
  }
  try {
    await connected(client, trouble, options)
    return session
  } catch (error) {
    session.close()
    throw error
  }
}
