/**
 * Before a pass plans: what jobs depend on is looked at, and what came of it is published (state.md 5 and 6). A job of
 * which all holds becomes eligible; one of which it never can is killed with the reason, and with it those that hang on
 * it; one that ended and is to be tried again waits for its next attempt; tasks of an array whose pause is over may start.
 *
 * Decided on revisions that are on the disk. Each change is a revision of its own, so after a crash anywhere the next
 * pass finds what was done and does the rest; who was faster wins. A job that this pass has not judged is not started.
 */
import type {Reason} from '@god-cli/api'
import {controlJob} from '../core/array/control.js'
import {firstRest, restedChange} from '../core/array/tries.js'
import {type Instant, instant, type JobId} from '../core/brand.js'
import {parentsOf, parseDepend} from '../core/dependency/depend-text.js'
import type {JobRecord} from '../core/job.js'
import type {Change} from '../core/outcome.js'
import {isResting, retryChange} from '../core/retry.js'
import type {Author, LiveJobs, Stored} from '../store/jobs/job-store.js'
import {bucketOf} from '../store/layout.js'
import {jobsToRetry, restingArrays, retriedJobs} from './bound-jobs.js'
import {type Judged, judgeWaiting} from './judge-waiting.js'
import {publish, publishBeside} from './publish.js'
import {liveAndTold} from './readable-jobs.js'
import {willBeReturned} from './return-folder.js'
import type {Service} from './service.js'

/** Jobs that hang on each other one after the other, in one pass; the next one goes on. */
const MOST_LEVELS = 16

interface Step {
  readonly stored: Stored
  readonly change: Change
}

/** An array's revisions differ in their mark, which only comes with it. */
const withArray = ({array}: JobRecord): Partial<Change> => (array === undefined ? {} : {array})

const metChange = (record: JobRecord, open: string, service: Service): Change | null => {
  const {depend, state, reason} = record
  if (depend === undefined || depend.met !== null) return null
  const now = service.now()
  const eligible = {depend: {...depend, open, met: now}, eligible: now}
  return {state, ...eligible, reason: state === 'held' ? reason : null, ...withArray(record)}
}

/** As if its owner had killed it before it started. */
const endChange = (record: JobRecord, reason: Reason, service: Service): Change | null => {
  const effect = controlJob(record, {op: 'kill'}, undefined, service.now())
  return effect.kind === 'change' ? {...effect.change, reason} : null
}

const changeOf = (service: Service, {stored: {record}, verdict}: Judged): Change | null => {
  switch (verdict.is) {
    case 'holds':
      return metChange(record, verdict.open, service)
    case 'never':
      return endChange(record, verdict.reason, service)
    case 'waits':
      return null
  }
}

const stepsOf = (service: Service, live: LiveJobs, judged: readonly Judged[]): readonly Step[] => [
  ...judged.flatMap(each => {
    const change = changeOf(service, each)
    return change === null ? [] : [{stored: each.stored, change}]
  }),
  ...jobsToRetry(live).flatMap(stored => {
    const change = willBeReturned(service, stored.record) ? null : retryChange(stored.record, service.now())
    return change === null ? [] : [{stored, change}]
  }),
  ...restingArrays(live).flatMap(stored => {
    const change = restedChange(stored.record, service.now())
    return change === null ? [] : [{stored, change}]
  }),
]

/** The ends on which it was decided stay through a power loss, whoever published them. */
const settleParents = (service: Service, steps: readonly Step[]): void => {
  const buckets = new Map<number, JobId>()
  for (const {record} of steps.map(({stored}) => stored)) {
    const dependency = parseDepend(record.depend?.open ?? '')
    const parents = typeof dependency === 'string' ? [] : parentsOf(dependency)
    for (const {id} of [record, ...parents]) buckets.set(bucketOf(id), id)
  }
  for (const id of buckets.values()) service.jobs.settle(id, 'later')
  service.durable.syncPending()
}

/** That of an array that runs at once: its tasks change it all the time, and it would lose to each of those. */
const publishOne = async (service: Service, {stored, change}: Step, author: Author): Promise<void> => {
  if (stored.record.state === 'running') publish(service, stored, change, author, 'later')
  else await publishBeside(service, stored, change, author)
}

/** All begin before any ends; what fails is told when nothing goes on any more. */
const publishAll = async (service: Service, steps: readonly Step[], author: Author): Promise<void> => {
  settleParents(service, steps)
  const begun = steps.map(step => publishOne(service, step, author))
  await Promise.allSettled(begun)
  await Promise.all(begun)
}

const LATER: Reason = {code: 'dependency', text: 'the next pass says what becomes of it'}
const AGAIN: Reason = {code: 'retry', text: 'its next attempt comes after a pause'}

/** The same reason for all that wait for the same. */
const keptBack = (
  service: Service,
  live: LiveJobs,
  judged: readonly Judged[],
): ReadonlyMap<JobId, Reason> => {
  const reasons = new Map<string, Reason>()
  const once = (reason: Reason): Reason => {
    const known = reasons.get(reason.text) ?? reason
    reasons.set(reason.text, known)
    return known
  }
  const kept = new Map<JobId, Reason>()
  for (const {record} of retriedJobs(live))
    if (isResting(record, service.now())) kept.set(record.id, record.reason ?? AGAIN)
  for (const {stored, verdict} of judged) {
    const {id, depend} = stored.record
    if (verdict.is === 'waits') kept.set(id, once(verdict.reason))
    else if (verdict.is === 'never' || depend?.met === null) kept.set(id, LATER)
  }
  return kept
}

/** When the first pause before a next attempt ends. Null: nothing rests. */
export const nextTry = (live: LiveJobs, now: Instant): Instant | null => {
  const singles = retriedJobs(live).flatMap(({record}) => (isResting(record, now) ? [record.eligible] : []))
  const tasks = restingArrays(live).flatMap(({record: {array}}) =>
    array === undefined ? [] : (firstRest(array) ?? []),
  )
  const all = [...singles, ...tasks]
  return all.length === 0 ? null : instant(Math.min(...all))
}

export interface Dependencies {
  /** As it is after all that was published. */
  readonly live: LiveJobs
  /** Why jobs of it may not start now, whatever room there is. */
  readonly kept: ReadonlyMap<JobId, Reason>
  /** The next pass has more to publish. */
  readonly more: boolean
}

export const settleDependencies = async (service: Service, author: Author): Promise<Dependencies> => {
  for (let level = 0; ; level++) {
    const live = liveAndTold(service)
    const judged = judgeWaiting(service, live)
    const steps = stepsOf(service, live, judged)
    if (steps.length === 0 || level === MOST_LEVELS)
      return {live, kept: keptBack(service, live, judged), more: steps.length > 0}
    await publishAll(service, steps, author)
  }
}
