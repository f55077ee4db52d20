/**
 * Writing the index (state.md 11): by the service's passes, at their end, only the buckets whose file is not exact.
 *
 * The order makes a file exact: the file system's own time, then the folder's stamp, then its names. A stamp that is two
 * seconds older than that time cannot be given to a later change, whatever the grain of the clock. A bucket that still
 * changes is written only when readers would have to open many records. Several writers do no harm: each file is whole.
 */
import type {RandomToken} from '../disk/durable.js'
import type {FileSystem} from '../disk/file-system.js'
import type {Bucket, BucketReader} from '../jobs/live-jobs.js'
import type {Layout} from '../layout.js'
import {type Stamp, sameStamp} from './index-codec.js'
import {fileSystemTime, type IndexReader, writeIndex} from './index-file.js'

/** Milliseconds: the coarsest clock of a file system that is in use. */
export const CLOCK_GRAIN = 2000

/** Buckets written in one pass. */
const MOST_WRITTEN = 64
/**
 * One in so many records that each reader must open is more work than the file is to write: a record costs a reader
 * as much as twenty rows cost the writer, and its own publishing ten times that.
 */
const CHANGED_SHARE = 32
const FEWEST_CHANGES = 16

interface Refresh {
  readonly fs: FileSystem
  readonly layout: Layout
  readonly random: RandomToken
  /** Our own clock: only for whether it is worth to ask the file system for its time. */
  readonly now: number
  readonly boot: string
  readonly index: IndexReader
  readonly buckets: BucketReader
  /** In buckets that do not rest: how much must be new. */
  readonly changes: 'many' | 'any'
}

const isUpToDate = ({indexed, stamp}: Bucket): boolean =>
  indexed?.exact === true && sameStamp(indexed.stamp, stamp)

const isWorthIt = ({changes}: Refresh, {rows, indexed}: Bucket): boolean => {
  const known = new Set(indexed?.rows)
  const changed = rows.filter(row => !known.has(row)).length
  if (changes === 'any') return changed > 0
  return changed >= Math.max(FEWEST_CHANGES, rows.length / CHANGED_SHARE)
}

/** True: a file was written. */
const refreshOne = (refresh: Refresh, bucket: number, stampIsOld: (stamp: Stamp) => boolean): boolean => {
  const {fs, layout, random, boot, index, buckets} = refresh
  const now = buckets.list(bucket, stampIsOld)
  if (now === null || !(now.exact || isWorthIt(refresh, now))) return false
  const {stamp, exact, rows} = now
  const head = index.head(bucket)
  const isThere = head?.exact === true && sameStamp(head.stamp, stamp)
  if (!isThere) writeIndex(fs, layout.indexFile(bucket), random, {bucket, stamp, exact, boot}, rows)
  buckets.indexed(bucket, {stamp, exact: exact || isThere, rows})
  return !isThere
}

export const refreshIndex = (refresh: Refresh): void => {
  const rests = ({mtimeMs}: Stamp): boolean => refresh.now - mtimeMs >= CLOCK_GRAIN
  const due = [...refresh.buckets.buckets].filter(
    ([, bucket]) => !isUpToDate(bucket) && (rests(bucket.stamp) || isWorthIt(refresh, bucket)),
  )
  if (due.length === 0) return
  const time = fileSystemTime(refresh.fs, refresh.layout, refresh.random)
  const stampIsOld = ({mtimeMs}: Stamp): boolean => time - mtimeMs >= CLOCK_GRAIN
  let written = 0
  for (const [number, bucket] of due) {
    if (!stampIsOld(bucket.stamp) && !isWorthIt(refresh, bucket)) continue
    if (refreshOne(refresh, number, stampIsOld)) written++
    if (written === MOST_WRITTEN) return
  }
}
