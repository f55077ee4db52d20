/**
 * `reasons.json`: why the jobs wait, as the last scheduling pass saw it (state.md 6). Derived: it may be missing or old
 * at any time, and nothing is decided on it.
 *
 * Very many jobs wait for few reasons, so it tells a reason once and who waits for it, and of those that are behind
 * another one their order, as spans of ids that follow each other. Only so many spans: who comes after is told less
 * exactly.
 */
import type {Reason} from '@god-cli/api'
import {has, type IntervalSet, pairsOf} from '../core/array/interval-set.js'
import {spansIn, spanText} from '../core/array/span-text.js'
import {type JobId, jobId} from '../core/brand.js'
import {behindReason, type Plan, type Queue} from '../core/plan.js'
import type {Durable} from './disk/durable.js'
import {readFile} from './disk/read-file.js'
import {seal, withoutSum} from './jobs/record-codec.js'
import type {Layout} from './layout.js'
import {parseReasons, type ReasonsFile} from './reasons-form.js'

/** Spans of the order that are written: 40 KB at most. */
const MOST_SPANS = 2000

const spansOf = (ids: readonly JobId[], most = Number.POSITIVE_INFINITY): readonly number[] => {
  const spans: number[] = []
  let to = Number.NaN
  for (const id of ids) {
    if (id === to + 1) spans[spans.length - 1] = id
    else if (spans.length >= 2 * most) return spans
    else spans.push(id, id)
    to = id
  }
  return spans
}

const greatest = (ids: readonly JobId[]): number => ids.reduce((top, id) => Math.max(top, id), 0)

/** Jobs that wait for the same reason are a group from here on. */
const MANY = 16

const ascending = (ids: readonly JobId[]): readonly JobId[] => [...ids].sort((a, b) => a - b)

const behindOf = ({head, ahead, behind, rest}: Queue): NonNullable<ReasonsFile['behind']> | null => {
  if (behind.length + rest.length === 0) return null
  return {
    next: head,
    jobs: behind.length + rest.length,
    last: Math.max(greatest(behind), greatest(rest)),
    order: [...spansOf(behind, MOST_SPANS)],
    ...(ahead === 1 ? {} : {ahead}),
  }
}

const bodyOf = ({waits, queue}: Pick<Plan, 'waits' | 'queue'>): string => {
  const single = waits.filter(({ids}) => ids.length < MANY)
  const jobs = Object.fromEntries(single.flatMap(({reason, ids}) => ids.map(id => [id, reason])))
  const groups = waits
    .filter(({ids}) => ids.length >= MANY)
    .map(({reason, ids}) => ({reason, ids: spanText(spansOf(ascending(ids)))}))
  const behind = queue === null ? null : behindOf(queue)
  return `,${JSON.stringify({jobs, groups, behind}).slice(1)}`
}

export const writeReasons = (
  durable: Durable,
  layout: Layout,
  plan: Pick<Plan, 'waits' | 'queue'>,
  at: number,
): void => {
  const body = bodyOf(plan)
  // A site at rest writes nothing: what stands there already is left, with the time when it became so.
  const old = readText(durable, layout)
  if (old !== null && withoutSum(old)?.endsWith(body) === true) return
  durable.replace(layout.reasons, seal(`{"v":1,"at":${at}${body}`), 0o644, {derived: true})
}

const MOST_BYTES = 256 * 1024 * 1024

const readText = ({fs}: Pick<Durable, 'fs'>, layout: Layout): string | null => {
  const file = readFile(fs, layout.reasons, {limit: MOST_BYTES})
  return file === null ? null : Buffer.from(file.bytes).toString('utf8')
}

/** Looked up by id. */
export interface Reasons {
  get(id: JobId): Reason | undefined
}

export const NO_REASONS: Reasons = {get: () => undefined}

interface Span {
  readonly from: number
  readonly to: number
  readonly reason: (id: number) => Reason
}

const behindSpans = (next: JobId, before: number, order: readonly number[]): readonly Span[] => {
  let ahead = before
  return pairsOf(order).map(([from, to]) => {
    const first = ahead
    ahead += to - from + 1
    return {from, to, reason: id => behindReason(next, first + id - from)}
  })
}

const sorted = (spans: readonly Span[]): readonly Span[] => [...spans].sort((a, b) => a.from - b.from)

/** The last span that begins at or before it. */
const spanOf = (spans: readonly Span[], id: number): Span | undefined => {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle]?.from ?? 0) <= id) low = middle + 1
    else high = middle
  }
  return spans[low - 1]
}

const reasonIn = (spans: readonly Span[], id: number): Reason | undefined => {
  const span = spanOf(spans, id)
  return span !== undefined && id <= span.to ? span.reason(id) : undefined
}

/** Up to so many are asked one after the other: a few jobs are looked up, and one group may be of a hundred thousand spans. */
const FEW_GROUPS = 64

interface Group {
  readonly reason: Reason
  readonly ids: IntervalSet
}

const lookupIn = (groups: readonly Group[]): ((id: number) => Reason | undefined) => {
  if (groups.length <= FEW_GROUPS) return id => groups.find(({ids}) => has(ids, id))?.reason
  const spansOfGroup = ({reason, ids}: Group): readonly Span[] =>
    pairsOf(ids).map(([from, to]) => ({from, to, reason: () => reason}))
  const known = sorted(groups.flatMap(spansOfGroup))
  return id => reasonIn(known, id)
}

/** Groups are looked into when the first job is asked for that they may have. */
const lookupLater = (groups: NonNullable<ReasonsFile['groups']>): ((id: number) => Reason | undefined) => {
  let lookup: ReturnType<typeof lookupIn> | null = null
  return id => {
    lookup ??= lookupIn(
      groups.map(({reason, ids}) => ({reason, ids: typeof ids === 'string' ? (spansIn(ids) ?? []) : ids})),
    )
    return lookup(id)
  }
}

/** The one reason that is told of jobs which are behind another one too: a better one. */
const isOfQueued = ({reason}: {readonly reason: Reason}): boolean => reason.code === 'reserved'

const reasonsIn = ({jobs, groups = [], behind = null}: ReasonsFile): Reasons => {
  const next = jobId(behind?.next ?? 0)
  const before = behind?.ahead ?? 1
  const order = behindSpans(next, before, behind?.order ?? [])
  const better = lookupLater(groups.filter(isOfQueued))
  const other = lookupLater(groups.filter(group => !isOfQueued(group)))
  const queued = sorted(order)
  const told = order.reduce((sum, {from, to}) => sum + to - from + 1, 0)
  const untold = (id: JobId): Reason | undefined =>
    behind !== null && told < behind.jobs && id <= behind.last
      ? behindReason(next, before + told - 1, true)
      : undefined
  const own = new Map(Object.entries(jobs).map(([id, reason]) => [Number(id), reason]))
  return {get: id => own.get(id) ?? better(id) ?? reasonIn(queued, id) ?? other(id) ?? untold(id)}
}

export const readReasons = (durable: Pick<Durable, 'fs'>, layout: Layout): Reasons => {
  try {
    const text = readText(durable, layout)
    const file = text === null ? null : parseReasons(text)
    return file === null ? NO_REASONS : reasonsIn(file)
  } catch {
    return NO_REASONS
  }
}
