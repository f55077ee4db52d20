/**
 * Taking requests (state.md 5): each user's drop folder, oldest request first, at most 256 or 1 MB a user and round.
 *
 * The scheduler takes all; a watcher takes what concerns started jobs, so that a kill need not wait for the
 * next scheduling pass. One user's flood or one damaged request delays nobody else.
 * After a crash anywhere the request is still there and is taken again, to the same end.
 */
import type {JobId, Token, Uid} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import {isForWatchers, isSubmission, jobsOf} from '../core/request.js'
import type {Author} from '../store/jobs/job-store.js'
import type {Drop} from '../store/requests/inbox.js'
import {admitAll} from './admit-requests.js'
import {applyControls, type Wanted} from './apply-control.js'
import {applyNodeWishes, type NodeWish} from './apply-node-wishes.js'
import type {Submission} from './judge-submissions.js'
import {operatorsOf} from './operators.js'
import type {Service} from './service.js'

/** Most requests of one user in one round, and most jobs that they name; always at least one request. */
export const REQUESTS_PER_USER = 256
export const JOBS_PER_USER = 20_000
/** The request that reaches it is the last of the round. */
export const BYTES_PER_USER = 1_000_000
/** Most rounds in one pass. */
export const MOST_ROUNDS = 20

export interface TakenReport {
  readonly admitted: number
  readonly refused: number
  readonly applied: number
  /** More lie there, and the last round came on: take again at once. */
  readonly unread: boolean
  /** Who submitted what, of all that was read: no claim of his own is burned meanwhile. */
  readonly submitted: readonly {readonly id: JobId; readonly uid: Uid}[]
}

/** What is left to read of one user's folder. */
interface Queue {
  readonly drop: Drop
  toks: readonly Token[]
}

interface Pile {
  /** Files that are no requests, of one user. */
  readonly bad: Map<Uid, string[]>
  readonly submissions: Submission[]
  readonly controls: Wanted[]
  readonly admins: NodeWish[]
  refused: number
}

type Role = 'scheduler' | 'watcher'

interface Load {
  /** How many jobs the request names. */
  readonly jobs: number
  readonly bytes: number
}

const sortIn = (service: Service, drop: Drop, tok: Token, pile: Pile): Load => {
  const taken = drop.read(tok)
  if (taken.kind === 'gone') return {jobs: 0, bytes: 0}
  if (taken.kind === 'bad') {
    drop.refuse(tok, {...taken.refusal, id: null, at: service.now()})
    pile.refused++
    pile.bad.set(drop.uid, [...(pile.bad.get(drop.uid) ?? []), taken.refusal.message])
    return {jobs: 0, bytes: taken.size}
  }
  const {request, writtenAt, size} = taken
  if (isSubmission(request)) {
    pile.submissions.push({drop, request, writtenAt})
    return {jobs: jobsOf(request).length, bytes: size}
  }
  if (request.op === 'admin') {
    pile.admins.push({drop, request, writtenAt})
    return {jobs: 0, bytes: size}
  }
  pile.controls.push({drop, request, writtenAt})
  return {jobs: request.ids.length, bytes: size}
}

/** A full disk or HALT concerns all; anything else this user's folder alone. */
const forUser = (service: Service, uid: Uid, act: () => void): void => {
  try {
    act()
  } catch (error) {
    if (error instanceof GodError) throw error
    service.log('warning', `drop folder of uid ${uid}: ${String(error)}`)
  }
}

const openDrops = (service: Service): Drop[] => {
  const drops: Drop[] = []
  for (const uid of service.inbox.users()) {
    forUser(service, uid, () => {
      const drop = service.inbox.open(uid)
      if (drop !== null) drops.push(drop)
    })
  }
  return drops
}

/** A watcher leaves submits, and the oldest would hide a kill behind them for ever: it begins anywhere. */
const rotated = (toks: readonly Token[], random: string): readonly Token[] => {
  const first = Number.parseInt(random.slice(0, 8), 16) % toks.length
  return [...toks.slice(first), ...toks.slice(0, first)]
}

const queuesOf = (service: Service, drops: readonly Drop[], role: Role): readonly Queue[] => {
  const queues: Queue[] = []
  for (const drop of drops) {
    forUser(service, drop.uid, () => {
      const toks = drop.tokens()
      queues.push({drop, toks: role === 'scheduler' ? toks : rotated(toks, service.random())})
    })
  }
  return queues
}

const collectFrom = (service: Service, queue: Queue, pile: Pile): void => {
  const {drop, toks} = queue
  queue.toks = []
  let jobs = 0
  let bytes = 0
  for (const [i, tok] of toks.entries()) {
    if (i >= REQUESTS_PER_USER || jobs >= JOBS_PER_USER || bytes >= BYTES_PER_USER) {
      queue.toks = toks.slice(i)
      return
    }
    const load = sortIn(service, drop, tok, pile)
    jobs += load.jobs
    bytes += load.bytes
  }
}

/**
 * A line a user, for nothing limits how many they are: `god submit` writes no such files, so somebody tries something or a
 * disk failed.
 */
const tellBad = ({log, layout, journal, settings, now}: Service, bad: Pile['bad']): void => {
  for (const [uid, [first = '', ...others]] of bad) {
    const more = others.length === 0 ? '' : `, and ${others.length} more`
    // Everybody may read the journal.
    const text = `${settings.admission.private ? 'E_REQUEST_BAD' : first}${more}`
    journal.write({at: now(), what: 'refused', by: `u${uid}`, text})
    log('warning', `${layout.dropFolder(uid)}: ${first}${more}; kept there with the reason (.why)`)
  }
}

const collect = (service: Service, queues: readonly Queue[]): Pile => {
  const pile: Pile = {submissions: [], controls: [], admins: [], refused: 0, bad: new Map()}
  for (const queue of queues) forUser(service, queue.drop.uid, () => collectFrom(service, queue, pile))
  tellBad(service, pile.bad)
  return pile
}

const byTime = (a: {writtenAt: number; request: {tok: Token}}, b: typeof a): number =>
  a.writtenAt - b.writtenAt || (a.request.tok < b.request.tok ? -1 : 1)

const idOf = ({request}: Submission): number => jobsOf(request)[0]?.id ?? 0

/** Of one moment the lower id first: a job may depend on those before it. */
const bySubmission = (a: Submission, b: Submission): number =>
  a.writtenAt - b.writtenAt || idOf(a) - idOf(b) || byTime(a, b)

type Counts = Omit<TakenReport, 'unread' | 'submitted'>

interface Taking {
  readonly service: Service
  readonly role: Role
  readonly author: Author
  readonly drops: readonly Drop[]
  readonly queues: readonly Queue[]
  /** Ids of all submits read in this pass. */
  readonly waiting: Set<JobId>
  readonly submitted: {readonly id: JobId; readonly uid: Uid}[]
}

const takeRound = async (taking: Taking): Promise<Counts> => {
  const {service, role, author, drops, queues, waiting, submitted} = taking
  const pile = collect(service, queues)
  for (const {drop, request} of pile.submissions) {
    for (const {id} of jobsOf(request)) {
      waiting.add(id)
      submitted.push({id, uid: drop.uid})
    }
  }
  const admission =
    role === 'scheduler'
      ? await admitAll(service, pile.submissions.sort(bySubmission), author)
      : {admitted: 0, refused: 0}
  const mine =
    role === 'scheduler' ? pile.controls : pile.controls.filter(({request}) => isForWatchers(request.op))
  const unread = new Set(queues.filter(({toks}) => toks.length > 0).map(({drop}) => drop.uid))
  const admins = role === 'scheduler' ? pile.admins.sort(byTime) : []
  const operators = mine.length + admins.length === 0 ? new Set<Uid>() : await operatorsOf(service)
  const nodes = applyNodeWishes(service, admins, operators)
  const work = {drops, wanted: mine.sort(byTime), waiting, operators, unread, role, author}
  const controls = applyControls(service, work)
  return {
    admitted: admission.admitted,
    refused: pile.refused + admission.refused + controls.refused + nodes.refused,
    applied: controls.applied + nodes.applied,
  }
}

/** A round of requests that all have to wait does not count: behind them lie others. */
const takeRounds = async (taking: Taking, most: number): Promise<TakenReport> => {
  const sum = {admitted: 0, refused: 0, applied: 0}
  let cameOn = 0
  for (let round = 1; ; round++) {
    const {admitted, refused, applied} = await takeRound(taking)
    sum.admitted += admitted
    sum.refused += refused
    sum.applied += applied
    const moved = admitted + refused + applied > 0
    if (moved) cameOn++
    const left = taking.queues.some(({toks}) => toks.length > 0)
    if (!left || cameOn >= most || round >= MOST_ROUNDS)
      return {...sum, unread: left && moved, submitted: taking.submitted}
  }
}

/** `rounds`: a process that looks again at once takes one, so that a flood delays no kill. */
export const takeRequests = async (
  service: Service,
  role: Role,
  author: Author,
  rounds = 1,
): Promise<TakenReport> => {
  const drops = openDrops(service)
  try {
    const queues = queuesOf(service, drops, role)
    return await takeRounds({service, role, author, drops, queues, waiting: new Set(), submitted: []}, rounds)
  } finally {
    for (const drop of drops) drop.close()
  }
}
