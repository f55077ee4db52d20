/**
 * All live jobs at once: by bucket, from what this process knows, from the index, and from the names (state.md 11).
 *
 * A bucket whose folder has the stamp of an exact listing is as it was then: it costs one fstat. Any other is listed,
 * and only those revisions are read that neither this process nor the index has seen. Names first, the manifest after.
 * What a row says is a proposal: whoever publishes on it reads the revision's own bytes before. A job that cannot be read
 * is in no list, and its bucket is listed anew until it can be.
 */
import {join} from 'node:path'
import type {JobId, Uid} from '../../core/brand.js'
import {listNames} from '../disk/read-file.js'
import {stampOf} from '../disk/stamp.js'
import {type Stamp, sameStamp} from '../index/index-codec.js'
import type {Indexed, IndexReader} from '../index/index-file.js'
import {BUCKET_SIZE, bucketOf, parseBucketName} from '../layout.js'
import {createFilter, find, type LiveJobs, liveJobs, sameJobs, sameLists} from './job-lists.js'
import {byJob, type RevisionContext, readTop, type Stored, topOf} from './revision.js'
import {createSetAside} from './set-aside.js'
import type {UnreadJobs} from './unread-jobs.js'

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
  readonly unread: UnreadJobs
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

export const createBucketReader = (context: LiveContext): BucketReader => {
  const {fs, layout, manifest, seen, unread, index} = context
  const buckets = new Map<number, Bucket>()
  const unpacked = createFilter()
  const setAside = createSetAside(fs, layout)
  let last = liveJobs([], new Map())

  const folderOf = (bucket: number): string => join(layout.live, String(bucket))

  const current = (id: JobId, revs: readonly number[], proposals: readonly Stored[]): Stored | null => {
    const isNow = (stored: Stored): boolean => stored.record.rev === revs[0] && !unread.all.has(id)
    const known = seen.get(id) ?? null
    if (known !== null && isNow(known)) return known
    const proposed = find(proposals, id)
    if (proposed !== null && isNow(proposed)) return proposed
    const stored = unread.sift(id, topOf(context, id, revs) ?? readTop(context, id), known ?? proposed)
    if (stored === null) seen.delete(id)
    else seen.set(id, stored)
    return stored
  }

  const unreadIn = (bucket: number): readonly JobId[] =>
    [...unread.all.keys()].filter(id => bucketOf(id) === bucket)

  const forgetAllBut = (bucket: number, listed: ReadonlyMap<JobId, unknown>): void => {
    // A command that has just started knows none yet.
    for (let id = bucket * BUCKET_SIZE; seen.size > 0 && id < (bucket + 1) * BUCKET_SIZE; id++)
      if (!listed.has(id as JobId)) seen.delete(id as JobId)
    for (const id of unreadIn(bucket)) if (!listed.has(id)) unread.forget(id)
  }

  const forget = (bucket: number): null => {
    buckets.delete(bucket)
    forgetAllBut(bucket, new Map())
    return null
  }

  /** What we remember of them may be of a revision whose number has come back. */
  const forgetSetAside = (): void => {
    for (const id of setAside()) {
      seen.delete(id)
      const known = buckets.get(bucketOf(id))
      if (known === undefined) continue
      const rows = known.rows.filter(({record}) => record.id !== id)
      buckets.set(bucketOf(id), {...known, exact: false, rows, indexed: null})
    }
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
    const rows: Stored[] = []
    for (const [id, revs] of listed) {
      const stored = current(id, revs, proposals)
      if (stored !== null) rows.push(stored)
    }
    rows.sort((one, other) => one.record.id - other.record.id)
    forgetAllBut(bucket, listed)
    const now = {
      stamp,
      // Without one of its jobs a list is not all that is there.
      exact: stampIsOld(stamp) && unreadIn(bucket).length === 0,
      // The same list while it is the same: whatever was made of it holds.
      rows: before !== undefined && sameLists(rows, before.rows) ? before.rows : rows,
      indexed,
    }
    buckets.set(bucket, now)
    return now
  }

  const look = (bucket: number): Bucket | null => {
    const known = buckets.get(bucket)
    if ((known !== undefined && !known.exact) || unreadIn(bucket).length > 0) return list(bucket, () => false)
    const stamp = stampOf(fs, folderOf(bucket))
    if (stamp === null) return forget(bucket)
    if (known !== undefined) return sameStamp(known.stamp, stamp) ? known : list(bucket, () => false)
    const indexed = index?.load(bucket) ?? null
    if (!indexed?.exact || !sameStamp(indexed.stamp, stamp)) return list(bucket, () => false, indexed)
    const taken = {stamp, exact: true, rows: indexed.rows, indexed}
    buckets.set(bucket, taken)
    return taken
  }

  /** Folders of packed jobs stay for good, in the end by the thousand. */
  const names = (): readonly number[] => {
    const over = manifest.overBuckets()
    return listNames(fs, layout.live)
      .flatMap(name => parseBucketName(name) ?? [])
      .filter(bucket => !over.has(bucket))
      .sort((a, b) => a - b)
  }

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
      forgetSetAside()
      const there = names()
      for (const bucket of buckets.keys()) if (!there.includes(bucket)) forget(bucket)
      const found = there.map(bucket => look(bucket)?.rows ?? [])
      const isPacked = manifest.now()
      const lists = found.map(rows => unpacked(rows, isPacked)).filter(rows => rows.length > 0)
      const unreadNow = new Map([...unread.all].filter(([id]) => !isPacked(id)))
      if (!sameLists(lists, last.buckets) || !sameJobs(unreadNow, last.unread))
        last = liveJobs(lists, unreadNow)
      return last
    },
    ofUser: uid => {
      forgetSetAside()
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
