/**
 * What a job that was root inside leaves behind: its directory becomes its submitter's, before its container is removed, so
 * that a crash between both does it again. It is looked at in one place: whose the directory is.
 */
import type {JobRecord} from '../core/job.js'
import {type PartKey, partName} from '../core/part-key.js'
import {giveSpec} from './owners-copy.js'
import {tellOnce} from './readable-jobs.js'
import type {Service} from './service.js'

export const returnFolder = (service: Service, key: PartKey, record: JobRecord): void => {
  const owner = {uid: record.uid, gid: record.gid}
  const fault = service.work.giveBack(record.uid, key, owner)
  if (fault === 'not-roots') return
  if (fault !== null) {
    const {id, task} = partName(key)
    const which = task === undefined ? `job ${id}` : `task ${task} of job ${id}`
    tellOnce(
      service,
      `the directory of ${which} stays root's, for ${fault}: see it, and chown it to ${record.user}`,
    )
    return
  }
  const spec = service.specs.look(record.id)
  if (spec.kind === 'whole') giveSpec(service, record, spec.spec, 'ended')
}
