/**
 * Temporary files that a crash left behind: nobody finishes them, so they go when they are a day old (state.md 8).
 * Only names that begin with `.t.` are touched, and only in folders of state; a file that vanishes meanwhile is fine.
 */
import {join} from 'node:path'
import type {Uid} from '../core/brand.js'
import {errno, type FileSystem} from './file-system.js'
import {holdFolder} from './guarded-open.js'
import {type Layout, parseBucketName, parseUserName} from './layout.js'
import {listNames} from './read-file.js'

/** Milliseconds: no step of any process takes so long. */
export const TEMPORARY_LIFE = 24 * 3600 * 1000

const isOld = (fs: FileSystem, path: string, now: number): boolean => {
  const {kind, mtimeMs} = fs.lstat(path)
  return kind === 'file' && now - mtimeMs >= TEMPORARY_LIFE
}

/** How many went; one that cannot be removed is left for its owner. */
const sweepFolder = (fs: FileSystem, folder: string, now: number): number => {
  let removed = 0
  for (const name of listNames(fs, folder)) {
    const path = join(folder, name)
    try {
      if (!name.startsWith('.t.') || !isOld(fs, path, now)) continue
      fs.unlink(path)
      removed += 1
    } catch (error) {
      if (errno(error) === null) throw error
    }
  }
  return removed
}

const sweepDrop = (fs: FileSystem, layout: Layout, owner: Uid, now: number): number => {
  const folder = holdFolder(fs, layout.dropFolder(owner), owner)
  if (folder === null) return 0
  try {
    return sweepFolder(fs, folder.path, now)
  } finally {
    folder.close()
  }
}

const buckets = (fs: FileSystem, folder: string): readonly string[] =>
  listNames(fs, folder)
    .filter(name => parseBucketName(name) !== null)
    .map(name => join(folder, name))

export const removeStaleTemporaries = (fs: FileSystem, layout: Layout, now: number): number => {
  const {root, bells, nodes, locks, done, engines, live, specs, inbox} = layout
  const folders = [root, bells, nodes, locks, done, engines, ...buckets(fs, live), ...buckets(fs, specs)]
  const users = listNames(fs, inbox).flatMap(name => parseUserName(name) ?? [])
  const ours = folders.reduce((sum, folder) => sum + sweepFolder(fs, folder, now), 0)
  return users.reduce((sum, user) => sum + sweepDrop(fs, layout, user, now), ours)
}
