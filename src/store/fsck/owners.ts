/** Whom files and folders of state belong to, and who else may read or change them (state.md 2). */
import type {Stat} from '../disk/file-system.js'
import type {Finding} from './finding.js'
import type {Place} from './place.js'
import {statOf} from './seen.js'

const octal = (mode: number): string => mode.toString(8).padStart(4, '0')

/** `surplus`: the rights that nobody else may have. */
export const accessFindings = (
  {owner}: Place,
  path: string,
  {uid, mode}: Stat,
  surplus: number,
): readonly Finding[] => {
  const text = `it belongs to uid ${uid}, the state to uid ${owner}`
  const foreign: readonly Finding[] = uid === owner ? [] : [{id: 'F_OWNER', path, text}]
  if ((mode & surplus) === 0) return foreign
  const right = mode & ~surplus
  const loose: Finding = {
    id: 'F_MODE',
    path,
    text: `its mode is ${octal(mode)}, not ${octal(right)}`,
    repair: {do: 'close', mode: right},
  }
  return [...foreign, loose]
}

/** Everybody may make names in them: in multi-user mode that is what they are for. */
const OPEN = ['inbox', 'ids', 'bells'] as const

/** The fixed folders: there, folders, the service's, closed to the others. */
export const checkFolders = (place: Place): readonly Finding[] => {
  const {layout, fs, mode} = place
  const {live, specs, done, journal, nodes, locks, work, quarantine, engines, hints} = layout
  const open = OPEN.map(name => layout[name])
  const folders = [live, specs, done, journal, nodes, locks, work, quarantine, engines, hints, ...open]
  return folders.flatMap((path): readonly Finding[] => {
    const stat = statOf(fs, path)
    if (stat === null) return [{id: 'F_FOLDER', path, text: 'it is not there', repair: {do: 'make-folder'}}]
    if (stat.kind !== 'folder') return [{id: 'F_FOLDER', path, text: 'it is no folder'}]
    const shared = mode === 'multi' && open.includes(path)
    return accessFindings(place, path, stat, shared ? 0 : path === specs ? 0o077 : 0o022)
  })
}
