/** The entries of this host's users and groups, from whatever source its name service has: `getent` of getent(1) is asked. */
import {execFileSync} from 'node:child_process'
import {SAFE_ENVIRONMENT} from './service-rights.js'

export type Database = 'passwd' | 'group'

/** Its exit status where a key has no entry. */
const NO_ENTRY = 2

const isNoEntry = (error: unknown): boolean =>
  error instanceof Error && 'status' in error && error.status === NO_ENTRY

/** Their fields; without a key all. None: there is no such entry. Null: nobody can be asked now. */
export const getent = (
  database: Database,
  ...key: readonly string[]
): readonly (readonly string[])[] | null => {
  // A word for getent itself, or for all.
  if (key.some(word => word === '' || word.startsWith('-'))) return []
  try {
    const text = execFileSync('getent', [database, ...key], {
      encoding: 'utf8',
      timeout: 5000,
      maxBuffer: 1 << 26,
      env: {LC_ALL: 'C', ...SAFE_ENVIRONMENT},
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return text
      .split('\n')
      .filter(line => line !== '')
      .map(line => line.split(':'))
  } catch (error) {
    return isNoEntry(error) ? [] : null
  }
}
