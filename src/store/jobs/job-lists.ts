/** Lists of live jobs, each the same object as before while nothing in it has changed. Pure. */
import type {JobId} from '../../core/brand.js'
import {bucketOf} from '../layout.js'
import type {Stored, Unread} from './revision.js'

/** The live jobs at one moment. Each list is the same object as before while nothing in it has changed. */
export interface LiveJobs {
  /** Ascending. */
  readonly all: readonly Stored[]
  /** The same, a list a bucket. */
  readonly buckets: readonly (readonly Stored[])[]
  get(id: JobId): Stored | null
  /** In none of these lists, for nothing may be decided on them. */
  readonly unread: ReadonlyMap<JobId, Unread>
}

/** In a list that is ascending. */
export const find = (rows: readonly Stored[], id: JobId): Stored | null => {
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

/** Without packed jobs; the same list again while rows and manifest are the same. */
export const createFilter = () => {
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

type UnreadOf = LiveJobs['unread']

export const liveJobs = (buckets: readonly (readonly Stored[])[], unread: UnreadOf): LiveJobs => {
  let all: readonly Stored[] | null = null
  const byBucket = new Map(
    buckets.flatMap(rows => (rows[0] === undefined ? [] : [[bucketOf(rows[0].record.id), rows]])),
  )
  return {
    buckets,
    unread,
    get all() {
      all ??= buckets.flat()
      return all
    },
    get: id => find(byBucket.get(bucketOf(id)) ?? [], id),
  }
}

export const sameLists = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((list, i) => list === b[i])

export const sameJobs = (a: UnreadOf, b: UnreadOf): boolean =>
  a.size === b.size && [...a].every(([id, unread]) => b.get(id) === unread)
