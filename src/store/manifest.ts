/**
 * The manifest of packed jobs (state.md 10): which ids have left `jobs/live` for good, and in which segments they are.
 *
 * Every reader looks at live names first and at the manifest after: a live record whose id is here is void.
 * Numbered and published by exclusive link; the highest number counts. Its parse is kept until a higher one is there.
 */
import {join} from 'node:path'
import type {JobId} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import {has} from '../core/interval-set.js'
import type {FileSystem} from './file-system.js'
import {type Layout, parseNumbered} from './layout.js'
import {decodeManifest, EMPTY_MANIFEST, type Manifest} from './manifest-form.js'
import {exists, listNames, readFile} from './read-file.js'
import {sha256} from './record-codec.js'

export const manifestPath = (layout: Layout, n: number): string => join(layout.done, `MANIFEST.${n}`)

/** A manifest as it was read; what is published on it is judged by its number and bytes. Zero: there is none yet. */
export interface NumberedManifest {
  readonly n: number
  readonly manifest: Manifest
  readonly sha256: string
}

export interface ManifestReader {
  /** Packed or dropped: by the newest manifest at the time of the call. */
  contains(id: JobId): boolean
  /** The same question for many ids, all by the newest manifest of now; the same function while that is the same. */
  now(): (id: JobId) => boolean
  /** The newest one of now. */
  newest(): NumberedManifest
}

export const listManifests = (fs: FileSystem, layout: Layout): readonly number[] =>
  listNames(fs, layout.done)
    .flatMap(name => parseNumbered('MANIFEST', name) ?? [])
    .sort((a, b) => a - b)

/** By open: a listing may be older than the manifest that it does not show. Numbers are linked without a gap. */
const highest = (fs: FileSystem, layout: Layout, known: number): number => {
  // Our last one is pruned: many were published since.
  const listed = (): number => listManifests(fs, layout).at(-1) ?? 0
  const from = known > 0 && exists(fs, manifestPath(layout, known)) ? known : listed()
  let n = from
  while (exists(fs, manifestPath(layout, n + 1))) n++
  return n
}

const MOST_BYTES = 256 * 1024 * 1024

const readManifest = (fs: FileSystem, layout: Layout, n: number): NumberedManifest => {
  const path = manifestPath(layout, n)
  const file = readFile(fs, path, {limit: MOST_BYTES})
  const parsed = file === null ? null : decodeManifest(file.bytes)
  if (file !== null && parsed?.ok === true) return {n, manifest: parsed.value, sha256: sha256(file.bytes)}
  throw new GodError(
    'E_DIR_BAD',
    `${path} is damaged: ${parsed?.ok === false ? parsed.why : 'it vanished'}`,
    'Restore it from a backup; no job is touched before.',
  )
}

const containsOf =
  ({packed, dropped}: Manifest) =>
  (id: JobId): boolean =>
    has(packed, id) || has(dropped, id)

export const createManifestReader = (fs: FileSystem, layout: Layout): ManifestReader => {
  const none: NumberedManifest = {n: 0, manifest: EMPTY_MANIFEST, sha256: ''}
  let known = {base: none, contains: containsOf(EMPTY_MANIFEST)}
  const look = () => {
    const n = highest(fs, layout, known.base.n)
    if (n > known.base.n) {
      const base = readManifest(fs, layout, n)
      known = {base, contains: containsOf(base.manifest)}
    }
    return known
  }
  return {
    now: () => look().contains,
    contains: id => look().contains(id),
    newest: () => look().base,
  }
}
