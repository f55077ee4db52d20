/**
 * Merging the small segments of a day by the steps of packing (state.md 10): a new segment of all their lines, then a
 * manifest that names it in their place. The old files go later, when no reader can be in them any more.
 *
 * A segment whose files are not those that the manifest tells of is left alone: that is for fsck and an operator.
 */
import {addSums, type Sums} from '../../core/usage/accounting.js'
import type {Durable} from '../disk/durable.js'
import type {FileSystem} from '../disk/file-system.js'
import type {Layout} from '../layout.js'
import type {ManifestReader} from './manifest.js'
import type {Manifest, Segment} from './manifest-form.js'
import {type Line, splitLines} from './packed-line.js'
import {publishManifest} from './publish-manifest.js'
import {MOST_SEGMENT_BYTES, publishSegment, type SegmentContent} from './segment.js'
import {decodeRows} from './segment-index.js'
import {parseSegmentName, type SegmentPart} from './segment-names.js'
import {joinArchives, type SpecArchive} from './spec-archive.js'
import {decodeSums} from './sums.js'
import {wholePart} from './whole-part.js'

/** So many of a day that is not over yet are merged all the same: a lookup may have to ask each of them. */
const CROWD = 16

const sizeOf = ({parts}: Segment): number => parts?.lines.bytes ?? 0

const dayOfSegment = ({name}: Segment): string => parseSegmentName(name)?.day ?? ''

/** Groups of small segments of one day that would make one; `today`: no more of the days before it will come. */
export const mergeGroups = (manifest: Manifest, today: string): readonly (readonly Segment[])[] => {
  const days = new Map<string, Segment[]>()
  for (const segment of manifest.segments) {
    if (segment.parts === null || sizeOf(segment) > MOST_SEGMENT_BYTES / 2) continue
    const day = dayOfSegment(segment)
    days.set(day, [...(days.get(day) ?? []), segment])
  }
  return [...days]
    .filter(([day, segments]) => segments.length >= (day < today ? 2 : CROWD))
    .flatMap(([, segments]) => groupsOf(segments))
    .filter(group => group.length > 1)
}

const groupsOf = (segments: readonly Segment[]): readonly (readonly Segment[])[] => {
  const groups: Segment[][] = []
  let room = 0
  for (const segment of segments) {
    const last = groups.at(-1)
    if (last === undefined || sizeOf(segment) > room) {
      groups.push([segment])
      room = MOST_SEGMENT_BYTES - sizeOf(segment)
    } else {
      last.push(segment)
      room -= sizeOf(segment)
    }
  }
  return groups
}

interface Loaded {
  readonly segment: Segment
  readonly lines: readonly Line[]
  readonly specs: SpecArchive
  readonly sums: readonly Sums[]
}

/** Null: damaged. */
export const loadSegment = (fs: FileSystem, layout: Layout, segment: Segment): Loaded | null => {
  const {parts} = segment
  if (parts === null) return null
  const part = (which: SegmentPart) => wholePart(fs, layout, segment, which)
  const [lines, specs, specIndex, sums] = [part('lines'), part('specs'), part('specIndex'), part('sums')]
  if (lines === null || specs === null || specIndex === null || sums === null) return null
  const split = splitLines(lines).flatMap(line => line ?? [])
  const read = decodeSums(sums)
  if (split.length !== segment.jobs + segment.tasks || !read.ok) return null
  return {segment, lines: split, specs: {bytes: specs, rows: decodeRows(specIndex)}, sums: read.value}
}

const contentOf = (loaded: readonly Loaded[]): SegmentContent => ({
  lines: loaded.flatMap(({lines}) => lines),
  specs: joinArchives(loaded.map(({specs}) => specs)),
  sums: addSums(loaded.flatMap(({sums}) => sums)),
})

export type Merged =
  | {readonly kind: 'merged'; readonly segments: number; readonly into: string}
  /** One of them is damaged. */
  | {readonly kind: 'damaged'; readonly segment: string}
  /** Somebody published a manifest meanwhile: look again. */
  | {readonly kind: 'overtaken'}

/** `group`: of the manifest that is the newest now. */
export const mergeSegments = (
  {durable, layout, manifest}: {durable: Durable; layout: Layout; manifest: ManifestReader},
  group: readonly Segment[],
): Merged => {
  const base = manifest.newest()
  const old = new Set(group.map(({name}) => name))
  if (base.manifest.segments.filter(({name}) => old.has(name)).length !== old.size) return {kind: 'overtaken'}
  const loaded: Loaded[] = []
  for (const segment of group) {
    const one = loadSegment(durable.fs, layout, segment)
    if (one === null) return {kind: 'damaged', segment: segment.name}
    loaded.push(one)
  }
  const first = group[0]
  if (first === undefined) return {kind: 'overtaken'}
  const merged = publishSegment(durable, layout, dayOfSegment(first), contentOf(loaded), base.manifest)
  const next: Manifest = {
    ...base.manifest,
    segments: [...base.manifest.segments.filter(({name}) => !old.has(name)), merged],
    sums: [...base.manifest.sums.filter(name => !old.has(name)), merged.name],
  }
  return publishManifest(durable, layout, base, next)
    ? {kind: 'merged', segments: group.length, into: merged.name}
    : {kind: 'overtaken'}
}
