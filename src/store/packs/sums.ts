/** Sums of what packed jobs used, one file a segment; beside the segments, for they stay when those are dropped. */
import * as v from 'valibot'
import type {Parsed} from '../../core/parse-with.js'
import {parseWith} from '../../core/parse-with.js'
import {far, text, uidSchema, whole} from '../../core/record-fields.js'
import {addSums, type Sums} from '../../core/usage/accounting.js'
import type {FileSystem} from '../disk/file-system.js'
import {readFile} from '../disk/read-file.js'
import {decode, encode} from '../jobs/record-codec.js'
import type {Layout} from '../layout.js'
import type {Manifest} from './manifest-form.js'
import {partPath} from './segment-names.js'

const countSchema = whole(0, far)

const sumsSchema = v.object({
  v: v.literal(1),
  sums: v.array(
    v.object({
      day: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/)),
      user: text(64),
      uid: uidSchema,
      project: text(64),
      jobs: countSchema,
      tasks: countSchema,
      failed: countSchema,
      ran: countSchema,
      waited: countSchema,
      cpu: countSchema,
      cpuKept: countSchema,
      memoryKept: countSchema,
      gpuKept: countSchema,
      countedKept: v.exactOptional(v.record(text(32), countSchema)),
      measured: v.exactOptional(
        v.object({
          cpu: countSchema,
          cpuKept: countSchema,
          memoryPeak: countSchema,
          memoryKept: countSchema,
        }),
      ),
    }),
  ),
})

export const encodeSums = (sums: readonly Sums[]): Uint8Array => encode({v: 1, sums})

export const decodeSums = (bytes: Uint8Array): Parsed<readonly Sums[]> => {
  const parsed = decode(bytes, value => parseWith(sumsSchema, value))
  return parsed.ok ? {ok: true, value: parsed.value.sums} : parsed
}

/** All that counts by that manifest; a file that is damaged or gone is left out: fsck tells of it. */
export const readSums = (fs: FileSystem, layout: Layout, {sums}: Pick<Manifest, 'sums'>): readonly Sums[] =>
  addSums(
    sums.flatMap(name => {
      const file = readFile(fs, partPath(layout, name, 'sums'))
      const parsed = file === null ? null : decodeSums(file.bytes)
      return parsed?.ok === true ? parsed.value : []
    }),
  )
