/** Standard output and error below Node's streams: what they are, whether anybody can read them, and writing at once. */
import {fstatSync, readFileSync, readlinkSync, statSync, writeSync} from 'node:fs'
import {isatty} from 'node:tty'

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

const isNullDevice = (device: number): boolean => {
  try {
    return statSync('/dev/null').rdev === device
  } catch {
    return false
  }
}

/** Asks only where there may be a terminal: `node:tty` brings the network with it. */
export const isTerminal = (fd: number): boolean => {
  try {
    const stat = fstatSync(fd)
    if (!stat.isCharacterDevice() || isNullDevice(stat.rdev)) return false
  } catch {
    return false
  }
  return isatty(fd)
}

/** Returns what the reader has no room for yet; throws where nobody reads. */
export const writeNow = (fd: number, bytes: Uint8Array): Uint8Array => {
  let done = 0
  while (done < bytes.length) {
    try {
      done += writeSync(fd, bytes, done)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') break
      throw error
    }
  }
  return bytes.subarray(done)
}
