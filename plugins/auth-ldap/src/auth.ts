/**
 * Questions to the directory, each in a conversation of its own with one limit of time over all of it, so that a server
 * that drips keeps nobody waiting. One that failed is left alone for a while: a pass over many users then waits once, not
 * once for each. The first question after that while asks again, so all is well one pass after the server is.
 */
import type {Account, Auth, HostServices} from '@god-cli/api'
import {findByName, findByUid, findGroup, isName} from './directory.js'
import type {Options} from './options.js'
import {AnswerFault, type OpenSession, type Session} from './session.js'

/** Longer ones are no password that anybody typed. */
const MOST_PASSWORD = 1024

interface Silence {
  readonly until: number
  readonly why: string
}

const within = async <T>(
  {delay}: HostServices,
  ms: number,
  act: (late: AbortSignal) => Promise<T>,
): Promise<T> => {
  const [over, late] = [new AbortController(), new AbortController()]
  const deadline = delay(ms, over.signal).then(() => {
    if (over.signal.aborted) return new Promise<never>(() => undefined)
    const why = new Error(`it does not answer within ${ms / 1000} s`)
    late.abort(why)
    throw why
  })
  try {
    return await Promise.race([act(late.signal), deadline])
  } finally {
    over.abort()
  }
}

/** The service asks as itself, if it has a name there. */
const introduced = async (session: Session, {bind}: Options): Promise<Session> => {
  if (bind !== null && !(await session.bind(bind.dn, bind.password)))
    throw new Error(`it refuses ${bind.dn}: see bind_dn and bind_password_file`)
  return session
}

export const createAuth = (host: HostServices, options: Options, open: OpenSession): Auth => {
  const place = `${options.host}:${options.port}`
  let silence: Silence | null = null

  const conversation = async <T>(late: AbortSignal, ask: (session: Session) => Promise<T>): Promise<T> => {
    const opening = open(options)
    // Whoever comes too late is not listened to, and must not stay.
    late.addEventListener(
      'abort',
      () =>
        void opening.then(
          session => session.close(),
          () => undefined,
        ),
    )
    const session = await opening
    try {
      return await ask(session)
    } finally {
      session.close()
    }
  }

  const asked = async <T>(ask: (session: Session) => Promise<T>): Promise<T> => {
    const now = host.now()
    if (silence !== null && now < silence.until && silence.until - now <= options.retryAfter)
      throw new Error(`the directory server ${place} is not asked again yet: ${silence.why}`)
    try {
      const answer = await within(host, options.timeout, late => conversation(late, ask))
      silence = null
      return answer
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      if (!(error instanceof AnswerFault)) silence = {until: host.now() + options.retryAfter, why}
      throw new Error(`the directory server ${place}: ${why}`, {cause: error})
    }
  }

  const asService = <T>(ask: (session: Session) => Promise<T>): Promise<T> =>
    asked(async session => ask(await introduced(session, options)))

  /** As himself he must see himself: a server that takes anybody for anybody is noticed. */
  const credentials = async (name: string, password: string): Promise<Account | null> => {
    if (!isName(name) || password === '' || password.includes('\0') || password.length > MOST_PASSWORD)
      return null
    const found = await asService(session => findByName(session, options, name))
    if (found === null) return null
    return asked(async session => {
      if (!(await session.bind(found.dn, password))) return null
      const self = await session.search({
        base: found.dn,
        scope: 'base',
        equal: [[options.nameAttribute, name]],
        attributes: [options.nameAttribute],
        most: 1,
      })
      return self.length === 1 ? found.account : null
    })
  }

  return {
    byUid: async uid => (await asService(session => findByUid(session, options, uid)))?.account ?? null,
    byName: async name =>
      isName(name)
        ? ((await asService(session => findByName(session, options, name)))?.account ?? null)
        : null,
    groupByName: async name =>
      isName(name) ? asService(session => findGroup(session, options, name)) : null,
    credentials,
  }
}
