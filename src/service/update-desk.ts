/**
 * The rules of admission once more, for jobs that are to be changed while they wait: what one job may ask for, and what
 * is left of quotas when it gives up what it has. Counted once for all that is judged together, and only where an update
 * is asked for; nothing is kept that a crash could lose.
 */
import type {JobRecord} from '../core/job.js'
import {asksOther, checkUpdate, type UpdateRules} from '../core/update-job.js'
import type {Service} from './service.js'
import {type SubmissionLimits, submissionLimits} from './submission-limits.js'

export interface UpdateDesk {
  rules(record: JobRecord, operator: boolean): UpdateRules
  /** It was published: from now on the other one counts. */
  changed(from: JobRecord, to: JobRecord): void
}

export const createUpdateDesk = (service: Service): UpdateDesk => {
  const {admission} = service.settings
  let counted: SubmissionLimits | null = null
  const limits = (): SubmissionLimits => {
    counted ??= submissionLimits(service)
    return counted
  }
  const inQuota = (before: JobRecord, next: JobRecord) => {
    limits().withdraw(before)
    const no = limits().check(next)
    limits().admit(before)
    return no
  }
  return {
    rules: (before, operator) => ({
      operator,
      judge: next =>
        checkUpdate(before, next, admission, service.nodes.all()) ??
        (asksOther(before, next) ? inQuota(before, next) : null),
    }),
    changed: (from, to) => {
      if (counted === null) return
      counted.withdraw(from)
      counted.admit(to)
    },
  }
}
