/**
 * Applying control requests (state.md 5): one open request per job, each applied exactly once.
 *
 * Every record carries the request applied last. To apply R: its `req` is R: done; R's file is gone: nothing to
 * do; another one is still in the inbox: that one is finished first; then the change is published with req = R,
 * and R is unlinked after its last job. So neither a crash before the unlink nor a stalled taker applies R twice.
 * The unlink of the last one is on the disk before the next is published: else a power cut would bring it back.
 */
import {controlJob} from '../core/array/control.js'
import type {JobId, Token, Uid} from '../core/brand.js'
import {packedAway} from '../core/control.js'
import type {Effect} from '../core/effect.js'
import {type Refusal, refusal} from '../core/errors.js'
import type {JobRecord} from '../core/job.js'
import {type ControlRequest, isForWatchers} from '../core/request.js'
import {mayChange} from '../core/rights/permission.js'
import {updateJob} from '../core/update-job.js'
import type {Author, Stored} from '../store/jobs/job-store.js'
import {claimOwner} from '../store/requests/ids.js'
import type {Drop} from '../store/requests/inbox.js'
import {publish} from './publish.js'
import {readIfReadable} from './readable-jobs.js'
import {willBeReturned} from './return-folder.js'
import type {Service} from './service.js'
import {createUpdateDesk, type UpdateDesk} from './update-desk.js'

/** A control request with the folder it lies in. */
export interface Wanted {
  readonly drop: Drop
  readonly request: ControlRequest
  readonly writtenAt: number
}

export interface ControlWork {
  readonly drops: readonly Drop[]
  readonly wanted: readonly Wanted[]
  /** Ids of requests that are not admitted yet. */
  readonly waiting: ReadonlySet<JobId>
  /** Who may act on the jobs of everybody. */
  readonly operators: ReadonlySet<Uid>
  /** Users with requests that were not read in this pass. */
  readonly unread: ReadonlySet<Uid>
  readonly role: 'scheduler' | 'watcher'
  readonly author: Author
}

interface Work extends ControlWork {
  /** Requests being finished further up. */
  readonly busy: Set<Token>
  /** Users of whose folders it is known that what was unlinked is gone for good. */
  readonly emptied: Set<Uid>
  /** Jobs for which an earlier request waits: what came after it must not go first. */
  readonly behind: Set<JobId>
  readonly updates: UpdateDesk
  /** Requests with jobs to which they were applied, though their records name a later one. */
  readonly passed: Set<string>
}

type Outcome =
  | {readonly kind: 'done'}
  | {readonly kind: 'wait'}
  | {readonly kind: 'refused'; readonly refusal: Refusal}
const DONE: Outcome = {kind: 'done'}
const WAIT: Outcome = {kind: 'wait'}

export const applyControls = (
  service: Service,
  work: ControlWork,
): {readonly applied: number; readonly refused: number} => {
  let applied = 0
  let refused = 0
  const [emptied, behind] = [new Set<Uid>(), new Set<JobId>()]
  const updates = createUpdateDesk(service)
  const passed = new Set<string>()
  for (const wanted of work.wanted) {
    const outcome = applyRequest(
      service,
      {...work, busy: new Set(), emptied, behind, updates, passed},
      wanted,
    )
    if (outcome.kind === 'done') applied++
    if (outcome.kind === 'refused') refused++
  }
  return {applied, refused}
}

/**
 * All jobs of one request, then its end: unlinked, or kept with the reason if no job took it. What others published
 * of it may not be on the disk yet, so each job's folder is synced before. The end is synced too: the record names the
 * last request alone, and an older one that a power loss brings back would be carried out once more, after its time.
 */
const applyRequest = (service: Service, work: Work, wanted: Wanted): Outcome => {
  work.busy.add(wanted.request.tok)
  const outcomes = wanted.request.ids.map(id => inTurn(service, work, wanted, id))
  service.durable.syncPending()
  if (outcomes.some(outcome => outcome.kind === 'wait')) return WAIT
  const {drop, request} = wanted
  const no = outcomes.find(outcome => outcome.kind === 'refused')
  if (no?.kind === 'refused') {
    service.journal.write({at: service.now(), what: 'refused', by: `u${drop.uid}`, text: no.refusal.message})
  }
  if (no?.kind === 'refused' && outcomes.every(outcome => outcome.kind === 'refused')) {
    drop.refuse(request.tok, {...no.refusal, id: null, at: service.now()})
    service.durable.syncFolder(drop.path, drop.name)
    return no
  }
  drop.finish(request.tok)
  service.durable.syncFolder(drop.path, drop.name)
  work.emptied.add(drop.uid)
  return DONE
}

const inTurn = (service: Service, work: Work, wanted: Wanted, id: JobId): Outcome => {
  const outcome = work.behind.has(id) ? WAIT : applyTo(service, work, wanted, id)
  if (outcome.kind === 'wait') work.behind.add(id)
  return outcome
}

const applyTo = (service: Service, work: Work, wanted: Wanted, id: JobId): Outcome => {
  for (;;) {
    const base = readIfReadable(service, id)
    if (base === 'unread') return WAIT
    const outcome = base === null ? absent(service, work, wanted, id) : applyOn(service, work, wanted, base)
    if (outcome !== null) return outcome
  }
}

const applyOn = (service: Service, work: Work, wanted: Wanted, base: Stored): Outcome | null => {
  const outcome = settled(service, work, wanted, base) ?? change(service, work, wanted, base)
  if (outcome?.kind === 'done') service.jobs.settle(base.record.id, 'later')
  return outcome
}

/** Null = the request is still to be applied to this job. */
const settled = (service: Service, work: Work, {drop, request}: Wanted, base: Stored): Outcome | null => {
  const caller = {uid: drop.uid, operator: work.operators.has(drop.uid)}
  // The same answer as for a job that is not there: nobody learns whose ids exist.
  if (!mayChange(caller, base.record)) return unknownJob(base.record.id)
  if (isLast(base, drop.uid, request.tok) || !drop.has(request.tok)) return DONE
  if (work.passed.has(`${request.tok} ${base.record.id}`)) return DONE
  return finishOlder(service, work, base) ? null : WAIT
}

/** Null = somebody was faster: read the job again. */
const change = (service: Service, work: Work, {drop, request}: Wanted, base: Stored): Outcome | null => {
  const effect = effectOf(service, work, {drop, request}, base.record)
  if (effect.kind === 'already') return DONE
  if (effect.kind === 'refused') return {kind: 'refused', refusal: effect.refusal}
  // Nobody would look at what that attempt left any more.
  if (effect.change.attempt !== undefined && willBeReturned(service, base.record)) return WAIT
  const next = {...effect.change, req: {uid: drop.uid, tok: request.tok}}
  const author = {...work.author, by: `u${drop.uid}`}
  settleLast(service, work, base)
  const published = publish(service, base, next, author, 'later')
  if (published === null) return null
  work.updates.changed(base.record, published.record)
  return DONE
}

const effectOf = (
  service: Service,
  {operators, updates}: Work,
  {drop, request}: Pick<Wanted, 'drop' | 'request'>,
  record: JobRecord,
): Effect => {
  const tasks = request.tasks?.[record.id]
  if (request.op !== 'update') return controlJob(record, request, tasks, service.now())
  return updateJob(record, request, tasks, updates.rules(record, operators.has(drop.uid)), service.now())
}

/**
 * The request that the record carries was unlinked, by a process that may have been killed before its sync: for good,
 * before another one takes its place.
 */
const settleLast = ({durable}: Service, {drops, emptied}: Work, {record}: Stored): void => {
  const {uid} = record.req
  const drop = drops.find(candidate => candidate.uid === uid)
  if (drop === undefined || emptied.has(uid)) return
  durable.syncFolder(drop.path, drop.name)
  emptied.add(uid)
}

const isLast = ({record}: Stored, uid: Uid, tok: Token): boolean =>
  record.req.uid === uid && record.req.tok === tok

const unknownJob = (id: JobId): Outcome => ({
  kind: 'refused',
  refusal: refusal('E_NO_JOB', `there is no job ${id}`, 'See `god stat -a`.'),
})

/** Its submit may be under way: dropped while we listed, or not read yet. Null = it has become a job: read it. */
const absent = (service: Service, work: Work, {drop, request}: Wanted, id: JobId): Outcome | null => {
  if (service.manifest.contains(id))
    return request.op === 'requeue' ? {kind: 'refused', refusal: refusal(...packedAway(id))} : DONE
  if (work.waiting.has(id) || claimOwner(service.durable.fs, service.layout, id) !== null) return WAIT
  if (work.unread.has(drop.uid) || (work.unread.size > 0 && work.operators.has(drop.uid))) return WAIT
  // A claim goes after revision 1 came.
  return readIfReadable(service, id) === null ? unknownJob(id) : null
}

/** True: the request that the record carries is no longer in the inbox (now). */
const finishOlder = (service: Service, work: Work, {record}: Stored): boolean => {
  // Two requests for the same several jobs, each applied to some. This one is written over, and must not come again.
  if (work.busy.has(record.req.tok)) {
    work.passed.add(`${record.req.tok} ${record.id}`)
    return true
  }
  const drop = work.drops.find(candidate => candidate.uid === record.req.uid)
  if (drop === undefined || !drop.has(record.req.tok)) return true
  const taken = drop.read(record.req.tok)
  if (taken.kind !== 'request') return taken.kind === 'gone'
  // No job ever carries it.
  if (taken.request.op === 'admin') return true
  // Only a part of it may be there, and only admission brings the rest.
  if (taken.request.op === 'bulk') return false
  if (taken.request.op === 'submit') {
    // Its revision 1 is there, so it is applied; only the admitting scheduler knows that all of it is synced.
    if (work.role !== 'scheduler') return false
    service.specs.settle(record.id)
    service.jobs.settle(record.id, 'later')
    service.durable.syncPending()
    drop.finish(record.req.tok)
    return true
  }
  if (work.role === 'watcher' && !isForWatchers(taken.request.op)) return false
  const older = {drop, request: taken.request, writtenAt: taken.writtenAt}
  return applyRequest(service, work, older).kind !== 'wait'
}
