/**
 * The manifest of packed jobs (state.md 10): which ids have left `jobs/live` for good, and in which segments they are.
 *
 * Every reader looks at live names first and at the manifest after: a live record whose id is here is void.
 * Numbered and published by exclusive link; the highest number counts. Its parse is kept until a higher one is there.
 * Each has a copy of the same bytes beside it: damage of one of the two stops nobody.
 */
import {join} from 'node:path'
import {has, pairsOf, union} from '../../core/array/interval-set.js'
import type {JobId} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import {errno, type FileSystem} from '../disk/file-system.js'
import {exists, listNames, readFile} from '../disk/read-file.js'
import {sha256} from '../jobs/record-codec.js'
import {BUCKET_SIZE, type Layout, parseNumbered} from '../layout.js'
import {type DecodedManifest, decodeManifest, EMPTY_MANIFEST, type Manifest} from './manifest-form.js'

export const manifestPath = (layout: Layout, n: number): string => join(layout.done, `MANIFEST.${n}`)

/** Of the same bytes: published after it, so it was there if this is there. */
export const copyPath = (layout: Layout, n: number): string => `${manifestPath(layout, n)}.copy`

/** A manifest as it was read; what is published on it is judged by its number and the sum of its bytes. Zero: there is none yet. */
export interface NumberedManifest {
  readonly n: number
  readonly manifest: Manifest
  readonly sha256: () => string
  /** Where its bytes come from. `unnumbered`: from its own file, in a form that has no copies. */
  readonly origin: 'own' | 'copy' | 'unnumbered'
}

export interface ManifestReader {
  /** Packed or dropped: by the newest manifest at the time of the call. */
  contains(id: JobId): boolean
  /** The same question for many ids, all by the newest manifest of now; the same function while that is the same. */
  now(): (id: JobId) => boolean
  /** Buckets of which every id has left, by the newest one of the last look: whatever lies there is void, for good. */
  overBuckets(): ReadonlySet<number>
  /** The newest one of now. */
  newest(): NumberedManifest
}

/** Null: neither a manifest nor the copy of one. */
export const parseManifestName = (name: string): number | null =>
  parseNumbered('MANIFEST', name.replace(/\.copy$/, ''))

/** Numbers of those that are there, or their copies; ascending. */
export const listManifests = (fs: FileSystem, layout: Layout): readonly number[] => {
  const numbers = listNames(fs, layout.done).flatMap(name => parseManifestName(name) ?? [])
  return [...new Set(numbers)].sort((a, b) => a - b)
}

/** On a bad sector it cannot be opened, and is there all the same: its copy tells. */
const isThere = (fs: FileSystem, layout: Layout, n: number): boolean => {
  try {
    return exists(fs, manifestPath(layout, n))
  } catch (error) {
    if (errno(error) !== null && exists(fs, copyPath(layout, n))) return true
    throw error
  }
}

/** By open: a listing may be older than the manifest that it does not show. Numbers are linked without a gap. */
const highest = (fs: FileSystem, layout: Layout, known: number): number => {
  // Our last one is pruned: many were published since.
  const listed = (): number => listManifests(fs, layout).at(-1) ?? 0
  const from = known > 0 && isThere(fs, layout, known) ? known : listed()
  let n = from
  while (isThere(fs, layout, n + 1)) n++
  return n
}

const MOST_BYTES = 256 * 1024 * 1024

type Read =
  | {readonly ok: true; readonly decoded: DecodedManifest; readonly bytes: Uint8Array}
  | {readonly ok: false; readonly why: string; readonly cause?: unknown}

/** Null: they cannot be had, for whatever reason. */
const bytesOf = (fs: FileSystem, path: string): Uint8Array | null => {
  try {
    return readFile(fs, path, {limit: MOST_BYTES})?.bytes ?? null
  } catch (error) {
    if (errno(error) === null) throw error
    return null
  }
}

/** `cause`: the disk did not give it. `copied`: where the same bytes may lie, so that no sum need be made of them. */
export const readManifestFile = (fs: FileSystem, path: string, n: number, copied?: string): Read => {
  try {
    const file = readFile(fs, path, {limit: MOST_BYTES})
    if (file === null) return {ok: false, why: 'it is gone'}
    const copy = copied === undefined ? null : bytesOf(fs, copied)
    const parsed = decodeManifest(file.bytes, n, copy !== null && Buffer.compare(file.bytes, copy) === 0)
    return parsed.ok ? {ok: true, decoded: parsed.value, bytes: file.bytes} : parsed
  } catch (error) {
    const code = errno(error)
    if (code === null) throw error
    return {ok: false, why: `it cannot be read (${code})`, cause: error}
  }
}

/** Of those bytes, when it is asked for: a command that only looks does not load what makes sums. */
const once = (bytes: Uint8Array): (() => string) => {
  let sum: string | null = null
  return () => {
    sum ??= sha256(bytes)
    return sum
  }
}

const readManifest = (fs: FileSystem, layout: Layout, n: number, proof: Proof): NumberedManifest => {
  const path = manifestPath(layout, n)
  const own = readManifestFile(fs, path, n, proof === 'copy' ? copyPath(layout, n) : undefined)
  if (own.ok) {
    const {manifest, numbered} = own.decoded
    return {n, manifest, sha256: once(own.bytes), origin: numbered ? 'own' : 'unnumbered'}
  }
  const copy = readManifestFile(fs, copyPath(layout, n), n)
  // One without a number may be of any manifest.
  if (copy.ok && copy.decoded.numbered)
    return {n, manifest: copy.decoded.manifest, sha256: once(copy.bytes), origin: 'copy'}
  if (own.cause !== undefined) throw own.cause
  const why = copy.ok ? 'it does not say its number' : copy.why
  throw new GodError(
    'E_DIR_BAD',
    `${path} is damaged: ${own.why}; its copy: ${why}`,
    'Restore one of the two from a backup; no job is touched before.',
  )
}

/** Packed or dropped, by that manifest. */
export const containsOf =
  ({packed, dropped}: Manifest) =>
  (id: JobId): boolean =>
    has(packed, id) || has(dropped, id)

/** Id 0 is nobody's, so the first bucket does without. */
const overOf = ({packed, dropped}: Manifest): ReadonlySet<number> => {
  const over = new Set<number>()
  for (const [from, to] of pairsOf(union(packed, dropped))) {
    const first = from <= 1 ? 0 : Math.ceil(from / BUCKET_SIZE)
    for (let bucket = first; (bucket + 1) * BUCKET_SIZE - 1 <= to; bucket++) over.add(bucket)
  }
  return over
}

/**
 * What shows that a manifest is whole: its sum; or that its copy has the same bytes, for who only looks and starts often:
 * what makes sums takes longer to load than all the rest to read.
 */
export type Proof = 'sum' | 'copy'

export const createManifestReader = (
  fs: FileSystem,
  layout: Layout,
  proof: Proof = 'sum',
): ManifestReader => {
  const none: NumberedManifest = {n: 0, manifest: EMPTY_MANIFEST, sha256: () => '', origin: 'own'}
  let known = {base: none, contains: containsOf(EMPTY_MANIFEST), over: overOf(EMPTY_MANIFEST)}
  let looked = false
  const look = () => {
    looked = true
    const n = highest(fs, layout, known.base.n)
    if (n > known.base.n) {
      const base = readManifest(fs, layout, n, proof)
      known = {base, contains: containsOf(base.manifest), over: overOf(base.manifest)}
    }
    return known
  }
  return {
    now: () => look().contains,
    contains: id => look().contains(id),
    overBuckets: () => (looked ? known : look()).over,
    newest: () => look().base,
  }
}
