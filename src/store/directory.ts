/**
 * Making and opening a shared directory (state.md 2). FORMAT is written last: until it is there the
 * directory is none, and `init` may be run again; from then on it never changes. FORMAT.copy says the same with a
 * sum (a crash may leave it out): a damaged FORMAT would stop all jobs, or make them another cluster's, so the copy is believed before it.
 */
import {dirname} from 'node:path'
import * as v from 'valibot'
import {GodError} from '../core/errors.js'
import {FORMAT, FORMATS} from '../core/format.js'
import {type Parsed, parseWith} from '../core/parse-with.js'
import {notGiven} from './check-giving.js'
import {type Durable, isNoSpace, syncIfAllowed} from './disk/durable.js'
import {errno, type FileSystem, isErrno} from './disk/file-system.js'
import {ensureFolder, exists, readFile} from './disk/read-file.js'
import {setMode, setOwner} from './disk/set-mode.js'
import type {FileOwner} from './disk/temporary.js'
import {folderModes, type SiteMode} from './folder-modes.js'
import {decode, encode} from './jobs/record-codec.js'
import {foldersOf, type Layout} from './layout.js'

const formatSchema = v.strictObject({
  format: v.picklist(FORMATS),
  cluster: v.pipe(v.string(), v.uuid()),
  mode: v.picklist(['single', 'multi'] as const),
  fs: v.picklist(['local', 'nfs'] as const),
})
export type Format = v.InferOutput<typeof formatSchema>

/** Makes missing parents too, which keep the mode that the system gives; tells what it made, parents first. */
const ensurePath = (fs: FileSystem, path: string, mode: number): readonly string[] => {
  const make = (): readonly string[] => (ensureFolder(fs, path, mode) ? [path] : [])
  try {
    return make()
  } catch (error) {
    if (!isErrno(error, 'ENOENT') || dirname(path) === path) throw error
    // Once: below /proc and the like a parent is there and still nothing can be made.
    return [...ensurePath(fs, dirname(path), 0o755), ...make()]
  }
}

/**
 * By root, for who is to serve it: the folder alone, which he then fills. One that is there was looked at (`checkPlace`). Where
 * owners are mapped it is nobody's to give.
 */
export const makeRootFor = (fs: FileSystem, {root}: Layout, owner: FileOwner): void => {
  try {
    if (ensurePath(fs, root, 0o755).includes(root)) setMode(fs, root, 0o755)
    setOwner(fs, root, owner)
  } catch (error) {
    if (isErrno(error, 'EPERM', 'EINVAL')) throw notGiven(root, `it cannot be given to uid ${owner.uid}`)
    throw cannotMake(root, error)
  }
}

/** All folders are there, and on the disk, before FORMAT says so. A root that was there keeps its mode: it may be anything. */
const makeFolders = (durable: Durable, layout: Layout, mode: SiteMode, passable: boolean): void => {
  const {fs} = durable
  try {
    const modes = folderModes(layout, mode, passable)
    const made = ensurePath(fs, layout.root, new Map(modes).get(layout.root) ?? 0o700)
    const folders = foldersOf(layout)
    for (const [folder, right] of modes) {
      if (folder !== layout.root) ensureFolder(fs, folder, 0o700)
      if (folder !== layout.root || made.includes(folder)) setMode(fs, folder, right)
    }
    for (const folder of new Set([...made, layout.root])) syncIfAllowed(durable, dirname(folder))
    for (const folder of new Set(folders.map(dirname))) durable.syncFolder(folder)
  } catch (error) {
    throw cannotMake(layout.root, error)
  }
}

const cannotMake = (root: string, error: unknown): unknown => {
  const code = errno(error)
  if (code === null || error instanceof GodError) return error
  return new GodError(
    isNoSpace(error) ? 'E_DISK_FULL' : 'E_DISK',
    `cannot make ${root}: ${code}`,
    'Choose a folder that you may write.',
    {cause: error},
  )
}

const already = (layout: Layout): GodError =>
  new GodError(
    'E_DIR_EXISTS',
    `${layout.root} is a shared directory already`,
    'Use it with --dir, or name another place.',
  )

/**
 * `config` = the text of the new go-d.ini; one that is there already is kept. `passable`: the jobs' accounts must get
 * to their directories by themselves (no engine does it for them), and are not the one that owns it all.
 */
export const initDirectory = (
  durable: Durable,
  layout: Layout,
  format: Format,
  config: string,
  passable = false,
): void => {
  const {fs} = durable
  if (readFormat(fs, layout) !== null) throw already(layout)
  makeFolders(durable, layout, format.mode, passable)
  const readable = format.mode === 'multi' ? 0o644 : 0o600
  if (!exists(fs, layout.config)) durable.publishNew(layout.config, Buffer.from(config), readable)
  if (!durable.publishNew(layout.format, formatBytes(format), 0o644)) throw already(layout)
  // By who made it alone: of two at once the other's cluster is none.
  writeFormatCopy(durable, layout, format)
  durable.syncFolder(layout.root)
}

const formatBytes = (format: Format): Uint8Array => Buffer.from(`${JSON.stringify(format)}\n`)

/** For `init` and for repairs: nobody else writes them. */
export const writeFormatCopy = (durable: Durable, layout: Layout, format: Format): void => {
  durable.replace(layout.formatCopy, encode(format), 0o644)
}

export const writeFormat = (durable: Durable, layout: Layout, format: Format): void => {
  durable.replace(layout.format, formatBytes(format), 0o644)
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** As `formatBytes` writes it. */
const USUAL =
  /^\{"format":([12]),"cluster":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})","mode":"(single|multi)","fs":"(local|nfs)"\}\n$/

/** What was changed by hand is judged by the schema: to build that takes a thirtieth of a start. */
const parseFormat = (bytes: Uint8Array): Parsed<Format> => {
  const text = Buffer.from(bytes).toString('utf8')
  const [, format, cluster, mode, fs] = USUAL.exec(text) ?? []
  if (cluster === undefined) return parseWith(formatSchema, parseJson(text))
  return {
    ok: true,
    value: {
      format: format === '1' ? 1 : 2,
      cluster,
      mode: mode === 'multi' ? mode : 'single',
      fs: fs === 'nfs' ? fs : 'local',
    },
  }
}

/** What FORMAT itself says. */
export const readFormatText = (fs: FileSystem, layout: Layout): Parsed<Format> => {
  const file = readFormat(fs, layout)
  return file === null ? {ok: false, why: 'it is not there'} : parseFormat(file)
}

/** Never throws: where it is not there, or cannot be read, FORMAT is believed. */
export const readFormatCopy = (fs: FileSystem, layout: Layout): Parsed<Format> => {
  try {
    const file = readFile(fs, layout.formatCopy, {limit: 4096})
    if (file === null) return {ok: false, why: 'it is not there'}
    return decode(file.bytes, value => parseWith(formatSchema, value))
  } catch (error) {
    const code = errno(error)
    if (code === null) throw error
    return {ok: false, why: `it cannot be read (${code})`}
  }
}

/** It names the same cluster, whatever else is wrong with it: asked at each start, so without its checksum. */
const isConfirmed = (fs: FileSystem, layout: Layout, {cluster}: Format): boolean => {
  try {
    const bytes = readFile(fs, layout.formatCopy, {limit: 4096})?.bytes
    return bytes !== undefined && Buffer.from(bytes).includes(`"cluster":"${cluster}"`)
  } catch (error) {
    if (errno(error) === null) throw error
    return false
  }
}

const numberIn = (bytes: Uint8Array): number => {
  const json = parseJson(Buffer.from(bytes).toString('utf8'))
  const told = typeof json === 'object' && json !== null && 'format' in json ? json.format : null
  return Number.isSafeInteger(told) ? Number(told) : 0
}

const checkKnown = (layout: Layout, bytes: Uint8Array): void => {
  const told = numberIn(bytes)
  if (told <= FORMAT) return
  throw new GodError(
    'E_DIR_NEWER',
    `${layout.root} is of format ${told}, and this god knows formats up to ${FORMAT}`,
    'Install the newer god on this host; nothing was read or changed.',
  )
}

/** For who lives long: it was raised by a newer god meanwhile, whose records must not be taken for ours. */
export const checkNotNewer = (fs: FileSystem, layout: Layout): void => {
  const bytes = readFormat(fs, layout)
  if (bytes !== null && !readFormatCopy(fs, layout).ok) checkKnown(layout, bytes)
}

/**
 * Raises both to the format of this god, for who leads and before he publishes anything. Stopped in between it is of the
 * older one for those that know only that, and the next who leads goes on.
 */
export const raiseFormat = (durable: Durable, layout: Layout): void => {
  const [text, copy] = [readFormatText(durable.fs, layout), readFormatCopy(durable.fs, layout)]
  if (text.ok && text.value.format < FORMAT) writeFormat(durable, layout, {...text.value, format: FORMAT})
  if (copy.ok && copy.value.format < FORMAT) writeFormatCopy(durable, layout, {...copy.value, format: FORMAT})
}

export const openDirectory = (fs: FileSystem, layout: Layout): Format => {
  const file = readFormat(fs, layout)
  if (file === null) {
    throw new GodError(
      'E_DIR_MISSING',
      `${layout.root} is not a shared directory`,
      `Make one with 'god init ${layout.root}'.`,
    )
  }
  const text = parseFormat(file)
  if (text.ok && isConfirmed(fs, layout, text.value)) return text.value
  const copy = readFormatCopy(fs, layout)
  // The cluster never changes and is in each container's labels; the rest an operator may have changed by hand.
  if (text.ok) return copy.ok ? {...text.value, cluster: copy.value.cluster} : text.value
  if (copy.ok) return copy.value
  checkKnown(layout, file)
  throw new GodError(
    'E_DIR_BAD',
    `${layout.format} is damaged or of another version: ${text.why}`,
    'Restore it from a backup, or use the god that made it.',
  )
}

const readFormat = (fs: FileSystem, layout: Layout): Uint8Array | null => {
  try {
    return readFile(fs, layout.format, {limit: 4096})?.bytes ?? null
  } catch (error) {
    if (isErrno(error, 'ENOTDIR')) return null
    if (!isErrno(error, 'EACCES', 'EPERM')) throw error
    throw new GodError('E_NOT_PERMITTED', `you may not read ${layout.root}`, 'Ask its owner.', {cause: error})
  }
}
