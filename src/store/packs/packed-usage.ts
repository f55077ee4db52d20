/**
 * What is left in fair share of what packed jobs used: of each segment by its lines, once; what is known of it already
 * is taken. Reads only; who may write keeps the outcome (`usage-file.ts`).
 */
import type {JobId} from '../../core/brand.js'
import {
  endOfDay,
  forgottenAfter,
  type Ledger,
  ledgerOf,
  ledgerOfSums,
  type UserRun,
} from '../../core/fair-share/ledger.js'
import type {JobRecord} from '../../core/job.js'
import {runsOfJobLine, runsOfTaskLine} from '../../core/usage/packed-run.js'
import {unlessBadSector} from '../disk/bad-sector.js'
import type {FileSystem} from '../disk/file-system.js'
import {readFile} from '../disk/read-file.js'
import {sha256} from '../jobs/record-codec.js'
import type {Layout} from '../layout.js'
import type {Manifest, Segment} from './manifest-form.js'
import {type Line, splitLines} from './packed-line.js'
import {parseSegmentName, partPath} from './segment-names.js'
import {readSums} from './sums.js'
import type {PackedUsage, SegmentUsage} from './usage-file.js'

/** Null: nobody knows it (any more). */
export type ArrayOf = (id: JobId) => JobRecord | null

export interface Ground {
  readonly fs: FileSystem
  readonly layout: Layout
}

/** Null: not what the manifest tells of. */
const linesOf = (fs: FileSystem, layout: Layout, segment: Segment): readonly Line[] | null => {
  const {name, parts, jobs, tasks} = segment
  if (parts === null) return null
  const path = partPath(layout, name, 'lines')
  const bytes = unlessBadSector(() => readFile(fs, path, {limit: parts.lines.bytes})?.bytes ?? null)
  if (bytes === null || sha256(bytes) !== parts.lines.sha256) return null
  const lines = splitLines(bytes).flatMap(line => line ?? [])
  return lines.length === jobs + tasks ? lines : null
}

/** Undefined: none. */
const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'))
  } catch {
    return undefined
  }
}

/** Undefined: it cannot be told. By the sum of the whole file it is what was written. */
const runsOfLine = ({id, task, bytes}: Line, arrayOf: ArrayOf): readonly UserRun[] | undefined => {
  const line = jsonOf(bytes)
  if (task === null) return runsOfJobLine(line)
  const array = arrayOf(id)
  return array === null ? undefined : runsOfTaskLine(line, array)
}

/** Null: some line cannot be told. */
const byLines = (
  {fs, layout}: Ground,
  segment: Segment,
  halfLife: number,
  arrayOf: ArrayOf,
): Ledger | null => {
  const runs = linesOf(fs, layout, segment)?.map(line => runsOfLine(line, arrayOf)) ?? [undefined]
  if (runs.includes(undefined)) return null
  return ledgerOf(
    runs.flatMap(some => some ?? []),
    segment.to,
    halfLife,
  )
}

/** Of a segment that is there and was not read it is tried again. */
const isSettled = ({coarse}: SegmentUsage, segment: Segment | undefined): boolean =>
  !coarse || segment === undefined

const dayOfName = (name: string): string => parseSegmentName(name)?.day.replace('/', '-') ?? ''

export interface UsageQuestion {
  readonly halfLife: number
  readonly now: number
  readonly arrayOf: ArrayOf
  /** Lines that are read at most, but for one segment: those that are left count by their sums. */
  readonly most: number
}

export interface UsageAnswer {
  /** The same object as what was known: nothing is new. */
  readonly usage: PackedUsage
  /** Some segment was left for the next time. */
  readonly behind: boolean
}

/** Whatever is known already, by name. */
type Known = ReadonlyMap<string, SegmentUsage>

/** The newest first: they weigh most. */
const readNew = (
  ground: Ground,
  segments: readonly Segment[],
  {halfLife, arrayOf, most}: UsageQuestion,
): {readonly read: ReadonlyMap<string, SegmentUsage>; readonly behind: boolean} => {
  const read = new Map<string, SegmentUsage>()
  let lines = 0
  for (const segment of [...segments].sort((a, b) => b.to - a.to)) {
    if (lines >= most) return {read, behind: true}
    lines += segment.jobs + segment.tasks
    const exact = byLines(ground, segment, halfLife, arrayOf)
    if (exact !== null) read.set(segment.name, {...exact, coarse: false})
  }
  return {read, behind: false}
}

const isSame = (a: Known, b: Known): boolean =>
  a.size === b.size && [...a].every(([name, usage]) => b.get(name) === usage)

/** Of each segment whose sums count by that manifest, but for what is forgotten. */
export const packedUsage = (
  ground: Ground,
  manifest: Manifest,
  known: PackedUsage | null,
  question: UsageQuestion,
): UsageAnswer => {
  const {halfLife, now} = question
  const before: Known = known?.halfLife === halfLife ? known.segments : new Map()
  const there = new Map(manifest.segments.map(segment => [segment.name, segment]))
  const counting = manifest.sums.filter(name => endOfDay(dayOfName(name)) + forgottenAfter(halfLife) >= now)
  const isKnown = (name: string): boolean => {
    const old = before.get(name)
    return old !== undefined && isSettled(old, there.get(name))
  }
  const news = counting.filter(name => !isKnown(name))
  const {read, behind} = readNew(
    ground,
    news.flatMap(name => there.get(name) ?? []),
    question,
  )
  const coarse = (name: string): SegmentUsage => ({
    ...ledgerOfSums(readSums(ground.fs, ground.layout, {sums: [name]}), halfLife),
    coarse: true,
  })
  const usageOf = (name: string): SegmentUsage => read.get(name) ?? before.get(name) ?? coarse(name)
  const segments = new Map(counting.map(name => [name, usageOf(name)]))
  const same = known !== null && known.halfLife === halfLife && isSame(segments, known.segments)
  return {usage: same ? known : {halfLife, segments}, behind}
}
