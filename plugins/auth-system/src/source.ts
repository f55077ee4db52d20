/**
 * Where accounts come from: the host's programs, or its files where there are none.
 *
 * A program runs without a shell, with a fixed PATH and locale, for five seconds at most. Exit code 2 of getent is
 * its "no such entry"; every other failure is thrown with what the program said.
 */
import {execFile} from 'node:child_process'
import {readFile} from 'node:fs/promises'
import {gidOfGroup, groupsOfMember, type PasswdEntry, parseIds, parsePasswd} from './accounts.js'

export interface AccountSource {
  /** The line of a name or number, or null if there is none. Null also stands for a line that is not valid. */
  passwd(key: string): Promise<string | null>
  /** All group numbers of an account that exists. */
  groups(account: PasswdEntry): Promise<readonly number[]>
  /** The group lines of a name, or null. */
  group(name: string): Promise<string | null>
}

export interface RunOptions {
  readonly encoding: 'utf8'
  readonly timeout: number
  readonly maxBuffer: number
  readonly env: Readonly<Record<string, string>>
}

/** Standard output of a program; fails as `execFile` does. */
export type Run = (program: string, args: readonly string[], options: RunOptions) => Promise<string>

export type ReadFile = (path: string) => Promise<string>

const OPTIONS: RunOptions = {
  encoding: 'utf8',
  timeout: 5000,
  maxBuffer: 1 << 20,
  env: {LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin'},
}

const NO_ENTRY = 2

/** `code`: the exit code, or the system's word for why it could not be started. */
const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT'

const fileSource = (read: ReadFile): AccountSource => ({
  passwd: async key =>
    (await read('/etc/passwd')).split('\n').find(line => {
      const entry = parsePasswd(line)
      return entry !== null && (entry.name === key || String(entry.uid) === key)
    }) ?? null,
  groups: async account => [account.gid, ...groupsOfMember(await read('/etc/group'), account.name)],
  group: async name =>
    (await read('/etc/group')).split('\n').find(line => gidOfGroup(line, name) !== null) ?? null,
})

/** Null: the program says that there is none. */
const entryOf = async (run: Run, database: 'passwd' | 'group', key: string): Promise<string | null> => {
  try {
    return await run('getent', [database, key], OPTIONS)
  } catch (error) {
    if (codeOf(error) === NO_ENTRY) return null
    throw error
  }
}

const programSource = (run: Run): AccountSource => ({
  passwd: key => entryOf(run, 'passwd', key),
  groups: async account => {
    const answer = await run('id', ['-G', account.name], OPTIONS)
    const ids = parseIds(answer)
    if (ids === null) throw new Error(`id -G ${account.name} said ${JSON.stringify(answer.slice(0, 200))}`)
    return ids
  },
  group: name => entryOf(run, 'group', name),
})

const runProgram: Run = (program, args, options) =>
  new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout) => (error === null ? resolve(stdout) : reject(error)))
  })

/** Whether getent is there is found out by the first question. */
export const createSource = (
  run: Run = runProgram,
  read: ReadFile = path => readFile(path, 'utf8'),
): AccountSource => {
  const files = fileSource(read)
  let chosen = programSource(run)
  const asked = async <T>(ask: (source: AccountSource) => Promise<T>): Promise<T> => {
    const source = chosen
    try {
      return await ask(source)
    } catch (error) {
      if (!isMissing(error) || source === files) throw error
      chosen = files
      return ask(files)
    }
  }
  return {
    passwd: key => asked(source => source.passwd(key)),
    groups: account => chosen.groups(account),
    group: name => asked(source => source.group(name)),
  }
}
