/**
 * Packing (state.md 10): sealed jobs and results of tasks become segments, and a manifest that names them.
 *
 * What the newest manifest has already is left out, so that a repetition adds nothing twice. When `pack` returns, all
 * that was given is in a manifest on the disk; a crash before leaves files that nobody names, and the live records.
 */

import {has, union} from '../../core/array/interval-set.js'
import type {JobSpec} from '../../core/job.js'
import type {ArrayResults, PackedJob} from '../../core/packed.js'
import {addSums, type Sums, sumsOfJob, sumsOfTask} from '../../core/usage/accounting.js'
import type {Durable} from '../disk/durable.js'
import {encode} from '../jobs/record-codec.js'
import type {Layout} from '../layout.js'
import type {ManifestReader, NumberedManifest} from './manifest.js'
import type {Manifest, Segment} from './manifest-form.js'
import {jobLine, type Line, taskLine} from './packed-line.js'
import type {Packs} from './packs.js'
import {publishManifest} from './publish-manifest.js'
import {MOST_SEGMENT_BYTES, publishSegment, type SegmentContent} from './segment.js'
import {segmentDay} from './segment-names.js'
import {archiveSpecs} from './spec-archive.js'

export interface PackInput {
  readonly jobs: readonly {readonly job: PackedJob; readonly spec: JobSpec | null}[]
  readonly arrays: readonly ArrayResults[]
}

export interface PackContext {
  readonly durable: Durable
  readonly layout: Layout
  readonly manifest: ManifestReader
  readonly packs: Packs
  /** Bytes of lines in a segment. */
  readonly mostBytes?: number
}

/** A line with what it brings along. */
interface Item {
  readonly line: Line
  readonly spec: JobSpec | null
  readonly sums: Sums
}

const jobItems = ({jobs}: PackInput, {manifest}: NumberedManifest): readonly Item[] =>
  jobs
    .filter(({job}) => !has(manifest.packed, job.id) && !has(manifest.dropped, job.id))
    .map(({job, spec}) => ({line: jobLine(job), spec, sums: sumsOfJob(job.record)}))

const taskItems = ({arrays}: PackInput, packs: Packs, base: NumberedManifest): readonly Item[] =>
  arrays.flatMap(({array, results}) => {
    const packed = packs.packedTasks(
      base.manifest,
      array.id,
      results.map(({task}) => task),
    )
    return results
      .filter(({task}) => !packed.has(task))
      .map(result => ({line: taskLine(result), spec: null, sums: sumsOfTask(array, result)}))
  })

/** Of each day by itself, and no larger than a segment may be. */
const bundles = (
  items: readonly Item[],
  most: number,
): readonly (readonly [day: string, items: readonly Item[]])[] => {
  const found: [string, Item[]][] = []
  const open = new Map<string, {readonly items: Item[]; bytes: number}>()
  for (const item of items) {
    const day = segmentDay(item.line.end)
    const {length} = item.line.bytes
    let bundle = open.get(day)
    if (bundle === undefined || bundle.bytes + length > most) {
      bundle = {items: [], bytes: 0}
      open.set(day, bundle)
      found.push([day, bundle.items])
    }
    bundle.items.push(item)
    bundle.bytes += length
  }
  return found
}

const contentOf = (items: readonly Item[]): SegmentContent => ({
  lines: items.map(({line}) => line),
  specs: archiveSpecs(items.flatMap(({spec}) => (spec === null ? [] : [{id: spec.id, bytes: encode(spec)}]))),
  sums: addSums(items.map(({sums}) => sums)),
})

export const withSegments = (manifest: Manifest, segments: readonly Segment[]): Manifest => ({
  ...manifest,
  packed: segments.reduce((all, {ids}) => union(all, ids), manifest.packed),
  segments: [...manifest.segments, ...segments],
  sums: [...manifest.sums, ...segments.map(({name}) => name)],
})

/** A rival publishes one manifest a time; who loses more often than this has a whole crowd of them. */
const MOST_TRIES = 16

/** False: others were faster again and again; nothing of it is packed by us. */
export const pack = (context: PackContext, input: PackInput): boolean => {
  const {durable, layout, manifest, packs} = context
  for (let i = 0; i < MOST_TRIES; i++) {
    const base = manifest.newest()
    const items = [...jobItems(input, base), ...taskItems(input, packs, base)]
    if (items.length === 0) {
      // The packer who linked that manifest may have been killed before his sync.
      durable.syncFolder(layout.done)
      return true
    }
    let next = base.manifest
    for (const [day, some] of bundles(items, context.mostBytes ?? MOST_SEGMENT_BYTES))
      next = withSegments(next, [publishSegment(durable, layout, day, contentOf(some), next)])
    if (publishManifest(durable, layout, base, next)) return true
  }
  return false
}
