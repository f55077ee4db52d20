/**
 * What is left in fair share of all that each user used: of packed jobs by their segments, of live ones by their
 * records. Nothing is charged anywhere: it is a function of what happened, so nothing counts twice or is forgotten, and
 * whoever reads the directory comes to the same numbers.
 *
 * Kept in memory while manifest and buckets are unchanged; writes nothing.
 */

import {partRecords} from '../core/array-view.js'
import type {JobId} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import {joinLedgers, type Ledger, ledgerOf, runOf} from '../core/fair-share/ledger.js'
import {has} from '../core/interval-set.js'
import type {JobRecord} from '../core/job.js'
import {isFinal} from '../core/state.js'
import type {FileSystem} from './disk/file-system.js'
import type {LiveJobs, Stored} from './jobs/job-store.js'
import type {Layout} from './layout.js'
import type {ManifestReader} from './packs/manifest.js'
import type {Manifest} from './packs/manifest-form.js'
import {type ArrayOf, packedUsage} from './packs/packed-usage.js'
import type {Packs} from './packs/packs.js'
import {type PackedUsage, readUsage} from './packs/usage-file.js'

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
  readonly usage: PackedUsage
  readonly ledger: Ledger
}

const lastPacked = new WeakMap<ManifestReader, Packed>()

const packedOf = (ground: ShareGround, live: LiveJobs, halfLife: number, now: number): Packed => {
  const {n, manifest} = ground.manifest.newest()
  const before = lastPacked.get(ground.manifest)
  if (before?.n === n && before.usage.halfLife === halfLife) return before
  const {fs} = ground.durable
  const known = before?.usage ?? readUsage(fs, ground.layout)
  const question = {halfLife, now, arrayOf: arrayLookup(ground, live)}
  const usage = packedUsage({fs, layout: ground.layout}, manifest, known, question)
  const packed = {n, usage, ledger: joinLedgers(usage.segments.values(), now, halfLife)}
  lastPacked.set(ground.manifest, packed)
  return packed
}

/** One bucket of live jobs. */
interface BucketUse {
  readonly halfLife: number
  readonly users: ReadonlySet<string>
  /** What ended. */
  readonly ledger: Ledger
  /** What runs, and what a clock says to end in the future. */
  readonly open: readonly JobRecord[]
  /** With tasks that run or ended. */
  readonly arrays: readonly JobRecord[]
}

const buckets = new WeakMap<readonly Stored[], BucketUse>()

const useOfBucket = (bucket: readonly Stored[], halfLife: number, now: number): BucketUse => {
  const before = buckets.get(bucket)
  if (before?.halfLife === halfLife) return before
  const records = bucket.map(({record}) => record)
  const began = records.filter(({array, started}) => array === undefined && started !== null)
  const isPast = ({ended}: JobRecord): boolean => ended !== null && ended <= now
  const use = {
    halfLife,
    users: new Set(records.map(({user}) => user)),
    ledger: ledgerOf(
      began.filter(isPast).flatMap(record => runOf(record, now) ?? []),
      now,
      halfLife,
    ),
    open: began.filter(record => !isPast(record)),
    arrays: records.filter(({array}) => Object.keys(array?.parts ?? {}).length > 0),
  }
  buckets.set(bucket, use)
  return use
}

/** Its tasks that ran or run, but for those whose results are in a segment already: the packer takes them out soon. */
const unpackedParts = ({packs}: ShareGround, manifest: Manifest, array: JobRecord): readonly JobRecord[] => {
  const parts = partRecords(array)
  const over = parts.flatMap(({state, task}) => (isFinal(state) && task !== undefined ? [task] : []))
  if (over.length === 0 || !manifest.segments.some(({arrays}) => has(arrays, array.id))) return parts
  const packed = packs.packedTasks(manifest, array.id, over)
  return parts.filter(({task}) => task === undefined || !packed.has(task))
}

export interface ShareUsage {
  /** Seconds of a charged cpu, by user; those who only wait have none. */
  readonly used: ReadonlyMap<string, number>
  /** The part that is worth keeping on the disk. */
  readonly packed: PackedUsage
}

export const shareUsage = (
  ground: ShareGround,
  live: LiveJobs,
  halfLife: number,
  now: number,
): ShareUsage => {
  const packed = packedOf(ground, live, halfLife, now)
  const {manifest} = ground.manifest.newest()
  const uses = live.buckets.map(bucket => useOfBucket(bucket, halfLife, now))
  const parts = uses.flatMap(({open, arrays}) => [
    ...open,
    ...arrays.flatMap(array => unpackedParts(ground, manifest, array)),
  ])
  const running = ledgerOf(
    parts.flatMap(record => runOf(record, now) ?? []),
    now,
    halfLife,
  )
  const waiting = {
    at: now,
    used: new Map(uses.flatMap(({users}) => [...users].map(user => [user, 0] as const))),
  }
  const all = [packed.ledger, ...uses.map(({ledger}) => ledger), running, waiting]
  return {used: joinLedgers(all, now, halfLife).used, packed: packed.usage}
}
