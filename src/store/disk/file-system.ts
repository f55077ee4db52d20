/**
 * The file-system port: every call that state code makes on the shared directory (state.md 15).
 *
 * The real one is synchronous: on local disks that is six times cheaper than the pooled calls, and it keeps
 * each protocol step in one place. Its twin for tests keeps a volatile and a durable image and takes faults.
 * Errors are Node's errno exceptions (`code` ENOENT, EEXIST ...); nothing is retried here.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  opendirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs'

export interface Stat {
  readonly kind: 'file' | 'folder' | 'other'
  readonly ino: number
  readonly dev: number
  readonly size: number
  readonly uid: number
  readonly gid: number
  /** Permission bits only. */
  readonly mode: number
  readonly nlink: number
  /** Milliseconds, with fraction. */
  readonly mtimeMs: number
}

/** How a file is opened; always close-on-exec. */
export type OpenFlag =
  /** Write only; must not exist. */
  | 'create'
  /** Write only, at the end; made if missing. */
  | 'append'
  | 'read'
  /** A stranger's file: read only, no link followed, never blocks (a FIFO cannot hold us). */
  | 'guarded'
  /** A stranger's folder: no link followed. */
  | 'guarded-folder'

export interface FileSystem {
  open(path: string, flag: OpenFlag, mode?: number): number
  /** Bytes read into `buffer` from `position`; 0 = end. May be short. */
  read(fd: number, buffer: Uint8Array, position: number): number
  /** Bytes written; may be short. */
  write(fd: number, bytes: Uint8Array): number
  fsync(fd: number): void
  fsyncDir(path: string): void
  /** The same beside others, of which a disk commits many at once. Absent: one after the other. */
  readonly beside?: {fsync(fd: number): Promise<void>; fsyncDir(path: string): Promise<void>}
  close(fd: number): void
  fstat(fd: number): Stat
  /** Of the name itself, no link followed. */
  lstat(path: string): Stat
  link(from: string, to: string): void
  rename(from: string, to: string): void
  unlink(path: string): void
  mkdir(path: string, mode: number): void
  rmdir(path: string): void
  readdir(path: string): readonly string[]
  /** The same, of a folder that may hold more than memory does: read on as they are taken. */
  names(path: string): Iterable<string>
  /** Of an open file or folder: no name can be swapped under it. */
  fchown(fd: number, uid: number, gid: number): void
  fchmod(fd: number, mode: number): void
}

const FLAGS: Readonly<Record<OpenFlag, number>> = {
  create: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
  append: constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW,
  read: constants.O_RDONLY,
  guarded: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  'guarded-folder': constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY,
}

const statOf = (s: Stats): Stat => ({
  kind: s.isFile() ? 'file' : s.isDirectory() ? 'folder' : 'other',
  ino: s.ino,
  dev: s.dev,
  size: s.size,
  uid: s.uid,
  gid: s.gid,
  mode: s.mode & 0o7777,
  nlink: s.nlink,
  mtimeMs: s.mtimeMs,
})

const fsyncBeside = (fd: number): Promise<void> =>
  new Promise((resolve, reject) => {
    fsync(fd, error => (error === null ? resolve() : reject(error)))
  })

const fsyncDirBeside = async (path: string): Promise<void> => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await fsyncBeside(fd)
  } finally {
    closeSync(fd)
  }
}

function* namesIn(path: string): Generator<string> {
  const folder = opendirSync(path)
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) yield entry.name
  } finally {
    folder.closeSync()
  }
}

export const realFileSystem: FileSystem = {
  open: (path, flag, mode = 0o600) => openSync(path, FLAGS[flag], mode),
  read: (fd, buffer, position) => readSync(fd, buffer, 0, buffer.length, position),
  write: (fd, bytes) => writeSync(fd, bytes),
  fsync: fd => fsyncSync(fd),
  fsyncDir: path => {
    const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  },
  beside: {fsync: fsyncBeside, fsyncDir: fsyncDirBeside},
  close: fd => closeSync(fd),
  fstat: fd => statOf(fstatSync(fd)),
  lstat: path => statOf(lstatSync(path)),
  link: (from, to) => linkSync(from, to),
  rename: (from, to) => renameSync(from, to),
  unlink: path => unlinkSync(path),
  mkdir: (path, mode) => mkdirSync(path, mode),
  rmdir: path => rmdirSync(path),
  readdir: path => readdirSync(path),
  names: namesIn,
  fchown: (fd, uid, gid) => fchownSync(fd, uid, gid),
  fchmod: (fd, mode) => fchmodSync(fd, mode),
}

/** The errno of an exception, or null if it is none. */
export const errno = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null

export const isErrno = (error: unknown, ...codes: readonly string[]): boolean => {
  const code = errno(error)
  return code !== null && codes.includes(code)
}
