/**
 * Files of segments that no manifest names: what a crash or a lost race left, what was merged or dropped.
 *
 * They go when they are a day old, and only after a newer manifest was published: a packer that stalled with them
 * then loses its link, instead of naming files that are gone. Readers who are in them look again.
 */
import {join} from 'node:path'
import type {Durable} from '../disk/durable.js'
import {errno, type FileSystem} from '../disk/file-system.js'
import {listNames, unlinkIfThere} from '../disk/read-file.js'
import {TEMPORARY_LIFE} from '../disk/stale-temporaries.js'
import type {Layout} from '../layout.js'
import type {ManifestReader} from './manifest.js'
import type {Manifest} from './manifest-form.js'
import {publishManifest} from './publish-manifest.js'
import {isYear, segmentOfFile} from './segment-names.js'

interface Loose {
  readonly path: string
  readonly name: string
}

/** Files under one root that belong to a segment that is not in the set. */
const looseIn = (fs: FileSystem, root: string, named: ReadonlySet<string>): readonly Loose[] =>
  listNames(fs, root)
    .filter(isYear)
    .flatMap(year =>
      listNames(fs, join(root, year)).flatMap(file => {
        const name = segmentOfFile(year, file)
        return name === null || named.has(name) ? [] : [{path: join(root, year, file), name}]
      }),
    )

export const looseFiles = (fs: FileSystem, layout: Layout, {segments, sums}: Manifest): readonly Loose[] => [
  ...looseIn(fs, layout.done, new Set(segments.map(({name}) => name))),
  ...looseIn(fs, layout.sums, new Set(sums)),
]

const isOld = (fs: FileSystem, path: string, now: number): boolean => {
  try {
    return now - fs.lstat(path).mtimeMs >= TEMPORARY_LIFE
  } catch (error) {
    if (errno(error) === null) throw error
    return false
  }
}

/** Those that would go now. */
export const staleFiles = (
  fs: FileSystem,
  layout: Layout,
  manifest: Manifest,
  now: number,
): readonly Loose[] => looseFiles(fs, layout, manifest).filter(({path}) => isOld(fs, path, now))

/** How many went. */
export const sweepDone = (
  {durable, layout, manifest}: {durable: Durable; layout: Layout; manifest: ManifestReader},
  now: number,
): number => {
  const {fs} = durable
  const base = manifest.newest()
  const stale = staleFiles(fs, layout, base.manifest, now)
  if (stale.length === 0 || !publishManifest(durable, layout, base, base.manifest)) return 0
  return stale.filter(({path}) => unlinkIfThere(fs, path)).length
}
