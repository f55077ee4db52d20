/**
 * What a process needs to serve many users, whoever it is (state.md 2): it gives files away, gets into folders that are
 * closed to it, removes what is others', and becomes a user to look at a path with his rights. Root has it, except where it
 * was taken from him; another account must be given it by who starts it. Reads, and tries to become somebody; keeps nothing.
 */
import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'

/** By their numbers in the kernel. */
const NEEDED = {CHOWN: 0, DAC_OVERRIDE: 1, FOWNER: 3, SETGID: 6, SETUID: 7} as const

/** As the kernel tells it of a process in `/proc/PID/status`. */
export const missingCapabilities = (status: string): readonly string[] => {
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  return Object.entries(NEEDED).flatMap(([name, bit]) => ((held >> BigInt(bit)) & 1n ? [] : [name]))
}

const SAFE_PATH = '/usr/sbin:/usr/bin:/sbin:/bin'

/** Where programs are looked for, whatever the caller's own path says. */
export const SAFE_ENVIRONMENT = {PATH: SAFE_PATH} as const

/** The rights go with the change of account only where that is said: who was never root keeps them else. */
export const becoming = (uid: number, gid: number, groups: readonly number[]): readonly string[] => [
  `--reuid=${uid}`,
  `--regid=${gid}`,
  groups.length === 0 ? '--clear-groups' : `--groups=${groups.join(',')}`,
  '--inh-caps=-all',
  '--ambient-caps=-all',
  '--no-new-privs',
]

const NOBODY = 65_534

const canBecome = (): boolean => {
  try {
    const words = [...becoming(NOBODY, NOBODY, [NOBODY]), 'true']
    execFileSync('setpriv', words, {stdio: 'ignore', timeout: 5000, env: SAFE_ENVIRONMENT})
    return true
  } catch {
    return false
  }
}

/** Null: nothing is lacking. Root becomes others by himself. */
export const lackOfRights = (): string | null => {
  const missing = missingCapabilities(readFileSync('/proc/self/status', 'utf8'))
  if (missing.length > 0) return `the capabilities ${missing.join(', ')}`
  return process.getuid?.() === 0 || canBecome()
    ? null
    : 'a setpriv (of util-linux) that can become another account'
}
