/**
 * Names that stand in somebody's way: in `inbox/` and `bell/` anybody may make names, and only who made one may take it
 * away. What is called as the drop folder of a user and is none of his would keep him from submitting; what is called as
 * his bell, from being heard at once. Here each pass takes them away; what has something in it is set aside, unread.
 *
 * Nothing is decided on it: after a crash, or where a disk refuses, the next pass does it.
 */
import {join} from 'node:path'
import {errno, type FileSystem, isErrno, type Stat} from '../store/disk/file-system.js'
import {listNames, unlinkIfThere} from '../store/disk/read-file.js'
import {parseUserName} from '../store/layout.js'
import {createQuarantine, type Quarantine} from '../store/quarantine.js'
import type {Service} from './service.js'

/** Of a crowd of them the next pass goes on. */
const MOST = 10_000

/** A folder that has come into its place meanwhile is not removed by this, unless it is empty. */
const removeIfEmpty = (fs: FileSystem, path: string, {kind}: Stat): boolean => {
  try {
    if (kind === 'folder') fs.rmdir(path)
    else unlinkIfThere(fs, path)
    return true
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error
    return false
  }
}

/** True: it is gone. */
const clear = (fs: FileSystem, quarantine: Quarantine, path: string, found: Stat): boolean => {
  const isEmpty = found.kind !== 'file' || found.size === 0
  if (isEmpty && removeIfEmpty(fs, path, found)) return true
  return quarantine.take(path, found.ino, `it is uid ${found.uid}'s, and another user's name`)
}

interface Place {
  readonly folder: string
  /** Names that stand in nobody's way are not even looked at: there may be a hundred thousand. */
  readonly mayBeInTheWay: (name: string) => boolean
  readonly isRight: (name: string, found: Stat) => boolean
}

const placesOf = ({layout}: Service): readonly Place[] => [
  {
    folder: layout.inbox,
    mayBeInTheWay: name => parseUserName(name) !== null,
    isRight: (name, {kind, uid}) => kind === 'folder' && parseUserName(name) === uid,
  },
  {
    folder: layout.bells,
    mayBeInTheWay: () => true,
    isRight: (name, {kind, uid}) =>
      kind === 'file' && (name.startsWith('.t.') || parseUserName(name) === uid),
  },
]

/** What is told of it; nothing: it is as it should be, or cannot be had now. */
const cleared = (service: Service, quarantine: Quarantine, place: Place, name: string): readonly string[] => {
  const {fs} = service.durable
  const path = join(place.folder, name)
  try {
    const found = fs.lstat(path)
    if (place.isRight(name, found) || !clear(fs, quarantine, path, found)) return []
    return [`${path} was uid ${found.uid}'s, and in the way of others`]
  } catch (error) {
    if (errno(error) === null) throw error
    return []
  }
}

export const clearSquats = (service: Service): void => {
  const {format, durable, layout, random, log} = service
  // Where one uid owns all nobody else can make any.
  if (format.mode === 'single') return
  const quarantine = createQuarantine(durable.fs, layout, random)
  for (const place of placesOf(service)) {
    const told: string[] = []
    for (const name of listNames(durable.fs, place.folder).filter(place.mayBeInTheWay)) {
      if (told.length >= MOST) break
      told.push(...cleared(service, quarantine, place, name))
    }
    const [first] = told
    const more = told.length > 1 ? `, and ${told.length - 1} more` : ''
    if (first !== undefined) log('warning', `${first}${more}: taken away`)
  }
}
