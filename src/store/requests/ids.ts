/**
 * Job ids without a daemon (state.md 4): a claim is an empty file named by the id, made exclusively.
 *
 * A claimer reads the hint, claims the first free id above it, and reads the hint again: if it has moved past
 * the claim, the id may be somebody's already, so the claim is dropped and all begins anew. The scheduler
 * makes hint n+1 durable before it publishes n and before it removes claim n, so an id is never given twice.
 * After a crash a claim without a request is left; it is burned when it is older than ten minutes.
 */
import {join} from 'node:path'
import {type JobId, jobId, MAX_ID} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import {type Durable, syncIfAllowed} from '../disk/durable.js'
import {errno, type FileSystem, isErrno} from '../disk/file-system.js'
import {listNames, lstatIfThere, unlinkIfThere} from '../disk/read-file.js'
import {type Layout, parseIdName} from '../layout.js'

/** Hints kept: late readers still find a large one. */
const HINTS_KEPT = 64

/** No claim moves the hint further than this: a stranger's claim of the last id must not end the site. */
export const FAR_AHEAD = 1_000_000

/** Milliseconds that a claim without a request lives; a submit gives up its own after half of it. */
export const CLAIM_LIFE = 10 * 60 * 1000

/** The least id that may be free: the largest hint, or 1. Never moves back, whoever writes late. */
export const readHint = (fs: FileSystem, layout: Layout): number =>
  listNames(fs, layout.hints).reduce((largest, name) => Math.max(largest, parseIdName(name) ?? 1), 1)

const isClaimed = (fs: FileSystem, layout: Layout, n: number): boolean =>
  lstatIfThere(fs, join(layout.ids, String(n))) !== null

/** Gallop h, h+1, h+3, h+7 ... then halve: a probable first free id, in a logarithmic number of looks. */
const probableFree = (fs: FileSystem, layout: Layout, hint: number): number => {
  let low = hint - 1
  let step = 1
  while (low + step <= MAX_ID && isClaimed(fs, layout, low + step)) {
    low += step
    step *= 2
  }
  let high = low + step
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (isClaimed(fs, layout, middle)) low = middle
    else high = middle
  }
  return high
}

const createClaim = (fs: FileSystem, layout: Layout, n: number): boolean => {
  try {
    fs.close(fs.open(join(layout.ids, String(n)), 'create', 0o600))
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  }
}

/** Claims that are made before the hint is read again: it passes the fewer the shorter that takes. */
const RUN = 64

/** Upward from the first that is probably free; of one run, before the hint is read again. */
const createRun = (fs: FileSystem, layout: Layout, from: number, count: number): readonly JobId[] => {
  const made: JobId[] = []
  for (let n = probableFree(fs, layout, from); made.length < count; n++) {
    if (n > MAX_ID)
      throw new GodError('E_DIR_BAD', `all ids up to ${MAX_ID} are taken`, 'Make a new shared directory.')
    if (createClaim(fs, layout, n)) made.push(jobId(n))
  }
  return made
}

/** Ascending, and without a gap where nobody else claims at the same time. */
export const claimIds = (durable: Durable, layout: Layout, count: number): readonly JobId[] => {
  const {fs} = durable
  const claimed: JobId[] = []
  while (claimed.length < count) {
    const from = Math.max(readHint(fs, layout), (claimed.at(-1) ?? 0) + 1)
    const run = createRun(fs, layout, from, Math.min(RUN, count - claimed.length))
    const hint = readHint(fs, layout)
    for (const id of run) {
      if (id >= hint) claimed.push(id)
      else unlinkIfThere(fs, join(layout.ids, String(id)))
    }
  }
  // In multi-user mode the drop folder's sync commits the claims too.
  syncIfAllowed(durable, layout.ids)
  return claimed
}

export const claimId = (durable: Durable, layout: Layout): JobId => {
  const [id] = claimIds(durable, layout, 1)
  if (id === undefined) throw new GodError('E_BUG', 'no id was claimed')
  return id
}

/** Who holds the claim: his uid, or null. */
export const claimOwner = (fs: FileSystem, layout: Layout, id: JobId): number | null =>
  lstatIfThere(fs, join(layout.ids, String(id)))?.uid ?? null

/** Durable before it returns: every later claimer of `id` sees that it is used. */
export const raiseHint = (durable: Durable, layout: Layout, id: JobId): void => {
  const {fs} = durable
  if (readHint(fs, layout) > id) {
    // Somebody's larger hint may not be on the disk yet.
    durable.syncFolder(layout.hints)
    return
  }
  try {
    fs.close(fs.open(join(layout.hints, String(id + 1)), 'create', 0o644))
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  }
  durable.syncFolder(layout.hints)
  const old = listNames(fs, layout.hints)
    .flatMap(name => parseIdName(name) ?? [])
    .sort((a, b) => a - b)
  for (const n of old.slice(0, -HINTS_KEPT)) unlinkIfThere(fs, join(layout.hints, String(n)))
}

/** False: anybody may make names here, also of folders; one with something in it stays. */
export const removeClaim = (fs: FileSystem, layout: Layout, id: JobId): boolean => {
  const path = join(layout.ids, String(id))
  try {
    unlinkIfThere(fs, path)
    return true
  } catch (error) {
    if (!isErrno(error, 'EISDIR')) throw error
    return removeFolder(fs, path)
  }
}

const removeFolder = (fs: FileSystem, path: string): boolean => {
  try {
    fs.rmdir(path)
    return true
  } catch (error) {
    if (errno(error) === null) throw error
    return false
  }
}

export const listClaims = (fs: FileSystem, layout: Layout): readonly JobId[] =>
  listNames(fs, layout.ids).flatMap(name => parseIdName(name) ?? [])
