/** A disk for parsers of files: whatever path is opened, its last name decides; folders are all there, and empty. */
import {basename} from 'node:path'
import type {Durable} from '../../src/store/disk/durable.js'
import type {FileSystem, Stat} from '../../src/store/disk/file-system.js'

const absent = (): Error => Object.assign(new Error('ENOENT'), {code: 'ENOENT'})
const readOnly = (): never => {
  throw Object.assign(new Error('EROFS'), {code: 'EROFS'})
}

const statOf = (kind: Stat['kind'], size: number, uid: number): Stat => ({
  ...{kind, size, uid, gid: uid, ino: 1, dev: 1, nlink: 1, mtimeMs: 1},
  mode: 0o600,
})

export interface OneFile extends Pick<Durable, 'fs'> {
  readonly fs: FileSystem
  put(bytes: Uint8Array): void
}

/** Text as bytes; where all of it would be bytes, as these: so not all of it is UTF-8. */
export const bytesOf = (text: string): Uint8Array =>
  /[\u0080-\u00ff]/.test(text) && !/[^\0-\u00ff]/.test(text) ? Buffer.from(text, 'latin1') : Buffer.from(text)

const FOLDER = 1
const FILE = 2

export const oneFile = (name: string, listed: readonly string[] = [name], uid = 1000): OneFile => {
  let bytes: Uint8Array = new Uint8Array()
  const fs: FileSystem = {
    open: (path, flag) => {
      if (flag === 'guarded-folder') return FOLDER
      if (basename(path) === name) return FILE
      throw absent()
    },
    read: (_fd, buffer, position) => {
      const part = bytes.subarray(position, position + buffer.length)
      buffer.set(part)
      return part.length
    },
    close: () => undefined,
    fstat: fd => statOf(fd === FOLDER ? 'folder' : 'file', bytes.length, uid),
    lstat: () => statOf('file', bytes.length, uid),
    readdir: () => listed,
    names: () => listed,
    ...{write: readOnly, fsync: readOnly, fsyncDir: readOnly, link: readOnly, rename: readOnly},
    ...{unlink: readOnly, mkdir: readOnly, rmdir: readOnly, fchown: readOnly, fchmod: readOnly},
  }
  return {
    fs,
    put: next => {
      bytes = next
    },
  }
}
