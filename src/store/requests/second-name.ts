/**
 * A request that was linked to its name has for a moment a second one, that of its temporary file, and whoever was killed
 * then leaves it. The request is whole: anybody who meets it takes the second name away, which its maker does as well.
 */
import {join} from 'node:path'
import type {FileSystem} from '../disk/file-system.js'
import {listNames, lstatIfThere} from '../disk/read-file.js'
import {discard} from '../disk/temporary.js'

/** False: there is none; another name of it is not ours to explain. */
export const dropSecondName = (fs: FileSystem, folder: string, ino: number): boolean => {
  for (const name of listNames(fs, folder)) {
    if (!name.startsWith('.t.')) continue
    const path = join(folder, name)
    const stat = lstatIfThere(fs, path)
    if (stat?.kind !== 'file' || stat.ino !== ino) continue
    discard(fs, path)
    return true
  }
  return false
}
