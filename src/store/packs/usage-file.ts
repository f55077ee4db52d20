/**
 * `usage.json`: what is left in fair share of what packed jobs used, by segment and user, at the last end in it, so that
 * no pass reads the segments again. Derived from their lines, which are for everybody: any user can recompute it. Of
 * segments that retention has dropped it alone tells exactly; without it the daily sums do, less exactly.
 *
 * Replaced as a whole: a crash leaves the old one, which the next pass brings up to date.
 */
import * as v from 'valibot'
import type {Ledger} from '../../core/fair-share/ledger.js'
import {type Parsed, parseWith} from '../../core/parse-with.js'
import {text} from '../../core/record-fields.js'
import {unlessBadSector} from '../disk/bad-sector.js'
import type {Durable} from '../disk/durable.js'
import type {FileSystem} from '../disk/file-system.js'
import {readFile} from '../disk/read-file.js'
import {decodeLenient, encode} from '../jobs/record-codec.js'
import type {Layout} from '../layout.js'
import {isSegmentName} from './segment-names.js'

export interface SegmentUsage extends Ledger {
  /** By the daily sums, not by the lines. */
  readonly coarse: boolean
}

export interface PackedUsage {
  /** Milliseconds, or Infinity. */
  readonly halfLife: number
  readonly segments: ReadonlyMap<string, SegmentUsage>
}

/** More than any site can use, and little enough that sums of it stay finite. */
const MOST = 1e18

const amountSchema = v.pipe(v.number(), v.minValue(0), v.maxValue(MOST))

const usageSchema = v.object({
  v: v.literal(1),
  /** Null: nothing is forgotten. */
  halfLife: v.nullable(v.pipe(amountSchema, v.minValue(1))),
  segments: v.record(
    v.pipe(v.string(), v.check(isSegmentName, 'no name of a segment')),
    v.object({
      at: amountSchema,
      coarse: v.exactOptional(v.literal(true)),
      used: v.record(text(64), amountSchema),
    }),
  ),
})

export const decodeUsage = (bytes: Uint8Array): Parsed<PackedUsage> => {
  const parsed = decodeLenient(bytes, value => parseWith(usageSchema, value))
  if (!parsed.ok) return parsed
  const {halfLife, segments} = parsed.value
  const read = Object.entries(segments).map(
    ([name, {at, coarse = false, used}]) =>
      [name, {at, coarse, used: new Map(Object.entries(used))}] as const,
  )
  return {ok: true, value: {halfLife: halfLife ?? Number.POSITIVE_INFINITY, segments: new Map(read)}}
}

const encodeUsage = ({halfLife, segments}: PackedUsage): Uint8Array =>
  encode({
    v: 1,
    halfLife: Number.isFinite(halfLife) ? halfLife : null,
    segments: Object.fromEntries(
      [...segments]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, {at, coarse, used}]) => [
          name,
          {at, ...(coarse ? {coarse} : {}), used: Object.fromEntries(used)},
        ]),
    ),
  })

/** Of fsck: what is wrong with the bytes, or null. */
export const judgeUsage = (bytes: Uint8Array): string | null => {
  const parsed = decodeUsage(bytes)
  return parsed.ok ? null : parsed.why
}

const MOST_BYTES = 256 * 1024 * 1024

/** Null: there is none, or not what was written. */
export const readUsage = (fs: FileSystem, layout: Layout): PackedUsage | null => {
  const file = unlessBadSector(() => readFile(fs, layout.usage, {limit: MOST_BYTES}))
  const parsed = file === null ? null : decodeUsage(file.bytes)
  return parsed?.ok === true ? parsed.value : null
}

export const writeUsage = (durable: Durable, layout: Layout, usage: PackedUsage): void =>
  void durable.replace(layout.usage, encodeUsage(usage), 0o644)
