/**
 * Job records: reading the revision that counts, and publishing the next one (state.md 6).
 *
 * A published file never changes; a change is the next number, by exclusive link: of several writers one wins,
 * and the losers re-read. Names are freed ascending and only by packing, so a link on a freed number finds no
 * predecessor and loses too (an array's oldest are pruned, the same way). No lock is trusted. A damaged revision does not count and goes to quarantine.
 */
import type {JobId, Uid} from '../../core/brand.js'
import type {JobRecord} from '../../core/job.js'
import type {Change} from '../../core/outcome.js'
import type {Durable, RandomToken} from '../disk/durable.js'
import {exists, unlinkIfThere} from '../disk/read-file.js'
import {createIndexReader} from '../index/index-file.js'
import {refreshIndex} from '../index/index-refresh.js'
import {pruneRevisions} from '../packs/prune.js'
import type {LiveJobs} from './job-lists.js'
import {createBucketReader} from './live-jobs.js'
import {sha256} from './record-codec.js'
import {
  climb,
  isThere,
  type RevisionContext,
  readRevision,
  readTop,
  revisionPath,
  revisionsUpTo,
  type Stored,
  type Unread,
} from './revision.js'
import {type Author, encodeRecord, successor} from './successor.js'
import {createUnreadJobs} from './unread-jobs.js'

export {type Author, encodeRecord, type LiveJobs, type Stored}

/** A revision with the time of its file, epoch milliseconds: for people, never for a decision. */
export interface Published {
  readonly record: JobRecord
  readonly writtenAt: number
}

/** 'taken': the id is used. 'void': it was packed meanwhile. */
export type First = 'won' | 'taken' | 'void'

export type Sync = 'now' | 'later'

export interface JobStore {
  /**
   * The revision that counts, or null: no such live job (look into the manifest's packs next).
   * E_RECORD_BAD: it is there, and cannot be read.
   */
  read(id: JobId): Stored | null
  /** Jobs that could not be read at the last look. Looks at nothing. */
  readonly unread: ReadonlyMap<JobId, Unread>
  /** Revision 1, whatever came of it; null: it is not there, or damaged. */
  first(id: JobId): JobRecord | null
  /** Everything live; as cheap as few changes since the last call make it. */
  live(): LiveJobs
  /** The same, ascending. */
  all(): readonly Stored[]
  /** What is live of one user, ascending; as cheap as his jobs are few, where the index is fresh. */
  ofUser(uid: Uid): readonly Stored[]
  /** Brings the index up to date for what `live` has found, a bounded part of it. For the service alone. */
  refreshIndex(random: RandomToken, now: number, changes?: 'many' | 'any'): void
  /** The revisions that count, ascending. */
  history(id: JobId): readonly Published[]
  /** Revision 1. */
  publishFirst(record: JobRecord, sync: Sync): First
  /** The same together with others that are published now. Its folder is synced later. `before`: see `publishBeside`. */
  publishFirstBeside(record: JobRecord, before: Author['check']): Promise<First>
  /** The new revision, or null: somebody was faster, read again. */
  publishNext(base: Stored, change: Change, author: Author, sync: Sync): Stored | null
  /** The same together with others that are published now. Its folder is synced later. */
  publishNextBeside(base: Stored, change: Change, author: Author): Promise<Stored | null>
  /** Our revision is the newest, is still there, and the job is not packed. Opens, never lists. */
  isCurrent(stored: Stored): boolean
  /** What is there of this job stays through a power loss, whoever published it. */
  settle(id: JobId, sync: Sync): void
  /** The same at once, for all who ask for that now. */
  settleBeside(id: JobId): Promise<void>
}

interface Context extends Omit<RevisionContext, 'fs'> {
  readonly durable: Durable
  /** The boot that the index must be of; empty: any. Left out: no index is read or written. */
  readonly boot?: string | undefined
}

export const createJobStore = (parts: Context): JobStore => {
  const {durable, layout, manifest} = parts
  const {fs} = durable
  const context: RevisionContext = {...parts, fs}
  /** What was read once of (id, rev) stays true: such a file never changes. */
  const seen = new Map<JobId, Stored>()
  const index = parts.boot === undefined ? null : createIndexReader(fs, layout, parts.boot)
  const unread = createUnreadJobs()
  const buckets = createBucketReader({...context, seen, unread, index})

  const settle = (id: JobId, sync: Sync): void => {
    const folder = layout.bucket(id)
    durable.makeFolder(folder, 0o755)
    if (sync === 'now') durable.syncFolder(folder)
    else durable.syncLater(folder)
  }

  const publish = (record: JobRecord): Uint8Array | null => {
    const bytes = encodeRecord(record)
    return durable.publishNew(revisionPath(layout, record.id, record.rev), bytes, 0o644) ? bytes : null
  }

  const publishBeside = async (record: JobRecord, before: Author['check']): Promise<Uint8Array | null> => {
    const bytes = encodeRecord(record)
    const path = revisionPath(layout, record.id, record.rev)
    return (await durable.publishBeside(path, bytes, 0o644, before)) ? bytes : null
  }

  /** `bytes`: as they were published; null: somebody was faster. */
  const won = (base: Stored, next: JobRecord, bytes: Uint8Array | null, sync: Sync): Stored | null => {
    if (bytes === null) return null
    if (!isThere(context, base)) {
      // Packed while we stalled: our name was free again, but we are too late.
      seen.delete(next.id)
      unlinkIfThere(fs, revisionPath(layout, next.id, next.rev))
      return null
    }
    settle(next.id, sync)
    pruneRevisions(durable, layout, next)
    const stored = {record: next, sha256: sha256(bytes)}
    seen.set(next.id, stored)
    return stored
  }

  /** Null: what was proposed is damaged, or gone; the next reading shall tell. */
  const stepOf = (
    proposed: Stored,
    change: Change,
    author: Author,
  ): {readonly base: Stored; readonly next: JobRecord} | null => {
    const base = proven(proposed)
    if (base !== null) return {base, next: successor(base, change, author)}
    topNow(proposed.record.id, proposed)
    return null
  }

  const first = (record: JobRecord, bytes: Uint8Array | null, sync: Sync): First => {
    if (bytes === null) return 'taken'
    if (manifest.contains(record.id)) {
      unlinkIfThere(fs, revisionPath(layout, record.id, 1))
      return 'void'
    }
    settle(record.id, sync)
    seen.set(record.id, {record, sha256: sha256(bytes)})
    return 'won'
  }

  const keep = (id: JobId, stored: Stored | null): Stored | null => {
    if (stored === null) seen.delete(id)
    else seen.set(id, stored)
    return stored
  }

  /** By a listing; null: none that anything could be decided on. */
  const topNow = (id: JobId, known: Stored | null): Stored | null =>
    keep(id, unread.sift(id, readTop(context, id), known))

  /** A row of the index only proposes: its bytes on the disk count. Null: they are others, or gone. */
  const proven = (stored: Stored): Stored | null => {
    if (stored.proposed === undefined) return stored
    const {record, sha256: sum} = stored
    const revision = readRevision(context, record.id, record.rev)
    return revision.kind === 'whole' && revision.stored.sha256 === sum ? revision.stored : null
  }

  /** A bucket may hold thousands of names: it is listed only for a job that is new to us, or has gone. */
  const read = (id: JobId): Stored | null => {
    const known = seen.get(id) ?? buckets.row(id)
    const base = known === null ? null : proven(known)
    const stored = base === null ? null : climb(context, base)
    const top = stored === null ? topNow(id, known) : keep(id, unread.sift(id, stored, null))
    unread.check(id)
    return top
  }

  return {
    read,
    unread: unread.all,
    live: buckets.live,
    all: () => buckets.live().all,
    ofUser: buckets.ofUser,
    refreshIndex: (random, now, changes = 'many') => {
      if (index !== null && parts.boot !== undefined)
        refreshIndex({fs, layout, random, now, boot: parts.boot, index, buckets, changes})
    },
    settle,
    settleBeside: async id => {
      const folder = layout.bucket(id)
      durable.makeFolder(folder, 0o755)
      await durable.syncBeside(folder)
    },
    first: id => {
      const revision = readRevision(context, id, 1)
      return revision.kind === 'whole' ? revision.stored.record : null
    },
    history: id => {
      const top = read(id)
      return top === null ? [] : revisionsUpTo(context, top.record)
    },
    publishFirst: (record, sync) => {
      durable.makeFolder(layout.bucket(record.id), 0o755)
      return first(record, publish(record), sync)
    },
    publishFirstBeside: async (record, before) => {
      durable.makeFolder(layout.bucket(record.id), 0o755)
      return first(record, await publishBeside(record, before), 'later')
    },
    publishNext: (proposed, change, author, sync) => {
      const step = stepOf(proposed, change, author)
      if (step === null) return null
      author.check()
      return won(step.base, step.next, publish(step.next), sync)
    },
    publishNextBeside: async (proposed, change, author) => {
      const step = stepOf(proposed, change, author)
      if (step === null) return null
      // Not before the syncs: a younger scheduler may come while they go on.
      return won(step.base, step.next, await publishBeside(step.next, author.check), 'later')
    },
    isCurrent: ({record}) =>
      !exists(fs, revisionPath(layout, record.id, record.rev + 1)) &&
      exists(fs, revisionPath(layout, record.id, record.rev)) &&
      !manifest.contains(record.id),
  }
}
