/** A job directory in a temporary folder, and the wrapper really run in it: by dash, and by a static busybox. */
import assert from 'node:assert/strict'
import {type ChildProcess, type SpawnOptions, spawn, spawnSync} from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {open} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {WRAPPER} from '../../src/core/wrapper.js'
import {skip} from '../support/skip.js'

interface Shell {
  readonly name: string
  readonly argv: readonly [string, ...string[]]
  readonly tools: string
}

const BUSYBOX = '/usr/bin/busybox'

const SHELLS: readonly Shell[] = [
  {name: 'dash', argv: ['/bin/dash'], tools: ''},
  {name: 'busybox sh', argv: [BUSYBOX, 'sh'], tools: BUSYBOX},
]

type Variables = Readonly<Record<string, string>>

export const sh = (text: string): string[] => ['sh', '-c', text]

export class Workshop {
  root = ''
  out = ''
  readonly #shell: Shell
  readonly #children = new Set<ChildProcess>()
  readonly #pipes = new Set<string>()

  constructor(shell: Shell) {
    this.#shell = shell
  }

  open(): void {
    this.root = mkdtempSync(join(tmpdir(), 'god-wrapper-'))
    this.out = join(this.root, 'work')
    mkdirSync(this.out)
  }

  /** Also after a test that failed in the middle: no command runs on, nobody waits at a pipe. */
  close(): void {
    for (const {pid, exitCode, signalCode} of this.#children) {
      if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL')
    }
    for (const path of this.#pipes) closeSync(openSync(path, 'r+'))
    this.#children.clear()
    this.#pipes.clear()
    rmSync(this.root, {recursive: true, force: true})
  }

  #environment(over: Variables): Record<string, string> {
    return {
      PATH: '/usr/bin:/bin',
      GOD_TOOLS: this.#shell.tools,
      GOD_OUT: this.out,
      GOD_ATTEMPT: '1',
      GOD_CWD: this.out,
      GOD_STDOUT: 'god.log',
      GOD_STDERR: 'god.err',
      ...over,
    }
  }

  #command(argv: readonly string[]): readonly string[] {
    return [...this.#shell.argv.slice(1), '-c', WRAPPER, 'god', ...argv]
  }

  /** Exit code of the wrapper. Something is there to be read, so that a command shows that it does not. */
  run(argv: readonly string[], over: Variables = {}, cwd = '/'): number | null {
    const env = this.#environment(over)
    // By a program that kills the whole group: the wrapper survives the signal that Node would send.
    const limited = ['-s', 'KILL', '15', this.#shell.argv[0], ...this.#command(argv)]
    return spawnSync('timeout', limited, {env, cwd, input: 'typed\n'}).status
  }

  /** In a process group of its own, as in a container. */
  begin(argv: readonly string[]): ChildProcess {
    const env = this.#environment({})
    const options: SpawnOptions = {env, cwd: '/', detached: true, stdio: 'ignore'}
    const child = spawn(this.#shell.argv[0], this.#command(argv), options)
    this.#children.add(child)
    return child
  }

  read(name: string): string {
    return readFileSync(join(this.out, name), 'utf8')
  }

  has(name: string): boolean {
    return existsSync(join(this.out, name))
  }

  program(path: string, text: string, mode = 0o755): string {
    writeFileSync(path, text)
    chmodSync(path, mode)
    return path
  }

  /** A named pipe: opening one end waits for the other, so no test has to sleep. */
  pipe(name: string): string {
    const path = join(this.out, name)
    assert.equal(spawnSync('mkfifo', [path]).status, 0)
    this.#pipes.add(path)
    return path
  }
}

/** Also of one that has ended before anybody asks. */
export const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise(resolve => {
        child.once('exit', code => resolve(code))
      })

export const pidOf = ({pid}: ChildProcess): number => {
  assert.ok(pid !== undefined)
  return pid
}

/** Resolves when the command has opened the pipe for writing. */
export const opened = async (path: string): Promise<void> => {
  await (await open(path, 'r')).close()
}

/** The same cases under each shell that the machine has. */
export const underEachShell = (title: string, cases: (job: Workshop) => void): void => {
  for (const shell of SHELLS) {
    describe(`${title} under ${shell.name}`, () => {
      const job = new Workshop(shell)
      before(function () {
        if (!existsSync(shell.argv[0])) skip(this, `needs ${shell.name}`)
      })
      beforeEach(() => job.open())
      afterEach(() => job.close())
      cases(job)
    })
  }
}
