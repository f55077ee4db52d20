/** Whom files and folders of state belong to, and who else may read or change them (state.md 2). */
import type {Stat} from '../disk/file-system.js'
import {folderModes, isLoose, octal} from '../folder-modes.js'
import {foldersOf} from '../layout.js'
import type {Finding} from './finding.js'
import type {Place} from './place.js'
import {statOf} from './seen.js'

const foreign = (owner: number, path: string, uid: number): readonly Finding[] =>
  uid === owner ? [] : [{id: 'F_OWNER', path, text: `it belongs to uid ${uid}, the state to uid ${owner}`}]

const loose = (path: string, mode: number, right: number): Finding => ({
  id: 'F_MODE',
  path,
  text: `its mode is ${octal(mode)}, not ${octal(right)}`,
  repair: {do: 'close', mode: right},
})

/** `surplus`: the rights that nobody else may have. */
export const accessFindings = (
  {owner}: Place,
  path: string,
  {uid, mode}: Stat,
  surplus: number,
): readonly Finding[] => [
  ...foreign(owner, path, uid),
  ...((mode & surplus) === 0 ? [] : [loose(path, mode, mode & ~surplus)]),
]

/** In a site of many users, where the rights of each folder are fixed. */
const ofMany = ({owner}: Place, path: string, {uid, mode}: Stat, right: number): readonly Finding[] => [
  ...foreign(owner, path, uid),
  ...(isLoose(mode, right) ? [loose(path, mode, right)] : []),
]

/** The fixed folders: there, folders, the service's, closed to the others. */
export const checkFolders = (place: Place): readonly Finding[] => {
  const {layout, fs, mode} = place
  const rights = new Map(folderModes(layout, mode, false))
  // Made again where they are missing.
  const derived = [layout.index, layout.sums, layout.keys]
  return foldersOf(layout).flatMap((path): readonly Finding[] => {
    const stat = statOf(fs, path)
    if (stat === null && derived.includes(path)) return []
    const right = rights.get(path) ?? 0o700
    if (stat === null)
      return [{id: 'F_FOLDER', path, text: 'it is not there', repair: {do: 'make-folder', mode: right}}]
    if (stat.kind !== 'folder') return [{id: 'F_FOLDER', path, text: 'it is no folder'}]
    return mode === 'multi'
      ? ofMany(place, path, stat, right)
      : accessFindings(place, path, stat, path === layout.specs ? 0o077 : 0o022)
  })
}
