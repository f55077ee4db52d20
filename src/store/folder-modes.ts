/**
 * Whom the folders of a shared directory are open to (state.md 2): one table for making them, for the look at each
 * start, and for fsck. Knows no disk.
 */
import {foldersOf, type Layout} from './layout.js'

export type SiteMode = 'single' | 'multi'

/** Everybody may make names in them and remove his own ones; nobody may list them. Names in the inbox get our group. */
const DROPS = 0o3733
const CLAIMS = 0o1733
/** Everybody may read them, nobody may change them. */
const OPEN = 0o755
const CLOSED = 0o700
/** The accounts of jobs must get through to their directories. */
const PASSABLE = 0o711

const ofMany = ({inbox, ids, bells, specs, quarantine, engines}: Layout, folder: string): number => {
  if (folder === inbox) return DROPS
  if (folder === ids || folder === bells) return CLAIMS
  return folder === specs || folder === quarantine || folder === engines ? CLOSED : OPEN
}

const STICKY = 0o1000
const OTHERS_WRITE = 0o022
const OTHERS = 0o077

/** As chmod takes it. */
export const octal = (mode: number): string => mode.toString(8).padStart(4, '0')

/** Somebody else could change more in it than he should, or read what is closed to all. */
export const isLoose = (mode: number, right: number): boolean =>
  (mode & OTHERS_WRITE & ~right) !== 0 ||
  ((right & STICKY) !== 0 && (mode & STICKY) === 0) ||
  (right === CLOSED && (mode & OTHERS) !== 0)

/** The root and all folders that `init` makes, parents first, with their modes. `passable`: see `initDirectory`. */
export const folderModes = (
  layout: Layout,
  mode: SiteMode,
  passable: boolean,
): readonly (readonly [folder: string, mode: number])[] => {
  const modeOf = (folder: string): number => {
    if (mode === 'multi') return ofMany(layout, folder)
    return passable && (folder === layout.root || folder === layout.work) ? PASSABLE : CLOSED
  }
  return [layout.root, ...foldersOf(layout)].map(folder => [folder, modeOf(folder)])
}
