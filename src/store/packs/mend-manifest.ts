/**
 * Mending a manifest from its copy, or the copy from its manifest (state.md 14): by rename over the name, so that there
 * is no moment without it. What stands there then are the bytes that were published, so nobody who builds on it is
 * misled. Repeated it changes nothing.
 */
import type {Durable} from '../disk/durable.js'
import type {FileSystem} from '../disk/file-system.js'
import type {Layout} from '../layout.js'
import {copyPath, createManifestReader, manifestPath, readManifestFile} from './manifest.js'
import {secureNewest} from './publish-manifest.js'

/** Null: damaged, gone, or of a form that has no copies. */
const wholeBytes = (fs: FileSystem, path: string, n: number): Uint8Array | null => {
  const read = readManifestFile(fs, path, n)
  return read.ok && read.decoded.numbered ? read.bytes : null
}

const isSame = (a: Uint8Array | null, b: Uint8Array): boolean => a !== null && Buffer.compare(a, b) === 0

/** Null: both are whole and alike. A text: why they could not be made so. */
export const mendManifest = (durable: Durable, layout: Layout, n: number): string | null => {
  const {fs} = durable
  const [ownPath, otherPath] = [manifestPath(layout, n), copyPath(layout, n)]
  const own = wholeBytes(fs, ownPath, n)
  const bytes = own ?? wholeBytes(fs, otherPath, n)
  if (bytes === null) {
    const reader = createManifestReader(fs, layout)
    if (reader.newest().n !== n) return 'neither of the two is whole'
    secureNewest(durable, layout, reader)
    return null
  }
  const path = own === null ? ownPath : otherPath
  durable.replace(path, bytes, 0o644, {still: () => !isSame(wholeBytes(fs, path, n), bytes)})
  durable.syncFolder(layout.done)
  return null
}
