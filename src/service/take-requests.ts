/**
 * Taking requests (state.md 5): each user's drop folder, oldest request first, at most 256 a user and pass.
 *
 * The scheduler takes all; a watcher takes what concerns started jobs, so that a kill need not wait for the
 * next scheduling pass. One user's flood or one damaged request delays nobody else.
 * After a crash anywhere the request is still there and is taken again, to the same end.
 */
import type {Token} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import type {ControlRequest, SubmitRequest} from '../core/request.js'
import type {Drop} from '../store/inbox.js'
import type {Author} from '../store/job-store.js'
import {admitAll, type Submission} from './admit-requests.js'
import {applyControls} from './apply-control.js'
import type {Service} from './service.js'

/** Most requests of one user in one pass. */
export const REQUESTS_PER_USER = 256

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
  refused: number
}

const WATCHER_OPS: readonly string[] = ['kill', 'suspend', 'resume']

const sortIn = (service: Service, drop: Drop, tok: Token, pile: Pile): void => {
  const taken = drop.read(tok)
  if (taken.kind === 'gone') return
  if (taken.kind === 'bad') {
    drop.refuse(tok, {...taken.refusal, id: null, at: service.now()})
    service.journal.write({
      at: service.now(),
      what: 'refused',
      by: `u${drop.uid}`,
      text: taken.refusal.message,
    })
    pile.refused++
    return
  }
  const {request, writtenAt} = taken
  if (request.op === 'submit') pile.submissions.push({drop, request: request as SubmitRequest, writtenAt})
  else pile.controls.push({drop, request, writtenAt})
}

const openDrops = (service: Service): Drop[] =>
  service.inbox.users().flatMap(uid => service.inbox.open(uid) ?? [])

const collect = (service: Service, drops: readonly Drop[]): Pile => {
  const pile: Pile = {submissions: [], controls: [], refused: 0}
  for (const drop of drops) {
    try {
      for (const tok of drop.tokens().slice(0, REQUESTS_PER_USER)) sortIn(service, drop, tok, pile)
    } catch (error) {
      // A full disk or HALT concerns all; anything else this user's folder alone.
      if (error instanceof GodError) throw error
      service.log('warning', `drop folder of uid ${drop.uid}: ${String(error)}`)
    }
  }
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
    const controls = applyControls(service, {drops, wanted: mine.sort(byTime), waiting, role, author})
    return {
      admitted: admission.admitted,
      refused: pile.refused + admission.refused + controls.refused,
      applied: controls.applied,
    }
  } finally {
    for (const drop of drops) drop.close()
  }
}
