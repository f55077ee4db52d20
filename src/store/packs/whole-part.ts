/** One file of a segment, read whole and held to the sum that the manifest tells of: whoever builds on it may believe it. */
import {unlessBadSector} from '../disk/bad-sector.js'
import type {FileSystem} from '../disk/file-system.js'
import {readFile} from '../disk/read-file.js'
import {sha256} from '../jobs/record-codec.js'
import type {Layout} from '../layout.js'
import type {Segment} from './manifest-form.js'
import {partPath, type SegmentPart} from './segment-names.js'

/** Null: it is not what the manifest tells of. Empty: the segment never had one. */
export const wholePart = (
  fs: FileSystem,
  layout: Layout,
  {name, parts}: Segment,
  part: SegmentPart,
): Uint8Array | null => {
  const facts = parts?.[part] ?? null
  if (facts === null) return new Uint8Array()
  const path = partPath(layout, name, part)
  const bytes = unlessBadSector(() => readFile(fs, path, {limit: facts.bytes})?.bytes ?? null)
  return bytes !== null && sha256(bytes) === facts.sha256 ? bytes : null
}
