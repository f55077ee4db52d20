/**
 * Job records: reading the revision that counts, and publishing the next one (state.md 6).
 *
 * A published file never changes; a change is the next number, by exclusive link: of several writers one wins,
 * and the losers re-read. Names are freed ascending and only by packing, so a link on a freed number finds no
 * predecessor and loses too. No lock is trusted. A damaged revision does not count and goes to quarantine.
 */
import {join} from 'node:path'
import {type Epoch, epoch, type JobId, rev} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import {type JobRecord, parseRecord} from '../core/job.js'
import type {Change} from '../core/outcome.js'
import {transitionFault} from '../core/state.js'
import type {Durable} from './durable.js'
import {type Layout, parseBucketName, parseRecordName, recordName} from './layout.js'
import type {ManifestReader} from './manifest.js'
import type {Quarantine} from './quarantine.js'
import {ensureFolder, exists, listNames, readFile, unlinkIfThere} from './read-file.js'
import {decode, encode, sha256} from './record-codec.js'

/** A record as read: what is published on it is judged against these bytes. */
export interface Stored {
  readonly record: JobRecord
  readonly sha256: string
}

/** A revision with the time of its file, epoch milliseconds: for people, never for a decision. */
export interface Published {
  readonly record: JobRecord
  readonly writtenAt: number
}

export type Sync = 'now' | 'later' | 'never'

export interface Author {
  readonly by: string
  /** Zero: no scheduler's word. */
  readonly epoch: Epoch
  /** Throws E_FENCED when a younger scheduler is there. */
  readonly check: () => void
}

export interface JobStore {
  /** The revision that counts, or null: no such live job (look into the manifest's packs next). */
  read(id: JobId): Stored | null
  /** Everything live, ascending. */
  all(): readonly Stored[]
  /** The revisions that count, ascending. */
  history(id: JobId): readonly Published[]
  /** Revision 1. 'taken': the id is used. 'void': it was packed meanwhile. */
  publishFirst(record: JobRecord, sync: Sync): 'won' | 'taken' | 'void'
  /** The new revision, or null: somebody was faster, read again. */
  publishNext(base: Stored, change: Change, author: Author, sync: Sync): Stored | null
  /** Our revision is the newest, is still there, and the job is not packed. Opens, never lists. */
  isCurrent(stored: Stored): boolean
}

interface Context {
  readonly durable: Durable
  readonly layout: Layout
  readonly manifest: ManifestReader
  readonly quarantine: Quarantine
}

const pathOf = (layout: Layout, id: JobId, r: number): string =>
  join(layout.bucket(id), recordName(id, rev(r)))

const revsOf = (names: readonly string[], id: JobId): number[] =>
  names
    .flatMap(name => {
      const parsed = parseRecordName(name)
      return parsed !== null && parsed.id === id ? [parsed.rev as number] : []
    })
    .sort((a, b) => b - a)

/** One revision's file: whole and saying what its name says, damaged, or gone. */
type Revision =
  | {readonly kind: 'whole'; readonly stored: Stored; readonly writtenAt: number}
  | {readonly kind: 'bad'; readonly why: string}
  | {readonly kind: 'gone'}

const readRevision = ({durable, layout}: Context, id: JobId, r: number): Revision => {
  const file = readFile(durable.fs, pathOf(layout, id, r))
  if (file === null) return {kind: 'gone'}
  const parsed = decode(file.bytes, parseRecord)
  if (!parsed.ok) return {kind: 'bad', why: parsed.why}
  if (parsed.value.id !== id || parsed.value.rev !== r)
    return {kind: 'bad', why: 'its content is of another job or revision'}
  return {
    kind: 'whole',
    stored: {record: parsed.value, sha256: sha256(file.bytes)},
    writtenAt: file.stat.mtimeMs,
  }
}

/** 'counts', or why not: 'void' = its predecessor is gone, so it was published too late. */
const judge = (context: Context, candidate: Stored): 'counts' | 'void' | {readonly why: string} => {
  const {id, rev: r} = candidate.record
  if (r === 1) return 'counts'
  const before = readRevision(context, id, r - 1)
  if (before.kind === 'gone') return 'void'
  // A damaged predecessor is fsck's business: it is there, so this one was published in time.
  if (before.kind === 'bad') return 'counts'
  const why = transitionFault(before.stored.record, candidate.record)
  return why === null ? 'counts' : {why}
}

/** Listings read again when everything vanished under us: packing takes a few milliseconds. */
const LISTINGS = 3

const readTop = (context: Context, id: JobId): Stored | null => {
  for (let i = 0; i < LISTINGS; i++) {
    const revs = revsOf(listNames(context.durable.fs, context.layout.bucket(id)), id)
    if (revs.length === 0) return null
    const found = topOf(context, id, revs)
    // Live names first, then the manifest.
    if (context.manifest.contains(id)) return null
    if (found !== null) return found
  }
  return null
}

const topOf = (context: Context, id: JobId, revs: readonly number[]): Stored | null => {
  for (const r of revs) {
    const revision = readRevision(context, id, r)
    if (revision.kind === 'gone') continue
    const verdict = revision.kind === 'bad' ? {why: revision.why} : judge(context, revision.stored)
    if (verdict === 'counts' && revision.kind === 'whole') return revision.stored
    // Nothing is quarantined before the manifest was read after the listing.
    if (typeof verdict === 'object' && !context.manifest.contains(id)) {
      context.quarantine.take(pathOf(context.layout, id, r), verdict.why)
    }
  }
  return null
}

/** Revision numbers of each job in a bucket, as listed; highest first. */
const byJob = (names: readonly string[]): Map<JobId, number[]> => {
  const jobs = new Map<JobId, number[]>()
  for (const name of names) {
    const parsed = parseRecordName(name)
    if (parsed === null) continue
    const revs = jobs.get(parsed.id)
    if (revs === undefined) jobs.set(parsed.id, [parsed.rev])
    else revs.push(parsed.rev)
  }
  for (const revs of jobs.values()) revs.sort((a, b) => b - a)
  return jobs
}

/** The bytes of a revision: what was published stays as it is, for ever. */
export const encodeRecord = (record: JobRecord): Uint8Array => encode(record)

export const createJobStore = (context: Context): JobStore => {
  const {durable, layout, manifest} = context
  const {fs} = durable
  /** What was read once of (id, rev) stays true: such a file never changes. */
  const seen = new Map<JobId, Stored>()

  const settle = (folder: string, sync: Sync): void => {
    if (sync === 'now') durable.syncFolder(folder)
    if (sync === 'later') durable.syncLater(folder)
  }

  const publish = (record: JobRecord): Uint8Array | null => {
    const bytes = encodeRecord(record)
    return durable.publishNew(pathOf(layout, record.id, record.rev), bytes, 0o644) ? bytes : null
  }

  const current = (id: JobId, revs: readonly number[]): Stored | null => {
    const cached = seen.get(id)
    if (cached !== undefined && cached.record.rev === revs[0]) return cached
    const stored = topOf(context, id, revs) ?? readTop(context, id)
    if (stored !== null) seen.set(id, stored)
    return stored
  }

  const all = (): readonly Stored[] => {
    const buckets = listNames(fs, layout.live).filter(name => parseBucketName(name) !== null)
    const live = buckets.flatMap(name =>
      [...byJob(listNames(fs, join(layout.live, name)))].flatMap(([id, revs]) => current(id, revs) ?? []),
    )
    return live
      .filter(stored => !manifest.contains(stored.record.id))
      .sort((a, b) => a.record.id - b.record.id)
  }

  return {
    read: id => readTop(context, id),
    all,
    history: id => {
      const top = readTop(context, id)
      if (top === null) return []
      const revisions = Array.from({length: top.record.rev}, (_, i) => readRevision(context, id, i + 1))
      return revisions.flatMap(revision =>
        revision.kind === 'whole' ? [{record: revision.stored.record, writtenAt: revision.writtenAt}] : [],
      )
    },
    publishFirst: (record, sync) => {
      const folder = layout.bucket(record.id)
      if (ensureFolder(fs, folder, 0o755)) durable.syncFolder(layout.live)
      if (publish(record) === null) return 'taken'
      if (manifest.contains(record.id)) {
        unlinkIfThere(fs, pathOf(layout, record.id, 1))
        return 'void'
      }
      settle(folder, sync)
      return 'won'
    },
    publishNext: (base, change, author, sync) => {
      const next: JobRecord = {
        ...base.record,
        ...change,
        rev: rev(base.record.rev + 1),
        epoch: epoch(Math.max(author.epoch, base.record.epoch)),
        prev: {rev: base.record.rev, sha256: base.sha256},
        by: author.by,
      }
      const fault = transitionFault(base.record, next)
      if (fault !== null) throw new GodError('E_BUG', `job ${next.id}: ${fault}`)
      author.check()
      const bytes = publish(next)
      if (bytes === null) return null
      if (!exists(fs, pathOf(layout, next.id, base.record.rev))) {
        // Packed while we stalled: our name was free again, but we are too late.
        unlinkIfThere(fs, pathOf(layout, next.id, next.rev))
        return null
      }
      settle(layout.bucket(next.id), sync)
      const stored = {record: next, sha256: sha256(bytes)}
      seen.set(next.id, stored)
      return stored
    },
    isCurrent: ({record}) =>
      !exists(fs, pathOf(layout, record.id, record.rev + 1)) &&
      exists(fs, pathOf(layout, record.id, record.rev)) &&
      !manifest.contains(record.id),
  }
}
