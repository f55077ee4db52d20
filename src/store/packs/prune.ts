/**
 * Pruning an array's revisions: its last 64 stay (state.md 6). A job has a handful of revisions, an array one for each
 * time that something became of a task, a schedule one for each time that it came.
 *
 * Names are freed ascending, whoever frees them: from the lowest that is there without a gap. So a publisher that
 * stalled finds his base gone and loses, as with packing; and no two revisions of an array have the same bytes, so what
 * such a one left behind is never taken for the base of another. What a crash leaves is pruned the next time. The
 * names that stay are on the disk before the first is freed, else a power loss could take all.
 */
import type {JobRecord} from '../../core/job.js'
import type {Durable} from '../disk/durable.js'
import {exists, unlinkIfThere} from '../disk/read-file.js'
import {revisionPath} from '../jobs/revision.js'
import type {Layout} from '../layout.js'

/** `kept`: revisions that stay; pruned at every so many, for one folder sync. */
export const PRUNING = {kept: 64, every: 32} as const

export const pruneRevisions = (
  durable: Durable,
  layout: Layout,
  {id, rev, array, timetable}: JobRecord,
  {kept, every}: {readonly kept: number; readonly every: number} = PRUNING,
): void => {
  if ((array === undefined && timetable === undefined) || rev % every !== 0 || rev <= kept) return
  const {fs} = durable
  const last = rev - kept
  let first = last
  while (first > 1 && exists(fs, revisionPath(layout, id, first - 1))) first--
  durable.syncFolder(layout.bucket(id))
  for (let r = first; r <= last; r++) unlinkIfThere(fs, revisionPath(layout, id, r))
}
