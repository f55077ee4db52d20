/** What makes a record more than a plain job: tasks, a timetable, a schedule that it is a run of. Pure. */
import type {ArrayRecord} from './array/record.js'
import type {JobRecord, Wish} from './job.js'

type Kind = Pick<JobRecord, 'array' | 'timetable' | 'schedule'>

/** `zone`: in which timetables are meant. */
export const kindOf = (
  {cron, overlap, schedule}: Wish,
  {array}: {readonly array?: ArrayRecord},
  {zone = 'UTC'}: {readonly zone?: string},
): Kind => {
  // Its runs are arrays, not the schedule.
  if (cron !== undefined) return {timetable: {cron, zone, overlap: overlap === true, next: null, last: null}}
  return {...(array === undefined ? {} : {array}), ...(schedule === undefined ? {} : {schedule})}
}
