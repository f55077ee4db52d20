/** Whether this host knows a user or a group of that name, from whatever source its name service has. Asks `getent`. */
import {execFileSync} from 'node:child_process'
import {SAFE_ENVIRONMENT} from './service-rights.js'

/** Of getent: there is no such entry. */
const NO_ENTRY = 2

const isNoEntry = (error: unknown): boolean =>
  error instanceof Error && 'status' in error && error.status === NO_ENTRY

/** Null: nobody can be asked now. */
export const isKnownName = (database: 'passwd' | 'group', name: string): boolean | null => {
  if (name === '' || name.startsWith('-')) return false
  try {
    const line = execFileSync('getent', [database, name], {
      encoding: 'utf8',
      timeout: 5000,
      env: {LC_ALL: 'C', ...SAFE_ENVIRONMENT},
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    // A number is found as well, and is no name.
    return line.split(':')[0] === name
  } catch (error) {
    return isNoEntry(error) ? false : null
  }
}
