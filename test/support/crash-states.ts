/**
 * The states in which a power cut may leave a disk (R05): of what was not synced any part may be there.
 *
 * Every change of a name since its folder was synced last is kept or not, each by itself, in their order; of a file
 * whose bytes were not synced there is what was synced, all, the first half, or zeros. More than real file systems
 * do: they keep some orders, and most commit a file's name with its bytes.
 */
import {applyChange, type Inode, type MemoryDisk, type NameChange} from './memory-disk.js'
import type {Dice} from './seeded.js'

export const FATES = ['missing', 'whole', 'torn', 'zeros'] as const
export type Fate = (typeof FATES)[number]

interface Loose {
  readonly names: readonly {readonly folder: Inode; readonly change: NameChange}[]
  readonly files: readonly Inode[]
}

export interface CrashState {
  /** One for each loose name, in order. */
  readonly kept: readonly boolean[]
  readonly fates: readonly Fate[]
}

/** Reachable by any name that may be there. */
const reachable = (root: Inode): readonly Inode[] => {
  const seen = new Set<Inode>()
  const visit = (node: Inode): void => {
    if (seen.has(node)) return
    seen.add(node)
    for (const child of node.names.values()) visit(child)
    for (const child of node.durableNames.values()) visit(child)
    for (const {given} of node.unsynced) if (given !== undefined) visit(given[1])
  }
  visit(root)
  return [...seen]
}

export const looseOf = ({root}: MemoryDisk): Loose => {
  const all = reachable(root)
  return {
    names: all.flatMap(folder => folder.unsynced.map(change => ({folder, change}))),
    files: all.filter(({kind, bytes, durableBytes}) => kind === 'file' && bytes !== durableBytes),
  }
}

/** How many there are; more than a computer can count are many. */
export const countStates = ({names, files}: Loose): number => 2 ** names.length * FATES.length ** files.length

/** The n-th of all of them. */
export const stateAt = ({names, files}: Loose, n: number): CrashState => {
  let rest = n
  const digit = (base: number): number => {
    const value = rest % base
    rest = Math.floor(rest / base)
    return value
  }
  return {
    kept: names.map(() => digit(2) === 1),
    fates: files.map(() => FATES[digit(FATES.length)] ?? 'missing'),
  }
}

export const drawState = ({names, files}: Loose, dice: Dice): CrashState => ({
  kept: names.map(() => dice.chance(0.5)),
  fates: files.map(() => dice.pick(FATES)),
})

const bytesAfter = ({bytes, durableBytes}: Inode, fate: Fate): Uint8Array => {
  switch (fate) {
    case 'missing':
      return durableBytes
    case 'whole':
      return bytes
    case 'torn':
      return bytes.subarray(0, durableBytes.length + Math.floor((bytes.length - durableBytes.length) / 2))
    case 'zeros':
      return Buffer.concat([durableBytes, Buffer.alloc(Math.max(0, bytes.length - durableBytes.length))])
  }
}

/** What was left of it is all that there is, and on the disk. */
export const cutPower = (disk: MemoryDisk, loose: Loose, {kept, fates}: CrashState): void => {
  const folders = reachable(disk.root).filter(({kind}) => kind === 'folder')
  const files = reachable(disk.root).filter(({kind}) => kind === 'file')
  for (const folder of folders) folder.names = new Map(folder.durableNames)
  for (const [i, {folder, change}] of loose.names.entries())
    if (kept[i] === true) applyChange(folder.names, change)
  for (const [i, file] of loose.files.entries()) file.bytes = bytesAfter(file, fates[i] ?? 'missing')
  for (const folder of folders) disk.sync(folder)
  for (const file of files) file.durableBytes = file.bytes
  countLinks(folders, files)
}

const countLinks = (folders: readonly Inode[], files: readonly Inode[]): void => {
  for (const file of files) file.nlink = 0
  for (const folder of folders)
    for (const child of folder.names.values()) if (child.kind === 'file') child.nlink++
}
