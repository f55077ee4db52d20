/**
 * Where a folder lies, as the kernel tells: its mount, the room that is left, and the limits of watching folders.
 * Linux; what cannot be read is null, never an error: `god doctor` asks, nothing is decided on it.
 */
import {readFileSync, realpathSync, statfsSync} from 'node:fs'

export interface Mount {
  readonly at: string
  /** ext4, nfs4, tmpfs ... */
  readonly type: string
  readonly options: readonly string[]
}

/** The kernel writes spaces and the like in octal. */
const plainPath = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

const isBelow = (path: string, at: string): boolean => at === '/' || path === at || path.startsWith(`${at}/`)

/** The mount that `path` lies on: the longest of those above it, and of equal ones the last. `table`: /proc/self/mounts. */
export const mountIn = (table: string, path: string): Mount | null =>
  table
    .split('\n')
    .flatMap((line): Mount[] => {
      const [, at = '', type = '', options = ''] = line.split(' ')
      return at === '' ? [] : [{at: plainPath(at), type, options: options.split(',')}]
    })
    .filter(({at}) => isBelow(path, at))
    .reduce<Mount | null>(
      (best, mount) => (best === null || mount.at.length >= best.at.length ? mount : best),
      null,
    )

const orNull = <T>(act: () => T): T | null => {
  try {
    return act()
  } catch {
    return null
  }
}

export const mountOf = (path: string): Mount | null =>
  orNull(() => mountIn(readFileSync('/proc/self/mounts', 'utf8'), realpathSync(path)))

export interface Room {
  /** Bytes that may still be written by who is not root. */
  readonly free: number
  readonly total: number
  readonly freeInodes: number
  /** Zero: the file system has no such limit. */
  readonly inodes: number
}

export const roomOf = (path: string): Room | null =>
  orNull(() => {
    const {bavail, blocks, bsize, ffree, files} = statfsSync(path)
    return {free: bavail * bsize, total: blocks * bsize, freeInodes: ffree, inodes: files}
  })

export interface WatchLimits {
  readonly watches: number
  readonly instances: number
}

export const watchLimits = (): WatchLimits | null =>
  orNull(() => {
    const read = (name: string): number =>
      Number(readFileSync(`/proc/sys/fs/inotify/max_user_${name}`, 'utf8'))
    return {watches: read('watches'), instances: read('instances')}
  })
