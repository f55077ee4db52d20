/**
 * The rows of a bucket's index against its records (state.md 11, 14), where readers would believe them: an exact file
 * whose stamp the folder still has, before and after the records were read. A job of which anything else is told is
 * left out: its file was damaged under the index.
 */
import {isDeepStrictEqual} from 'node:util'
import {stampOf} from '../disk/stamp.js'
import {sameStamp} from '../index/index-codec.js'
import {createIndexReader, type Indexed} from '../index/index-file.js'
import type {Stored} from '../jobs/revision.js'
import {BUCKET_SIZE} from '../layout.js'
import type {Finding} from './finding.js'
import type {Place} from './place.js'
import {statOf} from './seen.js'

interface Checked {
  readonly id: number
  readonly top: Stored | null
  readonly findings: readonly Finding[]
}

const believed = ({fs, layout, boot}: Place, bucket: number): Indexed | null => {
  if (boot === undefined) return null
  const indexed = createIndexReader(fs, layout, boot).load(bucket)
  const stamp = indexed?.exact ? stampOf(fs, layout.bucket(bucket * BUCKET_SIZE)) : null
  return indexed !== null && stamp !== null && sameStamp(indexed.stamp, stamp) ? indexed : null
}

const rowText = (row: Stored | undefined, {id, top}: Checked): string | null => {
  if (top === null) return row === undefined ? null : `it tells of job ${id}, which has no record`
  if (row === undefined) return `job ${id} is not in it`
  const isSame = row.sha256 === top.sha256 && isDeepStrictEqual(row.record, top.record)
  return isSame ? null : `it tells of revision ${row.record.rev} of job ${id} otherwise than its record`
}

const judged = (rows: readonly Stored[], checked: readonly Checked[]): string | null => {
  const byId = new Map<number, Stored>(rows.map(row => [row.record.id, row]))
  for (const one of checked) {
    const text = one.findings.length > 0 ? null : rowText(byId.get(one.id), one)
    if (text !== null) return text
    byId.delete(one.id)
  }
  const [left] = byId.keys()
  return left === undefined ? null : `it tells of job ${left}, which is not there`
}

/** Asked before the records are read; the answer judges them after. */
export const indexRows = (
  place: Place,
  bucket: number,
): ((checked: readonly Checked[]) => readonly Finding[]) => {
  const before = believed(place, bucket)
  return checked => {
    const after = before === null ? null : believed(place, bucket)
    const text = after === null ? null : judged(after.rows, checked)
    if (text === null) return []
    const path = place.layout.indexFile(bucket)
    const ino = statOf(place.fs, path)?.ino ?? 0
    return [{id: 'F_DERIVED', path, text, repair: {do: 'set-aside', ino, why: text}}]
  }
}
