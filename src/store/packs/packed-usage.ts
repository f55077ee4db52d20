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
  runOf,
  runOfTask,
  type UserRun,
} from '../../core/fair-share/ledger.js'
import type {JobRecord} from '../../core/job.js'
import {unlessBadSector} from '../disk/bad-sector.js'
import type {FileSystem} from '../disk/file-system.js'
import {readFile} from '../disk/read-file.js'
import {sha256} from '../jobs/record-codec.js'
import type {Layout} from '../layout.js'
import type {Manifest, Segment} from './manifest-form.js'
import {type Line, parseJobLine, parseTaskLine, splitLines} from './packed-line.js'
import {parseSegmentName, partPath} from './segment-names.js'
import {readSums} from './sums.js'
import type {PackedUsage, SegmentUsage} from './usage-file.js'

/** Null: nobody knows it (any more). */
export type ArrayOf = (id: JobId) => JobRecord | null

/** Null: not what the manifest tells of. */
const linesOf = (fs: FileSystem, layout: Layout, {name, parts}: Segment): readonly Line[] | null => {
  if (parts === null) return null
  const path = partPath(layout, name, 'lines')
  const bytes = unlessBadSector(() => readFile(fs, path, {limit: parts.lines.bytes})?.bytes ?? null)
  if (bytes === null || sha256(bytes) !== parts.lines.sha256) return null
  return splitLines(bytes).flatMap(line => line ?? [])
}

/** Null in it: never ran. Undefined: it cannot be told. What an array used is told by its tasks. */
const runOfLine = ({id, task, bytes}: Line, arrayOf: ArrayOf): UserRun | null | undefined => {
  if (task === null) {
    const job = parseJobLine(bytes)
    if (!job.ok) return undefined
    const {record} = job.value
    return record.array === undefined ? runOf(record, record.ended ?? record.submitted) : null
  }
  const [result, array] = [parseTaskLine(bytes), arrayOf(id)]
  return result.ok && array !== null ? runOfTask(array, result.value) : undefined
}

/** Null: some line cannot be told. */
const byLines = (
  {fs, layout}: Ground,
  segment: Segment,
  halfLife: number,
  arrayOf: ArrayOf,
): Ledger | null => {
  const runs = linesOf(fs, layout, segment)?.map(line => runOfLine(line, arrayOf)) ?? [undefined]
  if (runs.includes(undefined)) return null
  return ledgerOf(
    runs.flatMap(run => run ?? []),
    segment.to,
    halfLife,
  )
}

export interface Ground {
  readonly fs: FileSystem
  readonly layout: Layout
}

/** Of a segment that is there and could not be read it is tried again. */
const isSettled = ({coarse}: SegmentUsage, segment: Segment | undefined): boolean =>
  !coarse || segment === undefined

const isForgotten = (name: string, halfLife: number, now: number): boolean => {
  const day = parseSegmentName(name)?.day.replace('/', '-') ?? ''
  return endOfDay(day) + forgottenAfter(halfLife) < now
}

/** Of each segment whose sums count by that manifest, but for what is forgotten. The same object: nothing is new. */
export const packedUsage = (
  ground: Ground,
  manifest: Manifest,
  known: PackedUsage | null,
  question: {readonly halfLife: number; readonly now: number; readonly arrayOf: ArrayOf},
): PackedUsage => {
  const {halfLife, now, arrayOf} = question
  const before = known?.halfLife === halfLife ? known.segments : new Map<string, SegmentUsage>()
  const there = new Map(manifest.segments.map(segment => [segment.name, segment]))
  const usageOf = (name: string): SegmentUsage => {
    const [segment, old] = [there.get(name), before.get(name)]
    if (old !== undefined && isSettled(old, segment)) return old
    const exact = segment === undefined ? null : byLines(ground, segment, halfLife, arrayOf)
    if (exact !== null) return {...exact, coarse: false}
    const sums = readSums(ground.fs, ground.layout, {sums: [name]})
    return {...ledgerOfSums(sums, halfLife), coarse: true}
  }
  const names = manifest.sums.filter(name => !isForgotten(name, halfLife, now))
  const segments = new Map(names.map(name => [name, usageOf(name)]))
  const isSame =
    known?.halfLife === halfLife &&
    segments.size === before.size &&
    names.every(name => segments.get(name) === before.get(name))
  return isSame ? known : {halfLife, segments}
}
