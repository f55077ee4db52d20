/**
 * Bad sectors: what the disk does not give of one file, while it gives all others. Too many open files, say, or a lost
 * server is another thing: it concerns all.
 */
import {errno, type FileSystem, isErrno} from './file-system.js'
import {closeRead, exists, openIfThere, readFile} from './read-file.js'

const BAD_SECTOR = ['EIO', 'EBADMSG', 'EUCLEAN', 'ENODATA']

/** The system's name of the error; null: it is none of a bad sector. */
export const onBadSector = (error: unknown): string | null =>
  isErrno(error, ...BAD_SECTOR) ? errno(error) : null

/** Null: a bad sector is in the way. */
export const unlessBadSector = <T>(read: () => T): T | null => {
  try {
    return read()
  } catch (error) {
    if (onBadSector(error) === null) throw error
    return null
  }
}

/** As `readFile`, or the name of the error of a bad sector. */
export const readOrErrno = (
  fs: FileSystem,
  path: string,
  options: Parameters<typeof readFile>[2] = {},
): ReturnType<typeof readFile> | {readonly errno: string} => {
  try {
    return readFile(fs, path, options)
  } catch (error) {
    const bad = onBadSector(error)
    if (bad === null) throw error
    return {errno: bad}
  }
}

/** As `exists`: what cannot be opened because of a bad sector is there. */
export const existsThoughBad = (fs: FileSystem, path: string): boolean =>
  unlessBadSector(() => exists(fs, path)) ?? true

/** What a disk reads at a time. */
const BLOCK = 4096

/** Zeros where a block is lost, which are in no line that god wrote. */
const inBlocks = (fs: FileSystem, fd: number, limit: number): Uint8Array => {
  const bytes = new Uint8Array(Math.min(fs.fstat(fd).size, limit))
  for (let at = 0; at < bytes.length; ) {
    const block = bytes.subarray(at, at - (at % BLOCK) + BLOCK)
    const n = unlessBadSector(() => fs.read(fd, block, at)) ?? block.length
    if (n === 0) return bytes.subarray(0, at)
    at += n
  }
  return bytes
}

/** The bytes of a file, as many of them as the disk gives; null: there is no such file, or nothing can be had of it. */
export const readSalvaged = (fs: FileSystem, path: string, limit: number): Uint8Array | null => {
  const whole = unlessBadSector(() => ({file: readFile(fs, path, {limit})}))
  if (whole !== null) return whole.file?.bytes ?? null
  return unlessBadSector(() => {
    const fd = openIfThere(fs, path)
    if (fd === null) return null
    try {
      return inBlocks(fs, fd, limit)
    } finally {
      closeRead(fs, fd)
    }
  })
}
