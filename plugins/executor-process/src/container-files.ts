/**
 * The folder of one container and the durable ways to write in it.
 *
 * `container.json` appears in one moment by link: of two creators one wins, and a crash before it leaves a
 * folder that counts as absent and is made whole by the next create. `run` (also by link) is the fence of the
 * start: who holds it, a supervisor or a removal, is alone. All other files are written by that one supervisor.
 * Assumes a local or NFS folder that only god may enter. Synced: what must survive a power loss.
 */
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import {join} from 'node:path'

/** No slash, no leading dot: a name can neither leave the folder nor meet our temporary ones. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/

export const isName = (text: string): boolean => NAME.test(text)

export interface Folder {
  readonly root: string
  readonly container: string
  readonly run: string
  readonly child: string
  readonly killed: string
  readonly paused: string
  readonly passed: string
  readonly fault: string
  readonly times: string
  readonly sample: string
  readonly exit: string
  readonly launch: string
  readonly supervisor: string
}

export const folderOf = (stateDir: string, name: string): Folder => {
  const root = join(stateDir, name)
  return {
    root,
    container: join(root, 'container.json'),
    run: join(root, 'run'),
    child: join(root, 'child'),
    killed: join(root, 'killed'),
    paused: join(root, 'paused'),
    passed: join(root, 'passed'),
    fault: join(root, 'fault'),
    times: join(root, 'times'),
    sample: join(root, 'sample'),
    exit: join(root, 'exit'),
    launch: join(root, 'launch'),
    supervisor: join(root, 'supervisor'),
  }
}

export const errno = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null

/** Null instead of the errors that mean "not there"; any other error is thrown. */
const unlessAbsent = <T>(ask: () => T): T | null => {
  try {
    return ask()
  } catch (error) {
    const code = errno(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}

export const readText = (path: string): string | null => unlessAbsent(() => readFileSync(path, 'utf8'))

export const exists = (path: string): boolean => unlessAbsent(() => statSync(path)) !== null

/** Epoch milliseconds of the last change, null if there is no such file. */
export const changedAt = (path: string): number | null => {
  const found = unlessAbsent(() => statSync(path))
  return found === null ? null : Math.floor(found.mtimeMs)
}

const sync = (path: string): void => {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

let count = 0

/** A synced file beside the path, handed to `place`; nothing of it is left afterwards. */
const withTemporary = (folder: string, text: string, place: (temporary: string) => void): void => {
  count += 1
  const temporary = join(folder, `.new.${process.pid}.${count}`)
  rmSync(temporary, {force: true})
  const fd = openSync(temporary, 'wx', 0o600)
  try {
    const bytes = Buffer.from(text)
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  try {
    place(temporary)
    sync(folder)
  } finally {
    rmSync(temporary, {force: true})
  }
}

/** False: the name was taken, its owner's bytes stay. */
export const publish = (folder: string, path: string, text: string): boolean => {
  let won = true
  withTemporary(folder, text, temporary => {
    try {
      linkSync(temporary, path)
    } catch (error) {
      if (errno(error) !== 'EEXIST') throw error
      won = false
    }
  })
  return won
}

export const replace = (folder: string, path: string, text: string): void =>
  withTemporary(folder, text, temporary => renameSync(temporary, path))
