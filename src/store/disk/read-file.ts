/** Whole reads through the port: bounded, in a loop, null where there is no such file. */
import {errno, type FileSystem, isErrno, type OpenFlag, type Stat} from './file-system.js'

/** State files are small; a larger one is damage, not state. */
export const MAX_STATE_BYTES = 4 * 1024 * 1024

/** Of a file that was only read: nothing is lost where it fails. */
export const closeRead = (fs: FileSystem, fd: number): void => {
  try {
    fs.close(fd)
  } catch (error) {
    if (errno(error) === null) throw error
  }
}

/** Null: there is no such file. */
export const openIfThere = (fs: FileSystem, path: string, flag: OpenFlag = 'read'): number | null => {
  try {
    return fs.open(path, flag)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

/** Of the name itself. Null: there is none. */
export const lstatIfThere = (fs: FileSystem, path: string): Stat | null => {
  try {
    return fs.lstat(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

/** All bytes of an open file, at most `limit` + 1 (so the caller sees that it is too long). */
export const readOpen = (fs: FileSystem, fd: number, limit: number): Uint8Array => {
  const chunks: Uint8Array[] = []
  let total = 0
  const size = Math.min(fs.fstat(fd).size, limit) + 1
  while (total <= limit) {
    const chunk = new Uint8Array(Math.max(1, Math.min(size - total, limit + 1 - total, 1 << 20)))
    const n = fs.read(fd, chunk, total)
    if (n === 0) break
    chunks.push(chunk.subarray(0, n))
    total += n
  }
  const [only] = chunks
  return only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks)
}

export const readFile = (
  fs: FileSystem,
  path: string,
  {flag = 'read', limit = MAX_STATE_BYTES}: {flag?: OpenFlag; limit?: number} = {},
): {readonly bytes: Uint8Array; readonly stat: Stat} | null => {
  const fd = openIfThere(fs, path, flag)
  if (fd === null) return null
  try {
    return {bytes: readOpen(fs, fd, limit), stat: fs.fstat(fd)}
  } finally {
    closeRead(fs, fd)
  }
}

/** By open, as NFS wants it: a listing may miss names, a stat may be old. */
export const exists = (fs: FileSystem, path: string): boolean => {
  const fd = openIfThere(fs, path)
  if (fd === null) return false
  closeRead(fs, fd)
  return true
}

/** Names in a folder; none where there is no folder. */
export const listNames = (fs: FileSystem, path: string): readonly string[] => {
  try {
    return fs.readdir(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
}

/** True: we made it. */
export const ensureFolder = (fs: FileSystem, path: string, mode: number): boolean => {
  try {
    fs.mkdir(path, mode)
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  }
}

export const unlinkIfThere = (fs: FileSystem, path: string): boolean => {
  try {
    fs.unlink(path)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw error
  }
}
