/**
 * Live jobs that something besides room keeps, that are to be tried again, or that are more than one: made a bucket at a
 * time and kept while that is unchanged, so that jobs without any of it cost nothing. Keeps nothing that a crash could lose.
 */
import {wantsPacking} from '../core/array/results.js'
import type {JobRecord} from '../core/job.js'
import {triedAgain, willRetry} from '../core/retry.js'
import {isOver} from '../core/state.js'
import type {LiveJobs, Stored} from '../store/jobs/job-store.js'

interface Bound {
  /** They wait, and what they depend on has still to be asked for. */
  readonly dependent: readonly Stored[]
  /** They have ended, and that is not their end. */
  readonly again: readonly Stored[]
  /** They wait for a further attempt. */
  readonly retried: readonly Stored[]
  /** Arrays with tasks that wait for the end of a pause. */
  readonly resting: readonly Stored[]
  /** Not over; they become a job at each of their times. */
  readonly schedules: readonly Stored[]
  /** Arrays that hold more results than they should. */
  readonly crowded: readonly Stored[]
}

/** An array waits only before it began. */
const isWaiting = ({state}: JobRecord): boolean => state === 'pending' || state === 'held'

const isDependent = ({record}: Stored): boolean =>
  record.depend !== undefined &&
  (record.depend.open !== '' || record.depend.met === null) &&
  isWaiting(record)

const bound = new WeakMap<readonly Stored[], Bound>()

const boundIn = (bucket: readonly Stored[]): Bound => {
  const before = bound.get(bucket)
  if (before !== undefined) return before
  const retrying = bucket.filter(({record}) => record.retry !== undefined)
  const found = {
    dependent: bucket.filter(isDependent),
    again: retrying.filter(({record}) => willRetry(record)),
    retried: retrying.filter(({record}) => isWaiting(record) && triedAgain(record)),
    resting: retrying.filter(({record}) => record.array?.rests !== undefined),
    schedules: bucket.filter(({record}) => record.timetable !== undefined && !isOver(record.state)),
    crowded: bucket.filter(({record}) => wantsPacking(record)),
  }
  bound.set(bucket, found)
  return found
}

const each =
  (kind: keyof Bound) =>
  ({buckets}: LiveJobs): readonly Stored[] =>
    buckets.flatMap(bucket => boundIn(bucket)[kind])

export const dependentJobs = each('dependent')
export const jobsToRetry = each('again')
export const retriedJobs = each('retried')
export const restingArrays = each('resting')
export const scheduleJobs = each('schedules')
export const crowdedJobs = each('crowded')
