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
import {GodError} from '../../core/errors.js'
import {type FileSystem, isErrno} from './file-system.js'
import {createTogether} from './publish-together.js'
import {ensureFolder} from './read-file.js'
import {createSyncs, diskError, isNoSpace} from './syncs.js'
import {discard, type FileOwner, linkTo, renameTo, type Temporary, writeTemporary} from './temporary.js'

/** Where randomness comes from: 24 hex digits. */
export type RandomToken = () => string

export interface ReplaceOptions {
  /** Whom the file shall belong to; absent: us. */
  readonly owner?: FileOwner
  /** Asked right before the rename; false: nothing happens. */
  readonly still?: () => boolean
  /** Nothing is decided on it, and who finds it torn after a power cut does without: it is not synced. */
  readonly derived?: true
}

export interface Durable {
  readonly fs: FileSystem
  /**
   * False: the name was taken by somebody else, or `still`, asked right before it is given, said no; nothing of ours is
   * left.
   */
  publishNew(path: string, bytes: Uint8Array, mode?: number, still?: () => boolean): boolean
  /**
   * The same together with others that are published now: their syncs go on beside each other. `before`: asked right
   * before the name is given; what it throws prevents it.
   */
  publishBeside(path: string, bytes: Uint8Array, mode?: number, before?: () => void): Promise<boolean>
  /** False: `still` said no. */
  replace(path: string, bytes: Uint8Array, mode?: number, options?: ReplaceOptions): boolean
  /** The folder is there and its name is on the disk, whoever made it. */
  makeFolder(path: string, mode: number): void
  /** `name`: as people know it, if not by that path. */
  syncFolder(path: string, name?: string): void
  /** The same for all who ask now. */
  syncBeside(path: string): Promise<void>
  /** The folder is synced at the latest by `syncPending`. */
  syncLater(path: string): void
  syncPending(): void
}

export {diskError, isNoSpace}

export interface DurableOptions {
  readonly fs: FileSystem
  readonly random: RandomToken
  /** Called once when the disk cannot be trusted any more; writes HALT. */
  readonly halt: (why: string) => void
}

export const createDurable = (options: DurableOptions): Durable => {
  const {fs, random, halt} = options
  const syncs = createSyncs(fs, halt)
  const {check, fileBeside: sync} = syncs
  const together = createTogether({fs, random, check, sync, told: diskError})
  const pending = new Set<string>()
  /** Folders whose own names this process knows to be on the disk. */
  const known = new Set<string>()

  const temporary = (
    beside: string,
    bytes: Uint8Array,
    mode: number,
    {owner, derived}: Pick<ReplaceOptions, 'owner' | 'derived'> = {},
  ): Temporary => {
    syncs.check()
    const sync = derived === true ? () => undefined : syncs.file
    return writeTemporary(fs, bytes, {beside, name: `.t.${random()}`, mode, owner, sync})
  }

  const syncFolder = (path: string, name = path): void => {
    syncs.folder(path, name)
    pending.delete(path)
  }

  return {
    fs,
    publishNew: (path, bytes, mode = 0o600, still = () => true) => {
      try {
        const temp = temporary(path, bytes, mode)
        try {
          return still() && linkTo(fs, temp, path)
        } finally {
          discard(fs, temp.path)
        }
      } catch (error) {
        throw diskError(error, path)
      }
    },
    publishBeside: (path, bytes, mode = 0o600, before) => together.publish(path, bytes, mode, before),
    replace: (path, bytes, mode = 0o600, options = {}) => {
      try {
        return replaceBy(fs, temporary(path, bytes, mode, options), path, options.still)
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
    syncBeside: path => syncs.folderBeside(path),
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
