/** Records of arrays whose tasks have lines: live ones, or packed ones. What a task used is told under their names. */
import {type JobId, jobId} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import type {JobRecord} from '../../core/job.js'
import {errno} from '../disk/file-system.js'
import {createManifestReader} from '../packs/manifest.js'
import {createPacks} from '../packs/packs.js'
import type {JobSeen} from './job.js'
import type {Place} from './place.js'

/** Null: nobody knows it (any more). */
export type ArrayOf = (id: number) => JobRecord | null

export const arrayRecords = ({fs, layout}: Place, jobs: readonly JobSeen[]): ArrayOf => {
  const packs = createPacks(fs, layout, createManifestReader(fs, layout))
  const known = new Map<JobId, JobRecord | null>(
    jobs.flatMap(({id, array}) => (array === null ? [] : [[id, array] as const])),
  )
  const packed = (id: JobId): JobRecord | null => {
    try {
      return packs.job(id)?.record ?? null
    } catch (error) {
      // Damaged: told with its segment.
      if (!(error instanceof GodError) && errno(error) === null) throw error
      return null
    }
  }
  return n => {
    const id = jobId(n)
    const found = known.get(id)
    if (found !== undefined) return found
    const record = packed(id)
    known.set(id, record)
    return record
  }
}
