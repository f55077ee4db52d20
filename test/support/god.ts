/**
 * `god` as its users meet it. `god(...)` runs the built program in a process of its own, with nothing of the caller's
 * environment; `godHere(...)` runs the same program in this process, for tables of many cases. Both take the same words.
 */
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const BIN = `${ROOT}bin/god.cjs`

export interface GodOptions {
  /** The shared directory, as GOD_SHARED_DIR. */
  readonly dir?: string
  /** Variables besides; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** What stands on standard input; nothing by default. Null: it stays open for more. */
  readonly stdin?: string | null
}

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  /** 128+n where signal n ended it. */
  readonly code: number
}

/** No GOD_*, no certificates, a home of no consequence; coverage is gathered from children too. */
export const cleanEnv = ({dir, env = {}}: GodOptions): Record<string, string> => {
  const wanted: Record<string, string | undefined> = {
    PATH: process.env.PATH,
    HOME: tmpdir(),
    TMPDIR: tmpdir(),
    NODE_V8_COVERAGE: process.env.NODE_V8_COVERAGE,
    GOD_SHARED_DIR: dir,
    ...env,
  }
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** A program that runs, and what it has said so far. */
export interface Running {
  readonly pid: number
  readonly child: ChildProcess
  readonly done: Promise<Ran>
  /** Once its output, of both kinds, has that. */
  seen(pattern: RegExp): Promise<void>
}

const SIGNALS: Readonly<Record<string, number>> = {SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15}

/** By looking: what is waited for is told by no event. */
export const until = async (holds: () => boolean, what: string): Promise<void> => {
  for (let looks = 0; !holds(); looks++) {
    if (looks > 3000) throw new Error(`waited in vain: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

/** A test that fails may leave its program waiting for ever, and the whole run with it. */
const alive = new Set<ChildProcess>()
after(() => {
  for (const child of alive) child.kill('SIGKILL')
})

export const run = (program: string, args: readonly string[], options: GodOptions = {}): Running => {
  const child = spawn(program, args, {cwd: options.cwd ?? tmpdir(), env: cleanEnv(options), stdio: 'pipe'})
  const {pid} = child
  if (pid === undefined) throw new Error(`${program} does not start`)
  alive.add(child)
  child.once('close', () => alive.delete(child))
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  // It may end without reading.
  child.stdin.on('error', () => undefined)
  if (options.stdin !== null) child.stdin.end(options.stdin ?? '')
  const done = once(child, 'close').then(([code, signal]) => ({
    stdout,
    stderr,
    code: typeof code === 'number' ? code : 128 + (SIGNALS[String(signal)] ?? 0),
  }))
  return {
    pid,
    child,
    done,
    seen: pattern => until(() => pattern.test(stdout + stderr), `${pattern} in: ${stdout}${stderr}`),
  }
}

export interface Interruptible extends Running {
  /** Once it catches Ctrl-C itself. */
  listening(): Promise<void>
}

export const start = (args: readonly string[], options: GodOptions = {}): Interruptible => {
  const mark = join(mkdtempSync(join(tmpdir(), 'god-listening-')), 'mark')
  const running = run(
    process.execPath,
    ['--require', `${ROOT}test/support/tell-listening.cjs`, BIN, ...args],
    {
      ...options,
      env: {...options.env, TELL_LISTENING: mark},
    },
  )
  const done = running.done.finally(() => rmSync(dirname(mark), {recursive: true}))
  const listening = () => until(() => existsSync(mark), `${args.join(' ')} catches no signal`)
  return {...running, done, listening}
}

export const god = (args: readonly string[], options: GodOptions = {}): Promise<Ran> =>
  run(process.execPath, [BIN, ...args], options).done

/** Through a shell: for pipes, redirections and closed streams. `$GOD` is the program. */
export const shell = (script: string, options: GodOptions = {}): Promise<Ran> =>
  run('/bin/bash', ['-c', script], {
    ...options,
    env: {GOD: `${process.execPath} ${BIN}`, ...options.env},
  }).done
