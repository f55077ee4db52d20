/**
 * Names in the folders of packs that god never makes. A segment that no manifest names is none of these: a crash or a
 * merge left it, and the sweep takes it after a day.
 */
import {join} from 'node:path'
import {listNames} from '../disk/read-file.js'
import {parseManifestName} from '../packs/manifest.js'
import {isYear, segmentOfFile} from '../packs/segment-names.js'
import type {Finding} from './finding.js'
import type {Place} from './place.js'
import {statOf, strangerFinding} from './seen.js'

const strange = ({fs}: Place, folder: string, isOurs: (name: string) => boolean): readonly Finding[] =>
  listNames(fs, folder)
    .filter(name => !name.startsWith('.t.') && !isOurs(name))
    .flatMap(name => strangerFinding(fs, join(folder, name)) ?? [])

/** A year is one of ours only as a folder. */
const inRoot = (place: Place, root: string, isOurs: (name: string) => boolean): readonly Finding[] => {
  const isFolder = (name: string): boolean => statOf(place.fs, join(root, name))?.kind === 'folder'
  const years = listNames(place.fs, root).filter(name => isYear(name) && isFolder(name))
  return [
    ...strange(place, root, name => years.includes(name) || isOurs(name)),
    ...years.flatMap(year => strange(place, join(root, year), name => segmentOfFile(year, name) !== null)),
  ]
}

export const checkDoneNames = (place: Place): readonly Finding[] => [
  ...inRoot(place, place.layout.done, name => parseManifestName(name) !== null),
  ...inRoot(place, place.layout.sums, () => false),
]
