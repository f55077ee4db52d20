/**
 * The submitter's copy of a private spec (state.md 2): where many users share a site only the service may read the
 * spec, and he wants to see what he has asked for. Derived: a crash or a full disk may cost it, and nothing else.
 */
import type {JobRecord, JobSpec} from '../core/job.js'
import {derived} from './derived.js'
import type {Service} from './service.js'

/** At admission, and again when the job is started, if it is not there. */
export const giveSpec = (service: Service, record: JobRecord, spec: JobSpec): void => {
  // The service's own account reads the spec.
  if (service.format.mode === 'single' || record.uid === service.uid) return
  const owner = {uid: record.uid, gid: record.gid}
  // Of these it is the parent of what is mounted, which is never a user's own.
  const isParent = record.array !== undefined || record.task !== undefined || record.root === true
  derived(service, `the copy of the spec of job ${record.id}`, () =>
    service.work.giveSpec(spec, isParent, owner),
  )
}
