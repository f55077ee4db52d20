/**
 * What the passes make of a job whose record cannot be read (state.md 6): nothing is begun, ended or forgotten, and the
 * others go on. It keeps the place that it was last known to have. Told once in a process; fsck has the remedy.
 */
import {partRecords} from '../core/array/view.js'
import type {JobId} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import type {JobRecord} from '../core/job.js'
import type {LiveJobs, Stored} from '../store/jobs/job-store.js'
import {unreadLine} from '../store/jobs/unread-jobs.js'
import type {Service} from './service.js'

const told = new WeakMap<Service, Set<string>>()

/** A process that goes on meets the same file at each pass. */
export const tellOnce = (service: Service, line: string): void => {
  const before = told.get(service) ?? new Set()
  told.set(service, before)
  if (before.has(line)) return
  before.add(line)
  service.log('warning', line)
}

export const tellUnread = (service: Service): void => {
  for (const [id, unread] of service.jobs.unread) tellOnce(service, unreadLine(id, unread))
}

/** All that is live; those that could not be read are told of. */
export const liveAndTold = (service: Service): LiveJobs => {
  const live = service.jobs.live()
  tellUnread(service)
  return live
}

/** As they were last known, tasks of arrays too. */
export const lastKnownParts = ({unread}: LiveJobs): readonly JobRecord[] =>
  [...unread.values()].flatMap(({last}) => (last === null ? [] : partRecords(last.record)))

/** It concerns one job alone. */
export const isRecordBad = (error: unknown): boolean =>
  error instanceof GodError && error.code === 'E_RECORD_BAD'

/** 'unread': it is there, and nobody knows what it says. */
export const readIfReadable = (service: Service, id: JobId): Stored | null | 'unread' => {
  try {
    return service.jobs.read(id)
  } catch (error) {
    if (!isRecordBad(error)) throw error
    tellUnread(service)
    return 'unread'
  }
}
