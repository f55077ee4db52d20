/**
 * One segment: its files by the manifest, and its lines, index, specs and sums by each other. What is not whole is told
 * by its sum alone, and by the jobs that it costs; what can be written again from whole lines comes with its bytes.
 */

import {counted} from '../../core/amounts.js'
import {sha256} from '../jobs/record-codec.js'
import type {Segment} from '../packs/manifest-form.js'
import {type Line, parseJobLine, parseTaskLine, splitLines} from '../packs/packed-line.js'
import {indexOf} from '../packs/segment.js'
import {decodeRows, placeOf} from '../packs/segment-index.js'
import {partPath, type SegmentPart} from '../packs/segment-names.js'
import {encodeSums} from '../packs/sums.js'
import type {ArrayOf} from './array-records.js'
import {bare, type Finding} from './finding.js'
import type {Place} from './place.js'
import {see, unseenFinding} from './seen.js'
import {indexFault, lineFault, specIndexFault, subject} from './segment-form.js'
import {readLines, sumsFinding} from './sums.js'

const MOST_BYTES = 2 ** 30

interface Part {
  readonly path: string
  /** Null: not what the manifest tells of. */
  readonly whole: Uint8Array | null
  /** Whatever could be read. */
  readonly bytes: Uint8Array | null
  readonly finding: Finding | null
}

const readPart = (place: Place, {name, parts}: Segment, part: SegmentPart): Part => {
  const path = partPath(place.layout, name, part)
  const facts = parts?.[part] ?? null
  const bad = (finding: Finding, bytes: Uint8Array | null = null): Part => ({
    path,
    whole: null,
    bytes,
    finding,
  })
  if (facts === null) return {path, whole: null, bytes: null, finding: null}
  const seen = see(place.fs, path, MOST_BYTES)
  if (seen.kind === 'gone') return bad({id: 'F_SEGMENT', path, text: 'it is not there'})
  if (seen.kind !== 'read') return bad(bare(unseenFinding(path, seen)))
  const {bytes} = seen
  if (bytes.length !== facts.bytes) {
    const text = `it has ${counted(bytes.length, 'byte')}, and ${facts.bytes} were written`
    return bad({id: 'F_SEGMENT', path, text}, bytes)
  }
  if (sha256(bytes) === facts.sha256) return {path, whole: bytes, bytes, finding: null}
  return bad({id: 'F_SEGMENT', path, text: 'its checksum does not fit'}, bytes)
}

/** Named in full up to so many. */
const MOST_NAMED = 10

const isWhole = ({task, bytes}: Pick<Line, 'task' | 'bytes'>): boolean =>
  (task === null ? parseJobLine(bytes) : parseTaskLine(bytes)).ok

/** By the index: those whose lines cannot be read any more. */
const lost = (lines: Uint8Array, index: Uint8Array): string => {
  const names = decodeRows(index)
    .map(placeOf)
    .filter(({task, offset, length}) => !isWhole({task, bytes: lines.subarray(offset, offset + length)}))
    .map(subject)
  const more = names.length - MOST_NAMED
  if (names.length === 0) return 'no job is lost'
  return `lost: ${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** The same, with the bytes that would mend it. */
const mendable = (
  segment: Segment,
  part: 'index' | 'sums',
  finding: Finding,
  bytes: Uint8Array | null,
): Finding =>
  bytes !== null && sha256(bytes) === segment.parts?.[part].sha256
    ? {...finding, repair: {do: 'write-part', bytes}}
    : finding

type Parts = Readonly<Record<SegmentPart, Part>>

/** `all`: none of them is damaged, by the sum of the file. */
const withLines = (
  segment: Segment,
  parts: Parts,
  all: readonly (Line | null)[],
  arrayOf: ArrayOf,
): readonly Finding[] => {
  const lines = all.flatMap(line => line ?? [])
  const read = readLines(lines, arrayOf)
  const text = lineFault(segment, all) ?? read.fault
  const findings: Finding[] = text === null ? [] : [{id: 'F_SEGMENT_FORM', path: parts.lines.path, text}]
  const {index, sums} = parts
  if (index.finding !== null) findings.push(mendable(segment, 'index', index.finding, indexOf(lines)))
  const fault = index.whole === null ? null : indexFault(index.whole, lines)
  if (fault !== null) findings.push({id: 'F_SEGMENT_FORM', path: index.path, text: fault})
  const again = read.sums === null ? null : encodeSums(read.sums)
  if (sums.finding !== null) findings.push(mendable(segment, 'sums', sums.finding, again))
  if (sums.whole !== null) findings.push(...sumsFinding(sums.path, sums.whole, read.sums))
  return findings
}

const withoutLines = ({lines, index, sums}: Parts): readonly Finding[] => {
  const named =
    lines.finding?.id === 'F_SEGMENT' && lines.bytes !== null && index.whole !== null
      ? {...lines.finding, text: `${lines.finding.text}; ${lost(lines.bytes, index.whole)}`}
      : lines.finding
  return [named, index.finding, sums.finding].flatMap(finding => finding ?? [])
}

const ofSpecs = ({specs, specIndex}: Parts): readonly Finding[] => {
  const findings = [specs.finding, specIndex.finding].flatMap(finding => finding ?? [])
  if (specs.whole === null || specIndex.whole === null) return findings
  const text = specIndexFault(specIndex.whole, specs.whole)
  return text === null ? findings : [{id: 'F_SEGMENT_FORM', path: specIndex.path, text}]
}

export interface SegmentChecked {
  readonly findings: readonly Finding[]
  /** The first 8 bytes of each row of its index: id and task plus one. Null: nobody can tell all of them. */
  readonly keys: BigUint64Array | null
}

const keysOf = (index: Uint8Array): BigUint64Array => {
  const view = new DataView(index.buffer, index.byteOffset, index.length)
  return BigUint64Array.from({length: index.length >> 4}, (_, i) => view.getBigUint64(16 * i))
}

export const checkSegment = (place: Place, segment: Segment, arrayOf: ArrayOf): SegmentChecked => {
  if (segment.parts === null) return {findings: [], keys: null}
  const read = (part: SegmentPart): Part => readPart(place, segment, part)
  const [lines, index, specs, specIndex, sums] = [
    read('lines'),
    read('index'),
    read('specs'),
    read('specIndex'),
    read('sums'),
  ]
  const parts: Parts = {lines, index, specs, specIndex, sums}
  if (lines.whole === null)
    return {findings: [...withoutLines(parts), ...ofSpecs(parts)], keys: index.whole && keysOf(index.whole)}
  const all = splitLines(lines.whole)
  return {
    findings: [...withLines(segment, parts, all, arrayOf), ...ofSpecs(parts)],
    keys: keysOf(indexOf(all.flatMap(line => line ?? []))),
  }
}
