/**
 * Opening a file that a job wrote (security-reliability.md A8): its directory belongs to the job's user, who may have
 * put links there. Each part of the path is opened by itself, no link is followed, and only a regular file is read.
 */
import {join, relative, sep} from 'node:path'
import {type FileSystem, isErrno} from '../disk/file-system.js'
import {closeRead, readOpen} from '../disk/read-file.js'

/** An open file, or why there is none. */
export type OpenOutput =
  | {readonly kind: 'open'; readonly fd: number}
  | {readonly kind: 'absent'}
  | {readonly kind: 'unsafe'; readonly why: string}

const ABSENT = ['ENOENT', 'ENOTDIR']
/** EAGAIN: a file under its user's lease. */
const UNSAFE = ['ELOOP', 'ENXIO', 'EACCES', 'EPERM', 'ENODEV', 'EAGAIN']

const explain = (error: unknown): OpenOutput => {
  if (isErrno(error, ...ABSENT)) return {kind: 'absent'}
  if (isErrno(error, ...UNSAFE)) return {kind: 'unsafe', why: 'it is a link, or may not be read'}
  throw error
}

const openFile = (fs: FileSystem, path: string): OpenOutput => {
  const fd = fs.open(path, 'guarded')
  try {
    if (fs.fstat(fd).kind === 'file') return {kind: 'open', fd}
  } catch (error) {
    closeRead(fs, fd)
    throw error
  }
  closeRead(fs, fd)
  return {kind: 'unsafe', why: 'it is not a regular file'}
}

/** `folder` = the job's directory; parts below it are walked with the folder before held open. */
const walk = (fs: FileSystem, folder: string, parts: readonly string[]): OpenOutput => {
  const [part = '', ...rest] = parts
  if (rest.length === 0) return openFile(fs, join(folder, part))
  const fd = fs.open(join(folder, part), 'guarded-folder')
  try {
    return walk(fs, `/proc/self/fd/${fd}`, rest)
  } finally {
    closeRead(fs, fd)
  }
}

export const openOutput = (fs: FileSystem, folder: string, path: string): OpenOutput => {
  const inner = relative(folder, path)
  try {
    if (inner === '' || inner === '..' || inner.startsWith(`..${sep}`)) return openFile(fs, path)
    return walk(fs, folder, inner.split(sep))
  } catch (error) {
    return explain(error)
  }
}

/** At most `limit` + 1 bytes of it; null where there is none that may be read. */
export const readOutput = (
  fs: FileSystem,
  folder: string,
  path: string,
  limit: number,
): Uint8Array | null => {
  const opened = openOutput(fs, folder, path)
  if (opened.kind !== 'open') return null
  try {
    return readOpen(fs, opened.fd, limit)
  } finally {
    closeRead(fs, opened.fd)
  }
}
