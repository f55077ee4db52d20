/**
 * Durable publishing (state.md 3): a name appears in one moment, with all its bytes on the disk, or not at all.
 *
 * `publishNew` links a synced temporary file to a free name: of several publishers one wins. `replace` renames
 * over a name, for derived files and hints only. What was acknowledged survives a crash of the process at once,
 * and a power loss as soon as the folder is synced: `syncFolder` now, or `later` and once per pass.
 * A failed fsync is fatal: the kernel may have dropped the pages, so HALT is written and nothing is retried.
 */
import {dirname, join} from 'node:path'
import {GodError} from '../core/errors.js'
import {errno, type FileSystem, isErrno} from './file-system.js'

/** Where randomness comes from: 24 hex digits. */
export type RandomToken = () => string

export interface Durable {
  readonly fs: FileSystem
  /** False: the name was taken by somebody else; nothing of ours is left. */
  publishNew(path: string, bytes: Uint8Array, mode?: number): boolean
  replace(path: string, bytes: Uint8Array, mode?: number): void
  syncFolder(path: string): void
  /** The folder is synced at the latest by `syncPending`. */
  syncLater(path: string): void
  syncPending(): void
}

export interface DurableOptions {
  readonly fs: FileSystem
  readonly random: RandomToken
  /** Called once when the disk cannot be trusted any more; writes HALT. */
  readonly halt: (why: string) => void
}

const NO_SPACE = ['ENOSPC', 'EDQUOT', 'EFBIG']

const diskError = (error: unknown, path: string): GodError => {
  if (error instanceof GodError) return error
  const code = errno(error) ?? String(error)
  return NO_SPACE.includes(code)
    ? new GodError(
        'E_DISK_FULL',
        `cannot write ${path}: ${code}`,
        'Free space and try again; nothing was lost.',
        {cause: error},
      )
    : new GodError('E_DISK', `cannot write ${path}: ${code}`, 'Check the file system (`god doctor`).', {
        cause: error,
      })
}

/** Writes all bytes or throws; a short write is continued (the call may report fewer than asked). */
export const writeAll = (fs: FileSystem, fd: number, bytes: Uint8Array): void => {
  let done = 0
  while (done < bytes.length) {
    const n = fs.write(fd, bytes.subarray(done))
    if (n <= 0) throw Object.assign(new Error('no byte was written'), {code: 'EIO'})
    done += n
  }
  const {size} = fs.fstat(fd)
  if (size !== bytes.length) throw Object.assign(new Error(`${size} of ${bytes.length} bytes`), {code: 'EIO'})
}

export const createDurable = ({fs, random, halt}: DurableOptions): Durable => {
  const pending = new Set<string>()

  const fatal = (error: unknown, path: string): never => {
    halt(`fsync of ${path} failed (${errno(error) ?? String(error)}): check the disk, then remove this file`)
    throw new GodError('E_DISK', `fsync of ${path} failed`, 'Check the disk, then remove HALT.', {
      cause: error,
    })
  }

  const syncFile = (fd: number, path: string): void => {
    try {
      fs.fsync(fd)
    } catch (error) {
      fatal(error, path)
    }
  }

  const drop = (path: string): void => {
    try {
      fs.unlink(path)
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
    }
  }

  /** A synced temporary file beside its final name; returns its path and inode. */
  const writeTemporary = (path: string, bytes: Uint8Array, mode: number): {temp: string; ino: number} => {
    const temp = join(dirname(path), `.t.${random()}`)
    const fd = fs.open(temp, 'create', mode)
    let written = false
    try {
      writeAll(fs, fd, bytes)
      syncFile(fd, temp)
      written = true
      return {temp, ino: fs.fstat(fd).ino}
    } finally {
      fs.close(fd)
      if (!written) drop(temp)
    }
  }

  /** EEXIST may be our own link whose reply was lost (NFS): then the name has our inode. */
  const linkTo = (temp: string, path: string, ino: number): boolean => {
    try {
      fs.link(temp, path)
      return true
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error
      return inodeOf(path) === ino
    }
  }

  const inodeOf = (path: string): number | null => {
    try {
      return fs.lstat(path).ino
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null
      throw error
    }
  }

  return {
    fs,
    publishNew: (path, bytes, mode = 0o600) => {
      try {
        const {temp, ino} = writeTemporary(path, bytes, mode)
        try {
          return linkTo(temp, path, ino)
        } finally {
          drop(temp)
        }
      } catch (error) {
        throw diskError(error, path)
      }
    },
    replace: (path, bytes, mode = 0o600) => {
      try {
        const {temp} = writeTemporary(path, bytes, mode)
        fs.rename(temp, path)
      } catch (error) {
        throw diskError(error, path)
      }
    },
    syncFolder: path => {
      pending.delete(path)
      try {
        fs.fsyncDir(path)
      } catch (error) {
        fatal(error, path)
      }
    },
    syncLater: path => {
      pending.add(path)
    },
    syncPending() {
      for (const path of [...pending]) this.syncFolder(path)
    },
  }
}
