/** Reading the stamp of a folder: whether a name in it may have come or gone since (index-codec.ts). */

import type {Stamp} from '../index/index-codec.js'
import {type FileSystem, isErrno} from './file-system.js'

/** By open: on NFS the attributes of a name may be a minute old. Null: no such folder. */
export const stampOf = (fs: FileSystem, folder: string): Stamp | null => {
  let fd: number
  try {
    fd = fs.open(folder, 'read')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
  try {
    const {ino, mtimeMs} = fs.fstat(fd)
    return {ino, mtimeMs}
  } finally {
    fs.close(fd)
  }
}
