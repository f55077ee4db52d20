/**
 * Quarantine: damaged or impossible files are moved here with a `.why`, never deleted (state.md 2).
 * A reader without the right to move leaves the file: a pass of the service will come by.
 *
 * The number of a revision that was moved comes back with other content, so the index of its bucket goes, too: before,
 * for a crash may come between, and after, for a pass may have written it meanwhile.
 */
import {basename, dirname, join} from 'node:path'
import type {RandomToken} from './disk/durable.js'
import {errno, type FileSystem} from './disk/file-system.js'
import {listNames, unlinkIfThere} from './disk/read-file.js'
import {discard, writeAll} from './disk/temporary.js'
import {type Layout, parseBucketName} from './layout.js'

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
        dropRows(fs, layout, path)
        fs.rename(path, target)
        dropRows(fs, layout, path)
        return true
      }
    } catch (error) {
      if (errno(error) === null) throw error
    }
    discard(fs, reason)
    return false
  },
  names: () => quarantined(fs, layout),
})

/** Of the bucket that a revision is in; of any other file there is nothing to drop. */
export const dropRows = (fs: FileSystem, layout: Layout, path: string): void => {
  const folder = dirname(path)
  const bucket = dirname(folder) === layout.live ? parseBucketName(basename(folder)) : null
  if (bucket === null) return
  try {
    unlinkIfThere(fs, layout.indexFile(bucket))
  } catch (error) {
    // A row that is believed too long is shown, and nothing is published on it.
    if (errno(error) === null) throw error
  }
}

/** What lies there, without the reasons. */
export const quarantined = (fs: FileSystem, layout: Layout): readonly string[] =>
  listNames(fs, layout.quarantine).filter(name => !name.endsWith('.why'))

/**
 * As `take`, but the file keeps its own name and has a second one in quarantine: what was published on a revision
 * counts only while that one is there. For fsck.
 */
export const keepInQuarantine = (
  {fs, layout, random}: {readonly fs: FileSystem; readonly layout: Layout; readonly random: RandomToken},
  path: string,
  ino: number,
  why: string,
): boolean => {
  const target = join(layout.quarantine, `${basename(path)}.${random()}`)
  writeReason(
    fs,
    `${target}.why`,
    `${path}: ${why}; it keeps its name, for later revisions count only with it\n`,
  )
  if (fs.lstat(path).ino === ino) {
    fs.link(path, target)
    return true
  }
  discard(fs, `${target}.why`)
  return false
}

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

/** The same, for those who tell of it: what they have met, by its path, and what is wrong with it. */
export const createSightings = (): Quarantine & {readonly seen: ReadonlyMap<string, string>} => {
  const seen = new Map<string, string>()
  const take = (path: string, _ino: number, why: string): boolean => {
    seen.set(path, why)
    return false
  }
  return {...noQuarantine, take, seen}
}
