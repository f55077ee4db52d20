/**
 * Many jobs by few requests: each request is dropped durably before the next, in the order of the lines.
 *
 * A request is all or nothing. Whatever ends it in between (Ctrl-C, a full disk), what was queued is told with what
 * was not; the jobs whose ids were told survive everything, as those of a single submit do.
 */
import {counted} from '../../core/amounts.js'
import {type JobId, jobId, MAX_ID} from '../../core/brand.js'
import {batchSizes, bytesOf} from '../../core/bulk.js'
import {countName, type LinesNamed, withIds, withWidestIds} from '../../core/dependency/line-names.js'
import {GodError} from '../../core/errors.js'
import {formatIds} from '../../core/id-ranges.js'
import type {Wish} from '../../core/job.js'
import {type BulkRequest, MAX_BULK_BYTES} from '../../core/request.js'
import {dropRequest, newToken} from '../../store/requests/drop-folder.js'
import {claimIds} from '../../store/requests/ids.js'
import type {Site} from '../site.js'
import type {JobLine} from './job-lines.js'
import {hasKey, submitOnce} from './keyed-submit.js'
import {CLAIM_GOOD, greatestParent} from './submit.js'

export interface Queued {
  /** Of the first lines, in their order. */
  readonly ids: readonly JobId[]
  /** So many of them had been queued before, by their keys. */
  readonly there: number
  /** What ended it before all were queued. */
  readonly fault: unknown
}

/** By name, the ids of the lines before. */
type Named = ReadonlyMap<string, readonly JobId[]>

const nameAll = (
  named: Named,
  lines: readonly JobLine[],
  ids: readonly JobId[],
): Map<string, readonly JobId[]> => {
  const all = new Map(named)
  lines.forEach(({settled: {name}}, i) => {
    const id = ids[i]
    if (id !== undefined) all.set(name, [...(all.get(name) ?? []), id])
  })
  return all
}

const NOBODY: Named = new Map()

/** `beside`: in the same request, where lines above have lower ids. Of requests before all are meant, whatever their ids. */
const withParents = (wish: Wish, own: JobId, before: Named, beside: Named): Wish => {
  const {depend} = wish
  if (depend === undefined) return wish
  const above = (name: string): readonly JobId[] => (beside.get(name) ?? []).filter(id => id < own)
  return {...wish, depend: withIds(depend, name => [...(before.get(name) ?? []), ...above(name)])}
}

/** Durable when it returns. A job with a key comes by itself: its request has the name of the key. */
const dropBatch = (site: Site, lines: readonly JobLine[], named: Named): Omit<Queued, 'fault'> => {
  const {cluster} = site.format
  const [first] = lines
  if (first !== undefined) {
    const wish = withParents(first.wish, jobId(MAX_ID), named, NOBODY)
    if (hasKey(wish)) {
      const {id, request} = submitOnce(site, wish)
      return {ids: [id], there: request === null ? 1 : 0}
    }
  }
  for (;;) {
    const claimedAt = site.now()
    const ids = claimIds(site.durable, site.layout, lines.length)
    const beside = nameAll(NOBODY, lines, ids)
    const jobs = lines.flatMap(({wish}, i) => {
      const id = ids[i]
      return id === undefined ? [] : [{id, wish: withParents(wish, id, named, beside)}]
    })
    // As of a single job: each claim that is too low is left to be burned.
    if (jobs.some(({id, wish}) => greatestParent(wish) >= id)) continue
    const request: BulkRequest = {v: 1, op: 'bulk', tok: newToken(site.random), cluster, jobs}
    if (dropRequest(site, request, () => site.now() - claimedAt < CLAIM_GOOD)) return {ids, there: 0}
  }
}

/** It shares a request with none. */
const ALONE = MAX_BULK_BYTES

const sizeOf = ({wish}: JobLine, above: LinesNamed): number => {
  if (hasKey(wish)) return ALONE
  const {depend} = wish
  return bytesOf(depend === undefined ? wish : {...wish, depend: withWidestIds(depend, above)})
}

const sizesOf = (lines: readonly JobLine[]): readonly number[] => {
  const above = new Map<string, number>()
  return lines.map(line => {
    const size = sizeOf(line, above)
    countName(above, line.settled.name)
    return size
  })
}

const batchesOf = (lines: readonly JobLine[]): readonly (readonly JobLine[])[] => {
  let from = 0
  return batchSizes(sizesOf(lines)).map(size => {
    from += size
    return lines.slice(from - size, from)
  })
}

export interface Watching {
  readonly signal: AbortSignal
  /** How many are queued. */
  readonly told: (queued: number) => void
}

export const submitMany = async (
  site: Site,
  lines: readonly JobLine[],
  {signal, told}: Watching,
): Promise<Queued> => {
  const ids: JobId[] = []
  let there = 0
  let named = NOBODY
  try {
    for (const batch of batchesOf(lines)) {
      if (ids.length > 0) {
        told(ids.length)
        // A signal is heard between two turns of the event loop.
        await site.delay(0)
        if (signal.aborted) return {ids, there, fault: new GodError('E_INTERRUPTED', 'interrupted')}
      }
      const dropped = dropBatch(site, batch, named)
      named = nameAll(named, batch, dropped.ids)
      ids.push(...dropped.ids)
      there += dropped.there
    }
    return {ids, there, fault: null}
  } catch (fault) {
    return {ids, there, fault}
  }
}

/** Only a part was queued, or nothing at all: what, why, and where to go on. */
export const partError = (lines: readonly JobLine[], {ids, fault}: Queued): unknown => {
  const next = lines[ids.length]
  if (!(fault instanceof GodError) || ids.length === 0 || next === undefined) return fault
  return new GodError(
    fault.code,
    `${fault.message}; ${ids.length} of ${counted(lines.length, 'job')} ${ids.length === 1 ? 'is' : 'are'} queued: ${formatIds(ids)}`,
    `${fault.hint === '' ? '' : `${fault.hint} `}Of line ${next.number} and those after it nothing is queued.`,
    {cause: fault},
  )
}
