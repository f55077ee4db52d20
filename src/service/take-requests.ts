/**
 * Taking requests (state.md 5): each user's drop folder, oldest request first, at most 256 a user and pass.
 *
 * The scheduler takes all; a watcher takes what concerns started jobs, so that a kill need not wait for the
 * next scheduling pass. One user's flood or one damaged request delays nobody else.
 * After a crash anywhere the request is still there and is taken again, to the same end.
 */
import type {Token, Uid} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import type {ControlRequest} from '../core/request.js'
import type {Drop} from '../store/inbox.js'
import type {Author} from '../store/job-store.js'
import {admitAll, type Submission} from './admit-requests.js'
import {applyControls} from './apply-control.js'
import type {Service} from './service.js'

/** Most requests of one user in one pass, and most jobs that they name; always at least one request. */
export const REQUESTS_PER_USER = 256
export const JOBS_PER_USER = 20_000

/** A control request with the folder it lies in. */
export interface Wanted {
  readonly drop: Drop
  readonly request: ControlRequest
  readonly writtenAt: number
}

export interface TakenReport {
  readonly admitted: number
  readonly refused: number
  readonly applied: number
}

interface Pile {
  readonly submissions: Submission[]
  readonly controls: Wanted[]
  /** Users whose folder holds more than was read. */
  readonly unread: Set<Uid>
  refused: number
}

const WATCHER_OPS: readonly string[] = ['kill', 'suspend', 'resume']

/** How many jobs the request names. */
const sortIn = (service: Service, drop: Drop, tok: Token, pile: Pile): number => {
  const taken = drop.read(tok)
  if (taken.kind === 'gone') return 0
  if (taken.kind === 'bad') {
    drop.refuse(tok, {...taken.refusal, id: null, at: service.now()})
    service.journal.write({
      at: service.now(),
      what: 'refused',
      by: `u${drop.uid}`,
      text: taken.refusal.message,
    })
    pile.refused++
    return 0
  }
  const {request, writtenAt} = taken
  if (request.op === 'submit') {
    pile.submissions.push({drop, request, writtenAt})
    return 1
  }
  pile.controls.push({drop, request, writtenAt})
  return request.ids.length
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

/** Of a flood another part each time: names are random, and what comes first would hide the rest for ever. */
const rotated = (toks: readonly Token[], random: string): readonly Token[] => {
  const first = Number.parseInt(random.slice(0, 8), 16) % toks.length
  return toks.length <= REQUESTS_PER_USER ? toks : [...toks.slice(first), ...toks.slice(0, first)]
}

const collectFrom = (service: Service, drop: Drop, pile: Pile): void => {
  let jobs = 0
  const toks = rotated(drop.tokens(), service.random())
  for (const [i, tok] of toks.entries()) {
    if (i >= REQUESTS_PER_USER || jobs >= JOBS_PER_USER) {
      pile.unread.add(drop.uid)
      return
    }
    jobs += sortIn(service, drop, tok, pile)
  }
}

const collect = (service: Service, drops: readonly Drop[]): Pile => {
  const pile: Pile = {submissions: [], controls: [], unread: new Set(), refused: 0}
  for (const drop of drops) forUser(service, drop.uid, () => collectFrom(service, drop, pile))
  return pile
}

const byTime = (a: {writtenAt: number; request: {tok: Token}}, b: typeof a): number =>
  a.writtenAt - b.writtenAt || (a.request.tok < b.request.tok ? -1 : 1)

export const takeRequests = (
  service: Service,
  role: 'scheduler' | 'watcher',
  author: Author,
): TakenReport => {
  const drops = openDrops(service)
  try {
    const pile = collect(service, drops)
    const admission =
      role === 'scheduler'
        ? admitAll(service, pile.submissions.sort(byTime), author)
        : {admitted: 0, refused: 0}
    const mine =
      role === 'scheduler'
        ? pile.controls
        : pile.controls.filter(({request}) => WATCHER_OPS.includes(request.op))
    const waiting = new Set(pile.submissions.map(({request}) => request.id))
    const {unread} = pile
    const controls = applyControls(service, {drops, wanted: mine.sort(byTime), waiting, unread, role, author})
    return {
      admitted: admission.admitted,
      refused: pile.refused + admission.refused + controls.refused,
      applied: controls.applied,
    }
  } finally {
    for (const drop of drops) drop.close()
  }
}
