/**
 * Admission of submit requests (state.md 4 and 5), many at once so that they share the folder syncs:
 * judge all; make the hint durable; publish spec and revision 1 of each; sync; only then unlink requests and
 * claims. Repeated after a crash it finds its own token and goes on; an id is never given to two requests.
 *
 * A request is taken as a whole: while one of its jobs must wait all do, and one that is refused refuses all, unless
 * some were published before a crash: then the others go on, and those that are refused are told of.
 */
import type {Admitted} from '../core/admission.js'
import type {JobId} from '../core/brand.js'
import {GodError, type Refusal} from '../core/errors.js'
import {jobsOf} from '../core/request.js'
import type {Author} from '../store/jobs/job-store.js'
import {raiseHint, removeClaim} from '../store/requests/ids.js'
import {noteKey} from '../store/requests/keys.js'
import {DONE, judgeAll, type Submission, taken, type Verdict, WAIT} from './judge-submissions.js'
import {giveSpec} from './owners-copy.js'
import {readIfReadable} from './readable-jobs.js'
import type {Service} from './service.js'

type Kind = Verdict['kind']

const has = (verdicts: readonly Verdict[], kind: Kind): boolean =>
  verdicts.some(verdict => verdict.kind === kind)

/** Nothing of a request is published as long as it is not known that all of it can be. */
const together = (verdicts: readonly Verdict[]): readonly Verdict[] => {
  const halts = has(verdicts, 'wait') || (has(verdicts, 'refuse') && !has(verdicts, 'done'))
  return halts ? verdicts.map(verdict => (verdict.kind === 'admit' ? WAIT : verdict)) : verdicts
}

/** Whoever has published the spec has the id, and will publish revision 1 if he has not yet. */
const publishSpec = async (service: Service, admitted: Admitted): Promise<Verdict> => {
  const {spec} = admitted
  try {
    return (await service.specs.publishBeside(spec)).tok === spec.tok
      ? {kind: 'admit', admitted}
      : taken(spec.id)
  } catch (error) {
    if (!(error instanceof GodError) || error.code !== 'E_RECORD_BAD') throw error
    // A damaged one is in quarantine now: the next pass writes it again.
    service.log('warning', error.message)
    return WAIT
  }
}

const isWhole = (read: ReturnType<typeof readIfReadable>): boolean => read !== null && read !== 'unread'

/** None that a younger scheduler may have refused meanwhile: the syncs of many take their time. */
const publishJob = async (service: Service, {record}: Admitted, {check}: Author): Promise<Verdict> => {
  switch (await service.jobs.publishFirstBeside(record, check)) {
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
      // By a file that is no record of it, say: that one is set aside when it is read.
      return isWhole(readIfReadable(service, record.id)) ? DONE : WAIT
    case 'void':
      service.specs.remove(record.id)
      return WAIT
  }
}

type Verdicts = readonly (readonly Verdict[])[]

/** All begin before any ends; what fails is told when nothing goes on any more. */
const eachAdmitted = async (
  verdicts: Verdicts,
  act: (admitted: Admitted) => Promise<Verdict>,
): Promise<Verdicts> => {
  const begun = verdicts.map(of =>
    of.map(verdict => (verdict.kind === 'admit' ? act(verdict.admitted) : Promise.resolve(verdict))),
  )
  await Promise.allSettled(begun.flat())
  return Promise.all(begun.map(of => Promise.all(of)))
}

/** Before the request goes: whoever finds none with a key finds its job here. */
const noteKeys = ({durable, layout}: Service, judged: Verdicts): void => {
  for (const verdict of judged.flat())
    if (verdict.kind === 'admit' && verdict.admitted.spec.wish.key !== undefined)
      noteKey(durable, layout, verdict.admitted.spec.tok, verdict.admitted.spec.id)
}

/** Hint, then specs, then records, each on the disk before the next: a record without its spec could not run. */
const publishAll = async (service: Service, judged: Verdicts, author: Author): Promise<Verdicts> => {
  const last = greatest(
    judged.flat().flatMap(verdict => (verdict.kind === 'admit' ? [verdict.admitted.record.id] : [])),
  )
  if (last === null) return judged
  author.check()
  raiseHint(service.durable, service.layout, last)
  noteKeys(service, judged)
  const withSpecs = (await eachAdmitted(judged, admitted => publishSpec(service, admitted))).map(together)
  service.durable.syncPending()
  return eachAdmitted(withSpecs, admitted => publishJob(service, admitted, author))
}

const greatest = (ids: readonly JobId[]): JobId | null =>
  ids.reduce<JobId | null>((top, id) => (top === null || id > top ? id : top), null)

/** A request with what became of each of its jobs. */
interface Outcome {
  readonly submission: Submission
  readonly jobs: readonly {readonly id: JobId; readonly verdict: Verdict}[]
}

const outcomeOf = (submission: Submission, verdicts: readonly Verdict[]): Outcome => ({
  submission,
  jobs: jobsOf(submission.request).map(({id}, i) => ({id, verdict: verdicts[i] ?? WAIT})),
})

const idsOf = ({jobs}: Outcome, kind: Kind): readonly JobId[] =>
  jobs.flatMap(({id, verdict}) => (verdict.kind === kind ? [id] : []))

/** The first of its jobs that is refused, with the reason. */
const refusalOf = ({jobs}: Outcome): {readonly id: JobId; readonly refusal: Refusal} | null => {
  for (const {id, verdict} of jobs) if (verdict.kind === 'refuse') return {id, refusal: verdict.refusal}
  return null
}

/** Nothing more is to be waited for. */
const isOver = (outcome: Outcome): boolean =>
  idsOf(outcome, 'wait').length === 0 || (refusalOf(outcome) !== null && idsOf(outcome, 'done').length === 0)

const refuseOne = (service: Service, outcome: Outcome, id: JobId, no: Refusal): void => {
  const {drop, request} = outcome.submission
  const at = service.now()
  const others = outcome.jobs.flatMap(job => (job.id === id || job.verdict.kind === 'done' ? [] : [job.id]))
  drop.refuse(request.tok, {...no, id, others, at})
  // Everybody may read the journal; its owner has the reason beside his request.
  const text = service.settings.admission.private ? no.code : no.message
  service.journal.write({at, what: 'refused', id, by: `u${drop.uid}`, text})
}

/** Nothing is unlinked before it is certain that hint, spec and revision 1 are on the disk. */
const settleDone = (service: Service, done: readonly JobId[]): void => {
  const last = greatest(done)
  if (last === null) return
  for (const id of done) {
    service.specs.settle(id)
    service.jobs.settle(id, 'later')
  }
  raiseHint(service.durable, service.layout, last)
  service.durable.syncPending()
}

const end = (service: Service, outcome: Outcome): void => {
  const refused = refusalOf(outcome)
  const {drop, request} = outcome.submission
  if (refused === null) drop.finish(request.tok)
  else refuseOne(service, outcome, refused.id, refused.refusal)
  for (const id of idsOf(outcome, 'done')) removeClaim(service.durable.fs, service.layout, id)
}

const giveSpecs = (service: Service, judged: Verdicts, done: ReadonlySet<JobId>): void => {
  for (const verdict of judged.flat())
    if (verdict.kind === 'admit' && done.has(verdict.admitted.record.id))
      giveSpec(service, verdict.admitted.record, verdict.admitted.spec)
}

export interface AdmissionReport {
  readonly admitted: number
  readonly refused: number
}

export const admitAll = async (
  service: Service,
  submissions: readonly Submission[],
  author: Author,
): Promise<AdmissionReport> => {
  if (submissions.length === 0) return {admitted: 0, refused: 0}
  const judged = (await judgeAll(service, submissions, author)).map(together)
  const verdicts = await publishAll(service, judged, author)
  const over = submissions.map((submission, i) => outcomeOf(submission, verdicts[i] ?? [])).filter(isOver)
  const done = over.flatMap(outcome => idsOf(outcome, 'done'))
  settleDone(service, done)
  giveSpecs(service, judged, new Set(done))
  for (const outcome of over) end(service, outcome)
  const before = judged.flat().filter(({kind}) => kind === 'done').length
  const now = verdicts.flat().filter(({kind}) => kind === 'done').length
  const jobs = over.reduce((sum, outcome) => sum + outcome.jobs.length, 0)
  const twins = over.reduce((sum, outcome) => sum + idsOf(outcome, 'twin').length, 0)
  return {admitted: now - before, refused: jobs - done.length - twins}
}
