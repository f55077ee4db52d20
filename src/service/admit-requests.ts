/**
 * Admission of submit requests (state.md 4 and 5), many at once so that they share the folder syncs:
 * judge all; make the hint durable; publish spec and revision 1 of each; sync; only then unlink requests and
 * claims. Repeated after a crash it finds its own token and goes on; an id is never given to two requests.
 */
import type {Account, NodeReport} from '@god-cli/api'
import {type Admitted, admit} from '../core/admission.js'
import type {JobId} from '../core/brand.js'
import {type Refusal, refusal} from '../core/errors.js'
import type {SubmitRequest} from '../core/request.js'
import {claimOwner, raiseHint, readHint, removeClaim} from '../store/ids.js'
import type {Drop} from '../store/inbox.js'
import type {Author} from '../store/job-store.js'
import type {Service} from './service.js'

export interface Submission {
  readonly drop: Drop
  readonly request: SubmitRequest
  readonly writtenAt: number
}

/** No claim moves the hint further than this: a stranger's claim of the last id must not end the site. */
const FAR_AHEAD = 1_000_000

type Verdict =
  | {readonly kind: 'admit'; readonly admitted: Admitted}
  | {readonly kind: 'done'}
  | {readonly kind: 'wait'}
  | {readonly kind: 'refuse'; readonly refusal: Refusal}

const refuse = (no: Refusal): Verdict => ({kind: 'refuse', refusal: no})

const taken = (id: JobId): Verdict =>
  refuse(
    refusal('E_ID_TAKEN', `the id ${id} that the request claimed belongs to another job`, 'Submit it again.'),
  )

/** The id: free for this request, used by it already, or not to be had. Null = free. */
const judgeId = (service: Service, {drop, request}: Submission): Verdict | null => {
  const {id, tok} = request
  if (service.jobs.read(id) !== null) {
    return service.specs.read(id)?.tok === tok ? {kind: 'done'} : taken(id)
  }
  if (service.manifest.contains(id)) return taken(id)
  const owner = claimOwner(service.durable.fs, service.layout, id)
  if (owner !== null && owner !== drop.uid) return {kind: 'wait'}
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
  if (account === 'later') return {kind: 'wait'}
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

/** Spec, then revision 1. False: the id went to another request meanwhile; judged again next pass. */
const publishJob = (service: Service, {spec, record}: Admitted): boolean => {
  if (service.specs.publish(spec).tok !== spec.tok) return false
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
      return true
    case 'taken':
      return true
    case 'void':
      service.specs.remove(record.id)
      return false
  }
}

export const admitAll = (
  service: Service,
  submissions: readonly Submission[],
  author: Author,
): {readonly admitted: number; readonly refused: number} => {
  if (submissions.length === 0) return {admitted: 0, refused: 0}
  const nodes = service.nodes.all()
  const verdicts = submissions.map(submission => ({
    submission,
    verdict: judge(service, submission, nodes, author),
  }))
  const accepted = verdicts.flatMap(({verdict}) => (verdict.kind === 'admit' ? [verdict.admitted] : []))
  const last = accepted.reduce((top, {record}) => Math.max(top, record.id), 0)
  if (last > 0) {
    author.check()
    raiseHint(service.durable, service.layout, last as JobId)
  }
  let admitted = 0
  const finished: Submission[] = []
  let refused = 0
  for (const {submission, verdict} of verdicts) {
    if (verdict.kind === 'done') finished.push(submission)
    if (verdict.kind === 'admit' && publishJob(service, verdict.admitted)) {
      admitted++
      finished.push(submission)
    }
    if (verdict.kind === 'refuse') {
      refused++
      submission.drop.refuse(submission.request.tok, {
        ...verdict.refusal,
        id: submission.request.id,
        at: service.now(),
      })
      service.journal.write({
        at: service.now(),
        what: 'refused',
        id: submission.request.id,
        by: `u${submission.drop.uid}`,
        text: verdict.refusal.message,
      })
    }
  }
  finish(service, finished)
  return {admitted, refused}
}

/** Nothing is unlinked before it is certain that hint, spec and revision 1 are on the disk. */
const finish = (service: Service, finished: readonly Submission[]): void => {
  for (const {request} of finished) {
    service.durable.syncLater(service.layout.specBucket(request.id))
    service.durable.syncLater(service.layout.bucket(request.id))
    raiseHint(service.durable, service.layout, request.id)
  }
  service.durable.syncPending()
  for (const {drop, request} of finished) {
    drop.finish(request.tok)
    removeClaim(service.durable.fs, service.layout, request.id)
  }
}
