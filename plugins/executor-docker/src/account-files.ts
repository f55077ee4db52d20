/**
 * The generated passwd and group of an attempt, as files that the engine mounts read-only over those of the image.
 *
 * They say the same for all jobs of a user, so they lie under the hash of what they say and are written once for all;
 * they stay: a few hundred bytes a user. Each attempt has an empty folder of its own, named after the container: as
 * long as it is there, something of the attempt may be left. Files are written whole by rename, so a crash leaves the
 * whole text or none.
 */
import {createHash} from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import type {ContainerSpec} from '@god-cli/api'

export interface AccountFiles {
  readonly passwd: string
  readonly group: string
}

/** No name of an attempt begins so. */
const SHARED = '.accounts'

const hasText = (path: string, text: string): boolean => {
  try {
    return readFileSync(path, 'utf8') === text
  } catch {
    return false
  }
}

const place = (path: string, text: string): string => {
  if (hasText(path, text)) return path
  const fresh = `${path}.${process.pid}.new`
  rmSync(fresh, {force: true})
  writeFileSync(fresh, text, {flag: 'wx', mode: 0o644, flush: true})
  // Whatever the umask said: every account in the container reads it.
  chmodSync(fresh, 0o644)
  renameSync(fresh, path)
  return path
}

const ensureFolder = (path: string): string => {
  mkdirSync(path, {recursive: true, mode: 0o755})
  chmodSync(path, 0o755)
  return path
}

/** `spec.name` must be a plain file name; `create` checks that. */
export const writeAccountFiles = (
  stateDir: string,
  {name, passwd, group}: ContainerSpec,
  now: number,
): AccountFiles => {
  utimesSync(ensureFolder(join(stateDir, name)), now / 1000, now / 1000)
  const hash = createHash('sha256')
    .update(JSON.stringify([passwd, group]))
    .digest('hex')
  const folder = ensureFolder(join(ensureFolder(join(stateDir, SHARED)), hash))
  return {passwd: place(join(folder, 'passwd'), passwd), group: place(join(folder, 'group'), group)}
}

/** The attempt's own folder: nothing of it is left. */
export const deleteAccountFiles = (stateDir: string, name: string): void => {
  const folder = join(stateDir, name)
  try {
    rmdirSync(folder)
  } catch {
    // Not there, or of a god that kept the files in it.
    rmSync(folder, {recursive: true, force: true})
  }
}

/** From now on it is litter: what a crash leaves of the attempt is swept at once, not after a day. */
export const giveUpAccountFiles = (stateDir: string, name: string): void => {
  try {
    utimesSync(join(stateDir, name), 0, 0)
  } catch {
    // There is none.
  }
}

const touchedAt = (path: string): number => {
  try {
    return statSync(path).mtimeMs
  } catch {
    // Another process was faster.
    return Number.POSITIVE_INFINITY
  }
}

/** Names of attempts of which something may be left. */
export const attemptFolders = (stateDir: string): readonly string[] =>
  readdirSync(stateDir).filter(name => name !== SHARED)

/** Those whose files were last asked for before that time. */
export const foldersBefore = (stateDir: string, time: number): readonly string[] =>
  attemptFolders(stateDir).filter(name => touchedAt(join(stateDir, name)) < time)
