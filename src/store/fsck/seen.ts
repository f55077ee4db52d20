/** Reading a file of state that may be anything: damaged, no regular file, or on a bad sector. Never throws for one file. */
import {errno, type FileSystem, isErrno, type Stat} from '../disk/file-system.js'
import {MAX_STATE_BYTES, readFile} from '../disk/read-file.js'
import type {Finding} from './finding.js'

export type Seen =
  | {readonly kind: 'read'; readonly bytes: Uint8Array; readonly stat: Stat}
  | {readonly kind: 'gone'}
  /** A folder, a link, a FIFO: nothing that god made. */
  | {readonly kind: 'odd'; readonly stat: Stat}
  | {readonly kind: 'unreadable'; readonly code: string; readonly stat: Stat}

export const statOf = (fs: FileSystem, path: string): Stat | null => {
  try {
    return fs.lstat(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  }
}

export const see = (fs: FileSystem, path: string, limit = MAX_STATE_BYTES): Seen => {
  const stat = statOf(fs, path)
  if (stat === null) return {kind: 'gone'}
  if (stat.kind !== 'file') return {kind: 'odd', stat}
  try {
    const file = readFile(fs, path, {flag: 'guarded', limit})
    return file === null ? {kind: 'gone'} : {kind: 'read', ...file}
  } catch (error) {
    const code = errno(error)
    if (code === null) throw error
    return {kind: 'unreadable', code, stat}
  }
}

/** What is told of a file whose bytes cannot be judged. */
export const unseenFinding = (
  path: string,
  seen: Extract<Seen, {kind: 'odd' | 'unreadable'}>,
  job?: Finding['job'],
): Finding => {
  const whose = job === undefined ? {} : {job}
  if (seen.kind === 'odd') {
    const what = seen.stat.kind === 'folder' ? 'a folder' : 'no regular file'
    return {id: 'F_STRANGER', path, text: `${what} where a file of state is expected`, ...whose}
  }
  const why = `cannot be read (${seen.code})`
  return {
    id: 'F_UNREADABLE',
    path,
    text: why,
    ...whose,
    repair: {do: 'set-aside', ino: seen.stat.ino, why},
  }
}

export const strangerFinding = (fs: FileSystem, path: string): Finding | null => {
  const stat = statOf(fs, path)
  if (stat === null) return null
  const why = 'god makes no such name here'
  const finding: Finding = {id: 'F_STRANGER', path, text: why}
  return stat.kind === 'file' ? {...finding, repair: {do: 'set-aside', ino: stat.ino, why}} : finding
}
