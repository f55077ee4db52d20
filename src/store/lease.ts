/**
 * Leases: the right to act for a while, so that two schedulers or watchers do not do the same work twice.
 *
 * The only use of proper-lockfile, and never trusted for safety: epochs and exclusive links are that. Its own
 * idea of "stale" (an mtime against the wall clock) robs a holder whose clock is behind, so it is switched off:
 * a holder of this host is stale at once when its process is gone, any other when its lock has not changed for
 * `staleAfter` seconds of the observer's own monotonic clock, across processes (a small sighting file).
 * After a crash the lock is left; the next taker finds it stale by these rules.
 */
import nodeFs from 'node:fs'
import {join} from 'node:path'
import lockfile from 'proper-lockfile'
import * as v from 'valibot'
import {parseWith} from '../core/job.js'
import {isErrno} from './file-system.js'

const identity = v.strictObject({host: v.string(), boot: v.string(), pid: v.number(), started: v.string()})
const sighting = v.strictObject({ino: v.number(), mtimeMs: v.number(), boot: v.string(), up: v.number()})
type Identity = v.InferOutput<typeof identity>

export interface Lease {
  /** True once somebody else holds it or its folder is gone: stop at once. */
  readonly lost: () => boolean
  release(): Promise<void>
}

export interface LeaseOptions {
  /** `lock/` of the shared directory. */
  readonly folder: string
  readonly self: Identity
  readonly mayBeAlive: (other: Identity) => boolean
  /** Seconds of a monotonic clock that all processes of this host share. */
  readonly upSeconds: () => number
  /** Seconds: 30 on local disks, 90 on NFS. */
  readonly staleAfter: number
  /** Milliseconds between heartbeats: 5000 local, 10000 on NFS. */
  readonly update: number
}

export type AcquireLease = (name: string) => Promise<Lease | null>

/** Longer than any outage: proper-lockfile never calls a lock stale by itself. */
const NEVER = 10 * 365 * 24 * 3600 * 1000

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(nodeFs.readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

const writeJson = (path: string, value: unknown): void => {
  try {
    nodeFs.writeFileSync(path, `${JSON.stringify(value)}\n`, {mode: 0o644})
  } catch (error) {
    // A hint for others; without it they wait longer.
    if (!isErrno(error, 'ENOSPC', 'EACCES', 'EROFS', 'EDQUOT', 'EIO')) throw error
  }
}

const inodeOf = (path: string): number | null => {
  try {
    return nodeFs.lstatSync(path).ino
  } catch {
    return null
  }
}

/** Node's fs, but a lock that is no longer ours is not removed: it is our successor's. */
const guardedFs = (lockPath: string, ours: () => number | null): typeof nodeFs => {
  const isOurs = (): boolean => ours() !== null && inodeOf(lockPath) === ours()
  const rmdir = (path: string, done: (error: Error | null) => void): void => {
    if (isOurs()) nodeFs.rmdir(path, done)
    else done(null)
  }
  const rmdirSync = (path: string): void => {
    if (isOurs()) nodeFs.rmdirSync(path)
  }
  return {...nodeFs, rmdir, rmdirSync} as typeof nodeFs
}

export const createLeases = (options: LeaseOptions): AcquireLease => {
  const {folder, self, mayBeAlive, upSeconds, staleAfter, update} = options

  /** Unchanged for long enough, as this host has seen it. */
  const seenLongEnough = (name: string, lockPath: string): boolean => {
    let stat: nodeFs.Stats
    try {
      stat = nodeFs.lstatSync(lockPath)
    } catch {
      return false
    }
    const path = join(folder, `${name}.seen-${self.host}`)
    const seen = parseWith(sighting, readJson(path))
    const now = upSeconds()
    const same =
      seen.ok &&
      seen.value.ino === stat.ino &&
      seen.value.mtimeMs === stat.mtimeMs &&
      seen.value.boot === self.boot
    if (same) return now - seen.value.up >= staleAfter
    writeJson(path, {ino: stat.ino, mtimeMs: stat.mtimeMs, boot: self.boot, up: now})
    return false
  }

  const isStale = (name: string, lockPath: string): boolean => {
    const holder = parseWith(identity, readJson(join(folder, `${name}.holder`)))
    if (holder.ok && !mayBeAlive(holder.value)) return true
    return seenLongEnough(name, lockPath)
  }

  const tryLock = async (name: string, lockPath: string): Promise<Lease | null> => {
    let lost = false
    let inode: number | null = null
    try {
      const release = await lockfile.lock(join(folder, name), {
        realpath: false,
        lockfilePath: lockPath,
        stale: NEVER,
        update,
        retries: 0,
        fs: guardedFs(lockPath, () => inode),
        onCompromised: () => {
          lost = true
        },
      })
      inode = inodeOf(lockPath)
      writeJson(join(folder, `${name}.holder`), self)
      return {
        lost: () => lost || inodeOf(lockPath) !== inode,
        release: async () => {
          if (!lost) await release()
        },
      }
    } catch (error) {
      if (isErrno(error, 'ELOCKED')) return null
      throw error
    }
  }

  return async name => {
    const lockPath = join(folder, `${name}.lock`)
    const lease = await tryLock(name, lockPath)
    if (lease !== null || !isStale(name, lockPath)) return lease
    try {
      nodeFs.rmdirSync(lockPath)
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) return null
    }
    return tryLock(name, lockPath)
  }
}
