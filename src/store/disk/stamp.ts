/** Reading the stamp of a folder: whether a name in it may have come or gone since (index-codec.ts). */

import type {Stamp} from '../index/index-codec.js'
import type {FileSystem} from './file-system.js'
import {openIfThere} from './read-file.js'

/** By open: on NFS the attributes of a name may be a minute old. Null: no such folder. */
export const stampOf = (fs: FileSystem, folder: string): Stamp | null => {
  const fd = openIfThere(fs, folder)
  if (fd === null) return null
  try {
    const {ino, mtimeMs} = fs.fstat(fd)
    return {ino, mtimeMs}
  } finally {
    fs.close(fd)
  }
}
