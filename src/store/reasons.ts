/**
 * `reasons.json`: why each waiting job waits, written by the last scheduling pass (state.md 6). Derived: it may
 * be missing or old at any time, and nothing is decided on it.
 */
import type {Reason} from '@god-cli/api'
import * as v from 'valibot'
import {type JobId, jobId} from '../core/brand.js'
import {parseWith} from '../core/job.js'
import type {Durable} from './durable.js'
import type {Layout} from './layout.js'
import {readFile} from './read-file.js'
import {decodeLenient, seal, unsealed, withoutSum} from './record-codec.js'

const schema = v.strictObject({
  v: v.literal(1),
  at: v.number(),
  jobs: v.record(
    v.pipe(v.string(), v.regex(/^[1-9]\d{0,9}$/)),
    v.strictObject({
      code: v.string(),
      text: v.string(),
      numbers: v.exactOptional(v.record(v.string(), v.union([v.number(), v.string()]))),
    }),
  ),
})

export const writeReasons = (
  durable: Durable,
  layout: Layout,
  reasons: ReadonlyMap<JobId, Reason>,
  at: number,
): void => {
  const jobs = JSON.stringify(Object.fromEntries([...reasons].sort(([a], [b]) => a - b)))
  // A site at rest writes nothing: what stands there already is left, with the time when it became so.
  const old = readText(durable, layout)
  const body = old === null ? null : withoutSum(old)
  if (body?.trimEnd().endsWith(`,"jobs":${jobs}}`) === true) return
  durable.replace(layout.reasons, seal(`{"v":1,"at":${at},"jobs":${jobs}}`), 0o644)
}

const isPart = (value: unknown): boolean => typeof value === 'number' || typeof value === 'string'

/** By hand: `stat` asks this of thousands, and the schema takes ten times as long. Fsck asks that. */
const isReason = (value: unknown): value is Reason => {
  if (typeof value !== 'object' || value === null) return false
  const {code, text, numbers}: {code?: unknown; text?: unknown; numbers?: unknown} = value
  if (typeof code !== 'string' || typeof text !== 'string') return false
  return (
    numbers === undefined ||
    (typeof numbers === 'object' && numbers !== null && Object.values(numbers).every(isPart))
  )
}

const ID = /^[1-9]\d{0,9}$/

/** Null: not what was written. */
const parse = (text: string): ReadonlyMap<JobId, Reason> | null => {
  const value: unknown = JSON.parse(unsealed(text))
  if (typeof value !== 'object' || value === null || !('v' in value) || value.v !== 1) return null
  if (!('jobs' in value) || typeof value.jobs !== 'object' || value.jobs === null) return null
  const found = new Map<JobId, Reason>()
  for (const [id, reason] of Object.entries<unknown>(value.jobs as Record<string, unknown>)) {
    if (!ID.test(id) || !isReason(reason)) return null
    found.set(jobId(Number(id)), reason)
  }
  return found
}

/** Of fsck: what is wrong with the bytes, or null. */
export const judgeReasons = (bytes: Uint8Array): string | null => {
  const parsed = decodeLenient(bytes, value => parseWith(schema, value))
  return parsed.ok ? null : parsed.why
}

const MOST_BYTES = 256 * 1024 * 1024

const readText = ({fs}: Pick<Durable, 'fs'>, layout: Layout): string | null => {
  const file = readFile(fs, layout.reasons, {limit: MOST_BYTES})
  return file === null ? null : Buffer.from(file.bytes).toString('utf8')
}

export const readReasons = (durable: Pick<Durable, 'fs'>, layout: Layout): ReadonlyMap<JobId, Reason> => {
  try {
    const text = readText(durable, layout)
    return (text === null ? null : parse(text)) ?? new Map()
  } catch {
    return new Map()
  }
}
