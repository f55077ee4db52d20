/** Giving a file or a folder its exact mode or owner, by its open descriptor: a name may lead elsewhere a moment later. */
import type {FileSystem} from './file-system.js'
import {closeRead} from './read-file.js'
import type {FileOwner} from './temporary.js'

/** Not by mkdir, which knows no bits of drop folders, and leaves out what the umask says. */
export const setMode = (fs: FileSystem, path: string, mode: number): void => {
  const fd = fs.open(path, fs.lstat(path).kind === 'folder' ? 'guarded-folder' : 'guarded')
  try {
    if (fs.fstat(fd).mode !== mode) fs.fchmod(fd, mode)
  } finally {
    closeRead(fs, fd)
  }
}

/** Of a folder that is somebody else's. */
export const setOwner = (fs: FileSystem, path: string, {uid, gid}: FileOwner): void => {
  const fd = fs.open(path, 'guarded-folder')
  try {
    if (fs.fstat(fd).uid !== uid) fs.fchown(fd, uid, gid)
  } finally {
    closeRead(fs, fd)
  }
}
