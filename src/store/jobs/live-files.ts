/**
 * Taking away what is left of packed jobs in the live folders: the spec, then the revisions, ascending (state.md 10).
 *
 * Ascending, so whoever finds a number free finds the one before it free too, and loses. A crash in between leaves
 * files that are void by the manifest; the next packing takes them away.
 */
import {join} from 'node:path'
import {type JobId, rev} from '../../core/brand.js'
import type {FileSystem} from '../disk/file-system.js'
import {listNames, unlinkIfThere} from '../disk/read-file.js'
import {bucketOf, type Layout, parseBucketName, parseIdName, recordName} from '../layout.js'
import type {ManifestReader} from '../packs/manifest.js'
import {byJob} from './revision.js'

/** `revs`: those that are known, in any order. */
export const removeLive = (fs: FileSystem, layout: Layout, id: JobId, revs: readonly number[]): void => {
  unlinkIfThere(fs, layout.spec(id))
  for (const r of [...revs].sort((a, b) => a - b))
    unlinkIfThere(fs, join(layout.bucket(id), recordName(id, rev(r))))
}

const buckets = (fs: FileSystem, folder: string): readonly number[] =>
  listNames(fs, folder).flatMap(name => parseBucketName(name) ?? [])

interface Void {
  readonly id: JobId
  readonly revs: readonly number[]
}

const specIds = (fs: FileSystem, folder: string, bucket: number): readonly JobId[] =>
  listNames(fs, join(folder, String(bucket)))
    .flatMap(name => (name.endsWith('.json') ? (parseIdName(name.slice(0, -5)) ?? []) : []))
    .filter(id => bucketOf(id) === bucket)

/** Live files of jobs that a manifest has. Names first, the manifest after. */
export const findVoid = (fs: FileSystem, layout: Layout, manifest: ManifestReader): readonly Void[] => {
  const live = buckets(fs, layout.live).flatMap(bucket => [
    ...byJob(listNames(fs, join(layout.live, String(bucket))), bucket),
  ])
  const specs = buckets(fs, layout.specs).flatMap(bucket => specIds(fs, layout.specs, bucket))
  const isPacked = manifest.now()
  const found = new Map(live.filter(([id]) => isPacked(id)))
  for (const id of specs) if (isPacked(id) && !found.has(id)) found.set(id, [])
  return [...found].map(([id, revs]) => ({id, revs}))
}
