/** `god gc`: all that there is to pack, merge, drop and remove, at once; or only told. Another packer is no error. */

import {findVoid} from '../store/jobs/live-files.js'
import type {AcquireLease} from '../store/lease.js'
import {mergeGroups} from '../store/packs/merge-segments.js'
import {outdated} from '../store/packs/retention.js'
import {segmentDay} from '../store/packs/segment-names.js'
import {staleFiles} from '../store/packs/sweep-done.js'
import {checkHalt} from './check-halt.js'
import {NOTHING, type PackAmount, type PackReport, packPass, ripeJobs, together} from './pack.js'
import {markPacked, PACK_LEASE} from './pack-turn.js'
import type {Service} from './service.js'

const AT_ONCE: PackAmount = {jobs: 2000, groups: Number.POSITIVE_INFINITY}

/** Null: another packer is at work. */
export const gcOnce = async (service: Service, acquire: AcquireLease): Promise<PackReport | null> => {
  checkHalt(service)
  const lease = await acquire(PACK_LEASE)
  if (lease === null) return null
  try {
    let report = NOTHING
    do {
      checkHalt(service)
      report = together(report, packPass(service, AT_ONCE))
    } while (report.more)
    await markPacked(service)
    return report
  } finally {
    await lease.release()
  }
}

/** What `gcOnce` would do now; nothing is changed. */
export const gcPlan = (service: Service): PackReport => {
  const {durable, layout, manifest, settings} = service
  const {manifest: newest} = manifest.newest()
  const old = outdated(newest, settings.packing.retention, service.now())
  const groups = mergeGroups(newest, segmentDay(service.now()))
  return {
    packed: ripeJobs(service).ended.length,
    void: findVoid(durable.fs, layout, manifest).length,
    merged: groups.reduce((sum, group) => sum + group.length - 1, 0),
    dropped: old.reduce((sum, {jobs}) => sum + jobs, 0),
    removed: staleFiles(durable.fs, layout, newest, service.now()).length,
    more: false,
  }
}
