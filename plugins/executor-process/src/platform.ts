/**
 * What this host gives: our own uid, the programs needed, control groups.
 *
 * Looked at once per process, on first use. Programs are looked up in a fixed path, never in ours, and the drop of
 * rights is tried for real (a host may have a setpriv that cannot, or may have taken the capabilities from root).
 */
import {execFileSync} from 'node:child_process'
import {accessSync, constants, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {type Cgroups, findCgroups} from './cgroups.js'
import {readText} from './container-files.js'
import {SAFE_PATH} from './launch.js'

export interface Platform {
  readonly uid: number
  readonly setsid: string | null
  /** Null: none that can do what is asked of it. */
  readonly setpriv: string | null
  readonly cgroups: Cgroups | null
  /** Descriptors above 2 that god was born with and that its children would inherit. */
  readonly inherited: readonly number[]
}

const findProgram = (name: string): string | null => {
  for (const folder of SAFE_PATH.split(':')) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Looked for in the next folder.
    }
  }
  return null
}

const LEAST_RIGHTS = ['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all']

export const dropArguments = (uid: number, gid: number, groups: readonly number[]): readonly string[] => [
  `--reuid=${uid}`,
  `--regid=${gid}`,
  groups.length === 0 ? '--clear-groups' : `--groups=${groups.join(',')}`,
  ...LEAST_RIGHTS,
]

const NOBODY = 65_534

const canDrop = (setpriv: string): boolean => {
  try {
    const options = {stdio: 'ignore', timeout: 5000, env: {PATH: SAFE_PATH}} as const
    execFileSync(setpriv, [...dropArguments(NOBODY, NOBODY, [NOBODY]), '/bin/sh', '-c', ':'], options)
    return true
  } catch {
    return false
  }
}

const CLOSE_ON_EXEC = 0o2000000

/** What node opens itself is closed on exec; what its own parent forgot to close is not. */
const inheritedDescriptors = (): readonly number[] =>
  readdirSync('/proc/self/fdinfo')
    .map(Number)
    .filter(fd => {
      const flags = /^flags:\s*([0-7]+)$/m.exec(readText(`/proc/self/fdinfo/${fd}`) ?? '')?.[1]
      return fd > 2 && flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0
    })

const ownUid = (): number => process.getuid?.() ?? NOBODY

export const readPlatform = (): Platform => {
  const uid = ownUid()
  const setpriv = uid === 0 ? findProgram('setpriv') : null
  return {
    uid,
    setsid: findProgram('setsid'),
    setpriv: setpriv !== null && canDrop(setpriv) ? setpriv : null,
    cgroups: uid === 0 ? findCgroups() : null,
    inherited: inheritedDescriptors(),
  }
}
