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
import {GodError} from '../core/errors.js'
import {parseWith} from '../core/parse-with.js'
import {errno, isErrno} from './disk/file-system.js'

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

/** So proper-lockfile never calls a lock stale by itself, whatever its mtime. */
const NEVER = Number.MAX_SAFE_INTEGER

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(nodeFs.readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

/** A hint for others; without it they wait longer. */
const writeJson = (path: string, value: unknown): void => {
  try {
    nodeFs.writeFileSync(path, `${JSON.stringify(value)}\n`, {mode: 0o644})
  } catch {
    remove(path)
  }
}

/** True: we removed it. */
const remove = (path: string): boolean => {
  try {
    nodeFs.unlinkSync(path)
    return true
  } catch {
    return false
  }
}

const inodeOf = (path: string): number | null => {
  try {
    return nodeFs.lstatSync(path).ino
  } catch {
    return null
  }
}

const isSame = (a: Identity, b: Identity): boolean =>
  a.host === b.host && a.boot === b.boot && a.pid === b.pid && a.started === b.started

/** Node's fs, but a lock that is no longer ours is not removed: it is our successor's. */
const guardedFs = (isOurs: () => boolean): typeof nodeFs => {
  const rmdir = (path: string, done: (error: Error | null) => void): void => {
    if (isOurs()) nodeFs.rmdir(path, done)
    else done(null)
  }
  const rmdirSync = (path: string): void => {
    if (isOurs()) nodeFs.rmdirSync(path)
  }
  return {...nodeFs, rmdir, rmdirSync} as typeof nodeFs
}

interface Paths {
  /** A folder: who makes it holds the lease. */
  readonly lock: string
  /** Who that is; of several that believe so the last one to write it is right. */
  readonly holder: string
  /** Since when this host sees the lock unchanged. */
  readonly seen: string
}

const holderOf = ({holder}: Paths): Identity | null => {
  const parsed = parseWith(identity, readJson(holder))
  return parsed.ok ? parsed.value : null
}

/** For people: who holds it now, or null: nobody, or he left no name. */
export const leaseHolder = (folder: string, name: string): string | null => {
  const path = join(folder, name)
  const holder = holderOf({lock: `${path}.lock`, holder: `${path}.holder`, seen: ''})
  return holder === null ? null : `pid ${holder.pid} on ${holder.host}`
}

/** Unchanged for long enough, as this host has seen it. */
const seenLongEnough = (paths: Paths, {self, upSeconds, staleAfter}: LeaseOptions): boolean => {
  let stat: nodeFs.Stats
  try {
    stat = nodeFs.lstatSync(paths.lock)
  } catch {
    return false
  }
  const {ino, mtimeMs} = stat
  const seen = parseWith(sighting, readJson(paths.seen))
  const now = upSeconds()
  const same =
    seen.ok && seen.value.ino === ino && seen.value.mtimeMs === mtimeMs && seen.value.boot === self.boot
  if (same) return now - seen.value.up >= staleAfter
  writeJson(paths.seen, {ino, mtimeMs, boot: self.boot, up: now})
  return false
}

/** Takes a stale lock away; false: it is not stale, or another one is at it. */
const breakStale = (paths: Paths, options: LeaseOptions): boolean => {
  const holder = holderOf(paths)
  const gone = holder !== null && !options.mayBeAlive(holder)
  if (!gone && !seenLongEnough(paths, options)) return false
  // Of several that saw the same dead holder, who removes his name goes on: a successor's lock is left alone.
  if (!remove(paths.holder) && holder !== null) return false
  try {
    nodeFs.rmdirSync(paths.lock)
    return true
  } catch (error) {
    const code = errno(error)
    if (code === 'ENOENT') return true
    throw new GodError(
      'E_DIR_BAD',
      `the stale lock ${paths.lock} cannot be removed: ${code}`,
      'Remove it by hand.',
      {cause: error},
    )
  }
}

const tryLock = async (name: string, paths: Paths, options: LeaseOptions): Promise<Lease | null> => {
  const {folder, self, update} = options
  let compromised = false
  let released = false
  let inode: number | null = null
  // The number of a removed folder is soon given to the next one: only with the holder's name it says enough.
  const isOurs = (): boolean => {
    if (compromised || inode === null || inodeOf(paths.lock) !== inode) return false
    const holder = holderOf(paths)
    return holder === null || isSame(holder, self)
  }
  try {
    const release = await lockfile.lock(join(folder, name), {
      realpath: false,
      lockfilePath: paths.lock,
      stale: NEVER,
      update,
      retries: 0,
      fs: guardedFs(isOurs),
      onCompromised: () => {
        compromised = true
      },
    })
    inode = inodeOf(paths.lock)
    writeJson(paths.holder, self)
    // What was seen of the lock before this one: the number and the whole second of both may be the same.
    remove(paths.seen)
    return {
      lost: () => !isOurs(),
      release: async () => {
        if (compromised || released) return
        released = true
        if (isOurs()) remove(paths.holder)
        await release()
      },
    }
  } catch (error) {
    if (isErrno(error, 'ELOCKED')) return null
    throw error
  }
}

export const createLeases = (options: LeaseOptions): AcquireLease => {
  const {folder, self} = options
  return async name => {
    const path = join(folder, name)
    const paths = {lock: `${path}.lock`, holder: `${path}.holder`, seen: `${path}.seen-${self.host}`}
    const lease = await tryLock(name, paths, options)
    if (lease !== null || !breakStale(paths, options)) return lease
    return tryLock(name, paths, options)
  }
}
