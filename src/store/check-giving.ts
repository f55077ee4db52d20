/**
 * Whether files of a shared directory belong to who makes them, and can be given to others: each job's folder is its user's.
 * A server that maps owners (root_squash) says otherwise, and with it nobody could tell users apart. Tried in a folder that
 * nobody else reaches; a crash leaves an empty temporary file there.
 */
import {join} from 'node:path'
import {GodError} from '../core/errors.js'
import {errno, type FileSystem} from './disk/file-system.js'
import {closeRead} from './disk/read-file.js'
import {discard} from './disk/temporary.js'
import type {Layout} from './layout.js'

const REMEDY =
  'Export the directory without root_squash and id mapping, or put it on a local disk; see docs/many-users.md.'

export const notGiven = (root: string, why: string): GodError =>
  new GodError('E_SERVICE_RIGHTS', `${root} cannot be served: ${why}`, REMEDY)

/** Anybody else than who asks. */
const other = (uid: number): number => (uid === 65_534 ? 65_533 : 65_534)

const ofOpen = (fs: FileSystem, fd: number, uid: number): string | null => {
  const made = fs.fstat(fd).uid
  if (made !== uid) return `a file that uid ${uid} makes in it belongs to uid ${made}`
  fs.fchown(fd, other(uid), other(uid))
  const given = fs.fstat(fd).uid
  return given === other(uid) ? null : `a file that is given to uid ${other(uid)} belongs to uid ${given}`
}

/** What a full or failing disk says is not about owners: what runs must not wait for that. */
const faultOf = (error: unknown): string | null => {
  const code = errno(error)
  if (code === null) throw error
  return ['EPERM', 'EACCES', 'EINVAL'].includes(code)
    ? `no file can be made in it and given away (${code})`
    : null
}

const tried = (fs: FileSystem, path: string, uid: number): string | null => {
  let fd: number | null = null
  try {
    fd = fs.open(path, 'create', 0o600)
    return ofOpen(fs, fd, uid)
  } catch (error) {
    return faultOf(error)
  } finally {
    if (fd !== null) closeRead(fs, fd)
    discard(fs, path)
  }
}

/** `uid`: who is to serve it. */
export const checkGiving = (fs: FileSystem, layout: Layout, uid: number, random: () => string): void => {
  const fault = tried(fs, join(layout.engines, `.t.${random()}`), uid)
  if (fault !== null) throw notGiven(layout.root, fault)
}
