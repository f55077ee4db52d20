/**
 * Publishing the next manifest: by exclusive link on the number after the one that it was made from.
 *
 * Old ones are pruned ascending, so a number may be free again when a stalled packer comes back; then the one it built
 * on is gone or another, and it has lost, as with revisions. Who lost begins again from the newest.
 */
import type {Durable} from './durable.js'
import type {Layout} from './layout.js'
import {listManifests, manifestPath, type NumberedManifest} from './manifest.js'
import {encodeManifest, type Manifest} from './manifest-form.js'
import {readFile, unlinkIfThere} from './read-file.js'
import {sha256} from './record-codec.js'

/** So many of the newest stay. */
export const MANIFESTS_KEPT = 64

const isBase = (durable: Durable, layout: Layout, base: NumberedManifest): boolean => {
  // Nothing comes before the first: its number is free again only when many more have been published.
  if (base.n === 0) return (listManifests(durable.fs, layout).at(-1) ?? 0) <= MANIFESTS_KEPT
  const file = readFile(durable.fs, manifestPath(layout, base.n), {limit: Number.MAX_SAFE_INTEGER})
  return file !== null && sha256(file.bytes) === base.sha256
}

const prune = (durable: Durable, layout: Layout, newest: number): void => {
  for (const n of listManifests(durable.fs, layout))
    if (n <= newest - MANIFESTS_KEPT) unlinkIfThere(durable.fs, manifestPath(layout, n))
}

/** False: somebody was faster. What `next` names must be on the disk already. */
export const publishManifest = (
  durable: Durable,
  layout: Layout,
  base: NumberedManifest,
  next: Manifest,
): boolean => {
  const n = base.n + 1
  if (!durable.publishNew(manifestPath(layout, n), encodeManifest(next), 0o644)) return false
  if (!isBase(durable, layout, base)) {
    unlinkIfThere(durable.fs, manifestPath(layout, n))
    return false
  }
  durable.syncFolder(layout.done)
  prune(durable, layout, n)
  return true
}
