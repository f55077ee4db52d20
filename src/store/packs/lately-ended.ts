/**
 * The lines of packed jobs that ended lately, the newest first, and no more of them than are asked for: of a million
 * jobs nobody reads all, and no process has room for them.
 */
import {lineOf} from './packed-line.js'
import type {SegmentReader} from './segment-reader.js'

export interface LatelyEnded {
  /** Epoch milliseconds. */
  readonly since: number
  /** So many of those that pass. */
  readonly most: number
  /** Asked of the bytes of a line first. */
  readonly mayBe: (line: Uint8Array) => boolean
  /** Bytes that each line in question has: a segment without them has none. Left out: any may have one. */
  readonly holds?: Buffer
}

interface Found {
  readonly end: number
  readonly bytes: Uint8Array
}

/** Sorted by end: the first one from behind that is earlier ends it. Whose line is damaged may stand anywhere. */
const since = (
  segment: SegmentReader,
  start: number,
  {mayBe, holds}: Pick<LatelyEnded, 'mayBe' | 'holds'>,
): readonly Found[] => {
  const found: Found[] = []
  const isWithin = segment.from >= start
  for (const bytes of segment.backward(holds)) {
    // Its end is of no matter where none of the segment is too early.
    if (isWithin && !mayBe(bytes)) continue
    const line = lineOf(bytes)
    if (line !== null && line.end < start) break
    // A copy: else a few lines would keep whole segments in memory.
    if (line !== null && line.task === null && mayBe(bytes))
      found.push({end: line.end, bytes: new Uint8Array(bytes)})
  }
  return found
}

/** `more`: older ones may have been left out. */
export const newestLines = (
  segments: readonly SegmentReader[],
  {since: start, most, ...asked}: LatelyEnded,
): {readonly lines: readonly Uint8Array[]; readonly more: boolean} => {
  let [found, from, more]: [readonly Found[], number, boolean] = [[], start, false]
  for (const segment of [...segments].sort((a, b) => b.to - a.to)) {
    more ||= found.length === most
    if (segment.to < from) break
    const all = [...found, ...since(segment, from, asked)]
    more ||= all.length > most
    found = all.length < most ? all : all.sort((a, b) => b.end - a.end).slice(0, most)
    if (found.length === most) from = found.at(-1)?.end ?? from
  }
  return {lines: found.map(({bytes}) => bytes), more}
}
