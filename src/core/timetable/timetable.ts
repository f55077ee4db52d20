/**
 * Schedules: jobs with a timetable, that never run themselves (docs/decisions/0030-recurring-jobs.md). Pure: when the
 * next time comes is told to it, for that needs zones and calendars.
 *
 * A firing is one revision of the schedule: it says which moment it is for, which id its run has, and when the next
 * comes. So a moment is fired by one scheduler alone, and who comes after a crash finds which run is missing.
 */
import type {Instant, JobId} from '../brand.js'
import type {JobRecord, Wish} from '../job.js'
import type {Change} from '../outcome.js'
import type {Timetable} from './timetable-form.js'

export type Timed = JobRecord & {readonly timetable: Timetable}

export const isTimed = (record: JobRecord): record is Timed => record.timetable !== undefined

/** What is to be done about it now. */
export type Due = 'nothing' | 'reckon' | 'fire' | 'skip'

/** `busy`: its last run has not ended. */
export const dueOf = ({state, timetable}: Timed, now: Instant, busy: boolean): Due => {
  if (state !== 'pending') return 'nothing'
  if (timetable.next === null) return 'reckon'
  if (now < timetable.next) return 'nothing'
  return busy && !timetable.overlap ? 'skip' : 'fire'
}

const iso = (at: Instant): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')

const told = (text: string, next: Instant): NonNullable<JobRecord['reason']> => ({
  code: 'timetable',
  text: `${text}next at ${iso(next)}`,
})

export const reckoned = ({timetable}: Timed, next: Instant): Change => ({
  state: 'pending',
  timetable: {...timetable, next},
  reason: told('', next),
})

export const skipped = ({timetable}: Timed, next: Instant): Change => ({
  state: 'pending',
  timetable: {...timetable, next},
  reason: told(`left out once, for job ${timetable.last?.child ?? 0} still runs; `, next),
})

/** Times that were missed are one. */
export const fired = ({timetable}: Timed, child: JobId, now: Instant, next: Instant): Change => ({
  state: 'pending',
  timetable: {...timetable, next, last: {at: timetable.next ?? now, child}},
  reason: told(`last run: job ${child}; `, next),
})

/** It is not tried again: the next time will come. */
export const refusedRun = ({timetable}: Timed, why: string): Change => ({
  state: 'pending',
  timetable: {...timetable, last: null},
  reason: {code: 'timetable', text: `its last run was refused: ${why}`.slice(0, 1000)},
})

/** What a run is asked for: all that the schedule was, but what makes it one. */
export const wishOfRun = (
  {cron: _, overlap: __, key: ___, hold: ____, ...wish}: Wish,
  schedule: JobId,
): Wish => ({
  ...wish,
  schedule,
})
