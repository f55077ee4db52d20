/**
 * A shared directory of its own for a test, on the real disk, with the simulated engine; its passes are run in this
 * process. It is gone after the test.
 */
import {chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type Initialised, initSite} from '../../src/cli/init.js'
import {passHost} from '../../src/cli/pass-host.js'
import {openSite, type Site} from '../../src/cli/site.js'
import {runScheduleOnce, runWatchOnce} from '../../src/service/run-passes.js'
import {type Layout, layoutOf} from '../../src/store/layout.js'
import {type GodOptions, god, type Ran} from './god.js'
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

  constructor({config = [], executor = 'fake'}: SiteOptions = {}) {
    mkdirSync(this.work)
    this.made = initSite({dir: undefined, named: this.dir, executor, images: ['busybox:local']})
    this.configure([`executor = ${executor}`, 'default_images = busybox:local', 'node_name = n1', ...config])
  }

  configure(lines: readonly string[]): void {
    writeFileSync(this.layout.config, `${lines.join('\n')}\n`)
  }

  #options(options: GodOptions): GodOptions {
    return {dir: this.dir, cwd: this.work, ...options, env: {HOME: this.folder, ...options.env}}
  }

  /** In a process of its own. */
  god(args: readonly string[], options: GodOptions = {}): Promise<Ran> {
    return god(args, this.#options(options))
  }

  options(options: GodOptions = {}): GodOptions {
    return this.#options(options)
  }

  /** In this process. */
  here(args: readonly string[], options: GodOptions = {}): Promise<Ran> {
    return godHere(args, this.#options(options))
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

  /** One scheduling and one watching pass, as cron runs them. */
  async pass(): Promise<void> {
    await runScheduleOnce(passHost({dir: this.dir, json: false}, 'scheduler', false))
    await runWatchOnce(passHost({dir: this.dir, json: false}, 'watcher', false))
  }

  /** What a command opens. */
  open(): Site {
    return openSite({dir: this.dir})
  }

  remove(): void {
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

/** For `describe`: a fresh one for each test. */
export const siteForEach = (options: SiteOptions = {}): {readonly site: TestSite} => {
  const holder: {site?: TestSite} = {}
  beforeEach(() => {
    holder.site = new TestSite(options)
  })
  afterEach(() => holder.site?.remove())
  return {
    get site() {
      if (holder.site === undefined) throw new Error('outside of a test')
      return holder.site
    },
  }
}
