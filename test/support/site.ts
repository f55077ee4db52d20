/**
 * A shared directory of its own for a test, on the real disk, with the simulated engine; its passes are run in this
 * process. It is gone after the test.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type Initialised, initSite} from '../../src/cli/init/init.js'
import {passHost} from '../../src/cli/pass-host.js'
import {openSite, type Site} from '../../src/cli/site.js'
import {instant} from '../../src/core/brand.js'
import type {PackReport} from '../../src/service/pack.js'
import {runGc, runScheduleOnce, runWatchOnce} from '../../src/service/run-passes.js'
import {type Layout, layoutOf} from '../../src/store/layout.js'
import {createLeases, type Lease} from '../../src/store/lease.js'
import {type GodOptions, god, type Interruptible, type Ran, shell, start, until} from './god.js'
import {godHere} from './god-here.js'

/** An empty folder, open to other users as far as they must walk through it. */
export const temporaryFolder = (): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'god-test-')))
  chmodSync(folder, 0o755)
  return folder
}

export interface SiteOptions {
  /** Lines of go-d.ini besides. */
  readonly config?: readonly string[]
  readonly executor?: string
}

export class TestSite {
  readonly folder = temporaryFolder()
  /** The working directory of its commands. */
  readonly work = join(this.folder, 'work')
  readonly dir = join(this.folder, 'shared')
  readonly layout: Layout = layoutOf(this.dir)
  readonly made: Initialised
  /** Of its go-d.ini, at first. */
  readonly lines: readonly string[]

  readonly #started: Interruptible[] = []

  constructor({config = [], executor = 'fake'}: SiteOptions = {}) {
    mkdirSync(this.work)
    this.made = initSite({
      dir: undefined,
      named: this.dir,
      executor,
      images: ['busybox:local'],
      multiUser: false,
      serviceAccount: undefined,
    })
    this.lines = [`executor = ${executor}`, 'default_images = busybox:local', 'node_name = n1', ...config]
    this.configure(this.lines)
  }

  configure(lines: readonly string[]): void {
    writeFileSync(this.layout.config, `${lines.join('\n')}\n`)
  }

  /** What its commands are run with. */
  options(options: GodOptions = {}): GodOptions {
    return {
      dir: this.dir,
      cwd: this.work,
      ...options,
      env: {HOME: this.folder, GOD_SYSTEM_PLUGINS: join(this.folder, 'system'), ...options.env},
    }
  }

  /** In a process of its own. */
  god(args: readonly string[], options: GodOptions = {}): Promise<Ran> {
    return god(args, this.options(options))
  }

  /** In a process that goes on. */
  start(args: readonly string[], options: GodOptions = {}): Interruptible {
    const running = start(args, this.options(options))
    this.#started.push(running)
    return running
  }

  /** `$GOD` is the program. */
  shell(script: string, options: GodOptions = {}): Promise<Ran> {
    return shell(script, this.options(options))
  }

  /** In this process. */
  here(args: readonly string[], options: GodOptions = {}): Promise<Ran> {
    return godHere(args, this.options(options))
  }

  /** The document that the command prints with `--json`. */
  async json<T = Document>(args: readonly string[], options: GodOptions = {}): Promise<T> {
    const {stdout} = await this.here([...args, '--json'], options)
    return JSON.parse(stdout) as T
  }

  /** Ids of jobs that do as the variables say. */
  async submit(...vars: readonly string[]): Promise<number> {
    const env = vars.filter(word => word.includes('=')).flatMap(word => ['-E', word])
    const {stdout, stderr, code} = await this.here(['submit', '--parsable', ...env, '--', 'true'])
    if (code !== 0) throw new Error(stderr)
    return Number(stdout)
  }

  /** Once that id is promised. */
  untilPromised(id: number): Promise<void> {
    const pattern = new RegExp(`"id":${id},`)
    const promised = (): boolean => this.#requests().some(text => pattern.test(text))
    return until(promised, `job ${id} is not submitted`)
  }

  /** A file of the shared directory, once it is there. */
  async read(path: string): Promise<string> {
    await until(() => existsSync(join(this.dir, path)), `no ${path}`)
    return readFileSync(join(this.dir, path), 'utf8')
  }

  #requests(): readonly string[] {
    const folder = this.layout.dropFolder(this.open().uid)
    if (!existsSync(folder)) return []
    const names = readdirSync(folder).filter(name => name.endsWith('.req'))
    return names.map(name => readFileSync(join(folder, name), 'utf8'))
  }

  /** One scheduling and one watching pass, as cron runs them. */
  async pass(): Promise<void> {
    await runScheduleOnce(passHost({dir: this.dir, json: false}, 'scheduler', false))
    await runWatchOnce(passHost({dir: this.dir, json: false}, 'watcher', false))
  }

  /** As `god gc` some time later: what has just ended is old enough then. */
  pack(later = 3600_000, dryRun = false): Promise<PackReport | null> {
    const host = passHost({dir: this.dir, json: false}, 'packer', false)
    return runGc({...host, now: () => instant(host.now() + later)}, dryRun)
  }

  /** Held by this process. */
  async lease(name: string): Promise<Lease> {
    const {lease} = passHost({dir: this.dir, json: false}, 'test', false)
    const held = await createLeases({folder: this.layout.locks, staleAfter: 30, update: 60_000, ...lease})(
      name,
    )
    if (held === null) throw new Error(`${name} is taken`)
    return held
  }

  /** What a command opens. */
  open(): Site {
    return openSite({dir: this.dir})
  }

  /** Also what a failed test left running. */
  remove(): void {
    for (const {child} of this.#started) child.kill('SIGKILL')
    rmSync(this.folder, {recursive: true, force: true})
  }
}

/** What most documents have. */
export interface Document {
  readonly schema: number
  readonly jobs: readonly {readonly id: number; readonly state: string; readonly name: string}[]
  readonly error?: {readonly code: string; readonly message: string; readonly hint: string}
  readonly errors?: readonly {readonly code: string; readonly message: string}[]
}

interface Held {
  readonly site: TestSite
}

const holding = (options: SiteOptions) => {
  let site: TestSite | null = null
  return {
    make: () => {
      site = new TestSite(options)
    },
    remove: () => site?.remove(),
    held: {
      get site() {
        if (site === null) throw new Error('outside of a test')
        return site
      },
    },
  }
}

/** For `describe`: a fresh one for each test. */
export const siteForEach = (options: SiteOptions = {}): Held => {
  const {make, remove, held} = holding(options)
  beforeEach(make)
  afterEach(remove)
  return held
}

/** For tests that only look, or do not mind what the others did. */
export const siteForAll = (options: SiteOptions = {}): Held => {
  const {make, remove, held} = holding(options)
  before(make)
  after(remove)
  return held
}
