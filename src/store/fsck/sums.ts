/** Sums of what packed jobs used: those of a segment by its lines, those of dropped ones by their own checksum. */
import {isDeepStrictEqual} from 'node:util'
import type {Parsed} from '../../core/parse-with.js'
import {addSums, type Sums, sumsOfJob, sumsOfTask} from '../../core/usage/accounting.js'
import type {Manifest} from '../packs/manifest-form.js'
import {type Line, parseJobLine, parseTaskLine} from '../packs/packed-line.js'
import {partPath} from '../packs/segment-names.js'
import {decodeSums} from '../packs/sums.js'
import type {ArrayOf} from './array-records.js'
import {bare, type Finding} from './finding.js'
import type {Place} from './place.js'
import {see, unseenFinding} from './seen.js'
import {subject} from './segment-form.js'

interface LinesRead {
  /** What they tell to have been used; null: not of all of them, or the record of some array is not known. */
  readonly sums: readonly Sums[] | null
  /** Of the first one that is none, though the file is as it was written. */
  readonly fault: string | null
}

/** Null: of an array that nobody knows. */
const usedBy = ({id, task, bytes}: Line, arrayOf: ArrayOf): Parsed<Sums | null> => {
  if (task === null) {
    const job = parseJobLine(bytes)
    return job.ok ? {ok: true, value: sumsOfJob(job.value.record)} : job
  }
  const result = parseTaskLine(bytes)
  if (!result.ok) return result
  const array = arrayOf(id)
  return {ok: true, value: array === null ? null : sumsOfTask(array, result.value)}
}

export const readLines = (lines: readonly Line[], arrayOf: ArrayOf): LinesRead => {
  const sums: (Sums | null)[] = []
  for (const line of lines) {
    const used = usedBy(line, arrayOf)
    if (!used.ok) return {sums: null, fault: `the line of ${subject(line)}: ${used.why}`}
    sums.push(used.value)
  }
  const known = sums.flatMap(one => one ?? [])
  return {sums: known.length === sums.length ? addSums(known) : null, fault: null}
}

/** Sums of an older god have less of what is measured, or nothing, and so those that they were merged into. */
const withoutMeasured = (all: readonly Sums[]): readonly object[] => all.map(({measured: _, ...sums}) => sums)

const isMoreMeasured = (all: readonly Sums[], expected: readonly Sums[]): boolean =>
  all.some(({measured}, i) => {
    const most = expected[i]?.measured
    return (
      measured !== undefined && (most === undefined || MEASURES.some(name => measured[name] > most[name]))
    )
  })

const MEASURES = ['cpu', 'cpuKept', 'memoryPeak', 'memoryKept'] as const

const areThose = (all: readonly Sums[], expected: readonly Sums[]): boolean =>
  isDeepStrictEqual(withoutMeasured(all), withoutMeasured(expected)) && !isMoreMeasured(all, expected)

/** `bytes`: as they were written. `expected`: null: they cannot be worked out again. */
export const sumsFinding = (
  path: string,
  bytes: Uint8Array,
  expected: readonly Sums[] | null,
): readonly Finding[] => {
  const parsed = decodeSums(bytes)
  if (!parsed.ok) return [{id: 'F_SUMS', path, text: parsed.why}]
  return expected === null || areThose(addSums(parsed.value), expected)
    ? []
    : [{id: 'F_SUMS', path, text: 'they are not those of its lines'}]
}

/** Retention has dropped their segments, and the manifest tells nothing of their bytes. */
export const checkLoneSums = ({fs, layout}: Place, {segments, sums}: Manifest): readonly Finding[] => {
  const there = new Set(segments.map(({name}) => name))
  return sums
    .filter(name => !there.has(name))
    .flatMap((name): readonly Finding[] => {
      const path = partPath(layout, name, 'sums')
      const seen = see(fs, path)
      if (seen.kind === 'gone') return [{id: 'F_SUMS', path, text: 'they are not there'}]
      return seen.kind === 'read' ? sumsFinding(path, seen.bytes, null) : [bare(unseenFinding(path, seen))]
    })
}
