/**
 * The generated passwd and group of an attempt, as files that the engine mounts read-only over those of the image.
 *
 * One folder per attempt below the provider's own, named after the container. Written whole by rename, so a crash
 * leaves the old text, the new one or none; asking again for the same texts changes nothing. Deleted by `remove`.
 */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
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

/** `spec.name` must be a plain file name; `create` checks that. */
export const writeAccountFiles = (
  stateDir: string,
  {name, passwd, group}: ContainerSpec,
  now: number,
): AccountFiles => {
  const folder = join(stateDir, name)
  mkdirSync(folder, {recursive: true, mode: 0o755})
  chmodSync(folder, 0o755)
  const files = {passwd: place(join(folder, 'passwd'), passwd), group: place(join(folder, 'group'), group)}
  utimesSync(folder, now / 1000, now / 1000)
  return files
}

export const deleteAccountFiles = (stateDir: string, name: string): void => {
  rmSync(join(stateDir, name), {recursive: true, force: true})
}

/** From now on they are litter: what a crash leaves of them is swept at once, not after a day. */
export const giveUpAccountFiles = (stateDir: string, name: string): void => {
  try {
    utimesSync(join(stateDir, name), 0, 0)
  } catch {
    // There are none.
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

/** Names of attempts whose files were last asked for before that time. */
export const foldersBefore = (stateDir: string, time: number): readonly string[] =>
  readdirSync(stateDir).filter(name => touchedAt(join(stateDir, name)) < time)
