/**
 * Admission: a parsed submit request and an account known from the kernel become a job, or a reasoned no.
 *
 * Pure, and asked twice: by the submit command, for an early answer, and by the scheduler that admits. What
 * the user left out gets the site's default; what the site forbids is refused with the value named.
 */
import type {Account, NodeReport, Resources} from '@god-cli/api'
import {eligibleFrom} from './begin-time.js'
import {type Epoch, epoch, type Gid, type Instant, type JobId, rev, type Token, type Uid} from './brand.js'
import {resourcesOf, withDefaults} from './counted.js'
import {type Refusal, refusal} from './errors.js'
import {checkImageName} from './image-name.js'
import {type JobRecord, type JobSpec, parseRecord, type Wish} from './job.js'
import {checkEnvName, checkJobName, checkKey} from './job-name.js'
import {checkLimits, type SiteLimits} from './limits/admission-limits.js'
import {DEFAULT_QUEUE, whereIn} from './limits/queue.js'
import {checkQueueLimits} from './limits/queue-check.js'
import {type Constraint, checkConstraint, whereOf} from './node/constraint.js'
import {NOT_STARTED} from './not-started.js'
import {checkNice} from './own-order.js'
import {kindOf} from './record-kind.js'
import {isImageAllowed} from './rights/allowed-image.js'
import type {GroupNumbers} from './rights/grants.js'
import {HIDDEN} from './rights/hidden.js'
import {checkKnown, checkRights, DEFAULT_PROJECT, type Rights} from './rights/rights.js'
import {nodesIn} from './scheduling/shape.js'
import {type SettledParts, settleParts} from './settle-parts.js'
import {checkTimetable} from './timetable/check-timetable.js'

/** The part of the configuration that decides what is admitted. */
export interface AdmissionPolicy extends Rights, SiteLimits {
  /** The first is used where a job names none; empty: jobs must name one. */
  readonly defaultImages: readonly string[]
  /** Besides those above; null: any. */
  readonly allowedImages: readonly string[] | null
  /** The executor runs images at all. */
  readonly images: boolean
  readonly defaults: Resources
  /** Seconds; null = none. */
  readonly defaultWalltime: number | null
  /** In which timetables are meant; left out: UTC. */
  readonly zone?: string
  /** Of one user; left out: any number. */
  readonly maxSchedules?: number
  /** Name, image and labels are for the owner alone. */
  readonly private: boolean
}

/** A wish with nothing left open. */
export interface Settled extends SettledParts {
  readonly name: string
  readonly image: string
  readonly resources: Resources
  readonly walltime: number | null
  readonly queue: string
  /** Left out: any node of its queue. */
  readonly constraint?: Constraint
}

const isRefusal = (value: object): value is Refusal => 'code' in value && 'hint' in value

export const settleWish = (
  wish: Wish,
  policy: AdmissionPolicy,
  nodes: readonly NodeReport[],
): Settled | Refusal => {
  const image = imageOf(wish, policy)
  if (typeof image !== 'string') return image
  const resources = resourcesWished(wish, policy)
  const name = wish.name ?? nameOf(wish)
  const queue = wish.queue ?? DEFAULT_QUEUE
  const {queues} = policy.sections
  const {constraint} = wish
  const where = whereIn(queues, {queue, ...whereOf(constraint)})
  const walltime = wish.walltime ?? queues.get(queue)?.defaults_time ?? policy.defaultWalltime
  const no =
    checkJobName(name) ??
    (wish.key === undefined ? null : checkKey(wish.key)) ??
    checkTimetable(wish) ??
    checkText(wish) ??
    checkKnown(wish, policy) ??
    checkQueueLimits(queues.get(queue), {resources, walltime}) ??
    checkConstraint(constraint, where, nodes) ??
    checkLimits(resources, walltime, policy, nodesIn(where, nodes))
  if (no !== null) return no
  const parts = settleParts(wish)
  if ('code' in parts) return parts
  return {
    name,
    image,
    resources,
    walltime,
    queue,
    ...(constraint === undefined ? {} : {constraint}),
    ...parts,
  }
}

/** With what the site gives to those who say nothing. */
export const resourcesWished = (
  {cpus, memory, gpus, counted}: Pick<Wish, 'cpus' | 'memory' | 'gpus' | 'counted'>,
  {defaults, sections}: Pick<AdmissionPolicy, 'defaults' | 'sections'>,
): Resources =>
  resourcesOf({
    resources: {cpus: cpus ?? defaults.cpus, memory: memory ?? defaults.memory, gpus: gpus ?? 0},
    counted: withDefaults(counted, sections.resources),
  })

/** As batch users expect: the name of the program. */
export const nameOf = (wish: Wish): string => {
  const first = wish.command.kind === 'script' ? 'script' : (wish.command.argv[0] ?? '')
  const base = first
    .slice(first.lastIndexOf('/') + 1)
    .replace(/[^\w.+:-]/g, '_')
    .replace(/^[-.]+/, '')
  return base.slice(0, 64) || 'job'
}

const imageOf = (wish: Wish, policy: AdmissionPolicy): string | Refusal => {
  if (!policy.images) return wish.image ?? ''
  const image = wish.image ?? policy.defaultImages[0]
  if (image === undefined) {
    return refusal(
      'E_IMAGE_MISSING',
      'no image given, and this site has no default',
      'Name one with -i IMAGE.',
    )
  }
  const {allowedImages, defaultImages} = policy
  if (allowedImages !== null && !isImageAllowed(image, [...defaultImages, ...allowedImages])) {
    const list = [...defaultImages, ...allowedImages].join(', ') || 'none'
    return refusal('E_IMAGE_NOT_ALLOWED', `image '${image}' is not allowed here`, `Allowed: ${list}.`)
  }
  return checkImageName(image) ?? image
}

const checkText = (wish: Wish): Refusal | null => {
  for (const [name, value] of Object.entries(wish.env ?? {})) {
    const no = checkEnvName(name)
    if (no !== null) return no
    if (value.includes('\0')) return refusal('E_ENV_BAD', `the value of ${name} contains a NUL byte`)
  }
  const argv = wish.command.kind === 'argv' ? wish.command.argv : wish.command.args
  if (argv.some(arg => arg.includes('\0'))) return refusal('E_SPEC_BAD', 'an argument contains a NUL byte')
  if (wish.command.kind === 'argv' && (argv[0] ?? '') === '') {
    return refusal('E_COMMAND_EMPTY', 'the command is an empty word', 'Put a program after `--`.')
  }
  return checkPaths(wish)
}

const checkPaths = (wish: Wish): Refusal | null => {
  for (const field of ['workdir', 'output', 'error'] as const) {
    const path = wish[field]
    if (path === undefined) continue
    if (path === '' || /[\0-\x1f\x7f]/.test(path)) {
      return refusal('E_SPEC_BAD', `${field}: a path without control characters is expected`)
    }
    if (field === 'workdir' && !path.startsWith('/')) {
      return refusal('E_SPEC_BAD', `workdir: '${path}' is not absolute`, 'It is a path inside the container.')
    }
  }
  return null
}

export interface Admitted {
  readonly spec: JobSpec
  readonly record: JobRecord
}

interface Submission {
  readonly id: JobId
  readonly tok: Token
  readonly wish: Wish
  readonly account: Account
  /** Of the groups that the configuration names. */
  readonly groups: GroupNumbers
  /** Its owner may act on the jobs of everybody. */
  readonly operator: boolean
  readonly now: Instant
  readonly epoch: Epoch
}

export const admit = (
  submission: Submission,
  policy: AdmissionPolicy,
  nodes: readonly NodeReport[],
): Admitted | Refusal => {
  const settled = settleWish(submission.wish, policy, nodes)
  if (isRefusal(settled)) return settled
  const {id, tok, wish, account, groups, operator, now} = submission
  const no = checkNice(wish.nice, operator) ?? checkRights(wish, policy, account, groups)
  if (no !== null) return no
  const uid = account.uid as Uid
  const record = {
    ...firstRecord(submission, settled, uid, now),
    ...kindOf(wish, settled, policy),
    ...(policy.private ? HIDDEN : {}),
  }
  // What cannot be read again would be lost in quarantine after its id was promised.
  const readable = parseRecord(record)
  if (!readable.ok) return refusal('E_SPEC_BAD', `the job's record would not be readable: ${readable.why}`)
  const told = policy.private ? {...wish, name: settled.name, image: settled.image} : wish
  return {spec: {v: 1, id, tok, uid, wish: told}, record}
}

/** Optional fields, as far as they are asked for. */
const orderOf = ({priority, begin, root}: Wish): Pick<JobRecord, 'priority' | 'begin' | 'root'> => ({
  ...(priority === undefined ? {} : {priority}),
  ...(begin === undefined ? {} : {begin}),
  ...(root === true ? {root} : {}),
})

const takenOf = ({counted, ...resources}: Resources): Pick<JobRecord, 'resources' | 'counted'> => ({
  resources,
  ...(counted === undefined ? {} : {counted}),
})

const firstRecord = (submission: Submission, settled: Settled, uid: Uid, now: Instant): JobRecord => ({
  v: 1,
  id: submission.id,
  rev: rev(1),
  epoch: epoch(submission.epoch),
  user: submission.account.name,
  uid,
  gid: submission.account.gid as Gid,
  project: submission.wish.project ?? DEFAULT_PROJECT,
  queue: settled.queue,
  name: settled.name,
  image: settled.image,
  ...takenOf(settled.resources),
  walltime: settled.walltime,
  nice: submission.wish.nice ?? 0,
  ...orderOf(submission.wish),
  labels: submission.wish.labels ?? {},
  submitted: now,
  eligible: eligibleFrom(now, submission.wish.begin),
  ...NOT_STARTED,
  state: submission.wish.hold === true ? 'held' : 'pending',
  desired: 'run',
  reason: submission.wish.hold === true ? {code: 'held', text: 'held at submission'} : null,
  req: {uid, tok: submission.tok},
  attempt: 1,
  sealed: false,
  prev: null,
  by: 'scheduler',
  ...(settled.depend === undefined ? {} : {depend: settled.depend}),
  ...(settled.retry === undefined ? {} : {retry: settled.retry}),
  ...(settled.constraint === undefined ? {} : {constraint: settled.constraint}),
})
