/**
 * Syncs of files and folders, and what their failure means (state.md 3).
 *
 * A failed fsync is fatal: the kernel may have dropped the pages, so HALT is written once, and from then on `check`
 * throws. Only a full disk found at a file is none: no name leads to it yet. A folder is synced for all who ask while
 * the sync before it goes on: what they have linked by then is what it covers.
 */
import {GodError} from '../../core/errors.js'
import {errno, type FileSystem, isErrno} from './file-system.js'

/** Ours or the machine's; a moment later there may be fewer. */
const TOO_MANY_FILES = ['EMFILE', 'ENFILE']

const NO_SPACE = ['ENOSPC', 'EDQUOT', 'EFBIG']

/** The folder could not be opened: nothing was synced, and nothing dropped. */
const NOT_OPENED = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', ...TOO_MANY_FILES]

export const isTooManyFiles = (error: unknown): boolean => isErrno(error, ...TOO_MANY_FILES)

export const isNoSpace = (error: unknown): boolean => isErrno(error, ...NO_SPACE)

/** An error of the disk, as people meet it; all else stays what it is. */
export const diskError = (error: unknown, path: string): unknown => {
  const code = errno(error)
  if (code === null || error instanceof GodError) return error
  const what = `cannot write ${path}: ${code}`
  if (isTooManyFiles(error))
    return new GodError('E_DIR_BUSY', what, 'Raise the limit of open files, or try again later.', {
      cause: error,
    })
  return isNoSpace(error)
    ? new GodError('E_DISK_FULL', what, 'Free space and try again; nothing was lost.', {cause: error})
    : new GodError('E_DISK', what, 'Check the file system (`god doctor`).', {cause: error})
}

export interface Syncs {
  /** Throws once an fsync has failed: its pages may be gone, and so may those of later calls. */
  check(): void
  file(fd: number, path: string): void
  /** `name`: as people know it. */
  folder(path: string, name: string): void
  /** As `file` and `folder`, beside others where the disk can. */
  fileBeside(fd: number, path: string): Promise<void>
  folderBeside(path: string): Promise<void>
}

/** A round that has not begun covers all who come until it does. */
const createRounds = (sync: (path: string) => Promise<void>): ((path: string) => Promise<void>) => {
  const due = new Map<string, Promise<void>>()
  const running = new Map<string, Promise<void>>()
  const begin = async (path: string): Promise<void> => {
    await running.get(path)?.catch(() => undefined)
    const round = due.get(path)
    due.delete(path)
    if (round !== undefined) running.set(path, round)
    try {
      await sync(path)
    } finally {
      if (running.get(path) === round) running.delete(path)
    }
  }
  return path => {
    const round = due.get(path) ?? Promise.resolve().then(() => begin(path))
    due.set(path, round)
    return round
  }
}

export const createSyncs = (fs: FileSystem, halt: (why: string) => void): Syncs => {
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

  const fileFault = (error: unknown, path: string): never => {
    if (isNoSpace(error)) throw error
    return fatal(error, path)
  }

  const folderFault = (error: unknown, path: string): never => {
    if (isErrno(error, ...NOT_OPENED)) throw diskError(error, path)
    return fatal(error, path)
  }

  const file = (fd: number, path: string): void => {
    try {
      fs.fsync(fd)
    } catch (error) {
      fileFault(error, path)
    }
  }

  const folder = (path: string, name: string): void => {
    check()
    try {
      fs.fsyncDir(path)
    } catch (error) {
      folderFault(error, name)
    }
  }

  const {beside} = fs
  return {
    check,
    file,
    folder,
    fileBeside: async (fd, path) => {
      if (beside === undefined) return file(fd, path)
      await beside.fsync(fd).catch((error: unknown) => fileFault(error, path))
    },
    folderBeside: createRounds(async path => {
      if (beside === undefined) return folder(path, path)
      check()
      await beside.fsyncDir(path).catch((error: unknown) => folderFault(error, path))
    }),
  }
}
