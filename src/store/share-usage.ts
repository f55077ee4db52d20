/**
 * What is left in fair share of all that each user used: of packed jobs by their segments, of live ones by their
 * records. Nothing is charged anywhere: it is a function of what happened, so nothing counts twice or is forgotten, and
 * whoever reads the directory comes to the same numbers.
 *
 * Kept in memory while manifest and buckets are unchanged; writes nothing.
 */

import {usedRecords} from '../core/array/view.js'
import type {JobId} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import {joinLedgers, type Ledger, ledgerOf, runsOf} from '../core/fair-share/ledger.js'
import type {JobRecord} from '../core/job.js'
import type {FileSystem} from './disk/file-system.js'
import type {LiveJobs, Stored} from './jobs/job-store.js'
import type {Layout} from './layout.js'
import {containsOf, type ManifestReader} from './packs/manifest.js'
import type {Manifest} from './packs/manifest-form.js'
import {type ArrayOf, packedUsage} from './packs/packed-usage.js'
import type {Packs} from './packs/packs.js'
import {type PackedUsage, readUsage} from './packs/usage-file.js'
import {packedTasksOf} from './unpacked-tasks.js'

export interface ShareGround {
  readonly durable: {readonly fs: FileSystem}
  readonly layout: Layout
  readonly manifest: ManifestReader
  readonly packs: Packs
}

const arrayLookup = ({packs}: ShareGround, live: LiveJobs): ArrayOf => {
  const known = new Map<JobId, JobRecord | null>()
  const look = (id: JobId): JobRecord | null => {
    try {
      return live.get(id)?.record ?? packs.job(id)?.record ?? null
    } catch (error) {
      // Damaged: told by fsck, with its segment.
      if (error instanceof GodError && error.code === 'E_RECORD_BAD') return null
      throw error
    }
  }
  return id => {
    const found = known.get(id)
    if (found !== undefined) return found
    const record = look(id)
    known.set(id, record)
    return record
  }
}

interface Packed {
  readonly n: number
  readonly manifest: Manifest
  readonly usage: PackedUsage
  readonly behind: boolean
  readonly ledger: Ledger
}

export interface ShareQuestion {
  /** Milliseconds, or Infinity. */
  readonly halfLife: number
  readonly now: number
  /** Lines of segments that are read at most; the rest counts by daily sums, less exactly. */
  readonly most: number
}

const lastPacked = new WeakMap<ManifestReader, Packed>()

const packedOf = (ground: ShareGround, live: LiveJobs, {halfLife, now, most}: ShareQuestion): Packed => {
  const {n, manifest} = ground.manifest.newest()
  const before = lastPacked.get(ground.manifest)
  if (before?.n === n && !before.behind && before.usage.halfLife === halfLife) return before
  const {fs} = ground.durable
  const known = before?.usage ?? readUsage(fs, ground.layout)
  const question = {halfLife, now, most, arrayOf: arrayLookup(ground, live)}
  const {usage, behind} = packedUsage({fs, layout: ground.layout}, manifest, known, question)
  const packed = {n, manifest, usage, behind, ledger: joinLedgers(usage.segments.values(), now, halfLife)}
  lastPacked.set(ground.manifest, packed)
  return packed
}

/** One bucket of live jobs. */
interface BucketUse {
  readonly users: ReadonlySet<string>
  /** What ran or runs; no arrays. */
  readonly began: readonly JobRecord[]
  /** With tasks that run or ended. */
  readonly arrays: readonly JobRecord[]
}

const buckets = new WeakMap<readonly Stored[], BucketUse>()

const hasRun = ({started, earlier}: JobRecord): boolean => started !== null || earlier !== undefined

const useOfBucket = (bucket: readonly Stored[]): BucketUse => {
  const before = buckets.get(bucket)
  if (before !== undefined) return before
  const records = bucket.map(({record}) => record)
  const use = {
    users: new Set(records.map(({user}) => user)),
    began: records.filter(record => record.array === undefined && hasRun(record)),
    arrays: records.filter(record => record.array !== undefined && usedRecords(record).length > 0),
  }
  buckets.set(bucket, use)
  return use
}

const unpackedParts = ({packs}: ShareGround, manifest: Manifest, array: JobRecord): readonly JobRecord[] => {
  const packed = packedTasksOf(packs, manifest, array)
  return usedRecords(array).filter(({task}) => task === undefined || !packed.has(task))
}

export interface ShareUsage {
  /** Seconds of a charged cpu, by user; those who only wait have none. */
  readonly used: ReadonlyMap<string, number>
  /** The part that is worth keeping on the disk. */
  readonly packed: PackedUsage
}

/** The live ones were read before: what was packed meanwhile counts by its segment. */
export const shareUsage = (ground: ShareGround, live: LiveJobs, question: ShareQuestion): ShareUsage => {
  const {halfLife, now} = question
  const packed = packedOf(ground, live, question)
  const isPacked = containsOf(packed.manifest)
  const uses = live.buckets.map(useOfBucket)
  const parts = uses.flatMap(({began, arrays}) => [
    ...began.filter(({id}) => !isPacked(id)),
    ...arrays.flatMap(array => (isPacked(array.id) ? [] : unpackedParts(ground, packed.manifest, array))),
  ])
  const unpacked = ledgerOf(
    parts.flatMap(record => runsOf(record, now)),
    now,
    halfLife,
  )
  const known = new Map(uses.flatMap(({users}) => [...users].map(user => [user, 0] as const)))
  const {used} = joinLedgers([packed.ledger, unpacked, {at: now, used: known}], now, halfLife)
  return {used, packed: packed.usage}
}
