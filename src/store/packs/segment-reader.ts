/**
 * One segment's files, read by position. Whatever is missing, cut, on a bad sector or not what the index says counts as
 * not found: who looks decides whether that is damage, or a segment that was merged or dropped meanwhile.
 *
 * One line is looked for by a few rows of the index, and by all lines where that finds none. A range cannot tell what it
 * lacks: for one the whole index is held to its sum, and made again from the lines where it is damaged.
 */
import {existsThoughBad, readSalvaged, unlessBadSector} from '../disk/bad-sector.js'
import {errno, type FileSystem} from '../disk/file-system.js'
import {openIfThere, readFile} from '../disk/read-file.js'
import {sha256} from '../jobs/record-codec.js'
import type {Layout} from '../layout.js'
import type {Segment} from './manifest-form.js'
import {buffered, isLineOf, lineOf, linesIn, unjoined} from './packed-line.js'
import {
  encodeRows,
  findPlace,
  jobPlaces,
  type OpenTable,
  type Place,
  ROW_BYTES,
  type Row,
  rowOf,
  rowsBetween,
  taskPlaces,
} from './segment-index.js'
import {partPath, type SegmentPart} from './segment-names.js'
import {specIn} from './spec-archive.js'

export interface SegmentReader {
  /** Of its lines. */
  readonly path: string
  /** Its first and last end, epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** False: its lines are not there (any more). */
  isThere(): boolean
  /** By the index. `task` null: of the job itself. */
  line(id: number, task: number | null): Uint8Array | null
  /** By reading all of it. */
  searchLine(id: number, task: number | null): Uint8Array | null
  taskLines(id: number, from: number, to: number): readonly Uint8Array[]
  /** Indices of tasks that have a line. */
  tasks(id: number, from: number, to: number): readonly number[]
  /** Lines of jobs, ascending by id. */
  jobLines(from: number, to: number): readonly Uint8Array[]
  /** Bytes of a spec as they were on the disk. */
  spec(id: number): Uint8Array | null
  /** All lines, the last end first; `holds`: none, where these bytes are nowhere in it. */
  backward(holds?: Buffer): Iterable<Uint8Array>
}

/** Longer is no line, and no member: a record has at most 4 MiB. */
const MOST_LINE = 8 * 1024 * 1024

const readAt = (fs: FileSystem, fd: number, offset: number, length: number): Uint8Array | null => {
  if (length === 0 || length > MOST_LINE) return null
  const bytes = Buffer.allocUnsafe(length)
  let done = 0
  while (done < length) {
    const n = fs.read(fd, bytes.subarray(done), offset + done)
    if (n === 0) return null
    done += n
  }
  return bytes
}

/** Null: there is no such file. */
const withFile = <T>(fs: FileSystem, path: string, use: (fd: number) => T): T | null => {
  const fd = openIfThere(fs, path)
  if (fd === null) return null
  try {
    return use(fd)
  } finally {
    fs.close(fd)
  }
}

const tableOf = (fs: FileSystem, fd: number): OpenTable => ({
  count: Math.floor(fs.fstat(fd).size / ROW_BYTES),
  read: (from, count) => readAt(fs, fd, from * ROW_BYTES, count * ROW_BYTES) ?? new Uint8Array(),
})

const tableIn = (bytes: Uint8Array): OpenTable => ({
  count: Math.floor(bytes.length / ROW_BYTES),
  read: (from, count) => bytes.subarray(from * ROW_BYTES, (from + count) * ROW_BYTES),
})

/** Of the lines that tell whose they are, wherever they stand. */
const indexOfLines = (bytes: Uint8Array): Uint8Array => {
  const rows: Row[] = []
  let offset = 0
  for (const bytesOfLine of linesIn(bytes)) {
    const line = lineOf(bytesOfLine)
    const {length} = bytesOfLine
    if (line !== null) rows.push(rowOf({id: line.id, task: line.task, offset, length}))
    offset += length
  }
  return encodeRows(rows)
}

/** A damaged row may end in the middle of a line, or of the next one. */
const isOneLine = (bytes: Uint8Array): boolean => bytes.indexOf(10) === bytes.length - 1

/** Null: the disk does not give it. */
const unlessLost = <T>(read: () => T | null): T | null => {
  try {
    return read()
  } catch (error) {
    if (errno(error) === null) throw error
    return null
  }
}

function* backwardIn(bytes: Uint8Array): Generator<Uint8Array> {
  let end = bytes.length
  while (end > 0) {
    // The line's own end is passed over.
    const start = end < 2 ? 0 : bytes.lastIndexOf(10, end - 2) + 1
    yield* [...unjoined(bytes.subarray(start, end))].reverse()
    end = start
  }
}

export const openSegment = (
  fs: FileSystem,
  layout: Layout,
  {name, parts, from, to}: Segment,
): SegmentReader => {
  const pathOf = (part: SegmentPart): string => partPath(layout, name, part)
  const path = pathOf('lines')

  const inTable = <T>(part: SegmentPart, use: (table: OpenTable) => T): T | null =>
    withFile(fs, pathOf(part), fd => use(tableOf(fs, fd)))

  const whole = (): Uint8Array =>
    readSalvaged(fs, path, Math.max(parts?.lines.bytes ?? 0, 1)) ?? new Uint8Array()

  const soundIndex = (): OpenTable => {
    const bytes = unlessLost(() => readFile(fs, pathOf('index'), {limit: parts?.index.bytes ?? 0}))?.bytes
    const isWhole = bytes !== undefined && sha256(bytes) === parts?.index.sha256
    return tableIn(isWhole ? bytes : indexOfLines(whole()))
  }

  const linesAt = (places: readonly Place[]): readonly Uint8Array[] => {
    if (places.length === 0) return []
    const lines = unlessBadSector(() =>
      withFile(fs, path, fd =>
        places.flatMap(({id, task, offset, length}) => {
          const bytes = unlessBadSector(() => readAt(fs, fd, offset, length))
          return bytes !== null && isOneLine(bytes) && isLineOf(bytes, id, task) ? [bytes] : []
        }),
      ),
    )
    return lines ?? []
  }

  return {
    path,
    from,
    to,
    isThere: () => existsThoughBad(fs, path),
    line: (id, task) => {
      const place = unlessLost(() => inTable('index', table => findPlace(table, id, task)))
      return linesAt(place === null ? [] : [place])[0] ?? null
    },
    searchLine: (id, task) => [...backwardIn(whole())].find(bytes => isLineOf(bytes, id, task)) ?? null,
    taskLines: (id, from, last) => linesAt(taskPlaces(soundIndex(), id, from, last)),
    tasks: (id, from, last) => taskPlaces(soundIndex(), id, from, last).map(({task}) => task ?? 0),
    jobLines: (from, last) => linesAt(jobPlaces(soundIndex(), from, last)),
    backward: holds => {
      const bytes = whole()
      return holds !== undefined && !buffered(bytes).includes(holds) ? [] : backwardIn(bytes)
    },
    spec: id =>
      unlessBadSector(() => {
        const row = inTable('specIndex', table => rowsBetween(table, [id, 0], [id + 1, 0])[0])
        if (row === null || row === undefined) return null
        const member = withFile(fs, pathOf('specs'), fd => readAt(fs, fd, row[1], row[2]))
        return member === null ? null : specIn(member, row)
      }),
  }
}
