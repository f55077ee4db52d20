/**
 * Which of many ids have live names, in one look at each bucket: admission asks for a thousand new ids at once.
 *
 * Only for a first look: a name may be void or damaged, so whoever finds one reads the job. A listing may miss names;
 * the first revision is looked for by open, as every reader of one job does. To be asked before the manifest.
 */
import type {JobId} from '../../core/brand.js'
import {existsThoughBad} from '../disk/bad-sector.js'
import type {FileSystem} from '../disk/file-system.js'
import {listNames} from '../disk/read-file.js'
import {bucketOf, type Layout, parseRecordName} from '../layout.js'
import {revisionPath} from './revision.js'

export const namedIds = (fs: FileSystem, layout: Layout, ids: readonly JobId[]): ReadonlySet<JobId> => {
  const wanted = new Set(ids)
  const found = new Set<JobId>()
  for (const id of new Map(ids.map(id => [bucketOf(id), id])).values()) {
    for (const name of listNames(fs, layout.bucket(id))) {
      const named = parseRecordName(name)?.id
      if (named !== undefined && wanted.has(named)) found.add(named)
    }
  }
  for (const id of wanted)
    if (!found.has(id) && existsThoughBad(fs, revisionPath(layout, id, 1))) found.add(id)
  return found
}
