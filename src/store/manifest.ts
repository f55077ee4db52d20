/**
 * The manifest of packed jobs (state.md 10): which ids have left `jobs/live` for good.
 *
 * Every reader looks at live names first and at the manifest after: a live record whose id is here is void.
 * Numbered and published by exclusive link; the highest number counts. Its parse is kept until a higher one is there.
 */
import {join} from 'node:path'
import * as v from 'valibot'
import type {JobId} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import {parseWith} from '../core/job.js'
import type {FileSystem} from './file-system.js'
import {type Layout, parseNumbered} from './layout.js'
import {exists, listNames, readFile} from './read-file.js'
import {decode} from './record-codec.js'

const span = v.pipe(
  v.tuple([v.pipe(v.number(), v.safeInteger()), v.pipe(v.number(), v.safeInteger())]),
  v.readonly(),
)

const schema = v.strictObject({
  v: v.literal(1),
  segments: v.array(v.strictObject({name: v.string(), ids: v.array(span)})),
  /** Ids that retention dropped, exactly, for ever. */
  dropped: v.array(span),
})
export type Manifest = v.InferOutput<typeof schema>

export const EMPTY_MANIFEST: Manifest = {v: 1, segments: [], dropped: []}

export const manifestPath = (layout: Layout, n: number): string => join(layout.done, `MANIFEST.${n}`)

export interface ManifestReader {
  /** Packed or dropped: by the newest manifest at the time of the call. */
  contains(id: JobId): boolean
  /** The same question for many ids, all by the newest manifest of now; the same function while that is the same. */
  now(): (id: JobId) => boolean
}

const listedHighest = (fs: FileSystem, layout: Layout): number =>
  listNames(fs, layout.done).reduce((top, name) => Math.max(top, parseNumbered('MANIFEST', name) ?? 0), 0)

/** By open: a listing may be older than the manifest that it does not show. Numbers are linked without a gap. */
const highest = (fs: FileSystem, layout: Layout, known: number): number => {
  // Our last one is pruned: many were published since.
  const from = known > 0 && exists(fs, manifestPath(layout, known)) ? known : listedHighest(fs, layout)
  let n = from
  while (exists(fs, manifestPath(layout, n + 1))) n++
  return n
}

const readManifest = (fs: FileSystem, layout: Layout, n: number): Manifest => {
  const path = manifestPath(layout, n)
  const file = readFile(fs, path, {limit: 256 * 1024 * 1024})
  const parsed = file === null ? null : decode(file.bytes, value => parseWith(schema, value))
  if (parsed?.ok === true) return parsed.value
  throw new GodError(
    'E_DIR_BAD',
    `${path} is damaged: ${parsed?.why ?? 'it vanished'}`,
    'Restore it from a backup; no job is touched before.',
  )
}

const within = (spans: Manifest['dropped'], id: JobId): boolean =>
  spans.some(([from, to]) => id >= from && id <= to)

const containsOf =
  ({dropped, segments}: Manifest) =>
  (id: JobId): boolean =>
    within(dropped, id) || segments.some(segment => within(segment.ids, id))

export const createManifestReader = (fs: FileSystem, layout: Layout): ManifestReader => {
  let known = {n: 0, contains: (_id: JobId): boolean => false}
  const now = (): ((id: JobId) => boolean) => {
    const n = highest(fs, layout, known.n)
    if (n > known.n) known = {n, contains: containsOf(readManifest(fs, layout, n))}
    return known.contains
  }
  return {now, contains: id => now()(id)}
}
