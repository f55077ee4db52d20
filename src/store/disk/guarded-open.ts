/**
 * Opening what a stranger made (security-reliability.md A8): the only way to a request or to a file in a
 * job's directory. Nothing is followed, nothing blocks, and what was checked is what is read: the checks are
 * on the open descriptor, the folder is held open, and names are looked up relative to it.
 */
import type {Uid} from '../../core/brand.js'
import {type FileSystem, isErrno, type Stat} from './file-system.js'
import {closeRead, readOpen} from './read-file.js'

/** A folder held open; `path` stays this folder even if its name is swapped (Linux: /proc/self/fd). */
export interface HeldFolder {
  readonly path: string
  /** As people know it. */
  readonly name: string
  readonly stat: Stat
  /** What fails in it is told by the name of the folder, not by our number of it. */
  named<T>(act: () => T): T
  close(): void
}

/** Null: it is not there, or no real folder of that owner with modes closed to others. */
export const holdFolder = (fs: FileSystem, path: string, owner: Uid): HeldFolder | null => {
  let fd: number
  try {
    fd = fs.open(path, 'guarded-folder')
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ELOOP', 'ENOTDIR', 'EACCES')) return null
    throw error
  }
  try {
    const stat = fs.fstat(fd)
    if (stat.uid === owner && (stat.mode & 0o007) === 0) return held(fs, fd, path, stat)
  } catch (error) {
    closeRead(fs, fd)
    throw error
  }
  closeRead(fs, fd)
  return null
}

const held = (fs: FileSystem, fd: number, name: string, stat: Stat): HeldFolder => {
  const path = `/proc/self/fd/${fd}`
  return {
    path,
    name,
    stat,
    named: act => {
      try {
        return act()
      } catch (error) {
        if (error instanceof Error) error.message = error.message.replaceAll(path, name)
        throw error
      }
    },
    close: () => closeRead(fs, fd),
  }
}

/** What a stranger can put where a file is looked for. EAGAIN: a file under his lease. */
const UNOPENABLE = ['ELOOP', 'ENXIO', 'ENODEV', 'EACCES', 'EPERM', 'EAGAIN']

/** Whether anything bears that name; a FIFO there cannot hold us. */
export const isNamed = (fs: FileSystem, path: string): boolean => {
  try {
    fs.close(fs.open(path, 'guarded'))
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    if (isErrno(error, ...UNOPENABLE)) return true
    throw error
  }
}

/** The bytes of a regular file, whoever owns it; null where there is none. */
export const readRegular = (fs: FileSystem, path: string, limit: number): Uint8Array | null => {
  let fd: number
  try {
    fd = fs.open(path, 'guarded')
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', ...UNOPENABLE)) return null
    throw error
  }
  try {
    return fs.fstat(fd).kind === 'file' ? readOpen(fs, fd, limit) : null
  } finally {
    closeRead(fs, fd)
  }
}

export type GuardedRead =
  | {readonly kind: 'read'; readonly bytes: Uint8Array; readonly mtimeMs: number}
  | {readonly kind: 'gone'}
  /** `twin`: the inode, where all that is wrong may be that it has one other name. */
  | {readonly kind: 'bad'; readonly why: string; readonly twin?: number}

const bad = (why: string, twin?: number): GuardedRead =>
  twin === undefined ? {kind: 'bad', why} : {kind: 'bad', why, twin}

const openFault = (error: unknown): GuardedRead => {
  if (isErrno(error, 'ENOENT')) return {kind: 'gone'}
  if (isErrno(error, 'ELOOP')) return bad('it is a symbolic link')
  if (isErrno(error, ...UNOPENABLE)) return bad('it cannot be opened')
  throw error
}

/** What is wrong with the open file, or null. */
const statFault = (stat: Stat, owner: Uid, limit: number): string | null => {
  if (stat.kind !== 'file') return 'it is not a regular file'
  if (stat.uid !== owner) return 'it belongs to somebody else'
  if ((stat.mode & 0o007) !== 0) return 'it is open to all users'
  if (stat.nlink !== 1) return 'it has other names (hard links)'
  if (stat.size === 0) return 'it is empty'
  return stat.size > limit ? `it is larger than ${limit} bytes` : null
}

const sameFile = (a: Stat, b: Stat): boolean => a.dev === b.dev && a.ino === b.ino

/** `path` = a name in a held folder. */
export const guardedRead = (fs: FileSystem, path: string, owner: Uid, limit: number): GuardedRead => {
  let fd: number
  try {
    fd = fs.open(path, 'guarded')
  } catch (error) {
    return openFault(error)
  }
  try {
    const before = fs.fstat(fd)
    const fault = statFault(before, owner, limit)
    if (fault !== null) return bad(fault, before.nlink === 2 ? before.ino : undefined)
    if (!sameFile(fs.lstat(path), before)) return bad('its name was changed meanwhile')
    const bytes = readOpen(fs, fd, limit)
    const after = fs.fstat(fd)
    const same =
      after.size === before.size && after.mtimeMs === before.mtimeMs && bytes.length === before.size
    return same ? {kind: 'read', bytes, mtimeMs: after.mtimeMs} : bad('it was changed while it was read')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return {kind: 'gone'}
    throw error
  } finally {
    closeRead(fs, fd)
  }
}
