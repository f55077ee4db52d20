/**
 * The private specs of a segment's jobs: gzip members one after another, each of some specs as they were on the disk,
 * and an index of 16 bytes a spec (id, offset of its member, length of the member, offset in its text).
 *
 * Any gzip reader unpacks the whole; one spec costs one member. Archives are joined by putting them one behind another.
 */
import {gunzipSync, gzipSync} from 'node:zlib'
import type {Row} from './segment-index.js'

/** Id, offset and length of its member, offset in the member's text. */
export type SpecRow = Row

export interface SpecArchive {
  readonly bytes: Uint8Array
  readonly rows: readonly SpecRow[]
}

/** Bytes of specs in a member: a good packing, and quickly unpacked. */
const MEMBER = 32 * 1024

interface Spec {
  readonly id: number
  /** A line, as it is on the disk. */
  readonly bytes: Uint8Array
}

const membersOf = (specs: readonly Spec[]): readonly (readonly Spec[])[] => {
  const members: Spec[][] = []
  let room = 0
  for (const spec of specs) {
    const last = members.at(-1)
    if (last === undefined || spec.bytes.length > room) {
      members.push([spec])
      room = MEMBER - spec.bytes.length
    } else {
      last.push(spec)
      room -= spec.bytes.length
    }
  }
  return members
}

export const archiveSpecs = (specs: readonly Spec[]): SpecArchive =>
  joinArchives(
    membersOf(specs).map(member => {
      const bytes = gzipSync(Buffer.concat(member.map(spec => spec.bytes)))
      let at = 0
      const rows = member.map((spec): SpecRow => {
        const row: SpecRow = [spec.id, 0, bytes.length, at]
        at += spec.bytes.length
        return row
      })
      return {bytes, rows}
    }),
  )

export const joinArchives = (archives: readonly SpecArchive[]): SpecArchive => {
  let offset = 0
  const rows: SpecRow[] = []
  for (const archive of archives) {
    for (const [id, member, length, at] of archive.rows) rows.push([id, member + offset, length, at])
    offset += archive.bytes.length
  }
  return {bytes: Buffer.concat(archives.map(({bytes}) => bytes)), rows}
}

/** A member never unpacks to more; a bomb is damage. */
const MOST_TEXT = 8 * 1024 * 1024

/** The line of a spec in its member; null: the member is damaged. */
export const specIn = (member: Uint8Array, [, , , at]: SpecRow): Uint8Array | null => {
  let text: Uint8Array
  try {
    text = gunzipSync(member, {maxOutputLength: MOST_TEXT})
  } catch {
    return null
  }
  const end = text.indexOf(10, at)
  return end < 0 ? null : text.subarray(at, end + 1)
}
