/**
 * What `reasons.json` is made of, and whether a text is that: for `stat` by hand, since it asks at each start and the
 * schema takes ten times as long; for fsck by the schema.
 */
import type {Reason} from '@god-cli/api'
import * as v from 'valibot'
import {isSpanText} from '../core/array/span-text.js'
import {parseWith} from '../core/parse-with.js'
import {decodeLenient, unsealed} from './jobs/record-codec.js'

const reasonSchema = v.strictObject({
  code: v.string(),
  text: v.string(),
  numbers: v.exactOptional(v.record(v.string(), v.union([v.number(), v.string()]))),
})

const numberSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
/** From, to, from, to ...: flat, for there may be thousands. */
const spansSchema = v.pipe(
  v.array(numberSchema),
  v.check(spans => spans.length % 2 === 0),
)
/** Many thousand spans where the jobs of groups came by turns: a text is read at once, and looked into only if asked. */
const spanTextSchema = v.pipe(v.string(), v.check(isSpanText))

const reasonsSchema = v.object({
  v: v.literal(1),
  at: v.number(),
  jobs: v.record(v.pipe(v.string(), v.regex(/^[1-9]\d{0,9}$/)), reasonSchema),
  /** What many wait for; an older god wrote the spans as numbers. One of before there was this, or the text, tells no reason. */
  groups: v.exactOptional(
    v.array(v.strictObject({reason: reasonSchema, ids: v.union([spanTextSchema, spansSchema])})),
  ),
  /**
   * `last`: the highest id that waits behind; `jobs`: how many do, more than `order` tells of if it was cut off; `ahead`:
   * how many are before the first, if more than one.
   */
  behind: v.exactOptional(
    v.nullable(
      v.object({
        next: numberSchema,
        jobs: numberSchema,
        last: numberSchema,
        order: spansSchema,
        ahead: v.exactOptional(numberSchema),
      }),
    ),
  ),
})
export type ReasonsFile = v.InferOutput<typeof reasonsSchema>

const isPart = (value: unknown): boolean => typeof value === 'number' || typeof value === 'string'

const isReason = (value: unknown): value is Reason => {
  if (typeof value !== 'object' || value === null) return false
  const {code, text, numbers}: {code?: unknown; text?: unknown; numbers?: unknown} = value
  if (typeof code !== 'string' || typeof text !== 'string') return false
  return (
    numbers === undefined ||
    (typeof numbers === 'object' && numbers !== null && Object.values(numbers).every(isPart))
  )
}

const areSpans = (value: unknown): boolean =>
  Array.isArray(value) && value.length % 2 === 0 && value.every(id => Number.isSafeInteger(id))

const isGroup = (value: {reason?: unknown; ids?: unknown} | null): boolean =>
  isReason(value?.reason) && (typeof value?.ids === 'string' || areSpans(value?.ids))

type BehindFields = {next?: unknown; jobs?: unknown; last?: unknown; order?: unknown; ahead?: unknown}
const isBehind = ({next, jobs, last, order, ahead = 1}: BehindFields): boolean =>
  [next, jobs, last, ahead].every(Number.isSafeInteger) && areSpans(order)

const ID = /^[1-9]\d{0,9}$/

const areJobs = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(([id, reason]) => ID.test(id) && isReason(reason))

const isFile = (value: Partial<Record<keyof ReasonsFile, unknown>>): value is ReasonsFile => {
  const {v: version, jobs, groups = [], behind = null} = value
  return (
    version === 1 &&
    areJobs(jobs) &&
    Array.isArray(groups) &&
    groups.every(isGroup) &&
    typeof behind === 'object' &&
    (behind === null || isBehind(behind))
  )
}

/** Null: not what was written. */
export const parseReasons = (text: string): ReasonsFile | null => {
  const value: unknown = JSON.parse(unsealed(text))
  return typeof value === 'object' && value !== null && isFile(value) ? value : null
}

/** Of fsck: what is wrong with the bytes, or null. */
export const judgeReasons = (bytes: Uint8Array): string | null => {
  const parsed = decodeLenient(bytes, value => parseWith(reasonsSchema, value))
  return parsed.ok ? null : parsed.why
}
