/**
 * A job's directory `work/u<uid>/<id>/`, that of a task `work/u<uid>/<id>/<task>/` (state.md 2 and 8): made by the service, given to the job's user, with
 * the fences `started.<attempt>` in it. What lies there is the user's word, read guarded and never trusted for
 * more than filling in what the engine lost.
 *
 * The change of owner is the last step of `prepare`; after a crash before it all is made again. The directory of a job that
 * is root inside, one for each attempt (`rootAttempt`), is root's and lies in a closed folder of the service's until it is
 * given back: whatever root does to it, nobody else of the host gets there (decision 33).
 */
import {dirname, join} from 'node:path'
import {type Uid, uid} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import type {Command, JobSpec} from '../core/job.js'
import {type LaunchFault, parseLaunchFault} from '../core/launch-fault.js'
import type {PartKey} from '../core/part-key.js'
import type {Fence} from '../core/reconcile.js'
import type {Durable} from './disk/durable.js'
import {type FileSystem, isErrno} from './disk/file-system.js'
import {ensureFolder, lstatIfThere} from './disk/read-file.js'
import type {FileOwner} from './disk/temporary.js'
import {CLOSED, giveBack} from './give-back.js'
import {readOutput} from './jobs/output-file.js'
import {encode} from './jobs/record-codec.js'
import type {Layout} from './layout.js'

export interface WorkFolder {
  /** Absolute path; the folder is there, with `cmd.sh` for a script, and belongs to `owner`. */
  prepare(submitter: Uid, part: PartKey, command: Command, owner: FileOwner, rootAttempt?: number): string
  /** For the eyes of `owner`, the submitter: only the service may read the spec itself. Nothing is ever read of it. */
  giveSpec(spec: JobSpec, isParent: boolean, owner: FileOwner): void
  /** Of a job that is root inside: this attempt's directory is not its user's yet. */
  isClosed(submitter: Uid, part: PartKey, attempt: number): boolean
  /** It was: it is his, or closed for good. */
  wasClosed(submitter: Uid, part: PartKey, attempt: number): boolean
  /** Makes what it left harmless and gives it to `owner`. Else why it stays closed. */
  giveBack(submitter: Uid, part: PartKey, attempt: number, owner: FileOwner): Promise<string | null>
  fence(submitter: Uid, part: PartKey, attempt: number, isRoots?: boolean): Fence
  /** Makes the attempt void unless it has started; tells which of both is true now. */
  voidAttempt(submitter: Uid, part: PartKey, attempt: number, isRoots?: boolean): Fence
  /** The wrapper's last word, or null. */
  exitFile(submitter: Uid, part: PartKey, attempt: number, isRoots?: boolean): number | null
  /** Why its command could not begin, as the wrapper saw it, or null. */
  launchFault(submitter: Uid, part: PartKey, attempt: number, isRoots?: boolean): LaunchFault | null
}

const give = (fs: FileSystem, path: string, owner: FileOwner, mode: number): void => {
  const fd = fs.open(path, 'guarded')
  try {
    const stat = fs.fstat(fd)
    if (stat.uid !== owner.uid || stat.gid !== owner.gid) fs.fchown(fd, owner.uid, owner.gid)
    if (stat.mode !== mode) fs.fchmod(fd, mode)
  } finally {
    fs.close(fd)
  }
}

const fencePath = (folder: string, attempt: number): string => join(folder, `started.${attempt}`)

/** Anything else than a folder can only be a void attempt, or its owner's own mischief: it never starts. */
const fenceAt = (fs: FileSystem, path: string): Fence => {
  try {
    return fs.lstat(path).kind === 'folder' ? 'started' : 'void'
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 'none'
    // We made this directory open to us: only one who ran in it can have closed it.
    if (isErrno(error, 'EACCES')) return 'started'
    throw error
  }
}

/** What the user of a directory can bring about: he may close it, and move and change all that is in it meanwhile. */
const BY_ITS_USER = [
  'EACCES',
  'EPERM',
  'EBUSY',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'ENOTEMPTY',
  'ELOOP',
]

/** Such is the fault of no disk: it concerns his job alone. */
const inUsersFolder = <T>(act: () => T): T => {
  try {
    return act()
  } catch (error) {
    throw error instanceof GodError && isErrno(error.cause, ...BY_ITS_USER) ? error.cause : error
  }
}

export const createWorkFolder = (durable: Durable, layout: Layout): WorkFolder => {
  const {fs} = durable

  const folderOf = (submitter: Uid, part: PartKey, attempt: number, isRoots: boolean): string =>
    layout.workOf(submitter, part, isRoots ? attempt : undefined)

  /** Open to others below a closed root, and ours: an engine or a user must be able to walk to the leaf. */
  const makeParents = (folder: string): void => {
    const parent = dirname(folder)
    if (dirname(parent) !== layout.work) makeParents(parent)
    durable.makeFolder(parent, 0o755)
  }

  /** Undefined: there is none. */
  const modeAbove = (submitter: Uid, part: PartKey, attempt: number): number | undefined =>
    lstatIfThere(fs, dirname(layout.workOf(submitter, part, attempt)))?.mode

  /** All above it; that of root's is below a folder that nobody else can walk through. */
  const makeWay = (folder: string, isRoots: boolean): void => {
    makeParents(isRoots ? dirname(folder) : folder)
    if (isRoots) durable.makeFolder(dirname(folder), CLOSED)
  }

  /** What the wrapper left in the folder of its attempt; '' = nothing that may be read. */
  const word = (folder: string, attempt: number, name: string): string => {
    const bytes = readOutput(fs, folder, join(fencePath(folder, attempt), name), 16)
    return bytes === null ? '' : Buffer.from(bytes).toString('latin1')
  }

  const putScript = (folder: string, text: string, owner: FileOwner): void => {
    // Not by a listing: the folder may be his already, and hold millions of names.
    if (lstatIfThere(fs, join(folder, 'cmd.sh')) === null) {
      // Its owner is changed before it has its name: that name lies in a folder that may be his already.
      durable.replace(join(folder, 'cmd.sh'), Buffer.from(text), 0o500, {owner})
    }
    durable.syncFolder(folder)
  }

  const takeFence = (folder: string, path: string): Fence => {
    if (!durable.publishNew(path, new Uint8Array(), 0o600)) {
      const other = fenceAt(fs, path)
      if (other !== 'void') return other
    }
    // Also if it was void already: who made it so may have been killed before his sync.
    durable.syncFolder(folder)
    return 'void'
  }

  return {
    fence: (submitter, part, attempt, isRoots = false) =>
      fenceAt(fs, fencePath(folderOf(submitter, part, attempt, isRoots), attempt)),
    prepare: (submitter, part, command, owner, rootAttempt) => {
      const path = layout.workOf(submitter, part, rootAttempt)
      makeWay(path, rootAttempt !== undefined)
      ensureFolder(fs, path, 0o700)
      // The engine keeps a created container through a power loss: its folder must not be gone then.
      durable.syncFolder(dirname(path))
      if (command.kind === 'script') inUsersFolder(() => putScript(path, command.text, owner))
      give(fs, path, owner, 0o700)
      return path
    },
    giveSpec: (spec, isParent, owner) => {
      const path = layout.workOf(uid(owner.uid), spec.id)
      const copy = layout.specCopy(uid(owner.uid), spec.id)
      makeParents(path)
      ensureFolder(fs, path, isParent ? 0o755 : 0o700)
      if (lstatIfThere(fs, copy) === null)
        inUsersFolder(() => durable.replace(copy, encode(spec), 0o400, {owner, derived: true}))
      if (!isParent) give(fs, path, owner, 0o700)
    },
    isClosed: (...of) => modeAbove(...of) === CLOSED,
    wasClosed: (...of) => {
      const mode = modeAbove(...of)
      return mode !== undefined && mode !== CLOSED
    },
    giveBack: (submitter, part, attempt, owner) =>
      giveBack(fs, layout.workOf(submitter, part, attempt), owner),
    voidAttempt: (submitter, part, attempt, isRoots = false) => {
      const folder = folderOf(submitter, part, attempt, isRoots)
      const path = fencePath(folder, attempt)
      makeWay(folder, isRoots)
      durable.makeFolder(folder, 0o700)
      return inUsersFolder(() => takeFence(folder, path))
    },
    launchFault: (submitter, part, attempt, isRoots = false) =>
      parseLaunchFault(word(folderOf(submitter, part, attempt, isRoots), attempt, 'cause')),
    exitFile: (submitter, part, attempt, isRoots = false) => {
      const text = word(folderOf(submitter, part, attempt, isRoots), attempt, 'exit')
      return /^\d{1,3}\n?$/.test(text) && Number(text) <= 255 ? Number(text) : null
    },
  }
}
