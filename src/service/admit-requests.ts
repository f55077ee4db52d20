/**
 * Admission of submit requests (state.md 4 and 5), many at once so that they share the folder syncs:
 * judge all; make the hint durable; publish spec and revision 1 of each; sync; only then unlink requests and
 * claims. Repeated after a crash it finds its own token and goes on; an id is never given to two requests.
 */
import type {Account, NodeReport} from '@god-cli/api'
import {type Admitted, admit} from '../core/admission.js'
import type {JobId} from '../core/brand.js'
import {GodError, type Refusal, refusal} from '../core/errors.js'
import type {SubmitRequest} from '../core/request.js'
import {claimOwner, FAR_AHEAD, raiseHint, readHint, removeClaim} from '../store/ids.js'
import type {Drop} from '../store/inbox.js'
import type {Author} from '../store/job-store.js'
import type {Service} from './service.js'

export interface Submission {
  readonly drop: Drop
  readonly request: SubmitRequest
  readonly writtenAt: number
}

type Verdict =
  | {readonly kind: 'admit'; readonly admitted: Admitted}
  | {readonly kind: 'done'}
  | {readonly kind: 'wait'}
  | {readonly kind: 'refuse'; readonly refusal: Refusal}

const DONE: Verdict = {kind: 'done'}
const WAIT: Verdict = {kind: 'wait'}

const refuse = (no: Refusal): Verdict => ({kind: 'refuse', refusal: no})

const taken = (id: JobId): Verdict =>
  refuse(
    refusal('E_ID_TAKEN', `the id ${id} that the request claimed belongs to another job`, 'Submit it again.'),
  )

/** Revision 1 says whose request became this job. */
const isOwnJob = (service: Service, {drop, request}: Submission): boolean => {
  const first = service.jobs.history(request.id)[0]?.record
  // Of an array it may be pruned; its spec lives as long.
  const req = first?.rev === 1 ? first.req : service.specs.read(request.id)
  return req?.uid === drop.uid && req.tok === request.tok
}

/** The id: free for this request, used by it already, or not to be had. Null = free. */
const judgeId = (service: Service, submission: Submission): Verdict | null => {
  const {drop, request} = submission
  const {id} = request
  if (service.jobs.read(id) !== null) return isOwnJob(service, submission) ? DONE : taken(id)
  if (service.manifest.contains(id)) return taken(id)
  const owner = claimOwner(service.durable.fs, service.layout, id)
  if (owner !== null && owner !== drop.uid) return WAIT
  const hint = readHint(service.durable.fs, service.layout)
  if (id < hint) return null
  return owner === drop.uid && id <= hint + FAR_AHEAD ? null : taken(id)
}

const accountOf = (service: Service, uid: number): Account | null | 'later' => {
  try {
    return service.auth.byUid(uid)
  } catch (error) {
    service.log('warning', `cannot look up uid ${uid} now: ${String(error)}`)
    return 'later'
  }
}

const judge = (
  service: Service,
  submission: Submission,
  nodes: readonly NodeReport[],
  author: Author,
): Verdict => {
  const verdict = judgeId(service, submission)
  if (verdict !== null) return verdict
  const account = accountOf(service, submission.drop.uid)
  if (account === 'later') return WAIT
  if (account === null) {
    return refuse(
      refusal('E_REQUEST_BAD', `uid ${submission.drop.uid} has no account on this site`, 'Ask the operator.'),
    )
  }
  const {id, tok, wish} = submission.request
  const now = service.now()
  const answer = admit({id, tok, wish, account, now, epoch: author.epoch}, service.settings.admission, nodes)
  return 'record' in answer ? {kind: 'admit', admitted: answer} : refuse(answer)
}

/** Whoever has published the spec has the id, and will publish revision 1 if he has not yet. */
const publishSpec = (service: Service, admitted: Admitted): Verdict => {
  const {spec} = admitted
  try {
    return service.specs.publish(spec).tok === spec.tok ? {kind: 'admit', admitted} : taken(spec.id)
  } catch (error) {
    if (!(error instanceof GodError) || error.code !== 'E_RECORD_BAD') throw error
    // A damaged one is in quarantine now: the next pass writes it again.
    service.log('warning', error.message)
    return WAIT
  }
}

const publishJob = (service: Service, {record}: Admitted): Verdict => {
  switch (service.jobs.publishFirst(record, 'later')) {
    case 'won':
      service.journal.write({
        at: service.now(),
        what: 'admitted',
        id: record.id,
        rev: 1,
        to: record.state,
        by: `u${record.uid}`,
      })
      return DONE
    case 'taken':
      return DONE
    case 'void':
      service.specs.remove(record.id)
      return WAIT
  }
}

/** Hint, then specs, then records, each on the disk before the next: a record without its spec could not run. */
const publishAll = (service: Service, verdicts: readonly Verdict[], author: Author): readonly Verdict[] => {
  const last = greatest(
    verdicts.flatMap(verdict => (verdict.kind === 'admit' ? [verdict.admitted.record.id] : [])),
  )
  if (last === null) return verdicts
  author.check()
  raiseHint(service.durable, service.layout, last)
  const withSpecs = verdicts.map(verdict =>
    verdict.kind === 'admit' ? publishSpec(service, verdict.admitted) : verdict,
  )
  service.durable.syncPending()
  return withSpecs.map(verdict =>
    verdict.kind === 'admit' ? publishJob(service, verdict.admitted) : verdict,
  )
}

const greatest = (ids: readonly JobId[]): JobId | null =>
  ids.reduce<JobId | null>((top, id) => (top === null || id > top ? id : top), null)

const refuseOne = (service: Service, {drop, request}: Submission, no: Refusal): void => {
  const at = service.now()
  drop.refuse(request.tok, {...no, id: request.id, at})
  service.journal.write({at, what: 'refused', id: request.id, by: `u${drop.uid}`, text: no.message})
}

export const admitAll = (
  service: Service,
  submissions: readonly Submission[],
  author: Author,
): {readonly admitted: number; readonly refused: number} => {
  if (submissions.length === 0) return {admitted: 0, refused: 0}
  const nodes = service.nodes.all()
  const judged = submissions.map(submission => judge(service, submission, nodes, author))
  const verdicts = publishAll(service, judged, author)
  const finished: Submission[] = []
  let admitted = 0
  let refused = 0
  for (const [i, submission] of submissions.entries()) {
    const verdict = verdicts[i] ?? WAIT
    if (verdict.kind === 'done') finished.push(submission)
    if (verdict.kind === 'done' && judged[i]?.kind === 'admit') admitted++
    if (verdict.kind !== 'refuse') continue
    refused++
    refuseOne(service, submission, verdict.refusal)
  }
  finish(service, finished)
  return {admitted, refused}
}

/** Nothing is unlinked before it is certain that hint, spec and revision 1 are on the disk. */
const finish = (service: Service, finished: readonly Submission[]): void => {
  const last = greatest(finished.map(({request}) => request.id))
  if (last === null) return
  for (const {request} of finished) {
    service.specs.settle(request.id)
    service.jobs.settle(request.id, 'later')
  }
  raiseHint(service.durable, service.layout, last)
  service.durable.syncPending()
  for (const {drop, request} of finished) {
    drop.finish(request.tok)
    removeClaim(service.durable.fs, service.layout, request.id)
  }
}
