/**
 * The revisions of a job: reading them, and finding the one that counts (state.md 6).
 *
 * A revision counts if it is the first one, or if the one that it was published on is there: looked for by open,
 * never in a listing. What is damaged or impossible does not count and goes to quarantine, never before the
 * manifest was read after the listing. A published file never changes, so what was read of one stays true.
 * One on a bad sector is there, and nobody knows what it says: nothing may be decided on those before it.
 */
import {join} from 'node:path'
import {successionFault as lawFault} from '../../core/array/law.js'
import {type JobId, rev} from '../../core/brand.js'
import {type JobRecord, parseRecord} from '../../core/job.js'
import {existsThoughBad, readOrErrno} from '../disk/bad-sector.js'
import {type FileSystem, isErrno} from '../disk/file-system.js'
import {listNames} from '../disk/read-file.js'
import {bucketOf, type Layout, parseRecordName, recordName} from '../layout.js'
import type {ManifestReader} from '../packs/manifest.js'
import type {Quarantine} from '../quarantine.js'
import {decode, sha256} from './record-codec.js'

/** A record as read: what is published on it is judged against these bytes. */
export interface Stored {
  readonly record: JobRecord
  readonly sha256: string
  /** A row of the index: its file was not opened, and is before anything is published on it. */
  readonly proposed?: true
}

export interface RevisionContext {
  readonly fs: FileSystem
  readonly layout: Layout
  readonly manifest: ManifestReader
  readonly quarantine: Quarantine
}

/** A job whose newest revision is there and cannot be read: what was last known of it, null: nothing. */
export interface Unread {
  readonly path: string
  /** Of the system's error. */
  readonly errno: string
  readonly last: Stored | null
}

/** One revision's file: whole and saying what its name says, damaged, there but on a bad sector, or gone. */
export type Revision =
  | {readonly kind: 'whole'; readonly stored: Stored; readonly ino: number; readonly writtenAt: number}
  | {readonly kind: 'bad'; readonly ino: number; readonly why: string}
  | {readonly kind: 'unreadable'; readonly errno: string}
  | {readonly kind: 'gone'}

/** An array whose tasks end as it never happens, each other one failed, has a record of four megabytes. */
const MOST_BYTES = 16 * 1024 * 1024

export const revisionPath = (layout: Layout, id: JobId, r: number): string =>
  join(layout.bucket(id), recordName(id, rev(r)))

/** A folder of that name must not stop the passes: it is moved away as any damaged file. */
const readIfFile = (fs: FileSystem, path: string) => {
  try {
    return readOrErrno(fs, path, {limit: MOST_BYTES})
  } catch (error) {
    if (isErrno(error, 'EISDIR')) return 'folder'
    throw error
  }
}

export const readRevision = ({fs, layout}: RevisionContext, id: JobId, r: number): Revision => {
  const path = revisionPath(layout, id, r)
  const file = readIfFile(fs, path)
  if (file === null) return {kind: 'gone'}
  if (file === 'folder') return {kind: 'bad', ino: fs.lstat(path).ino, why: 'it is a folder'}
  if ('errno' in file) return {kind: 'unreadable', errno: file.errno}
  const {ino, mtimeMs} = file.stat
  const parsed = decode(file.bytes, parseRecord)
  if (!parsed.ok) return {kind: 'bad', ino, why: parsed.why}
  const record = parsed.value
  if (record.id !== id || record.rev !== r) {
    return {kind: 'bad', ino, why: 'its content is of another job or revision'}
  }
  return {kind: 'whole', stored: {record, sha256: sha256(file.bytes)}, ino, writtenAt: mtimeMs}
}

/** As `readRevision`, and judged by its predecessor. 'void': that one is gone, so it was published too late. */
const judge = (context: RevisionContext, id: JobId, r: number): Revision | {readonly kind: 'void'} => {
  const revision = readRevision(context, id, r)
  if (revision.kind !== 'whole' || r === 1) return revision
  const before = readRevision(context, id, r - 1)
  if (before.kind === 'gone') return {kind: 'void'}
  // A damaged predecessor is fsck's business: it is there, so this one was published in time.
  if (before.kind !== 'whole') return revision
  const why = successionFault(before.stored, revision.stored)
  return why === null ? revision : {kind: 'bad', ino: revision.ino, why}
}

/**
 * Other bytes than those it was published on: a power loss or quarantine took the predecessor away, and somebody
 * else has published that number since.
 */
export const successionFault = (before: Stored, after: Stored): string | null => {
  const why = lawFault(before.record, after.record)
  if (why !== null) return why
  return after.record.prev?.sha256 === before.sha256 ? null : 'it was published on another predecessor'
}

/** The highest that can be read of those below one that cannot. Nothing is set aside: that one needs its predecessor. */
const lastKnown = (context: RevisionContext, id: JobId, revs: readonly number[]): Stored | null => {
  for (const r of revs) {
    const revision = judge(context, id, r)
    if (revision.kind === 'whole') return revision.stored
  }
  return null
}

export type Top = Stored | Unread | null

export const isUnread = (top: Top): top is Unread => top !== null && 'errno' in top

/** The highest of the listed revisions that counts; `revs` highest first. */
export const topOf = (context: RevisionContext, id: JobId, revs: readonly number[]): Top => {
  for (const [i, r] of revs.entries()) {
    const revision = judge(context, id, r)
    if (revision.kind === 'whole') return revision.stored
    if (revision.kind === 'unreadable') {
      const path = revisionPath(context.layout, id, r)
      return {path, errno: revision.errno, last: lastKnown(context, id, revs.slice(i + 1))}
    }
    if (revision.kind === 'bad' && !context.manifest.contains(id)) {
      context.quarantine.take(revisionPath(context.layout, id, r), revision.ino, revision.why)
    }
  }
  return null
}

/**
 * With the bytes that we read: one that was damaged and replaced since is another one. On a bad sector by now it is
 * there, and we know what it says.
 */
export const isThere = ({fs, layout}: RevisionContext, {record, sha256: sum}: Stored): boolean => {
  const file = readIfFile(fs, revisionPath(layout, record.id, record.rev))
  if (file === null || file === 'folder') return false
  return 'errno' in file || sha256(file.bytes) === sum
}

/**
 * The revision that counts, by opens from one that counted; null: look at a listing. That one is looked for last
 * of all names: names are freed ascending, so if it is there, none of those after it was freed before.
 */
export const climb = (context: RevisionContext, known: Stored): Stored | null => {
  const {id} = known.record
  let top = known
  for (;;) {
    const next = readRevision(context, id, top.record.rev + 1)
    if (next.kind === 'gone') break
    if (next.kind !== 'whole' || successionFault(top, next.stored) !== null) return null
    top = next.stored
  }
  return isThere(context, known) && !context.manifest.contains(id) ? top : null
}

/** The whole ones that are there without a gap, ascending: all of a job, the last of an array. */
export const revisionsUpTo = (
  context: RevisionContext,
  top: JobRecord,
): readonly {readonly record: JobRecord; readonly writtenAt: number}[] => {
  const found: {record: JobRecord; writtenAt: number}[] = []
  for (let r: number = top.rev; r > 0; r--) {
    const revision = readRevision(context, top.id, r)
    if (revision.kind === 'gone') break
    if (revision.kind === 'whole')
      found.unshift({record: revision.stored.record, writtenAt: revision.writtenAt})
  }
  return found
}

/** Listings read again when everything vanished under us: packing takes a few milliseconds. */
const LISTINGS = 3

/** The revision that counts, or null: no such live job. Live names first, then the manifest. */
export const readTop = (context: RevisionContext, id: JobId): Top => {
  const {fs, layout, manifest} = context
  for (let i = 0; i < LISTINGS; i++) {
    const revs = byJob(listNames(fs, layout.bucket(id)), bucketOf(id), id).get(id) ?? []
    // A listing may miss names: the first revision is there as long as the job.
    if (revs.length === 0 && !existsThoughBad(fs, revisionPath(layout, id, 1))) return null
    const found = topOf(context, id, revs)
    if (manifest.contains(id)) return null
    if (found !== null) return found
  }
  return null
}

/**
 * Revision numbers of each job (or of one) in the names of a bucket, highest first. A name of another bucket's job is
 * none: its job is not two.
 */
export const byJob = (names: readonly string[], bucket: number, only?: JobId): Map<JobId, number[]> => {
  const jobs = new Map<JobId, number[]>()
  const prefix = only === undefined ? '' : `${only}.`
  for (const name of names) {
    const parsed = name.startsWith(prefix) ? parseRecordName(name) : null
    if (parsed === null || bucketOf(parsed.id) !== bucket) continue
    const revs = jobs.get(parsed.id)
    if (revs === undefined) jobs.set(parsed.id, [parsed.rev])
    else revs.push(parsed.rev)
  }
  for (const revs of jobs.values()) revs.sort((a, b) => b - a)
  return jobs
}
