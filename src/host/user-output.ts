/**
 * A file that the user asked to have written. It is replaced as a whole, so that a crash leaves the old one or the new
 * one; a pipe or a device is written to as it is.
 */
import {accessSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {dirname, resolve} from 'node:path'

const kindOf = (path: string): 'file' | 'folder' | 'other' | 'nothing' => {
  const found = statSync(path, {throwIfNoEntry: false})
  if (found === undefined) return 'nothing'
  if (found.isDirectory()) return 'folder'
  return found.isFile() ? 'file' : 'other'
}

/** Why nothing can be written there, as far as can be told without doing it; null = it can. */
export const outputFault = (path: string): string | null => {
  const folder = dirname(resolve(path))
  try {
    const kind = kindOf(path)
    if (kind === 'folder') return 'it is a folder'
    if (kindOf(folder) !== 'folder') return `there is no folder ${folder}`
    accessSync(kind === 'other' ? path : folder, constants.W_OK)
    return null
  } catch {
    return 'you may not write there'
  }
}

/** By whatever names. What is not there is nothing's other name, but its own. */
export const isSameFile = (a: string, b: string): boolean => {
  const [one, other] = [a, b].map(path => statSync(path, {throwIfNoEntry: false}))
  if (one === undefined || other === undefined) return resolve(a) === resolve(b)
  return one.isFile() && one.dev === other.dev && one.ino === other.ino
}

export const writeUserFile = (path: string, text: string): void => {
  const kind = kindOf(path)
  if (kind === 'other') {
    writeFileSync(path, text)
    return
  }
  // Where a link leads, not the link itself.
  const target = kind === 'file' ? realpathSync(path) : resolve(path)
  const fresh = `${target}.${process.pid}.new`
  try {
    writeFileSync(fresh, text)
    renameSync(fresh, target)
  } finally {
    rmSync(fresh, {force: true})
  }
}
