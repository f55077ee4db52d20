/**
 * Retention: dropping whole segments of packed jobs, the oldest first (state.md 10). The manifest first: the ids stay
 * in it as dropped, exactly and for ever, and the sums of what was used stay too. The files go later.
 */
import {type IntervalSet, intersection, minus, setOf, size, union} from '../../core/array/interval-set.js'
import {readSalvaged} from '../disk/bad-sector.js'
import type {Durable} from '../disk/durable.js'
import type {FileSystem} from '../disk/file-system.js'
import type {Layout} from '../layout.js'
import type {ManifestReader} from './manifest.js'
import type {Manifest, Segment} from './manifest-form.js'
import {parseJobLine, splitLines} from './packed-line.js'
import {publishManifest} from './publish-manifest.js'
import {decodeRows, placeOf} from './segment-index.js'
import {partPath} from './segment-names.js'
import {wholePart} from './whole-part.js'

export interface Retention {
  /** Milliseconds since the last end in it; null: for ever. */
  readonly age: number | null
  /** Most jobs and tasks that stay; null: all. */
  readonly most: number | null
}

/** Those that are to go, oldest first. */
export const outdated = ({segments}: Manifest, {age, most}: Retention, now: number): readonly Segment[] => {
  const real = segments.filter(({parts}) => parts !== null).sort((a, b) => a.to - b.to)
  let left = real.reduce((sum, {jobs, tasks}) => sum + jobs + tasks, 0)
  return real.filter(({jobs, tasks, to}) => {
    const old = age !== null && to < now - age
    const many = most !== null && left - jobs - tasks >= most
    if (old || many) left -= jobs + tasks
    return old || many
  })
}

const isJob = ({task}: {readonly task: number | null}): boolean => task === null

/** Of the lines that are whole, by the sum of each. */
const idsOfLines = (fs: FileSystem, layout: Layout, {name, parts}: Segment): IntervalSet => {
  const bytes = readSalvaged(fs, partPath(layout, name, 'lines'), parts?.lines.bytes ?? 0) ?? new Uint8Array()
  const whole = splitLines(bytes).flatMap(line => (line !== null && isJob(line) ? [line] : []))
  return setOf(whole.filter(line => parseJobLine(line.bytes).ok).map(({id}) => id))
}

/**
 * Ids of the jobs in a segment, exactly: by its index, else by its lines. Null: neither tells of all of them. Nothing
 * damaged is believed: for ever dropped would be a job that may be alive.
 */
const idsIn = (fs: FileSystem, layout: Layout, segment: Segment): IntervalSet | null => {
  const index = wholePart(fs, layout, segment, 'index')
  const places = decodeRows(index ?? new Uint8Array()).map(placeOf)
  if (index !== null) return setOf(places.filter(isJob).map(({id}) => id))
  const ids = idsOfLines(fs, layout, segment)
  return size(ids) === segment.jobs ? ids : null
}

export interface Dropped {
  readonly segments: readonly string[]
  readonly jobs: number
  /** They stay: nobody can tell whose jobs they hold. */
  readonly damaged: readonly string[]
}

/** Null: somebody published a manifest meanwhile: look again. `wanted`: ids of jobs whose end is still asked for. */
export const dropOutdated = (
  {durable, layout, manifest}: {durable: Durable; layout: Layout; manifest: ManifestReader},
  retention: Retention,
  now: number,
  wanted: IntervalSet = [],
): Dropped | null => {
  const base = manifest.newest()
  const judged = outdated(base.manifest, retention, now).map(segment => ({
    segment,
    ids: idsIn(durable.fs, layout, segment),
  }))
  const damaged = judged.flatMap(({segment, ids}) => (ids === null ? [segment.name] : []))
  const going = judged.flatMap(({segment, ids}) =>
    ids === null || intersection(ids, wanted).length > 0 ? [] : [{segment, ids}],
  )
  if (going.length === 0) return {segments: [], jobs: 0, damaged}
  const ids = going.reduce<IntervalSet>((all, one) => union(all, one.ids), [])
  const names = new Set(going.map(({segment}) => segment.name))
  const next: Manifest = {
    ...base.manifest,
    packed: minus(base.manifest.packed, ids),
    dropped: union(base.manifest.dropped, ids),
    segments: base.manifest.segments.filter(({name}) => !names.has(name)),
  }
  if (!publishManifest(durable, layout, base, next)) return null
  return {segments: [...names], jobs: size(ids), damaged}
}
