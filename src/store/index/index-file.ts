/**
 * Index files on the disk: read in part, replaced as a whole (state.md 11).
 *
 * Readers never lock and take what does not fit for absent. The file is derived and not synced: after a power loss it
 * is void by its boot id (or, on NFS, judged by its checksums). A crash while it is written leaves the old one, and a
 * temporary file at most.
 */
import {dirname, join} from 'node:path'
import type {Uid} from '../../core/brand.js'
import type {RandomToken} from '../disk/durable.js'
import {errno, type FileSystem, isErrno} from '../disk/file-system.js'
import {ensureFolder} from '../disk/read-file.js'
import {discard, writeAll} from '../disk/temporary.js'
import type {Stored} from '../jobs/revision.js'
import type {Layout} from '../layout.js'
import {decodeHead, decodeSlice, encodeIndex, type IndexHead, LINE_END, type Stamp} from './index-codec.js'

/** A head with some tens of users; longer ones take a second read. */
const FIRST_READ = 4096
/** One for all, for a start reads a hundred heads: what is of use of one is made anew before the next is read. */
const firstPart = new Uint8Array(FIRST_READ)
/** More than this is no index of a thousand jobs. */
const MOST_BYTES = 256 * 1024 * 1024

/** What an index says of a bucket. */
export interface Indexed {
  readonly stamp: Stamp
  readonly exact: boolean
  /** Ascending; each was the revision that counted when the names were listed. */
  readonly rows: readonly Stored[]
}

export interface IndexReader {
  /** Null: none that could be believed. */
  head(bucket: number): IndexHead | null
  /** All rows, or one user's. */
  load(bucket: number, only?: Uid): Indexed | null
}

const readPart = (
  fs: FileSystem,
  fd: number,
  from: number,
  bytes: number,
  part = new Uint8Array(bytes),
): Uint8Array => {
  let done = 0
  while (done < bytes) {
    const n = fs.read(fd, part.subarray(done, bytes), from + done)
    if (n === 0) break
    done += n
  }
  return part.subarray(0, done)
}

interface HeadRead {
  readonly head: IndexHead
  /** Where the slices begin. */
  readonly from: number
  /** What was read with it. */
  readonly bytes: Uint8Array
}

const readHead = (fs: FileSystem, fd: number, bucket: number, only?: Uid): HeadRead | null => {
  const {size} = fs.fstat(fd)
  if (size > MOST_BYTES) return null
  let bytes = readPart(fs, fd, 0, Math.min(size, FIRST_READ), firstPart)
  if (!bytes.includes(LINE_END)) bytes = readPart(fs, fd, 0, size)
  const from = bytes.indexOf(LINE_END) + 1
  const head = from === 0 ? null : decodeHead(bytes.subarray(0, from), bucket, only)
  return head === null ? null : {head, from, bytes}
}

const slicesOf = (fs: FileSystem, fd: number, {head, from, bytes}: HeadRead): readonly Stored[] | null => {
  const rows: Stored[] = []
  for (const slice of head.slices) {
    const start = from + slice.at
    const part =
      start + slice.bytes <= bytes.length
        ? bytes.subarray(start, start + slice.bytes)
        : readPart(fs, fd, start, slice.bytes)
    const own = decodeSlice(part, slice, head.bucket)
    if (own === null) return null
    rows.push(...own)
  }
  return rows.sort((a, b) => a.record.id - b.record.id)
}

/**
 * Which boot an index must be of. On its own disk a directory may lose names in a power cut, and a number comes back
 * with other content: nothing of before is believed. A server of NFS has them on its disk when it says so.
 */
export const bootOfIndex = (fs: 'local' | 'nfs', boot: string): string | undefined => {
  if (fs === 'nfs') return ''
  return boot === '' ? undefined : boot
}

/** `boot`: of this host, where the directory lies on its own disk; else empty. */
export const createIndexReader = (fs: FileSystem, layout: Layout, boot: string): IndexReader => {
  const reading = <T>(
    {bucket, only}: {readonly bucket: number; readonly only?: Uid | undefined},
    read: (fd: number, head: HeadRead) => T | null,
  ): T | null => {
    try {
      const fd = fs.open(layout.indexFile(bucket), 'read')
      try {
        const found = readHead(fs, fd, bucket, only)
        return found === null || found.head.boot !== boot ? null : read(fd, found)
      } finally {
        fs.close(fd)
      }
    } catch (error) {
      // Whatever is wrong with it: the records themselves are there.
      if (errno(error) === null && !(error instanceof SyntaxError)) throw error
      return null
    }
  }
  return {
    head: bucket => reading({bucket}, (_fd, {head}) => head),
    load: (bucket, only) =>
      reading({bucket, only}, (fd, found) => {
        const rows = slicesOf(fs, fd, found)
        return rows === null ? null : {stamp: found.head.stamp, exact: found.head.exact, rows}
      }),
  }
}

const inFolder = <T>(fs: FileSystem, layout: Layout, make: () => T): T => {
  try {
    return make()
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    // A directory of before there was an index, or somebody removed it.
    ensureFolder(fs, layout.index, 0o755)
    return make()
  }
}

/** The file system's own clock, which gives all its files their times: of a file that was made just now. */
export const fileSystemTime = (fs: FileSystem, layout: Layout, random: RandomToken): number => {
  const path = join(layout.index, `.t.${random()}`)
  const fd = inFolder(fs, layout, () => fs.open(path, 'create', 0o644))
  try {
    return fs.fstat(fd).mtimeMs
  } finally {
    fs.close(fd)
    discard(fs, path)
  }
}

export const writeIndex = (
  fs: FileSystem,
  path: string,
  random: RandomToken,
  head: Omit<IndexHead, 'slices'>,
  rows: readonly Stored[],
): void => {
  const temporary = join(dirname(path), `.t.${random()}`)
  const fd = fs.open(temporary, 'create', 0o644)
  try {
    try {
      writeAll(fs, fd, encodeIndex(head, rows))
    } finally {
      fs.close(fd)
    }
    fs.rename(temporary, path)
  } catch (error) {
    discard(fs, temporary)
    throw error
  }
}
