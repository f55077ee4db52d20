/**
 * Jobs of which a revision was set aside, for those who remember it (state.md 11): its number comes back with other
 * content, and a name tells no content. By the names in quarantine, which begin with that of the file; a look costs one
 * open while nothing was moved there. Who may not look there knows nothing for longer than a moment.
 */
import {type JobId, jobId} from '../../core/brand.js'
import {errno, type FileSystem} from '../disk/file-system.js'
import {listNames} from '../disk/read-file.js'
import {stampOf} from '../disk/stamp.js'
import {type Stamp, sameStamp} from '../index/index-codec.js'
import type {Layout} from '../layout.js'

/** `<id>.<rev>.json.<random>`, and the reason beside it, which is written before. */
const jobOf = (name: string): JobId | null => {
  const match = /^([1-9]\d{0,9})\.[1-9]\d{0,9}\.json\./.exec(name)
  return match === null ? null : jobId(Number(match[1]))
}

/** Since the last call; the first one tells of none. */
export const createSetAside = (fs: FileSystem, {quarantine}: Layout): (() => readonly JobId[]) => {
  let last: {readonly stamp: Stamp; readonly names: ReadonlySet<string>} | null = null
  const look = (): readonly JobId[] => {
    // Before the listing: a move during it gives the folder another stamp.
    const stamp = stampOf(fs, quarantine)
    if (stamp === null || (last !== null && sameStamp(last.stamp, stamp))) return []
    const names = new Set(listNames(fs, quarantine))
    const known = last?.names ?? names
    last = {stamp, names}
    return [...names].filter(name => !known.has(name)).flatMap(name => jobOf(name) ?? [])
  }
  return () => {
    try {
      return look()
    } catch (error) {
      if (errno(error) === null) throw error
      return []
    }
  }
}
