/**
 * Temporary files: new content, whole and synced, before any name that counts leads to it (state.md 3).
 *
 * They lie beside their final name and start with a dot, so no reader takes one for state. A failure removes the
 * file where that is possible; a crash leaves it at most. Replies that NFS loses are told by the inode (state.md 13).
 */
import {dirname, join} from 'node:path'
import {errno, type FileSystem, isErrno} from './file-system.js'
import {lstatIfThere} from './read-file.js'

export interface Temporary {
  readonly path: string
  readonly ino: number
}

export interface FileOwner {
  readonly uid: number
  readonly gid: number
}

export interface TemporaryOptions {
  /** The final name: the temporary file lies beside it. */
  readonly beside: string
  readonly name: string
  readonly mode: number
  /** Given to him while it is open, before any name that counts leads to it; absent: it stays ours. */
  readonly owner?: FileOwner | undefined
  readonly sync: (fd: number, path: string) => void
}

/** Writes all bytes or throws; a short write is continued (the call may report fewer than asked). */
export const writeAll = (fs: FileSystem, fd: number, bytes: Uint8Array): void => {
  let done = 0
  while (done < bytes.length) {
    const n = fs.write(fd, bytes.subarray(done))
    if (n <= 0) throw Object.assign(new Error('no byte was written'), {code: 'EIO'})
    done += n
  }
}

export const writeTemporary = (fs: FileSystem, bytes: Uint8Array, options: TemporaryOptions): Temporary => {
  const open = openTemporary(fs, bytes, options)
  try {
    options.sync(open.fd, open.path)
  } catch (error) {
    giveUp(fs, open)
    throw error
  }
  return closeTemporary(fs, open)
}

/** Written, but not synced: no name that counts may lead to it yet. */
export interface OpenTemporary {
  readonly path: string
  readonly fd: number
  readonly size: number
  /** To somebody who may have changed it since. */
  readonly given: boolean
}

export const openTemporary = (
  fs: FileSystem,
  bytes: Uint8Array,
  {beside, name, mode, owner}: Omit<TemporaryOptions, 'sync'>,
): OpenTemporary => {
  const path = join(dirname(beside), name)
  const open = {path, fd: fs.open(path, 'create', mode), size: bytes.length, given: owner !== undefined}
  try {
    writeAll(fs, open.fd, bytes)
    if (owner !== undefined) {
      fs.fchown(open.fd, owner.uid, owner.gid)
      fs.fchmod(open.fd, mode)
    }
    return open
  } catch (error) {
    giveUp(fs, open)
    throw error
  }
}

/** Nothing of it is left, where that is possible. */
export const giveUp = (fs: FileSystem, {path, fd}: OpenTemporary): void => {
  try {
    fs.close(fd)
  } finally {
    discard(fs, path)
  }
}

/** After its sync: is all of it there? NFS may tell of a full disk only at the close. */
export const closeTemporary = (fs: FileSystem, open: OpenTemporary): Temporary => {
  try {
    return {path: open.path, ino: checkedInode(fs, open)}
  } catch (error) {
    discard(fs, open.path)
    throw error
  }
}

const checkedInode = (fs: FileSystem, {fd, size: expected, given}: OpenTemporary): number => {
  try {
    const {size, ino} = fs.fstat(fd)
    if (size === expected) return ino
    throw Object.assign(new Error(`${size} of ${expected} bytes`), {code: given ? 'EBUSY' : 'EIO'})
  } finally {
    fs.close(fd)
  }
}

/** False: the name is somebody else's. EEXIST may be our own link whose reply was lost: then it has our inode. */
export const linkTo = (fs: FileSystem, temp: Temporary, path: string): boolean => {
  try {
    fs.link(temp.path, path)
    return true
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
    return inodeOf(fs, path) === temp.ino
  }
}

/** ENOENT may be our own rename whose reply was lost: then the target has our inode. */
export const renameTo = (fs: FileSystem, temp: Temporary, path: string): void => {
  try {
    fs.rename(temp.path, path)
  } catch (error) {
    if (!isErrno(error, 'ENOENT') || inodeOf(fs, path) !== temp.ino) throw error
  }
}

const inodeOf = (fs: FileSystem, path: string): number | null => lstatIfThere(fs, path)?.ino ?? null

/** A disk that does not let go of it keeps it: nobody takes it for state. */
export const discard = (fs: FileSystem, path: string): void => {
  try {
    fs.unlink(path)
  } catch (error) {
    if (errno(error) === null) throw error
  }
}
