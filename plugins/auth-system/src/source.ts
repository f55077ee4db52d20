/**
 * Where accounts come from: the host's programs, or its files where there are none.
 *
 * A program runs without a shell, with a fixed PATH and locale, for five seconds at most. Exit code 2 of getent is
 * its "no such entry"; every other failure is thrown with what the program said.
 */
import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {groupsOfMember, type PasswdEntry, parseIds, parsePasswd} from './accounts.js'

export interface AccountSource {
  /** The line of a name or number, or null if there is none. Null also stands for a line that is not valid. */
  passwd(key: string): string | null
  /** All group numbers of an account that exists. */
  groups(account: PasswdEntry): readonly number[]
}

export interface RunOptions {
  readonly encoding: 'utf8'
  readonly timeout: number
  readonly maxBuffer: number
  readonly env: Readonly<Record<string, string>>
  readonly stdio: ['ignore', 'pipe', 'pipe']
}

/** Standard output of a program; throws as `execFileSync` does. */
export type Run = (program: string, args: readonly string[], options: RunOptions) => string

export type ReadFile = (path: string) => string

const OPTIONS: RunOptions = {
  encoding: 'utf8',
  timeout: 5000,
  maxBuffer: 1 << 20,
  env: {LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin'},
  stdio: ['ignore', 'pipe', 'pipe'],
}

const NO_ENTRY = 2

const field = (error: unknown, name: 'code' | 'status'): unknown =>
  error instanceof Error && name in error
    ? Object.entries(error).find(([key]) => key === name)?.[1]
    : undefined

export const isMissing = (error: unknown): boolean => field(error, 'code') === 'ENOENT'

const fileSource = (read: ReadFile): AccountSource => ({
  passwd: key =>
    read('/etc/passwd')
      .split('\n')
      .find(line => {
        const entry = parsePasswd(line)
        return entry !== null && (entry.name === key || String(entry.uid) === key)
      }) ?? null,
  groups: account => [account.gid, ...groupsOfMember(read('/etc/group'), account.name)],
})

const programSource = (run: Run): AccountSource => ({
  passwd: key => {
    try {
      return run('getent', ['passwd', key], OPTIONS)
    } catch (error) {
      if (field(error, 'status') === NO_ENTRY) return null
      throw error
    }
  },
  groups: account => {
    const answer = run('id', ['-G', account.name], OPTIONS)
    const ids = parseIds(answer)
    if (ids === null) throw new Error(`id -G ${account.name} said ${JSON.stringify(answer.slice(0, 200))}`)
    return ids
  },
})

/** A copy, as node adds variables of its own to the environment that it is given. */
const runProgram: Run = (program, args, options) =>
  execFileSync(program, args, {...options, env: {...options.env}})

/** Whether getent is there is found out by the first question. */
export const createSource = (
  run: Run = runProgram,
  read: ReadFile = path => readFileSync(path, 'utf8'),
): AccountSource => {
  const files = fileSource(read)
  let chosen = programSource(run)
  return {
    passwd: key => {
      try {
        return chosen.passwd(key)
      } catch (error) {
        if (!isMissing(error) || chosen === files) throw error
        chosen = files
        return chosen.passwd(key)
      }
    },
    groups: account => chosen.groups(account),
  }
}
