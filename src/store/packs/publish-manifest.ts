/**
 * Publishing the next manifest: by exclusive link on the number after the one that it was made from, and then its copy.
 *
 * Old ones are pruned ascending, so a number may be free again when a stalled packer comes back; then the one it built
 * on is gone or another, or many numbers are above it, and it has lost, as with revisions. Who lost begins again from
 * the newest. A copy appears only when its manifest has won and is on the disk. A crash between the two leaves a
 * manifest without a copy, and the next packing gives it one; a full disk does the same.
 */
import {GodError} from '../../core/errors.js'
import type {Durable} from '../disk/durable.js'
import {errno, type FileSystem} from '../disk/file-system.js'
import {exists, readFile, unlinkIfThere} from '../disk/read-file.js'
import {sha256} from '../jobs/record-codec.js'
import type {Layout} from '../layout.js'
import {
  copyPath,
  listManifests,
  type ManifestReader,
  manifestPath,
  type NumberedManifest,
} from './manifest.js'
import {encodeManifest, type Manifest} from './manifest-form.js'

/** So many of the newest stay. */
export const MANIFESTS_KEPT = 64

const sumOf = (fs: FileSystem, path: string): string | null => {
  const file = readFile(fs, path, {limit: Number.MAX_SAFE_INTEGER})
  return file === null ? null : sha256(file.bytes)
}

/** By its copy, where it is damaged, gone, or on a bad sector. */
const isBase = (fs: FileSystem, layout: Layout, base: NumberedManifest): boolean => {
  if (base.n === 0) return true
  const byCopy = (): boolean => sumOf(fs, copyPath(layout, base.n)) === base.sha256()
  try {
    return sumOf(fs, manifestPath(layout, base.n)) === base.sha256() || byCopy()
  } catch (error) {
    if (errno(error) !== null && byCopy()) return true
    throw error
  }
}

/** Asked after our link: a number is free again only when it, or one so far below others, was pruned. */
const hasWon = (fs: FileSystem, layout: Layout, base: NumberedManifest, bytes: Uint8Array): boolean => {
  const n = base.n + 1
  if ((listManifests(fs, layout).at(-1) ?? 0) >= n + MANIFESTS_KEPT) return false
  // Of other bytes: that number was published before, and its manifest is lost.
  const copy = sumOf(fs, copyPath(layout, n))
  return (copy === null || copy === sha256(bytes)) && isBase(fs, layout, base)
}

/** A copy first: once a name is free, nothing of the number before it is left. */
const prune = ({fs}: Durable, layout: Layout, newest: number): void => {
  for (const n of listManifests(fs, layout)) {
    if (n > newest - MANIFESTS_KEPT) return
    unlinkIfThere(fs, copyPath(layout, n))
    unlinkIfThere(fs, manifestPath(layout, n))
  }
}

/** `bytes`: of a manifest that has won. Who comes so late that it is pruned takes his copy away again. */
const publishCopy = (durable: Durable, layout: Layout, n: number, bytes: Uint8Array): void => {
  durable.syncFolder(layout.done)
  try {
    if (!durable.publishNew(copyPath(layout, n), bytes, 0o644)) return
  } catch (error) {
    // What was packed is packed: its live files go, and leave room for the copy.
    if (error instanceof GodError && error.code === 'E_DISK_FULL') return
    throw error
  }
  if (!exists(durable.fs, manifestPath(layout, n))) unlinkIfThere(durable.fs, copyPath(layout, n))
  durable.syncFolder(layout.done)
}

/** False: somebody was faster. What `next` names must be on the disk already. */
export const publishManifest = (
  durable: Durable,
  layout: Layout,
  base: NumberedManifest,
  next: Manifest,
): boolean => {
  const n = base.n + 1
  const bytes = encodeManifest(next, n)
  if (!durable.publishNew(manifestPath(layout, n), bytes, 0o644)) return false
  if (!hasWon(durable.fs, layout, base, bytes)) {
    unlinkIfThere(durable.fs, manifestPath(layout, n))
    return false
  }
  publishCopy(durable, layout, n, bytes)
  prune(durable, layout, n)
  return true
}

/**
 * The newest one gets its copy, if a crash or a full disk kept it from having one. One that has lost one of its two
 * files, or is of a form without copies, is published once more under the next number.
 */
export const secureNewest = (durable: Durable, layout: Layout, manifest: ManifestReader): void => {
  const {fs} = durable
  const base = manifest.newest()
  if (base.n === 0) return
  if (base.origin !== 'own') {
    publishManifest(durable, layout, base, base.manifest)
    return
  }
  if (exists(fs, copyPath(layout, base.n))) return
  const file = readFile(fs, manifestPath(layout, base.n), {limit: Number.MAX_SAFE_INTEGER})
  if (file !== null && sha256(file.bytes) === base.sha256()) publishCopy(durable, layout, base.n, file.bytes)
}
