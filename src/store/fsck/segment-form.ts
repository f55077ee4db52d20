/** Whether the files of a segment, each as it was written, fit each other and what the manifest tells of them. Pure. */
import {counted} from '../../core/amounts.js'
import {contains, setOf} from '../../core/array/interval-set.js'
import type {Segment} from '../packs/manifest-form.js'
import type {Line} from '../packs/packed-line.js'
import {indexOf} from '../packs/segment.js'
import {decodeRows, placeOf, ROW_BYTES, type Row} from '../packs/segment-index.js'

export const subject = ({id, task}: {readonly id: number; readonly task: number | null}): string =>
  task === null ? `job ${id}` : `task ${task} of job ${id}`

/** By the manifest. */
const numbersFault = (
  {jobs, tasks, from, to, ids, arrays}: Segment,
  lines: readonly Line[],
): string | null => {
  const ofJobs = lines.filter(({task}) => task === null)
  const [foundJobs, foundTasks] = [ofJobs.length, lines.length - ofJobs.length]
  if (foundJobs !== jobs || foundTasks !== tasks)
    return `it has lines of ${counted(foundJobs, 'job')} and ${counted(foundTasks, 'task')}, and the manifest tells of ${jobs} and ${tasks}`
  if (from !== (lines[0]?.end ?? 0) || to !== (lines.at(-1)?.end ?? 0))
    return 'its first or last end is not that of the manifest'
  if (!contains(ids, setOf(ofJobs.map(({id}) => id))))
    return 'it has a job that the manifest does not tell of'
  const withTasks = new Set(lines.flatMap(({id, task}) => (task === null ? [] : [id])))
  return setOf([...withTasks]).join() === arrays.join()
    ? null
    : 'it has tasks of other arrays than the manifest tells of'
}

/** Null in the place of what is no line. */
export const lineFault = (segment: Segment, all: readonly (Line | null)[]): string | null => {
  const none = all.indexOf(null)
  if (none >= 0) return `line ${none + 1} is none of ours`
  const lines = all.flatMap(line => line ?? [])
  const late = lines.findIndex(({end}, i) => end < (lines[i - 1]?.end ?? 0))
  const second = lines[late]
  if (second !== undefined) return `the line of ${subject(second)} comes after one that ended later`
  return numbersFault(segment, lines)
}

const isAfter = (a: Row, b: Row | undefined): boolean =>
  b === undefined || a[0] > b[0] || (a[0] === b[0] && a[1] > b[1])

const orderFault = (rows: readonly Row[]): string | null => {
  const at = rows.findIndex((row, i) => !isAfter(row, rows[i - 1]))
  return at < 0 ? null : `row ${at + 1} does not come after the one before it`
}

export const indexFault = (index: Uint8Array, lines: readonly Line[]): string | null => {
  if (Buffer.compare(index, indexOf(lines)) === 0) return null
  const rows = decodeRows(index)
  if (rows.length !== lines.length || index.length % ROW_BYTES !== 0)
    return `it has ${counted(index.length, 'byte')} for ${counted(lines.length, 'line')}`
  const order = orderFault(rows)
  if (order !== null) return order
  const right = decodeRows(indexOf(lines))
  const wrong = rows.find((row, i) => row.join() !== right[i]?.join())
  return wrong === undefined
    ? 'it is not that of the lines'
    : `the row of ${subject(placeOf(wrong))} leads to no line of its own`
}

/** A spec has one row; its member lies in the archive. Several specs of a member have one place. */
export const specIndexFault = (index: Uint8Array, archive: Uint8Array): string | null => {
  const rows = decodeRows(index)
  if (index.length % ROW_BYTES !== 0) return `it has ${counted(index.length, 'byte')}`
  const at = rows.findIndex(([id], i) => id <= (rows[i - 1]?.[0] ?? 0))
  if (at >= 0) return `row ${at + 1} does not come after the one before it`
  const isMember = (offset: number, length: number): boolean =>
    archive[offset] === 0x1f && archive[offset + 1] === 0x8b && offset + length <= archive.length
  const out = rows.find(([, offset, length]) => !isMember(offset, length))
  return out === undefined ? null : `the row of job ${out[0]} leads to no member of the archive`
}
