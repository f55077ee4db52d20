/**
 * Another attempt at what is over, or was stopped for it: the job waits once more, as if it had just come in. Pure.
 *
 * The revision is the whole of it: its attempt has a name and a fence of its own, so nothing of the last one can be
 * taken for it. What is packed is not run again: packing publishes on the same number, and one of the two wins.
 */
import type {Reason} from '@god-cli/api'
import {eligibleFrom} from './begin-time.js'
import type {Instant} from './brand.js'
import type {JobRecord} from './job.js'
import {NOT_STARTED} from './not-started.js'
import type {Change} from './outcome.js'
import {type Attempted, earlierAfter} from './usage/earlier.js'

export type Again = NonNullable<JobRecord['requeue']>

type Requeued = Pick<JobRecord, 'attempt'> & Attempted & {readonly begin?: number | null}

const reasonOf = (to: Again, attempt: number, remark: string | undefined): Reason => {
  const text = `requeued after attempt ${attempt}${remark === undefined ? '' : `: ${remark}`}`
  return to === 'held' ? {code: 'held', text: `held, ${text}`} : {code: 'requeued', text}
}

export const requeuedChange = (requeued: Requeued, to: Again, now: Instant, remark?: string): Change => ({
  ...NOT_STARTED,
  ...earlierAfter(requeued),
  state: to,
  desired: 'run',
  requeue: null,
  attempt: requeued.attempt + 1,
  eligible: eligibleFrom(now, requeued.begin ?? undefined),
  reason: reasonOf(to, requeued.attempt, remark),
})
