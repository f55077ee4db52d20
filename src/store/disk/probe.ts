/**
 * What the shared directory's file system must be able to do (state.md 13), tried on it: exclusive create, exclusive
 * link, rename over a name, folder sync, truthful owners, a clock near ours. For `god doctor`.
 *
 * Works in a folder of its own below the root, so that probes disturb each other in nothing; after a crash that
 * folder is left, and removed by a later probe when it is surely nobody's any more.
 */
import {join} from 'node:path'
import type {Layout} from '../layout.js'
import {errno, type FileSystem, isErrno} from './file-system.js'
import {listNames, lstatIfThere, unlinkIfThere} from './read-file.js'

export interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly text: string
  readonly remedy?: string
}

export interface ProbeContext {
  readonly fs: FileSystem
  readonly layout: Layout
  readonly uid: number
  /** Milliseconds. */
  readonly now: () => number
  readonly random: () => string
}

/** Farther apart than this, times in records would mislead people. */
const CLOCK_TOLERANCE = 5000
const SYNCS = 8
/** Milliseconds, by the file system's clock: no probe takes that long. */
const ABANDONED = 10 * 60_000

const good = (check: string, text: string): Finding => ({check, ok: true, text})
const bad = (check: string, text: string, remedy: string): Finding => ({check, ok: false, text, remedy})

const refuses = (act: () => void): boolean => {
  try {
    act()
    return false
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return true
    throw error
  }
}

const REMEDY = 'Put the directory on a local disk, or on NFS 4.1 mounted hard.'

const create = (fs: FileSystem, path: string): void => {
  const fd = fs.open(path, 'create', 0o600)
  fs.write(fd, Buffer.from('probe\n'))
  fs.close(fd)
}

const exclusive = (fs: FileSystem, folder: string): Finding => {
  const [a, b] = [join(folder, 'a'), join(folder, 'b')]
  create(fs, a)
  if (!refuses(() => create(fs, a))) return bad('exclusive', 'a file can be created twice', REMEDY)
  fs.link(a, b)
  if (!refuses(() => fs.link(a, b))) return bad('exclusive', 'a name can be linked twice', REMEDY)
  create(fs, join(folder, 'c'))
  fs.rename(join(folder, 'c'), b)
  return fs.lstat(a).nlink === 1
    ? good('exclusive', 'create, link and rename keep their word')
    : bad('exclusive', 'rename over a name does not replace it', REMEDY)
}

const owner = (fs: FileSystem, folder: string, uid: number): Finding => {
  const seen = fs.lstat(join(folder, 'a')).uid
  if (seen === uid) return good('owner', `files belong to uid ${seen}`)
  return bad(
    'owner',
    `a file made by uid ${uid} belongs to uid ${seen}`,
    'Export the directory without root_squash and id mapping.',
  )
}

const clock = (fs: FileSystem, folder: string, now: number): Finding => {
  const offset = Math.round(fs.lstat(join(folder, 'a')).mtimeMs - now)
  const text = `the file system's clock is ${Math.abs(offset) < CLOCK_TOLERANCE ? 'ours' : `${offset} ms from ours`}`
  return Math.abs(offset) < CLOCK_TOLERANCE
    ? good('clock', text)
    : bad('clock', text, 'Keep time with NTP on all hosts.')
}

const syncs = ({fs, now}: ProbeContext, folder: string): Finding => {
  const start = now()
  for (let i = 0; i < SYNCS; i++) {
    const fd = fs.open(join(folder, `s${i}`), 'create', 0o600)
    fs.write(fd, Buffer.alloc(1024))
    fs.fsync(fd)
    fs.close(fd)
    fs.fsyncDir(folder)
  }
  const each = (now() - start) / SYNCS
  const text = `${each.toFixed(1)} ms for a durable record`
  return each < 50 ? good('sync', text) : bad('sync', text, 'Jobs will be slow to submit: use a faster disk.')
}

const clear = (fs: FileSystem, folder: string): void => {
  try {
    for (const name of listNames(fs, folder)) unlinkIfThere(fs, join(folder, name))
    fs.rmdir(folder)
  } catch {
    // Not made, or left for the next probe: what could not be written has been told already.
  }
}

const touched = (fs: FileSystem, path: string): number | null => lstatIfThere(fs, path)?.mtimeMs ?? null

/** `own` is of this moment. */
const clearAbandoned = (fs: FileSystem, layout: Layout, own: string): void => {
  const now = fs.lstat(own).mtimeMs
  for (const name of listNames(fs, layout.root)) {
    const path = join(layout.root, name)
    if (!name.startsWith('.probe-') || path === own) continue
    if (now - (touched(fs, path) ?? now) > ABANDONED) clear(fs, path)
  }
}

export const probeDirectory = (context: ProbeContext): readonly Finding[] => {
  const {fs, layout, uid, now, random} = context
  const folder = join(layout.root, `.probe-${random()}`)
  try {
    fs.mkdir(folder, 0o700)
    clearAbandoned(fs, layout, folder)
    const begun = now()
    const first = exclusive(fs, folder)
    return [first, owner(fs, folder, uid), clock(fs, folder, begun), syncs(context, folder)]
  } catch (error) {
    const code = errno(error)
    if (code === null) throw error
    return [
      bad(
        'write',
        `${layout.root} cannot be written: ${code}`,
        'Free space, or give yourself the right to write.',
      ),
    ]
  } finally {
    clear(fs, folder)
  }
}
