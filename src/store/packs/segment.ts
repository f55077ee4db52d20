/**
 * Segments: the bytes of one, built from its lines, and their publishing under a number that nobody has (state.md 10).
 *
 * Never appended and never overwritten, for two packers would tear each other's lines. A crash, or a manifest that
 * somebody else published first, leaves files that no manifest names: nobody reads them, and they go after a day.
 */
import {dirname} from 'node:path'
import {setOf} from '../../core/array/interval-set.js'
import type {Sums} from '../../core/usage/accounting.js'
import type {Durable} from '../disk/durable.js'
import {listNames} from '../disk/read-file.js'
import {sha256} from '../jobs/record-codec.js'
import type {Layout} from '../layout.js'
import type {Manifest, PartFacts, Segment} from './manifest-form.js'
import type {Line} from './packed-line.js'
import {encodeRows, type Row, rowOf} from './segment-index.js'
import {
  parseSegmentName,
  partMode,
  partPath,
  SEGMENT_PARTS,
  type SegmentPart,
  segmentName,
  segmentOfFile,
} from './segment-names.js'
import type {SpecArchive} from './spec-archive.js'
import {encodeSums} from './sums.js'

/** Bytes of lines: more make another segment; an index counts to 4 GiB, and a merge holds it all in memory. */
export const MOST_SEGMENT_BYTES = 16 * 1024 * 1024

export interface SegmentContent {
  readonly lines: readonly Line[]
  readonly specs: SpecArchive
  readonly sums: readonly Sums[]
}

const rowsOf = (lines: readonly Line[]): readonly Row[] => {
  let offset = 0
  return lines.map(({id, task, bytes}) => {
    const row = rowOf({id, task, offset, length: bytes.length})
    offset += bytes.length
    return row
  })
}

/** Of lines as they stand one behind another. */
export const indexOf = (lines: readonly Line[]): Uint8Array => encodeRows(rowsOf(lines))

/** The bytes of each part; of specs only where there are some. */
const partsOf = ({lines, specs, sums}: SegmentContent): ReadonlyMap<SegmentPart, Uint8Array> =>
  new Map<SegmentPart, Uint8Array>([
    ['lines', Buffer.concat(lines.map(({bytes}) => bytes))],
    ['index', indexOf(lines)],
    ...(specs.rows.length === 0
      ? []
      : ([
          ['specs', specs.bytes],
          ['specIndex', encodeRows(specs.rows)],
        ] as const)),
    ['sums', encodeSums(sums)],
  ])

const factsOf = (bytes: Uint8Array | undefined): PartFacts | null =>
  bytes === undefined ? null : {bytes: bytes.length, sha256: sha256(bytes)}

/** Greatest number of that day that a file or the manifest knows. */
const lastNumber = (durable: Durable, layout: Layout, day: string, known: Manifest): number => {
  const year = day.slice(0, 4)
  const folders = [layout.done, layout.sums].map(root => `${root}/${year}`)
  const onDisk = folders
    .flatMap(folder => listNames(durable.fs, folder))
    .flatMap(file => segmentOfFile(year, file) ?? [])
  return [...onDisk, ...known.segments.map(({name}) => name), ...known.sums].reduce((top, name) => {
    const parsed = parseSegmentName(name)
    return parsed?.day === day ? Math.max(top, parsed.n) : top
  }, 0)
}

/** False: a name is taken. */
const publishParts = (
  durable: Durable,
  layout: Layout,
  name: string,
  parts: ReadonlyMap<SegmentPart, Uint8Array>,
): boolean =>
  SEGMENT_PARTS.every(part => {
    const bytes = parts.get(part)
    return bytes === undefined || durable.publishNew(partPath(layout, name, part), bytes, partMode(part))
  })

/** On the disk with all its parts when it returns; counts when a manifest names it. `known`: the newest manifest. */
export const publishSegment = (
  durable: Durable,
  layout: Layout,
  day: string,
  unsorted: SegmentContent,
  known: Manifest,
): Segment => {
  const lines = [...unsorted.lines].sort(
    (a, b) => a.end - b.end || a.id - b.id || (a.task ?? -1) - (b.task ?? -1),
  )
  const parts = partsOf({...unsorted, lines})
  const folders = [
    ...new Set(SEGMENT_PARTS.map(part => dirname(partPath(layout, segmentName(day, 1), part)))),
  ]
  durable.makeFolder(layout.sums, 0o755)
  for (const folder of folders) durable.makeFolder(folder, 0o755)
  let n = lastNumber(durable, layout, day, known) + 1
  while (!publishParts(durable, layout, segmentName(day, n), parts)) n++
  for (const folder of folders) durable.syncFolder(folder)
  return describe(segmentName(day, n), lines, parts)
}

const describe = (
  name: string,
  lines: readonly Line[],
  parts: ReadonlyMap<SegmentPart, Uint8Array>,
): Segment => {
  const jobs = lines.filter(({task}) => task === null)
  const facts = (part: SegmentPart): PartFacts => factsOf(parts.get(part)) ?? {bytes: 0, sha256: sha256('')}
  return {
    name,
    jobs: jobs.length,
    tasks: lines.length - jobs.length,
    from: lines[0]?.end ?? 0,
    to: lines.at(-1)?.end ?? 0,
    ids: setOf(jobs.map(({id}) => id)),
    arrays: setOf([...new Set(lines.flatMap(({id, task}) => (task === null ? [] : [id])))]),
    parts: {
      lines: facts('lines'),
      index: facts('index'),
      specs: factsOf(parts.get('specs')),
      specIndex: factsOf(parts.get('specIndex')),
      sums: facts('sums'),
    },
  }
}
