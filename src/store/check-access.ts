/**
 * The look at a shared directory of many users before a pass acts in it (security-reliability.md T06, T18): who could
 * change its folders could forge records, so nothing is done while somebody else can. Reads only.
 *
 * The fixed folders and their parents; `god fsck` looks at each file.
 */
import {dirname} from 'node:path'
import {GodError} from '../core/errors.js'
import type {FileSystem} from './disk/file-system.js'
import {listNames, lstatIfThere} from './disk/read-file.js'
import {folderModes, isLoose, octal} from './folder-modes.js'
import type {Layout} from './layout.js'

const STICKY = 0o1000
/** What is made in it would be that group's, also what users drop. */
const SETGID = 0o2000
const OTHERS_WRITE = 0o022
/** Others may list it and pass through it. */
const PASS = 0o055

const loose = (path: string, why: string, cure: string): GodError =>
  new GodError('E_DIR_LOOSE', `${path} ${why}`, cure)

/** Whoever may rename the root may put another in its place. Those that are not there yet are passed over. */
const checkParents = (fs: FileSystem, root: string, owner: number): void => {
  for (let path = dirname(root); ; path = dirname(path)) {
    const stat = lstatIfThere(fs, path)
    if (stat === null) continue
    if (stat.kind !== 'folder')
      throw loose(
        path,
        'is a link, and the shared directory is below it',
        `Name the directory by its real path: realpath ${root}`,
      )
    if (stat.uid !== 0 && stat.uid !== owner)
      throw loose(
        path,
        `belongs to uid ${stat.uid}, and the shared directory is below it`,
        'Put it elsewhere.',
      )
    if ((stat.mode & OTHERS_WRITE) !== 0 && (stat.mode & STICKY) === 0)
      throw loose(
        path,
        `has mode ${octal(stat.mode)}, and the shared directory is below it`,
        `Close it: chmod go-w ${path}`,
      )
    if (path === dirname(path)) return
  }
}

/** An empty one of root's is given to `uid`, who is to serve it. */
const isHis = (fs: FileSystem, {root}: Layout, owner: number, uid: number): boolean =>
  owner === uid || (owner === 0 && listNames(fs, root).length === 0)

/** Before it is made: where it is to lie, and the folder itself if that is there. */
export const checkPlace = (fs: FileSystem, layout: Layout, uid: number): void => {
  const root = lstatIfThere(fs, layout.root)
  if (
    root !== null &&
    (!isHis(fs, layout, root.uid, uid) ||
      (root.mode & (OTHERS_WRITE | STICKY | SETGID)) !== 0 ||
      (root.mode & PASS) !== PASS)
  )
    throw loose(
      layout.root,
      `is there already, with mode ${octal(root.mode)} and owner ${root.uid}`,
      'Name a new folder, or make it yours alone to write, and open to all: mode 0755.',
    )
  checkParents(fs, layout.root, uid)
}

/** `uid`: who is to act in it. */
export const checkAccess = (fs: FileSystem, layout: Layout, uid: number): void => {
  const owner = fs.lstat(layout.root).uid
  if (uid !== owner)
    throw new GodError(
      'E_NOT_PERMITTED',
      `${layout.root} belongs to uid ${owner}; you are uid ${uid}`,
      'Passes are run by the account that it belongs to.',
    )
  for (const [path, right] of folderModes(layout, 'multi', false)) {
    const stat = lstatIfThere(fs, path)
    // What is derived is made again; of the rest fsck tells.
    if (stat === null) continue
    if (stat.kind !== 'folder') throw loose(path, 'is no folder', "See 'god fsck'.")
    if (stat.uid !== owner)
      throw loose(
        path,
        `belongs to uid ${stat.uid}, not to uid ${owner}`,
        `Take it back: chown ${owner} ${path}`,
      )
    if (isLoose(stat.mode, right))
      throw loose(
        path,
        `has mode ${octal(stat.mode)}, not ${octal(right)}`,
        `Close it: chmod ${octal(right)} ${path}`,
      )
  }
  checkParents(fs, layout.root, owner)
}
