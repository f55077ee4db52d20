/**
 * The directory of a job that was root inside, given to its submitter when its container runs no more (docker.md 5.4).
 *
 * While it ran the directory was root's and closed, so nobody could run what lies there; a setuid program must not become
 * his. From the inside out: each file and folder loses those bits and changes its owner, the directory itself last. So
 * after a crash, or where something cannot be done, it is closed still and all is done again.
 */
import {errno, type FileSystem} from './disk/file-system.js'
import {closeRead} from './disk/read-file.js'
import type {FileOwner} from './disk/temporary.js'

/** Of more the operator must decide: a walk through millions would keep all others waiting. */
export const MOST_GIVEN = 100_000
const MOST_DEPTH = 200

/** Read, write and execute: no setuid, no setgid, nothing sticky. */
const PLAIN = 0o777

interface Walk {
  readonly fs: FileSystem
  readonly owner: FileOwner
  left: number
}

const take = (walk: Walk): void => {
  walk.left--
  if (walk.left < 0) throw new Error(`it holds more than ${MOST_GIVEN} files`)
}

/** Bits first: a file that is his already could be run at once. */
const giveOpen = ({fs, owner}: Walk, fd: number): void => {
  const {mode, uid, gid} = fs.fstat(fd)
  if ((mode & ~PLAIN) !== 0) fs.fchmod(fd, mode & PLAIN)
  if (uid !== owner.uid || gid !== owner.gid) fs.fchown(fd, owner.uid, owner.gid)
}

const giveFile = (walk: Walk, path: string): void => {
  const fd = walk.fs.open(path, 'guarded')
  try {
    giveOpen(walk, fd)
  } finally {
    closeRead(walk.fs, fd)
  }
}

/** What is neither a file nor a folder runs nothing, and whose it is decides nothing. */
const giveInside = (walk: Walk, folder: string, depth: number): void => {
  if (depth > MOST_DEPTH) throw new Error(`its folders are more than ${MOST_DEPTH} deep`)
  for (const name of walk.fs.readdir(folder)) {
    take(walk)
    const path = `${folder}/${name}`
    const {kind} = walk.fs.lstat(path)
    if (kind === 'folder') giveFolder(walk, path, depth + 1)
    else if (kind === 'file') giveFile(walk, path)
  }
}

/** By what is open: names may be longer together than a path may be. */
const giveFolder = (walk: Walk, path: string, depth: number): void => {
  const fd = walk.fs.open(path, 'guarded-folder')
  try {
    giveInside(walk, `/proc/self/fd/${fd}`, depth)
    giveOpen(walk, fd)
  } finally {
    closeRead(walk.fs, fd)
  }
}

/** Null: it is his now. Else why it stays closed. */
export const giveBack = (fs: FileSystem, path: string, owner: FileOwner): string | null => {
  try {
    giveFolder({fs, owner, left: MOST_GIVEN}, path, 0)
    return null
  } catch (error) {
    if (error instanceof Error && errno(error) === null) return error.message
    return `${errno(error) ?? String(error)}`
  }
}
