/**
 * Folders of a node as bind mounts: only where no user could swap a part of the path for a link (docker.md 5.2, rule A):
 * every component a real folder, those on the way owned by root and closed to others' writing. Nobody but root can then
 * put another folder in the place of the last one, whoever owns it; what is in it the kernel guards, for the job runs under
 * the user's own numbers. A mount skips the folders on the way, so whether the user may walk there is looked at as the user,
 * in a process of its own: his folder may be a file system that never answers.
 */
import type {Account, Mount} from '@god-cli/api'
import {errno, type FileSystem, type Stat} from '../store/disk/file-system.js'

const safeParent = (stat: Stat): boolean =>
  stat.kind === 'folder' && stat.uid === 0 && (stat.mode & 0o022) === 0

const partsOf = (path: string): readonly string[] => path.split('/').filter(part => part !== '')

const isPlain = (path: string): boolean =>
  path.startsWith('/') && partsOf(path).every(part => part !== '..' && part !== '.')

/** The folders on the way, from the root down. */
const parentsOf = (path: string): readonly string[] => {
  const parts = partsOf(path).slice(0, -1)
  return ['/', ...parts.map((_part, i) => `/${parts.slice(0, i + 1).join('/')}`)]
}

/** Why nothing below these can be mounted safely; null: it can. Never looks at what a user may own. */
const wayFault = (fs: FileSystem, path: string): string | null => {
  if (!isPlain(path) || partsOf(path).length === 0) return 'it is not an absolute, plain path'
  for (const parent of parentsOf(path)) {
    if (parent === '/') continue
    try {
      if (!safeParent(fs.lstat(parent)))
        return `${parent} is not a folder that belongs to root and is closed to others’ writing`
    } catch (error) {
      if (errno(error) === null) throw error
      return `${parent} cannot be looked at (${errno(error)})`
    }
  }
  return null
}

const isBelow = (path: string, folder: string): boolean =>
  partsOf(folder).every((part, i) => part === partsOf(path)[i])

/** Why a volume is none of a site of many users: whoever is root in a job would read there what only the service may. */
export const stateFault = (
  {root}: {readonly root: string},
  {source}: Pick<Mount, 'source'>,
): string | null =>
  isBelow(source, root) || isBelow(root, source) ? `the shared directory ${root} lies there` : null

/** What a process of the user's sees of a path: whose folder it is and its mode, or why he may not walk there. */
export type LookAs = (
  who: Account,
  path: string,
) => Promise<{readonly uid: number; readonly mode: number} | {readonly fault: string}>

/** Why a granted volume cannot be mounted on this node; null: it can. `root`: in a job that is root inside. */
export const volumeFault = async (
  fs: FileSystem,
  lookAs: LookAs,
  who: Account,
  {source}: Pick<Mount, 'source'>,
  root = false,
): Promise<string | null> => {
  const way = wayFault(fs, source)
  if (way !== null) return way
  const seen = await lookAs(who, source)
  if ('fault' in seen) return seen.fault
  // What lies deeper is the operator's word.
  return root && (seen.uid !== 0 || (seen.mode & 0o022) !== 0)
    ? `${source} may be written by others than root, who could hand folders of the host in`
    : null
}

/** Null: the job runs without its home. */
export const mountableHome = async (
  fs: FileSystem,
  lookAs: LookAs,
  account: Account,
): Promise<string | null> => {
  const {home, uid} = account
  if (uid === 0 || partsOf(home).length < 2 || wayFault(fs, home) !== null) return null
  const seen = await lookAs(account, home)
  return 'uid' in seen && seen.uid === uid ? home : null
}
