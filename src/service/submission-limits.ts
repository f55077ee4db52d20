/**
 * How much may come in: quotas of what waits, and rates. Counted from the live jobs once for all that is judged together,
 * and only where the operator set a limit; so nothing is kept that a crash could lose.
 */
import {instant, type Uid} from '../core/brand.js'
import type {Refusal} from '../core/errors.js'
import type {JobRecord} from '../core/job.js'
import {checkQuota} from '../core/limits/quota-check.js'
import {tallyOf} from '../core/limits/tally.js'
import type {Service} from './service.js'

export interface SubmissionLimits {
  /** A later pass takes his requests: too many of his came in this minute, or too many jobs wait. */
  mustWait(uid: Uid): boolean
  /** Null: it fits. */
  check(record: JobRecord): Refusal | null
  /** It counts from now on. */
  admit(record: JobRecord): void
  /** It does not count any more. */
  withdraw(record: JobRecord): void
}

const NO_LIMITS: SubmissionLimits = {
  mustWait: () => false,
  check: () => null,
  admit: () => undefined,
  withdraw: () => undefined,
}

const MINUTE = 60_000
const NOTHING_SPENT = {users: new Map(), projects: new Map()}

export const submissionLimits = (service: Service): SubmissionLimits => {
  const {rate, quotasRefuse: refuses, admission} = service.settings
  const {userQuotas: users, projectQuotas: projects} = admission.sections
  if (rate.user === null && rate.all === null && users.size + projects.size === 0) return NO_LIMITS
  const records = service.jobs.live().all.map(({record}) => record)
  const tally = tallyOf(records, instant(service.now() - MINUTE))
  const quotas = {users, projects, spent: NOTHING_SPENT}
  return {
    mustWait: uid =>
      (rate.user !== null && tally.recent(uid) >= rate.user) ||
      (rate.all !== null && tally.pending() >= rate.all),
    check: record => {
      const holdings = {user: tally.user(record.user), project: tally.project(record.project)}
      return checkQuota(record, {quotas, refuses, holdings})
    },
    admit: record => tally.admit(record),
    withdraw: record => tally.withdraw(record),
  }
}
