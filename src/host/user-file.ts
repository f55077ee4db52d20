/** A file that the user named on the command line, read with his own rights; a FIFO or device cannot hold us. */
import {closeSync, constants, existsSync, fstatSync, openSync, readSync, statSync} from 'node:fs'
import {isAbsolute, resolve} from 'node:path'
import {workingFolder} from './environment.js'

/** There, but not for us. What cannot even be looked at may be anything. */
const isClosed = (path: string, error: unknown): boolean => {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'EACCES') return false
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The first `limit` + 1 bytes; null = no regular file; 'closed' = one that the user may not read. */
export const readUserFile = (path: string, limit: number): Uint8Array | 'closed' | null => {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    return isClosed(path, error) ? 'closed' : null
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

/** The absolute path of a file or folder that is there, or null. */
export const existingPath = (path: string): string | null => {
  const here = workingFolder()
  if (here === null && !isAbsolute(path)) return null
  const full = resolve(here ?? '/', path)
  return existsSync(full) ? full : null
}
