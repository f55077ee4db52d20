/**
 * Real processes killed by the kernel before their n-th system call of a kind (strace). A first run tells which calls
 * change the shared directory; they are counted for each thread, so the pool of threads has one.
 */
import {execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync, rmSync} from 'node:fs'
import {BIN, cleanEnv} from './god.js'

const CALLS = [
  'openat',
  'write',
  'fsync',
  'link',
  'linkat',
  'rename',
  'renameat2',
  'unlink',
  'unlinkat',
  'mkdir',
  'rmdir',
]

/** The n-th call of that name in one of the threads. */
export interface CallPoint {
  readonly call: string
  readonly n: number
  /** As strace shows it: for people. */
  readonly text: string
}

export interface Traced {
  readonly stdout: string
  readonly stderr: string
  /** Null: SIGKILL ended it. */
  readonly code: number | null
}

export const hasStrace = (): boolean => {
  try {
    execFileSync('strace', ['-qq', '-o', '/dev/null', 'true'], {stdio: 'ignore'})
    return true
  } catch {
    return false
  }
}

const strace = async (options: readonly string[], args: readonly string[], dir: string): Promise<Traced> => {
  // Without --seccomp-bpf: strace 6.1 injects nothing with it, and says nothing.
  const words = ['-f', '-qq', ...options, process.execPath, BIN, ...args]
  const env = {...cleanEnv({dir, env: {NODE_V8_COVERAGE: undefined}}), UV_THREADPOOL_SIZE: '1'}
  const child = spawn('strace', words, {env, stdio: ['ignore', 'pipe', 'pipe']})
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  return {stdout, stderr, code: typeof code === 'number' ? code : null}
}

const LINE = /^(\d+) +([a-z0-9]+)\((.*)$/

const changes = (call: string, rest: string): boolean => call !== 'openat' || rest.includes('O_CREAT')

/** All calls of a run that change something below one of the folders but not in `others`, in their order. */
const pointsIn = (log: string, dir: string, others: RegExp): readonly CallPoint[] => {
  const counts = new Map<string, number>()
  return log.split('\n').flatMap(line => {
    const [, thread = '', call = '', rest = ''] = LINE.exec(line) ?? []
    if (call === '') return []
    const key = `${thread} ${call}`
    const n = (counts.get(key) ?? 0) + 1
    counts.set(key, n)
    const here = rest.includes(`${dir}/`) && !others.test(rest) && changes(call, rest)
    return here ? [{call, n, text: `${call}(${rest.slice(0, 160)}`}] : []
  })
}

/** Runs it undisturbed, in `dir`. */
export const pointsOf = async (
  args: readonly string[],
  dir: string,
  others: RegExp,
): Promise<{readonly ran: Traced; readonly points: readonly CallPoint[]}> => {
  const log = `${dir}.trace`
  const ran = await strace(['-y', '-o', log, '-e', `trace=${CALLS.join()}`], args, dir)
  const points = pointsIn(readFileSync(log, 'utf8'), dir, others)
  rmSync(log)
  return {ran, points}
}

/** The call that was under way: what strace saw no answer to, with its words where it was told in two parts. */
const struckIn = (log: string): string => {
  const lines = log.split('\n')
  const last = lines.findLastIndex(line => / = \?$|<unfinished \.\.\.>$/.test(line))
  const [thread = '', resumed] = (lines[last] ?? '').split(/ +/)
  if (resumed !== '<...') return lines[last] ?? ''
  return lines.slice(0, last).findLast(line => line.startsWith(`${thread} `)) ?? ''
}

/** `struck`: which call it was in the end, for the n-th of one run is not always that of the next. */
export interface Killed extends Traced {
  readonly struck: string
}

/** Killed before that call happened. */
export const killedAt = async (
  {call, n}: CallPoint,
  args: readonly string[],
  dir: string,
): Promise<Killed> => {
  const log = `${dir}.shot`
  const words = ['-y', '-o', log, '-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${n}`]
  const ran = await strace(words, args, dir)
  const struck = struckIn(readFileSync(log, 'utf8'))
  rmSync(log)
  return {...ran, struck}
}

/** Each open of that file fails, as on a bad sector. */
export const withoutFile = (path: string, args: readonly string[], dir: string): Promise<Traced> =>
  strace(['-o', '/dev/null', '-P', path, '-e', 'trace=openat', '-e', 'inject=openat:error=EIO'], args, dir)
