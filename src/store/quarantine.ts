/**
 * Quarantine: damaged or impossible files are moved here with a `.why`, never deleted (state.md 2).
 * A reader without the right to move leaves the file: a pass of the service will come by.
 */
import {basename, join} from 'node:path'
import type {RandomToken} from './durable.js'
import {type FileSystem, isErrno} from './file-system.js'
import type {Layout} from './layout.js'
import {listNames} from './read-file.js'

export interface Quarantine {
  /** True: moved now. */
  take(path: string, why: string): boolean
  names(): readonly string[]
}

export const createQuarantine = (fs: FileSystem, layout: Layout, random: RandomToken): Quarantine => ({
  take: (path, why) => {
    const target = join(layout.quarantine, `${basename(path)}.${random()}`)
    try {
      const fd = fs.open(`${target}.why`, 'create', 0o600)
      try {
        fs.write(fd, Buffer.from(`${path}: ${why}\n`))
      } finally {
        fs.close(fd)
      }
      fs.rename(path, target)
      return true
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'EACCES', 'EPERM', 'EROFS')) return false
      throw error
    }
  },
  names: () => listNames(fs, layout.quarantine).filter(name => !name.endsWith('.why')),
})

/** For readers who look only. */
export const noQuarantine: Quarantine = {take: () => false, names: () => []}
