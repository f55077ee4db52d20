/** Whether anybody can read what is printed. */
import {readFileSync, readlinkSync} from 'node:fs'

const O_ACCMODE = 3
const O_RDWR = 2

/**
 * Node opens /dev/null, for reading too, in the place of a stream that was closed before it started. Others may hand
 * over the same on purpose; so this is a reason for a word on stderr, and for no more.
 */
export const outputIsClosed = (): boolean => {
  try {
    if (readlinkSync('/proc/self/fd/1') !== '/dev/null') return false
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync('/proc/self/fdinfo/1', 'utf8'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & O_ACCMODE) === O_RDWR
  } catch {
    return false
  }
}
