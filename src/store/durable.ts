/**
 * Durable publishing (state.md 3): a name appears in one moment, with all its bytes on the disk, or not at all.
 *
 * `publishNew` links a synced temporary file to a free name: of several publishers one wins. `replace` renames
 * over a name, for derived files and hints only. What was acknowledged survives a crash of the process at once,
 * and a power loss as soon as the folder is synced: `syncFolder` now, or `syncLater` and once per pass.
 * A failed fsync is fatal: the kernel may have dropped the pages, so HALT is written and this process publishes
 * nothing more. Only a full disk found before any name was given is none: nothing has happened yet.
 */
import {dirname} from 'node:path'
import {GodError} from '../core/errors.js'
import {errno, type FileSystem, isErrno} from './file-system.js'
import {ensureFolder} from './read-file.js'
import {discard, type FileOwner, linkTo, renameTo, type Temporary, writeTemporary} from './temporary.js'

/** Where randomness comes from: 24 hex digits. */
export type RandomToken = () => string

export interface ReplaceOptions {
  /** Whom the file shall belong to; absent: us. */
  readonly owner?: FileOwner
  /** Asked right before the rename; false: nothing happens. */
  readonly still?: () => boolean
}

export interface Durable {
  readonly fs: FileSystem
  /** False: the name was taken by somebody else; nothing of ours is left. */
  publishNew(path: string, bytes: Uint8Array, mode?: number): boolean
  /** False: `still` said no. */
  replace(path: string, bytes: Uint8Array, mode?: number, options?: ReplaceOptions): boolean
  /** The folder is there and its name is on the disk, whoever made it. */
  makeFolder(path: string, mode: number): void
  /** `name`: as people know it, if not by that path. */
  syncFolder(path: string, name?: string): void
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

/** Ours or the machine's; a moment later there may be fewer. */
const TOO_MANY_FILES = ['EMFILE', 'ENFILE']

const NO_SPACE = ['ENOSPC', 'EDQUOT', 'EFBIG']

/** The folder could not be opened: nothing was synced, and nothing dropped. */
const NOT_OPENED = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', ...TOO_MANY_FILES]

export const isNoSpace = (error: unknown): boolean => isErrno(error, ...NO_SPACE)

/** An error of the disk, as people meet it; all else stays what it is. */
export const diskError = (error: unknown, path: string): unknown => {
  const code = errno(error)
  if (code === null || error instanceof GodError) return error
  const what = `cannot write ${path}: ${code}`
  if (TOO_MANY_FILES.includes(code))
    return new GodError('E_DIR_BUSY', what, 'Raise the limit of open files, or try again later.', {
      cause: error,
    })
  return isNoSpace(error)
    ? new GodError('E_DISK_FULL', what, 'Free space and try again; nothing was lost.', {cause: error})
    : new GodError('E_DISK', what, 'Check the file system (`god doctor`).', {cause: error})
}

interface Syncs {
  /** Throws once an fsync has failed: its pages may be gone, and so may those of later calls. */
  check(): void
  file(fd: number, path: string): void
  folder(path: string, name: string): void
}

const createSyncs = ({fs, halt}: DurableOptions): Syncs => {
  let broken: GodError | null = null

  const fatal = (error: unknown, path: string): never => {
    const code = errno(error)
    if (code === null) throw error
    broken = new GodError('E_DISK', `fsync of ${path} failed: ${code}`, 'Check the disk, then remove HALT.', {
      cause: error,
    })
    halt(`fsync of ${path} failed (${code}): check the disk, then remove this file`)
    throw broken
  }

  const check = (): void => {
    if (broken !== null) throw broken
  }

  return {
    check,
    file: (fd, path) => {
      try {
        fs.fsync(fd)
      } catch (error) {
        if (isNoSpace(error)) throw error
        fatal(error, path)
      }
    },
    folder: (path, name) => {
      check()
      try {
        fs.fsyncDir(path)
      } catch (error) {
        if (isErrno(error, ...NOT_OPENED)) throw diskError(error, name)
        fatal(error, name)
      }
    },
  }
}

export const createDurable = (options: DurableOptions): Durable => {
  const {fs, random} = options
  const syncs = createSyncs(options)
  const pending = new Set<string>()
  /** Folders whose own names this process knows to be on the disk. */
  const known = new Set<string>()

  const temporary = (beside: string, bytes: Uint8Array, mode: number, owner?: FileOwner): Temporary => {
    syncs.check()
    return writeTemporary(fs, bytes, {beside, name: `.t.${random()}`, mode, owner, sync: syncs.file})
  }

  const syncFolder = (path: string, name = path): void => {
    syncs.folder(path, name)
    pending.delete(path)
  }

  return {
    fs,
    publishNew: (path, bytes, mode = 0o600) => {
      try {
        const temp = temporary(path, bytes, mode)
        try {
          return linkTo(fs, temp, path)
        } finally {
          discard(fs, temp.path)
        }
      } catch (error) {
        throw diskError(error, path)
      }
    },
    replace: (path, bytes, mode = 0o600, {owner, still} = {}) => {
      try {
        return replaceBy(fs, temporary(path, bytes, mode, owner), path, still)
      } catch (error) {
        throw diskError(error, path)
      }
    },
    makeFolder: (path, mode) => {
      if (known.has(path)) return
      try {
        ensureFolder(fs, path, mode)
      } catch (error) {
        throw diskError(error, path)
      }
      // Also if it was there: who made it may have been killed before his sync.
      syncFolder(dirname(path))
      known.add(path)
    },
    syncFolder,
    syncLater: path => {
      pending.add(path)
    },
    syncPending: () => {
      for (const path of [...pending]) syncFolder(path)
    },
  }
}

const replaceBy = (fs: FileSystem, temp: Temporary, path: string, still = () => true): boolean => {
  let done = false
  try {
    if (!still()) return false
    renameTo(fs, temp, path)
    done = true
    return true
  } finally {
    if (!done) discard(fs, temp.path)
  }
}

/** Users may not open the folders that all share; there the sync of their own folder commits its name as well. */
export const syncIfAllowed = (durable: Durable, path: string): void => {
  try {
    durable.syncFolder(path)
  } catch (error) {
    if (!(error instanceof GodError && isErrno(error.cause, 'EACCES', 'EPERM'))) throw error
  }
}
