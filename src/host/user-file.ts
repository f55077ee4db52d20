/** A file that the user named on the command line, read with his own rights; a FIFO or device cannot hold us. */
import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs'

/** The first `limit` + 1 bytes; null = no regular file that can be read. */
export const readUserFile = (path: string, limit: number): Uint8Array | null => {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return null
  }
  try {
    if (!fstatSync(fd).isFile()) return null
    const bytes = new Uint8Array(limit + 1)
    let length = 0
    for (let n = -1; n !== 0 && length <= limit; length += n)
      n = readSync(fd, bytes, length, limit + 1 - length, length)
    return bytes.subarray(0, length)
  } finally {
    closeSync(fd)
  }
}
