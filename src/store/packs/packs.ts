/**
 * Reading packed jobs (state.md 10): one of a million by few small reads, or those that ended lately.
 *
 * A manifest may be overtaken while its segments are read: merged and dropped ones go after a while. What is gone, or
 * not where it should be, is looked for once more by the newest manifest; only then it is called damaged. A damaged
 * line costs its own job; a damaged index costs time, for the lines tell whose they are.
 */

import {has, intersection} from '../../core/array/interval-set.js'
import type {JobId} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import {type JobSpec, parseSpec} from '../../core/job.js'
import type {PackedJob, TaskResult} from '../../core/packed.js'
import type {FileSystem} from '../disk/file-system.js'
import {decode} from '../jobs/record-codec.js'
import type {Layout} from '../layout.js'
import {type LatelyEnded, newestLines} from './lately-ended.js'
import type {ManifestReader} from './manifest.js'
import type {Manifest, Segment} from './manifest-form.js'
import {parseJobLine, parseTaskLine} from './packed-line.js'
import {openSegment, type SegmentReader} from './segment-reader.js'

export interface Lately {
  readonly jobs: readonly PackedJob[]
  /** Older ones may have been left out. */
  readonly more: boolean
}

export interface Packs {
  /** Null: not packed. E_RECORD_BAD: it is, and cannot be read. */
  job(id: JobId): PackedJob | null
  /** The result of one task of an array. */
  task(id: JobId, task: number): TaskResult | null
  /** All results of an array that are packed, of the tasks from one to another, ascending. */
  tasks(id: JobId, from: number, to: number): readonly TaskResult[]
  /** Null: it has none. */
  spec(id: JobId): JobSpec | null
  /** It was packed, and retention has dropped it. */
  isDropped(id: JobId): boolean
  /** All that ended at `since` or later; damaged ones are left out. */
  endedSince(since: number): readonly PackedJob[]
  /** The newest of them, as many as are asked for. */
  lately(question: LatelyEnded): Lately
  /** From one id to another, ascending; damaged ones are left out. */
  between(from: JobId, to: JobId): readonly PackedJob[]
  /** The newest job up to this id that passes; looks at so many at most. */
  last(upTo: JobId, most: number, mayBe: (line: Uint8Array) => boolean): PackedJob | null
  /** Of these tasks those that have a line by that manifest. */
  packedTasks(manifest: Manifest, id: JobId, tasks: readonly number[]): ReadonlySet<number>
}

const damaged = (what: string, id: JobId, where: string): GodError =>
  new GodError(
    'E_RECORD_BAD',
    `${what} ${id} was packed, and cannot be read any more: ${where}`,
    "See 'god fsck'; restore the file from a backup. No other job is concerned.",
  )

/** Manifests that are tried one after the other, when each is overtaken while we read. */
const MOST_TRIES = 4

interface Context {
  readonly fs: FileSystem
  readonly layout: Layout
  readonly manifest: ManifestReader
}

type Choose = (manifest: Manifest) => readonly Segment[]

/** What the first of the segments has that has anything, by the newest manifest; null: none of them. */
const search = <T>(
  {fs, layout, manifest}: Context,
  choose: Choose,
  look: (segment: SegmentReader) => T | null,
): T | null => {
  let tried = -1
  for (let i = 0; i < MOST_TRIES; i++) {
    const base = manifest.newest()
    if (base.n === tried) return null
    tried = base.n
    for (const segment of choose(base.manifest)) {
      const found = look(openSegment(fs, layout, segment))
      if (found !== null) return found
    }
  }
  return null
}

/** What all of the segments have together, each thing once: by one manifest. */
const together = <T>(
  {fs, layout, manifest}: Context,
  choose: Choose,
  gather: (segments: readonly SegmentReader[]) => T,
): T => {
  for (let i = 0; ; i++) {
    const base = manifest.newest()
    const segments = choose(base.manifest).map(segment => openSegment(fs, layout, segment))
    const found = gather(segments)
    const overtaken = manifest.newest().n !== base.n && !segments.every(segment => segment.isThere())
    if (!overtaken || i >= MOST_TRIES) return found
  }
}

const collect = <T>(
  context: Context,
  choose: Choose,
  gather: (segment: SegmentReader) => readonly T[],
): readonly T[] => together(context, choose, segments => segments.flatMap(gather))

const holding =
  (id: JobId): Choose =>
  ({packed, segments}) =>
    has(packed, id) ? segments.filter(({ids}) => has(ids, id)).reverse() : []

const holdingTasks =
  (id: JobId): Choose =>
  ({segments}) =>
    segments.filter(({arrays}) => has(arrays, id)).reverse()

/** Each once: lines may lie in the place of others. */
const parsedJobs = (lines: readonly Uint8Array[]): readonly PackedJob[] => {
  const jobs = new Map<JobId, PackedJob>()
  for (const bytes of lines) {
    const parsed = parseJobLine(bytes)
    if (parsed.ok && !jobs.has(parsed.value.id)) jobs.set(parsed.value.id, parsed.value)
  }
  return [...jobs.values()]
}

const parsedTasks = (lines: readonly Uint8Array[]): readonly TaskResult[] =>
  lines.flatMap(bytes => {
    const parsed = parseTaskLine(bytes)
    return parsed.ok ? [parsed.value] : []
  })

const lately = (context: Context, question: LatelyEnded): Lately => {
  const choose: Choose = ({segments}) => segments.filter(({to}) => to >= question.since)
  const {lines, more} = together(context, choose, segments => newestLines(segments, question))
  return {jobs: parsedJobs(lines), more}
}

/** Ids that `last` looks at by one reading of the indexes. */
const WINDOW = 512

const spans =
  ([from, to]: readonly [number, number]): Choose =>
  ({segments}) =>
    segments.filter(({ids}) => intersection(ids, [from, to]).length > 0)

const byId = (a: PackedJob, b: PackedJob): number => a.id - b.id

const findLine = (
  context: Context,
  id: JobId,
  task: number | null,
): {bytes: Uint8Array; path: string} | null => {
  const choose = task === null ? holding(id) : holdingTasks(id)
  const found = (bytes: Uint8Array | null, {path}: SegmentReader) => (bytes === null ? null : {bytes, path})
  return (
    search(context, choose, segment => found(segment.line(id, task), segment)) ??
    search(context, choose, segment => found(segment.searchLine(id, task), segment))
  )
}

const findSpec = (context: Context, id: JobId): JobSpec | null => {
  const bytes = search(context, holding(id), segment => segment.spec(id))
  if (bytes === null) return null
  const parsed = decode(bytes, parseSpec)
  if (parsed.ok && parsed.value.id === id) return parsed.value
  throw damaged('the spec of job', id, parsed.ok ? 'it is of another job' : parsed.why)
}

const findJob = (context: Context, id: JobId): PackedJob | null => {
  const line = findLine(context, id, null)
  if (line === null) {
    if (!has(context.manifest.newest().manifest.packed, id)) return null
    throw damaged('job', id, 'no segment has its line')
  }
  const parsed = parseJobLine(line.bytes)
  if (parsed.ok) return parsed.value
  throw damaged('job', id, `its line in ${line.path}: ${parsed.why}`)
}

const findTask = (context: Context, id: JobId, task: number): TaskResult | null => {
  const line = findLine(context, id, task)
  if (line === null) return null
  const parsed = parseTaskLine(line.bytes)
  if (parsed.ok) return parsed.value
  throw damaged(`task ${task} of job`, id, `its line in ${line.path}: ${parsed.why}`)
}

const findLast = (
  context: Context,
  upTo: JobId,
  most: number,
  mayBe: (line: Uint8Array) => boolean,
): PackedJob | null => {
  let left = most
  for (let to: number = upTo; to >= 1 && left > 0; ) {
    const top = intersection(context.manifest.newest().manifest.packed, [1, to]).at(-1)
    if (top === undefined) return null
    const window = [Math.max(1, top - WINDOW + 1), top] as const
    const lines = collect(context, spans(window), segment => segment.jobLines(...window))
    const jobs = parsedJobs(lines.filter(mayBe))
    const newest = [...jobs].sort(byId).at(-1)
    if (newest !== undefined) return newest
    left -= lines.length
    to = window[0] - 1
  }
  return null
}

const packedTasks = (
  {fs, layout}: Context,
  manifest: Manifest,
  id: JobId,
  tasks: readonly number[],
): ReadonlySet<number> => {
  const [least, most] = [Math.min(...tasks), Math.max(...tasks)]
  const segments = holdingTasks(id)(manifest).map(segment => openSegment(fs, layout, segment))
  return new Set(tasks.length === 0 ? [] : segments.flatMap(segment => segment.tasks(id, least, most)))
}

export const createPacks = (fs: FileSystem, layout: Layout, manifest: ManifestReader): Packs => {
  const context = {fs, layout, manifest}
  return {
    job: id => findJob(context, id),
    task: (id, task) => findTask(context, id, task),
    tasks: (id, from, to) =>
      [...parsedTasks(collect(context, holdingTasks(id), segment => segment.taskLines(id, from, to)))].sort(
        (a, b) => a.task - b.task,
      ),
    spec: id => findSpec(context, id),
    isDropped: id => has(manifest.newest().manifest.dropped, id),
    endedSince: since => lately(context, {since, most: Number.POSITIVE_INFINITY, mayBe: () => true}).jobs,
    lately: question => lately(context, question),
    between: (from, to) =>
      [...parsedJobs(collect(context, spans([from, to]), segment => segment.jobLines(from, to)))].sort(byId),
    last: (upTo, most, mayBe) => findLast(context, upTo, most, mayBe),
    packedTasks: (given, id, tasks) => packedTasks(context, given, id, tasks),
  }
}
