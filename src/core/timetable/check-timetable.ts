/** The timetable that a user asks for, judged before anything is queued. Pure. */
import {type Refusal, refusal} from '../errors.js'
import type {Wish} from '../job.js'
import {isTimetable} from './timetable-words.js'

export const checkTimetable = ({cron, overlap}: Wish): Refusal | null => {
  if (cron === undefined)
    return overlap === true
      ? refusal('E_SPEC_BAD', 'overlap is of a timetable, and none is given', 'Give one with --cron.')
      : null
  return isTimetable(cron)
    ? null
    : refusal(
        'E_SPEC_BAD',
        `cron: '${cron}' is not a timetable, or has no time in it`,
        "Five fields of numbers, as in crontab(5): '*/5 * * * *'.",
      )
}
