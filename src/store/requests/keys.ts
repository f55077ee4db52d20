/**
 * Which jobs hold which keys (docs/decisions/0027-keys.md): an empty file `keys/<xx>/<tok>.<id>` a job that was submitted
 * with a key. The token is that of its request, made of the key, so two requests with one key have one name, and the
 * second cannot be dropped while the first lies there.
 *
 * The service makes the name durable before it unlinks the request. A name alone says nothing: only a job that is live or
 * packed holds a key. Ids are never given twice, so a name can be taken away at any time once its job is dropped.
 */
import {join} from 'node:path'
import {type JobId, type Token, token, type Uid} from '../../core/brand.js'
import {type Durable, diskError} from '../disk/durable.js'
import {type FileSystem, isErrno} from '../disk/file-system.js'
import {listNames, unlinkIfThere} from '../disk/read-file.js'
import {sha256} from '../jobs/record-codec.js'
import {type Layout, parseIdName} from '../layout.js'

/** Everybody may see it, and only who knows the key can tell whose it is. */
export const keyToken = (cluster: string, uid: Uid, key: string): Token =>
  token(sha256(Buffer.from(`${cluster}\n${uid}\n${key}`)).slice(0, 24))

/** A few thousand names each at the most where a million jobs had keys. */
const bucketFolder = ({keys}: Layout, tok: Token): string => join(keys, tok.slice(0, 2))

const parseName = (name: string): {readonly tok: string; readonly id: JobId} | null => {
  const match = /^([0-9a-f]{24})\.([1-9]\d{0,9})$/.exec(name)
  const id = match?.[2] === undefined ? null : parseIdName(match[2])
  return match?.[1] === undefined || id === null ? null : {tok: match[1], id}
}

/** Jobs that were given this key, the newest first; not all of them need be there any more. */
export const keyHolders = (fs: FileSystem, layout: Layout, tok: Token): readonly JobId[] =>
  listNames(fs, bucketFolder(layout, tok))
    .flatMap(name => {
      const found = parseName(name)
      return found?.tok === tok ? [found.id] : []
    })
    .sort((a, b) => b - a)

/** Durable at the next `syncPending`. */
export const noteKey = (durable: Durable, layout: Layout, tok: Token, id: JobId): void => {
  const folder = bucketFolder(layout, tok)
  durable.makeFolder(layout.keys, 0o755)
  durable.makeFolder(folder, 0o755)
  const path = join(folder, `${tok}.${id}`)
  try {
    durable.fs.close(durable.fs.open(path, 'create', 0o644))
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw diskError(error, path)
  }
  // Also if it was there: who made it may have been killed before his sync.
  durable.syncLater(folder)
}

/** How many names went: those of jobs that are dropped. */
export const sweepKeys = (fs: FileSystem, layout: Layout, isDropped: (id: JobId) => boolean): number => {
  let removed = 0
  for (const bucket of listNames(fs, layout.keys)) {
    if (!/^[0-9a-f]{2}$/.test(bucket)) continue
    for (const name of listNames(fs, join(layout.keys, bucket))) {
      const found = parseName(name)
      if (found === null || !isDropped(found.id)) continue
      unlinkIfThere(fs, join(layout.keys, bucket, name))
      removed++
    }
  }
  return removed
}
