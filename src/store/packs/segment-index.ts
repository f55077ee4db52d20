/**
 * Sorted tables of rows of 16 bytes: four big-endian numbers of 32 bits, ordered by the first two.
 *
 * The index of a segment has one row a line: id, task, offset, length. The task is kept plus one, and zero stands for
 * the job itself, so all four fit: ids end at 2^31 - 1, tasks at 2^31, and a segment is far smaller than 4 GiB.
 * A lookup reads a few rows by position, never the whole table.
 */

export type Row = readonly [number, number, number, number]

export const ROW_BYTES = 16

const byFirstTwo = (a: Row, b: Row): number => a[0] - b[0] || a[1] - b[1]

export const encodeRows = (rows: readonly Row[]): Uint8Array => {
  const bytes = Buffer.alloc(rows.length * ROW_BYTES)
  for (const [i, row] of [...rows].sort(byFirstTwo).entries())
    for (const [k, value] of row.entries()) bytes.writeUInt32BE(value, i * ROW_BYTES + 4 * k)
  return bytes
}

/** Whole rows; bytes that are left over at the end are none. */
export const decodeRows = (bytes: Uint8Array): readonly Row[] => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({length: Math.floor(bytes.length / ROW_BYTES)}, (_, i): Row => {
    const at = i * ROW_BYTES
    return [
      view.readUInt32BE(at),
      view.readUInt32BE(at + 4),
      view.readUInt32BE(at + 8),
      view.readUInt32BE(at + 12),
    ]
  })
}

/** A table that is open: how many rows, and reading the bytes of some of them. */
export interface OpenTable {
  readonly count: number
  readonly read: (from: number, count: number) => Uint8Array
}

/** So many are read at once rather than halved further: a page. */
const BLOCK = 256

type Key = readonly [number, number]

/** A row of a block comes before the key. */
const isBefore = (block: Buffer, row: number, [first, second]: Key): boolean => {
  const at = row * ROW_BYTES
  const found = block.readUInt32BE(at)
  return found < first || (found === first && block.readUInt32BE(at + 4) < second)
}

const blockOf = ({read}: OpenTable, from: number, count: number): Buffer => {
  const bytes = read(from, count)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** How many rows come before the key. A block that cannot be read in full has none. */
const position = (table: OpenTable, key: Key): number => {
  let low = 0
  let high = table.count
  while (high - low > BLOCK) {
    const middle = (low + high) >>> 1
    const row = blockOf(table, middle, 1)
    if (row.length === ROW_BYTES && isBefore(row, 0, key)) low = middle + 1
    else high = middle
  }
  const block = blockOf(table, low, high - low)
  let [from, to] = [0, Math.floor(block.length / ROW_BYTES)]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (isBefore(block, middle, key)) from = middle + 1
    else to = middle
  }
  return low + from
}

/** Rows from one key on, and before another. */
export const rowsBetween = (table: OpenTable, from: Key, before: Key): readonly Row[] => {
  const first = position(table, from)
  const last = position(table, before)
  return last <= first ? [] : decodeRows(table.read(first, last - first))
}

/** Where a line of a segment lies. */
export interface Place {
  readonly id: number
  /** Null: the job itself. */
  readonly task: number | null
  readonly offset: number
  readonly length: number
}

const taskNumber = (task: number | null): number => (task === null ? 0 : task + 1)

export const rowOf = ({id, task, offset, length}: Place): Row => [id, taskNumber(task), offset, length]

export const placeOf = ([id, task, offset, length]: Row): Place => ({
  id,
  task: task === 0 ? null : task - 1,
  offset,
  length,
})

export const findPlace = (table: OpenTable, id: number, task: number | null): Place | null => {
  const key = [id, taskNumber(task)] as const
  const row = decodeRows(table.read(position(table, key), 1))[0]
  return row !== undefined && row[0] === key[0] && row[1] === key[1] ? placeOf(row) : null
}

/** Of tasks of one array, from one index of a task to another. */
export const taskPlaces = (table: OpenTable, id: number, from: number, to: number): readonly Place[] =>
  rowsBetween(table, [id, taskNumber(from)], [id, taskNumber(to) + 1]).map(placeOf)

/** Of jobs from one id to another. */
export const jobPlaces = (table: OpenTable, from: number, to: number): readonly Place[] =>
  rowsBetween(table, [from, 0], [to + 1, 0])
    .map(placeOf)
    .filter(({task}) => task === null)
