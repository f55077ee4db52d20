/**
 * The directory of an attempt that was root inside, given to its submitter when its container is gone (docker.md 5.4).
 *
 * It lies in a closed folder of the service's, so nobody could run what is in it; a setuid program of root's must not
 * become reachable. From the inside out each file and folder loses those bits and changes its owner, which also takes the
 * capabilities of a file; the folder above is opened last. So after a crash, or where something cannot be done now, all is
 * closed still and is done again. What is neither file nor folder runs nothing and stays: such a job can make no devices.
 */
import {dirname} from 'node:path'
import {setImmediate as breathe} from 'node:timers/promises'
import {errno, type FileSystem} from './disk/file-system.js'
import {closeRead} from './disk/read-file.js'
import type {FileOwner} from './disk/temporary.js'

/** Of the folder above, before and after. */
export const CLOSED = 0o700
export const OPEN = 0o755
/** Closed for good: the operator must see to it. */
const LEFT = 0o500

/** Of more the operator must decide. */
export const MOST_GIVEN = 100_000
const MOST_DEPTH = 200
/** Others' turn after so many. */
const AT_ONCE = 256

/** Read, write and execute: no setuid, no setgid, nothing sticky. */
const PLAIN = 0o777

/** What stands in a name for bytes that are no text: another name may be read as the same, and what is found by it not be this. */
const NO_TEXT = '\ufffd'

/** It will not go the next time either. */
class NotToBeGiven extends Error {}

interface Walk {
  readonly fs: FileSystem
  readonly owner: FileOwner
  left: number
}

const take = async (walk: Walk): Promise<void> => {
  walk.left--
  if (walk.left < 0) throw new NotToBeGiven(`it holds more than ${MOST_GIVEN} files`)
  if (walk.left % AT_ONCE === 0) await breathe()
}

/** Bits first: a file that is his already could be run at once. */
const giveOpen = ({fs, owner}: Walk, fd: number, mode: number): void => {
  fs.fchmod(fd, mode & PLAIN)
  fs.fchown(fd, owner.uid, owner.gid)
}

const giveFile = (walk: Walk, path: string): void => {
  const fd = walk.fs.open(path, 'guarded')
  try {
    giveOpen(walk, fd, walk.fs.fstat(fd).mode)
  } finally {
    closeRead(walk.fs, fd)
  }
}

/** Counted as they are read: they may be more than memory holds. */
const namesIn = async (walk: Walk, folder: string): Promise<readonly string[]> => {
  const names: string[] = []
  for (const name of walk.fs.names(folder)) {
    await take(walk)
    if (name.includes(NO_TEXT)) throw new NotToBeGiven('a name in it is no text')
    names.push(name)
  }
  return names
}

const giveInside = async (walk: Walk, folder: string, depth: number): Promise<void> => {
  if (depth > MOST_DEPTH) throw new NotToBeGiven(`its folders are more than ${MOST_DEPTH} deep`)
  for (const name of await namesIn(walk, folder)) {
    const path = `${folder}/${name}`
    const {kind} = walk.fs.lstat(path)
    if (kind === 'folder') await giveFolder(walk, path, depth + 1)
    else if (kind === 'file') giveFile(walk, path)
  }
}

/** By what is open: names may be longer together than a path may be. */
const giveFolder = async (walk: Walk, path: string, depth: number): Promise<void> => {
  const fd = walk.fs.open(path, 'guarded-folder')
  try {
    await giveInside(walk, `/proc/self/fd/${fd}`, depth)
    giveOpen(walk, fd, depth === 0 ? CLOSED : walk.fs.fstat(fd).mode)
  } finally {
    closeRead(walk.fs, fd)
  }
}

const setMode = (fs: FileSystem, folder: string, mode: number): void => {
  const fd = fs.open(folder, 'guarded-folder')
  try {
    fs.fchmod(fd, mode)
  } finally {
    closeRead(fs, fd)
  }
}

/** Null: it is his now. Else why it stays closed: for this time, or for good. */
export const giveBack = async (fs: FileSystem, path: string, owner: FileOwner): Promise<string | null> => {
  try {
    await giveFolder({fs, owner, left: MOST_GIVEN}, path, 0)
    setMode(fs, dirname(path), OPEN)
    return null
  } catch (error) {
    if (error instanceof NotToBeGiven) {
      setMode(fs, dirname(path), LEFT)
      return error.message
    }
    const code = errno(error)
    if (code === null) throw error
    if (code !== 'ENOENT') return code
    // Nobody changes it any more: nor will it be there the next time.
    setMode(fs, dirname(path), LEFT)
    return 'what belongs to it is not there'
  }
}
