/**
 * One bucket of live jobs: the names in its two folders, then each job. The manifest is asked after all was read, so
 * what is being packed meanwhile is told apart from what is damaged (state.md 6).
 */
import {join} from 'node:path'
import type {JobId} from '../../core/brand.js'
import {listNames} from '../disk/read-file.js'
import {BUCKET_SIZE, bucketOf, parseIdName, parseRecordName} from '../layout.js'
import type {Finding, Repair} from './finding.js'
import {indexRows} from './index-rows.js'
import {checkJob, type JobSeen} from './job.js'
import {accessFindings} from './owners.js'
import type {Place} from './place.js'
import {statOf, strangerFinding} from './seen.js'

export interface BucketChecked {
  readonly jobs: readonly JobSeen[]
  readonly revisions: number
  readonly findings: readonly Finding[]
}

interface Named {
  /** Revision numbers; empty: a spec alone. */
  readonly jobs: Map<JobId, number[]>
  readonly strangers: readonly string[]
}

const specId = (name: string): JobId | null =>
  name.endsWith('.json') ? parseIdName(name.slice(0, -'.json'.length)) : null

const notTemporary = (name: string): boolean => !name.startsWith('.t.')

const readNames = ({fs, layout}: Place, bucket: number): Named => {
  const jobs = new Map<JobId, number[]>()
  const strangers: string[] = []
  const [live, specs] = [layout.bucket(bucket * BUCKET_SIZE), layout.specBucket(bucket * BUCKET_SIZE)]
  /** False: no name for this folder. */
  const keep = (id: JobId | undefined, rev?: number): boolean => {
    if (id === undefined || bucketOf(id) !== bucket) return false
    const revs = jobs.get(id) ?? []
    jobs.set(id, rev === undefined ? revs : [...revs, rev])
    return true
  }
  for (const name of listNames(fs, specs).filter(notTemporary))
    if (!keep(specId(name) ?? undefined)) strangers.push(join(specs, name))
  for (const name of listNames(fs, live).filter(notTemporary)) {
    const named = parseRecordName(name)
    if (!keep(named?.id, named?.rev)) strangers.push(join(live, name))
  }
  for (const revs of jobs.values()) revs.sort((a, b) => a - b)
  return {jobs, strangers}
}

const folderFindings = (place: Place, bucket: number): readonly Finding[] => {
  const {fs, layout} = place
  const at = bucket * BUCKET_SIZE
  return [layout.bucket(at), layout.specBucket(at)].flatMap(path => {
    const stat = statOf(fs, path)
    return stat === null
      ? []
      : accessFindings(place, path, stat, path === layout.specBucket(at) ? 0o077 : 0o022)
  })
}

const twice = ({layout}: Place, id: JobId): Finding => ({
  id: 'F_ID_TWICE',
  path: layout.bucket(id),
  text: `job ${id} is packed, and has files here or in ${layout.specBucket(id)}`,
  job: id,
})

/** What takes a file away needs to know that the job is not being packed. */
const unsure = (repair: Repair | undefined): boolean =>
  repair !== undefined && ['set-aside', 'hold', 'make-anew'].includes(repair.do)

const withoutRepair = ({repair, ...finding}: Finding): Finding =>
  unsure(repair) || repair === undefined ? finding : {...finding, repair}

export const checkBucket = (place: Place, bucket: number, kept: (ino: number) => boolean): BucketChecked => {
  const judgeRows = indexRows(place, bucket)
  const {jobs, strangers} = readNames(place, bucket)
  const checked = [...jobs].map(([id, revs]) => ({id, ...checkJob(place, id, revs, kept)}))
  const isPacked = place.packed()
  const [live, packed] = [
    checked.filter(({id}) => isPacked?.(id) !== true),
    checked.filter(({id}) => isPacked?.(id) === true),
  ]
  const found = live.flatMap(({findings}) => findings)
  return {
    jobs: live.map(({seen}) => seen),
    revisions: live.reduce((sum, {revisions}) => sum + revisions, 0),
    findings: [
      ...folderFindings(place, bucket),
      ...strangers.flatMap(path => strangerFinding(place.fs, path) ?? []),
      ...(isPacked === null ? found.map(withoutRepair) : found),
      ...packed.map(({id}) => twice(place, id)),
      ...judgeRows(checked),
    ],
  }
}
