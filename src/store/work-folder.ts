/**
 * A job's directory `work/u<uid>/<id>/` (state.md 2 and 8): made by the service, given to the job's user, with
 * the fences `started.<attempt>` in it. What lies there is the user's word, read guarded and never trusted for
 * more than filling in what the engine lost.
 *
 * The change of owner is the last step of `prepare`; after a crash before it all is made again.
 */
import {join} from 'node:path'
import type {JobId, Uid} from '../core/brand.js'
import type {Command} from '../core/job.js'
import type {Fence} from '../core/reconcile.js'
import type {Durable} from './durable.js'
import {errno, type FileSystem, isErrno} from './file-system.js'
import type {Layout} from './layout.js'
import {ensureFolder, listNames, readOpen} from './read-file.js'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

export interface WorkFolder {
  /** Absolute path; the folder is there, with `cmd.sh` for a script, and belongs to `owner`. */
  prepare(submitter: Uid, id: JobId, command: Command, owner: Owner): string
  fence(submitter: Uid, id: JobId, attempt: number): Fence
  /** Makes the attempt void unless it has started; tells which of both is true now. */
  voidAttempt(submitter: Uid, id: JobId, attempt: number): Fence
  /** The wrapper's last word, or null. */
  exitFile(submitter: Uid, id: JobId, attempt: number): number | null
}

const give = (fs: FileSystem, path: string, owner: Owner, mode: number): void => {
  const fd = fs.open(path, 'guarded')
  try {
    const stat = fs.fstat(fd)
    if (stat.uid !== owner.uid || stat.gid !== owner.gid) fs.fchown(fd, owner.uid, owner.gid)
    if (stat.mode !== mode) fs.fchmod(fd, mode)
  } finally {
    fs.close(fd)
  }
}

const kindOf = (fs: FileSystem, path: string): 'file' | 'folder' | 'other' | null => {
  try {
    return fs.lstat(path).kind
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

export const createWorkFolder = (durable: Durable, layout: Layout): WorkFolder => {
  const {fs} = durable

  const fencePath = (submitter: Uid, id: JobId, attempt: number): string =>
    join(layout.workOf(submitter, id), `started.${attempt}`)

  const fence = (submitter: Uid, id: JobId, attempt: number): Fence => {
    const kind = kindOf(fs, fencePath(submitter, id, attempt))
    if (kind === null) return 'none'
    return kind === 'folder' ? 'started' : 'void'
  }

  const ensureParents = (submitter: Uid): void => {
    // Open to others below a closed root: an engine or a user must be able to walk to the leaf.
    ensureFolder(fs, join(layout.work, `u${submitter}`), 0o755)
  }

  return {
    fence,
    prepare: (submitter, id, command, owner) => {
      const path = layout.workOf(submitter, id)
      ensureParents(submitter)
      ensureFolder(fs, path, 0o700)
      if (command.kind === 'script' && !listNames(fs, path).includes('cmd.sh')) {
        const script = join(path, 'cmd.sh')
        durable.replace(script, Buffer.from(command.text), 0o500)
        give(fs, script, owner, 0o500)
      }
      give(fs, path, owner, 0o700)
      return path
    },
    voidAttempt: (submitter, id, attempt) => {
      const path = fencePath(submitter, id, attempt)
      ensureParents(submitter)
      ensureFolder(fs, layout.workOf(submitter, id), 0o700)
      try {
        const fd = fs.open(path, 'create', 0o600)
        fs.fsync(fd)
        fs.close(fd)
        durable.syncFolder(layout.workOf(submitter, id))
        return 'void'
      } catch (error) {
        if (!isErrno(error, 'EEXIST', 'EISDIR')) throw error
        return fence(submitter, id, attempt)
      }
    },
    exitFile: (submitter, id, attempt) => readExit(fs, join(fencePath(submitter, id, attempt), 'exit')),
  }
}

const readExit = (fs: FileSystem, path: string): number | null => {
  let fd: number
  try {
    fd = fs.open(path, 'guarded')
  } catch (error) {
    if (errno(error) !== null) return null
    throw error
  }
  try {
    if (fs.fstat(fd).kind !== 'file') return null
    const text = Buffer.from(readOpen(fs, fd, 16))
      .toString('latin1')
      .trim()
    return /^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : null
  } finally {
    fs.close(fd)
  }
}
