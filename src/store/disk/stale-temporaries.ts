/**
 * Temporary files that a crash left behind: nobody finishes them, so they go when they are a day old (state.md 8).
 * Only names that begin with `.t.` are touched, and only in folders of state; a file that vanishes meanwhile is fine.
 */
import {join} from 'node:path'
import type {Uid} from '../../core/brand.js'
import {type Layout, parseBucketName, parseUserName} from '../layout.js'
import {errno, type FileSystem} from './file-system.js'
import {holdFolder} from './guarded-open.js'
import {listNames} from './read-file.js'

/** Milliseconds: no step of any process takes so long. */
export const TEMPORARY_LIFE = 24 * 3600 * 1000

const isOld = (fs: FileSystem, path: string, now: number): boolean => {
  const {kind, mtimeMs} = fs.lstat(path)
  return kind === 'file' && now - mtimeMs >= TEMPORARY_LIFE
}

/** Names in a folder that are old temporary files. */
const staleIn = (fs: FileSystem, folder: string, now: number): readonly string[] =>
  listNames(fs, folder).filter(name => {
    try {
      return name.startsWith('.t.') && isOld(fs, join(folder, name), now)
    } catch (error) {
      if (errno(error) === null) throw error
      return false
    }
  })

/** How many went; one that cannot be removed is left for its owner. */
const sweepFolder = (fs: FileSystem, folder: string, now: number): number => {
  let removed = 0
  for (const name of staleIn(fs, folder, now)) {
    try {
      fs.unlink(join(folder, name))
      removed += 1
    } catch (error) {
      if (errno(error) === null) throw error
    }
  }
  return removed
}

const inDrop = <T>(fs: FileSystem, layout: Layout, owner: Uid, none: T, act: (folder: string) => T): T => {
  const folder = holdFolder(fs, layout.dropFolder(owner), owner)
  if (folder === null) return none
  try {
    return folder.named(() => act(folder.path))
  } finally {
    folder.close()
  }
}

const buckets = (fs: FileSystem, folder: string): readonly string[] =>
  listNames(fs, folder)
    .filter(name => parseBucketName(name) !== null)
    .map(name => join(folder, name))

const stateFolders = (fs: FileSystem, layout: Layout): readonly string[] => {
  const {root, bells, nodes, locks, done, index, engines, live, specs} = layout
  return [root, bells, nodes, locks, done, index, engines, ...buckets(fs, live), ...buckets(fs, specs)]
}

const usersOf = (fs: FileSystem, layout: Layout): readonly Uid[] =>
  listNames(fs, layout.inbox).flatMap(name => parseUserName(name) ?? [])

export const removeStaleTemporaries = (fs: FileSystem, layout: Layout, now: number): number => {
  const ours = stateFolders(fs, layout).reduce((sum, folder) => sum + sweepFolder(fs, folder, now), 0)
  const sweep = (user: Uid): number => inDrop(fs, layout, user, 0, folder => sweepFolder(fs, folder, now))
  return usersOf(fs, layout).reduce((sum, user) => sum + sweep(user), ours)
}

/** Their paths: what `removeStaleTemporaries` would remove. */
export const staleTemporaries = (fs: FileSystem, layout: Layout, now: number): readonly string[] => {
  const ofUser = (user: Uid): readonly string[] =>
    inDrop<readonly string[]>(fs, layout, user, [], folder => staleIn(fs, folder, now)).map(name =>
      join(layout.dropFolder(user), name),
    )
  return [
    ...stateFolders(fs, layout).flatMap(folder => staleIn(fs, folder, now).map(name => join(folder, name))),
    ...usersOf(fs, layout).flatMap(ofUser),
  ]
}
