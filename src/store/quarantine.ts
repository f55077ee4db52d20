/**
 * Quarantine: damaged or impossible files are moved here with a `.why`, never deleted (state.md 2).
 * A reader without the right to move leaves the file: a pass of the service will come by.
 */
import {basename, join} from 'node:path'
import type {RandomToken} from './durable.js'
import {errno, type FileSystem} from './file-system.js'
import type {Layout} from './layout.js'
import {listNames} from './read-file.js'
import {discard, writeAll} from './temporary.js'

export interface Quarantine {
  /**
   * True: moved now. `ino` = the file that was judged: whatever came into its place meanwhile was not.
   * False: it is gone, or cannot be moved now; a later pass will.
   */
  take(path: string, ino: number, why: string): boolean
  names(): readonly string[]
}

export const createQuarantine = (fs: FileSystem, layout: Layout, random: RandomToken): Quarantine => ({
  take: (path, ino, why) => {
    const target = join(layout.quarantine, `${basename(path)}.${random()}`)
    const reason = `${target}.why`
    try {
      writeReason(fs, reason, `${path}: ${why}\n`)
      if (fs.lstat(path).ino === ino) {
        fs.rename(path, target)
        return true
      }
    } catch (error) {
      if (errno(error) === null) throw error
    }
    discard(fs, reason)
    return false
  },
  names: () => listNames(fs, layout.quarantine).filter(name => !name.endsWith('.why')),
})

const writeReason = (fs: FileSystem, path: string, text: string): void => {
  const fd = fs.open(path, 'create', 0o600)
  try {
    writeAll(fs, fd, Buffer.from(text))
  } finally {
    fs.close(fd)
  }
}

/** For readers who look only. */
export const noQuarantine: Quarantine = {take: () => false, names: () => []}
