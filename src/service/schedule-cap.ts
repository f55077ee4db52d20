/** Most schedules of one user: counted from the live jobs where somebody asks for one. */
import {counted} from '../core/amounts.js'
import type {Uid} from '../core/brand.js'
import {type Refusal, refusal} from '../core/errors.js'
import type {JobRecord} from '../core/job.js'
import {isOver} from '../core/state.js'
import {isTimed} from '../core/timetable/timetable.js'
import type {Service} from './service.js'

/** Each answer of null counts from then on. */
export type ScheduleCap = (record: JobRecord) => Refusal | null

export const scheduleCap = (service: Service): ScheduleCap => {
  const held = new Map<Uid, number>()
  const most = service.settings.admission.maxSchedules ?? null
  const before = (uid: Uid): number =>
    service.jobs
      .live()
      .all.filter(({record}) => record.uid === uid && isTimed(record) && !isOver(record.state)).length
  return record => {
    if (most === null || !isTimed(record)) return null
    const count = held.get(record.uid) ?? before(record.uid)
    if (count >= most)
      return refusal(
        'E_LIMIT',
        `you have ${counted(count, 'schedule')}; the site allows ${most}`,
        'Kill one that is of no use any more.',
      )
    held.set(record.uid, count + 1)
    return null
  }
}
