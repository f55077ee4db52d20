/**
 * Which shared directory, and which file is its configuration (design section 4):
 * `--dir`, `GOD_SHARED_DIR`, `shared_dir` of the file in `GOD_CONFIG`, the nearest `.god/` upward, `shared_dir` of
 * `/etc/god/go-d.ini`, `~/.god`. The file that named the directory is the configuration, else its own `go-d.ini`.
 */
import {lstatSync} from 'node:fs'
import {dirname, isAbsolute, join, resolve} from 'node:path'
import {GodError} from '../core/errors.js'
import {parseAssignments, readConfigText} from './config-file.js'
import {callerUid, homeFolder, variable, workingFolder} from './environment.js'

export const SYSTEM_CONFIG = '/etc/god/go-d.ini'

export interface Located {
  /** Absolute. */
  readonly root: string
  readonly config: string
  /** What named it, for `god config` and errors. */
  readonly by: string
}

const inDirectory = (root: string, by: string): Located => ({root, config: join(root, 'go-d.ini'), by})

/** A folder or file that somebody named; a relative one is meant from the working directory. */
const named = (path: string): string => {
  if (path === '') throw new GodError('E_USAGE', 'the directory has an empty name', 'Write --dir DIR.')
  if (isAbsolute(path)) return resolve(path)
  const here = workingFolder()
  if (here !== null) return resolve(here, path)
  throw new GodError(
    'E_DIR_MISSING',
    `the working directory is gone, so there is no '${path}'`,
    'Go elsewhere.',
  )
}

const ownerOf = (path: string): number | null => {
  try {
    const stat = lstatSync(path)
    return stat.isDirectory() ? stat.uid : null
  } catch {
    return null
  }
}

/** Null: no such file, or it names none. */
const namedBy = (file: string): Located | null => {
  const text = readConfigText(file)
  if (text === null) return null
  const root = parseAssignments(file, text).findLast(({key}) => key === 'shared_dir')?.value
  return root === undefined || root === ''
    ? null
    : {root: resolve(dirname(file), root), config: file, by: file}
}

const fromConfigVariable = (): Located | null => {
  const file = variable('GOD_CONFIG')
  if (file === null) return null
  const located = namedBy(named(file))
  if (located !== null) return located
  throw new GodError(
    'E_CONFIG_BAD',
    `GOD_CONFIG names ${file}, which is not there or has no shared_dir`,
    'Add a line: shared_dir = /path',
  )
}

/** As git finds `.git`; a stranger's is refused, as git's `safe.directory` does. */
const upward = (): Located | null => {
  const start = workingFolder()
  for (let folder = start; folder !== null; folder = dirname(folder) === folder ? null : dirname(folder)) {
    const candidate = join(folder, '.god')
    const owner = ownerOf(candidate)
    if (owner === null) continue
    if (owner === callerUid() || owner === 0) return inDirectory(candidate, 'the nearest .god upward')
    throw new GodError(
      'E_DIR_FOREIGN',
      `${candidate} belongs to uid ${owner}`,
      `Name it with --dir ${candidate} if you trust it.`,
    )
  }
  return null
}

const fromHome = (): Located | null => {
  const home = homeFolder()
  return home === null ? null : inDirectory(join(home, '.god'), 'the home directory')
}

const byName = (dir: string | undefined): Located | null => {
  if (dir !== undefined) return inDirectory(named(dir), '--dir')
  const shared = variable('GOD_SHARED_DIR')
  return shared === null ? null : inDirectory(named(shared), 'GOD_SHARED_DIR')
}

export const locate = (dir?: string): Located => {
  const located = byName(dir) ?? fromConfigVariable() ?? upward() ?? namedBy(SYSTEM_CONFIG) ?? fromHome()
  if (located !== null) return located
  throw new GodError(
    'E_DIR_MISSING',
    'no shared directory is named and HOME is not set',
    'Use --dir DIR or GOD_SHARED_DIR.',
  )
}

/** Where `god init` makes one: as it is told, else `.god` here. */
export const initTarget = (dir: string | undefined, given: string | undefined): string => {
  return named(given ?? dir ?? variable('GOD_SHARED_DIR') ?? '.god')
}
