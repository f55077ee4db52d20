/**
 * All live jobs at once: by bucket, from what this process knows, from the index, and from the names (state.md 11).
 *
 * A bucket whose folder has the stamp of an exact listing is as it was then: it costs one fstat. Any other is listed,
 * and only those revisions are read that neither this process nor the index has seen. Names first, the manifest after.
 * What a row says is a proposal: whoever publishes on it reads the revision's own bytes before.
 */
import {join} from 'node:path'
import type {JobId, Uid} from '../core/brand.js'
import {type FileSystem, isErrno} from './file-system.js'
import {type Stamp, sameStamp} from './index-codec.js'
import type {Indexed, IndexReader} from './index-file.js'
import {BUCKET_SIZE, bucketOf, parseBucketName} from './layout.js'
import {listNames} from './read-file.js'
import {byJob, type RevisionContext, readTop, type Stored, topOf} from './revision.js'

/** The live jobs at one moment. Each list is the same object as before while nothing in it has changed. */
export interface LiveJobs {
  /** Ascending. */
  readonly all: readonly Stored[]
  /** The same, a list a bucket. */
  readonly buckets: readonly (readonly Stored[])[]
  get(id: JobId): Stored | null
}

/** A bucket as this process knows it. */
export interface Bucket {
  readonly stamp: Stamp
  /** Listed when no later change could be given the same stamp any more. */
  readonly exact: boolean
  /** The revisions that count; ascending, packed jobs among them. */
  readonly rows: readonly Stored[]
  /** What its index held when we last looked. */
  readonly indexed: Indexed | null
}

export interface LiveContext extends RevisionContext {
  /** What this process has read or published itself, byte by byte. */
  readonly seen: Map<JobId, Stored>
  /** Null: there is none to be trusted. */
  readonly index: IndexReader | null
}

export interface BucketReader {
  readonly buckets: ReadonlyMap<number, Bucket>
  live(): LiveJobs
  ofUser(uid: Uid): readonly Stored[]
  /** What was last known of a job, as a proposal. */
  row(id: JobId): Stored | null
  /** Lists the bucket; `exact`: the stamp is so old that no later change can have it. Null: no such folder. */
  list(bucket: number, stampIsOld: (stamp: Stamp) => boolean): Bucket | null
  indexed(bucket: number, indexed: Indexed): void
}

/** By open: on NFS the attributes of a name may be a minute old. Null: no such folder. */
export const stampOf = (fs: FileSystem, folder: string): Stamp | null => {
  let fd: number
  try {
    fd = fs.open(folder, 'read')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
  try {
    const {ino, mtimeMs} = fs.fstat(fd)
    return {ino, mtimeMs}
  } finally {
    fs.close(fd)
  }
}

const find = (rows: readonly Stored[], id: JobId): Stored | null => {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    const at = rows[middle]
    if (at === undefined) return null
    if (at.record.id === id) return at
    if (at.record.id < id) low = middle + 1
    else high = middle
  }
  return null
}

type IsPacked = (id: JobId) => boolean

/** The same list again while rows and manifest are the same. */
const createFilter = () => {
  const kept = new WeakMap<
    readonly Stored[],
    {readonly isPacked: IsPacked; readonly live: readonly Stored[]}
  >()
  return (rows: readonly Stored[], isPacked: IsPacked): readonly Stored[] => {
    const before = kept.get(rows)
    if (before?.isPacked === isPacked) return before.live
    const live = rows.some(({record}) => isPacked(record.id))
      ? rows.filter(({record}) => !isPacked(record.id))
      : rows
    kept.set(rows, {isPacked, live})
    return live
  }
}

const liveJobs = (buckets: readonly (readonly Stored[])[]): LiveJobs => {
  let all: readonly Stored[] | null = null
  const byBucket = new Map(
    buckets.flatMap(rows => (rows[0] === undefined ? [] : [[bucketOf(rows[0].record.id), rows]])),
  )
  return {
    buckets,
    get all() {
      all ??= buckets.flat()
      return all
    },
    get: id => find(byBucket.get(bucketOf(id)) ?? [], id),
  }
}

const sameLists = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((list, i) => list === b[i])

export const createBucketReader = (context: LiveContext): BucketReader => {
  const {fs, layout, manifest, seen, index} = context
  const buckets = new Map<number, Bucket>()
  const unpacked = createFilter()
  let last = liveJobs([])

  const folderOf = (bucket: number): string => join(layout.live, String(bucket))

  const current = (id: JobId, revs: readonly number[], proposals: readonly Stored[]): Stored | null => {
    const known = seen.get(id)
    if (known !== undefined && known.record.rev === revs[0]) return known
    const proposed = find(proposals, id)
    if (proposed !== null && proposed.record.rev === revs[0]) return proposed
    const stored = topOf(context, id, revs) ?? readTop(context, id)
    if (stored === null) seen.delete(id)
    else seen.set(id, stored)
    return stored
  }

  const forgetAllBut = (bucket: number, listed: ReadonlyMap<JobId, unknown>): void => {
    for (let id = bucket * BUCKET_SIZE; id < (bucket + 1) * BUCKET_SIZE; id++)
      if (!listed.has(id as JobId)) seen.delete(id as JobId)
  }

  const forget = (bucket: number): null => {
    buckets.delete(bucket)
    forgetAllBut(bucket, new Map())
    return null
  }

  const list = (
    bucket: number,
    stampIsOld: (stamp: Stamp) => boolean,
    loaded: Indexed | null = null,
  ): Bucket | null => {
    // Before the listing: a change during it gives the folder another stamp.
    const stamp = stampOf(fs, folderOf(bucket))
    if (stamp === null) return forget(bucket)
    const before = buckets.get(bucket)
    const indexed = before?.indexed ?? loaded
    const listed = byJob(listNames(fs, folderOf(bucket)), bucket)
    const proposals = before?.rows ?? indexed?.rows ?? []
    const rows = [...listed]
      .flatMap(([id, revs]) => current(id, revs, proposals) ?? [])
      .sort((one, other) => one.record.id - other.record.id)
    forgetAllBut(bucket, listed)
    const now = {
      stamp,
      exact: stampIsOld(stamp),
      // The same list while it is the same: whatever was made of it holds.
      rows: before !== undefined && sameLists(rows, before.rows) ? before.rows : rows,
      indexed,
    }
    buckets.set(bucket, now)
    return now
  }

  const look = (bucket: number): Bucket | null => {
    const known = buckets.get(bucket)
    if (known !== undefined && !known.exact) return list(bucket, () => false)
    const stamp = stampOf(fs, folderOf(bucket))
    if (stamp === null) return forget(bucket)
    if (known !== undefined) return sameStamp(known.stamp, stamp) ? known : list(bucket, () => false)
    const indexed = index?.load(bucket) ?? null
    if (!indexed?.exact || !sameStamp(indexed.stamp, stamp)) return list(bucket, () => false, indexed)
    const taken = {stamp, exact: true, rows: indexed.rows, indexed}
    buckets.set(bucket, taken)
    return taken
  }

  const names = (): readonly number[] =>
    listNames(fs, layout.live)
      .flatMap(name => parseBucketName(name) ?? [])
      .sort((a, b) => a - b)

  /** Only his rows are parsed where the index is exact. */
  const lookFor = (bucket: number, uid: Uid): readonly Stored[] => {
    if (index !== null && !buckets.has(bucket)) {
      const stamp = stampOf(fs, folderOf(bucket))
      const own = index.load(bucket, uid)
      if (stamp !== null && own?.exact && sameStamp(own.stamp, stamp)) return own.rows
    }
    return look(bucket)?.rows.filter(({record}) => record.uid === uid) ?? []
  }

  return {
    buckets,
    list,
    live: () => {
      const there = names()
      for (const bucket of buckets.keys()) if (!there.includes(bucket)) forget(bucket)
      const found = there.map(bucket => look(bucket)?.rows ?? [])
      const isPacked = manifest.now()
      const lists = found.map(rows => unpacked(rows, isPacked)).filter(rows => rows.length > 0)
      if (!sameLists(lists, last.buckets)) last = liveJobs(lists)
      return last
    },
    ofUser: uid => {
      const own = names().flatMap(bucket => lookFor(bucket, uid))
      const isPacked = manifest.now()
      return own.filter(({record}) => !isPacked(record.id))
    },
    row: id => find(buckets.get(bucketOf(id))?.rows ?? [], id),
    indexed: (bucket, indexed) => {
      const known = buckets.get(bucket)
      if (known !== undefined) buckets.set(bucket, {...known, indexed})
    },
  }
}
