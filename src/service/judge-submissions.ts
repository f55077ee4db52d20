/**
 * What becomes of the jobs that submissions ask for (state.md 5, steps 5 and 6), before anything is published.
 *
 * Many are judged by the same few looks: live names, then the manifest, then the claims, then the hint. In this order:
 * a scheduler raises the hint before it removes a claim, so no id seems free that somebody has used. Nothing is kept;
 * repeated after a crash, a job that was published with the token of its request is found again, and is done.
 */
import type {Account, NodeReport} from '@god-cli/api'
import {type Admitted, admit} from '../core/admission.js'
import type {JobId} from '../core/brand.js'
import {type Refusal, refusal} from '../core/errors.js'
import {type BulkRequest, jobsOf, type NewJob, type SubmitRequest} from '../core/request.js'
import type {Author} from '../store/jobs/job-store.js'
import {namedIds} from '../store/jobs/live-names.js'
import {claimOwner, FAR_AHEAD, readHint} from '../store/requests/ids.js'
import type {Drop} from '../store/requests/inbox.js'
import {groupNumbers, type KnownGroups} from './group-numbers.js'
import {createDependencyJudge, type DependencyJudge} from './judge-dependency.js'
import {judgeKey} from './judge-key.js'
import {operatorsOf} from './operators.js'
import {giveAccounts} from './owners-account.js'
import {isRecordBad, readIfReadable} from './readable-jobs.js'
import {type ScheduleCap, scheduleCap} from './schedule-cap.js'
import type {Service} from './service.js'
import {type SubmissionLimits, submissionLimits} from './submission-limits.js'

export interface Submission {
  readonly drop: Drop
  readonly request: SubmitRequest | BulkRequest
  readonly writtenAt: number
}

export type Verdict =
  | {readonly kind: 'admit'; readonly admitted: Admitted}
  | {readonly kind: 'done'}
  | {readonly kind: 'wait'}
  /** Another job has its key and was asked for the same: nothing comes of it. */
  | {readonly kind: 'twin'}
  | {readonly kind: 'refuse'; readonly refusal: Refusal}

export const DONE: Verdict = {kind: 'done'}
export const WAIT: Verdict = {kind: 'wait'}

const refuse = (no: Refusal): Verdict => ({kind: 'refuse', refusal: no})

export const taken = (id: JobId): Verdict =>
  refuse(
    refusal('E_ID_TAKEN', `the id ${id} that the request claimed belongs to another job`, 'Submit it again.'),
  )

const byKey = (service: Service, {drop, request}: Submission): Verdict | null => {
  const verdict = request.op === 'submit' ? judgeKey(service, request, drop.uid) : null
  if (verdict === null || verdict === 'wait') return verdict === null ? null : WAIT
  return 'holder' in verdict ? {kind: 'twin'} : refuse(verdict.refusal)
}

interface Asker {
  readonly uid: number
  readonly tok: string
}

/** Whose request became this live job: revision 1 says it. 'unread': nobody can tell now. */
const askerOf = (service: Service, id: JobId): Asker | null | 'unread' => {
  const first = service.jobs.first(id)?.req
  if (first !== undefined && first !== null) return first
  // Of an array it may be pruned; its spec lives as long.
  const spec = service.specs.look(id)
  if (spec.kind === 'unread') return 'unread'
  return spec.kind === 'whole' ? spec.spec : null
}

const judgeLive = (service: Service, {drop, request}: Submission, id: JobId): Verdict => {
  const asker = askerOf(service, id)
  if (asker === 'unread') return WAIT
  return asker?.uid === drop.uid && asker.tok === request.tok ? DONE : taken(id)
}

/** Of one that has run and was packed meanwhile. */
const isOwnPacked = ({packs}: Service, {drop, request}: Submission, id: JobId): boolean => {
  try {
    const req = packs.job(id)?.submit
    return req?.uid === drop.uid && req.tok === request.tok
  } catch (error) {
    // Nobody can tell any more; refused, it stays with its owner.
    if (isRecordBad(error)) return false
    throw error
  }
}

interface Ids {
  readonly named: ReadonlySet<JobId>
  readonly isPacked: (id: JobId) => boolean
  readonly owners: ReadonlyMap<JobId, number | null>
  readonly hint: number
}

const lookAt = ({durable: {fs}, layout, manifest}: Service, ids: readonly JobId[]): Ids => {
  const named = namedIds(fs, layout, ids)
  const isPacked = manifest.now()
  const owners = new Map(ids.map(id => [id, claimOwner(fs, layout, id)]))
  return {named, isPacked, owners, hint: readHint(fs, layout)}
}

/** The id: free for this request, used by it already, or not to be had. Null = free. */
const judgeId = (service: Service, submission: Submission, id: JobId, ids: Ids): Verdict | null => {
  const there = ids.named.has(id) ? readIfReadable(service, id) : null
  if (there === 'unread') return WAIT
  if (there !== null) return judgeLive(service, submission, id)
  if (ids.isPacked(id)) return isOwnPacked(service, submission, id) ? DONE : taken(id)
  const owner = ids.owners.get(id) ?? null
  const {uid} = submission.drop
  if (owner !== null && owner !== uid) return WAIT
  if (id < ids.hint) return null
  return owner === uid && id <= ids.hint + FAR_AHEAD ? null : taken(id)
}

type Accounts = ReadonlyMap<number, Account | Verdict>

const accountOf = async (service: Service, uid: number): Promise<Account | Verdict> => {
  try {
    const account = await service.auth.byUid(uid)
    if (account !== null) return account
    return refuse(refusal('E_REQUEST_BAD', `uid ${uid} has no account on this site`, 'Ask the operator.'))
  } catch (error) {
    service.log('warning', `cannot look up uid ${uid} now: ${String(error)}`)
    return WAIT
  }
}

/** Asked once for all jobs of one user; of all users at once, for a directory server answers from afar. */
const accountsOf = async (service: Service, submissions: readonly Submission[]): Promise<Accounts> => {
  const uids = [...new Set(submissions.map(({drop}) => drop.uid))]
  return new Map(await Promise.all(uids.map(async uid => [uid, await accountOf(service, uid)] as const)))
}

/** What may be refused only because a group is not known now. */
const HANG_ON_GROUPS: readonly string[] = ['E_VOLUME_REFUSED', 'E_PROJECT_REFUSED', 'E_ROOT_REFUSED']

/** A directory server is asked for them only where it makes a difference. */
const operatorsNamed = async (
  service: Service,
  submissions: readonly Submission[],
): Promise<ReadonlySet<number>> =>
  submissions.some(({request}) => jobsOf(request).some(({wish: {nice = 0}}) => nice < 0))
    ? operatorsOf(service)
    : new Set()

interface Judging {
  readonly ids: Ids
  readonly accounts: Accounts
  readonly nodes: readonly NodeReport[]
  readonly author: Author
  readonly limits: SubmissionLimits
  readonly groups: KnownGroups
  /** Who may be nice below zero. */
  readonly operators: ReadonlySet<number>
  readonly dependencies: DependencyJudge
  readonly cap: ScheduleCap
}

const judge = (service: Service, submission: Submission, {id, wish}: NewJob, judging: Judging): Verdict => {
  const verdict = judgeId(service, submission, id, judging.ids) ?? byKey(service, submission)
  if (verdict !== null) return verdict
  const account = judging.accounts.get(submission.drop.uid) ?? WAIT
  if ('kind' in account) return account
  const {tok} = submission.request
  const {numbers, unsure} = judging.groups
  const operator = judging.operators.has(submission.drop.uid)
  const by = {groups: numbers, operator, now: service.now(), epoch: judging.author.epoch}
  const wanted = {id, tok, wish, account, ...by}
  const answer = admit(wanted, service.settings.admission, judging.nodes)
  if (!('record' in answer)) return unsure && HANG_ON_GROUPS.includes(answer.code) ? WAIT : refuse(answer)
  const record = judging.dependencies.judge(answer.record)
  if (record === 'wait') return WAIT
  if ('code' in record) return refuse(record)
  const no = judging.limits.check(record) ?? judging.cap(record)
  if (no !== null) return refuse(no)
  judging.limits.admit(record)
  judging.dependencies.admit(record)
  return {kind: 'admit', admitted: {...answer, record}}
}

/** What a request that does not come in now would have taken of quotas and rates is others'. */
const counted = ({limits, dependencies}: Judging, verdicts: readonly Verdict[]): readonly Verdict[] => {
  if (verdicts.every(({kind}) => kind === 'admit' || kind === 'done')) return verdicts
  for (const verdict of verdicts) {
    if (verdict.kind !== 'admit') continue
    limits.withdraw(verdict.admitted.record)
    dependencies.withdraw(verdict.admitted.record)
  }
  return verdicts
}

/** One verdict a job, in the order of its request. */
export const judgeAll = async (
  service: Service,
  submissions: readonly Submission[],
  author: Author,
): Promise<readonly (readonly Verdict[])[]> => {
  const [accounts, groups, operators] = await Promise.all([
    accountsOf(service, submissions),
    groupNumbers(service),
    operatorsNamed(service, submissions),
  ])
  const known = [...accounts.values()].flatMap(answer => ('kind' in answer ? [] : [answer]))
  giveAccounts(service, known, groups)
  const nodes = service.nodes.all()
  const ids = lookAt(
    service,
    submissions.flatMap(({request}) => jobsOf(request).map(({id}) => id)),
  )
  const judging: Judging = {
    ...{ids, nodes, author, accounts, groups, operators},
    limits: submissionLimits(service),
    dependencies: createDependencyJudge(service),
    cap: scheduleCap(service),
  }
  return submissions.map(submission => {
    const jobs = jobsOf(submission.request)
    // As a whole: a request of many would else never come in.
    if (judging.limits.mustWait(submission.drop.uid)) return jobs.map(() => WAIT)
    return counted(
      judging,
      jobs.map(job => judge(service, submission, job, judging)),
    )
  })
}
