/** A job directory in a temporary folder, and the wrapper really run in it: by dash, and by a static busybox. */
import assert from 'node:assert/strict'
import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {open} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {WRAPPER} from '../../src/core/wrapper.js'

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

  constructor(shell: Shell) {
    this.#shell = shell
  }

  open(): void {
    this.root = mkdtempSync(join(tmpdir(), 'god-wrapper-'))
    this.out = join(this.root, 'work')
    mkdirSync(this.out)
  }

  close(): void {
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

  /** Exit code of the wrapper. */
  run(argv: readonly string[], over: Variables = {}, cwd = '/'): number | null {
    const env = this.#environment(over)
    return spawnSync(this.#shell.argv[0], this.#command(argv), {env, cwd, timeout: 10_000}).status
  }

  /** In a process group of its own, as in a container. */
  begin(argv: readonly string[]): ChildProcess {
    const env = this.#environment({})
    return spawn(this.#shell.argv[0], this.#command(argv), {env, cwd: '/', detached: true, stdio: 'ignore'})
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
    assert.equal(spawnSync('mkfifo', [join(this.out, name)]).status, 0)
    return join(this.out, name)
  }
}

export const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise(resolve => {
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
        if (!existsSync(shell.argv[0])) this.skip()
      })
      beforeEach(() => job.open())
      afterEach(() => job.close())
      cases(job)
    })
  }
}
