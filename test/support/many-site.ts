/**
 * A site of many users for a test, on the real disk, with the simulated engine and real processes: root serves, and two
 * accounts that every Debian has submit. Only for who may become them.
 */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {uid} from '../../src/core/brand.js'
import {type Layout, layoutOf} from '../../src/store/layout.js'
import {type HostAccount, NOT_FOR_OTHERS, othersMayRun, servingAs} from './accounts.js'
import {BIN, god, type Ran, run} from './god.js'
import {temporaryFolder} from './site.js'
import {skip} from './skip.js'

/** `daemon` and `bin`: for us, two people. */
export const ANN = 1
export const BOB = 2

/** Where the coverage is gathered nobody but root may write. */
const MUTE = {env: {NODE_V8_COVERAGE: ''}}

const become = (user: number): string[] => [`--reuid=${user}`, `--regid=${user}`, '--clear-groups']

const filesIn = (folder: string) =>
  readdirSync(folder, {recursive: true, withFileTypes: true}).filter(entry => entry.isFile())

export class ManySite {
  readonly folder = temporaryFolder()
  readonly dir = join(this.folder, 'site')
  readonly layout: Layout = layoutOf(this.dir)

  /** `servant`: who serves it, if not root. */
  constructor(private readonly servant: HostAccount | null = null) {}

  async init(): Promise<this> {
    const served = this.servant === null ? [] : ['--service-account', this.servant.name]
    const made = await god(['init', this.dir, '--executor', 'fake', '--multi-user', ...served], MUTE)
    assert.equal(made.code, 0, made.stderr)
    return this
  }

  /** By who serves it, with his rights or those given. */
  serve(args: readonly string[], rights?: readonly string[]): Promise<Ran> {
    if (this.servant === null) return this.asRoot(...args)
    const [program = '', ...words] = [...servingAs(this.servant, rights), process.execPath, BIN, ...args]
    const env = {HOME: '/nonexistent', NODE_V8_COVERAGE: '', GOD_SHARED_DIR: this.dir}
    return run(program, words, {cwd: this.folder, env}).done
  }

  as(user: number, ...args: readonly string[]): Promise<Ran> {
    return run('setpriv', [...become(user), process.execPath, BIN, ...args], {
      cwd: this.folder,
      // He may not write where the coverage is gathered.
      env: {HOME: '/nonexistent', NODE_V8_COVERAGE: '', GOD_SHARED_DIR: this.dir},
    }).done
  }

  /** Any program, as him; its exit code. */
  tries(user: number, ...words: readonly string[]): number | null {
    return spawnSync('setpriv', [...become(user), ...words]).status
  }

  asRoot(...args: readonly string[]): Promise<Ran> {
    return god(args, {env: {GOD_SHARED_DIR: this.dir}})
  }

  /** Both passes; what they said on stderr. */
  async pass(): Promise<string> {
    let said = ''
    for (const args of [['schedule'], ['watch', '--once']]) {
      const {stdout, stderr, code} = await this.serve(args)
      assert.deepEqual([stdout, code], ['', 0], stderr)
      said += stderr
    }
    return said
  }

  async states(user: number): Promise<readonly (readonly [id: number, user: string, state: string])[]> {
    const {stdout} = await this.as(user, 'stat', '-a', '-t', 'all', '--json')
    const {jobs} = JSON.parse(stdout) as {jobs: {id: number; user: string; state: string}[]}
    return jobs.map(({id, user: name, state}) => [id, name, state])
  }

  /** His drop folder, there and his. */
  drop(user: number): string {
    const folder = this.layout.dropFolder(uid(user))
    if (!existsSync(folder)) {
      mkdirSync(folder)
      chownSync(folder, user, user)
      chmodSync(folder, 0o2770)
    }
    return folder
  }

  /** Puts a file where he could have put it. */
  plant(user: number, name: string, bytes: string | Uint8Array): string {
    const path = join(this.drop(user), name)
    writeFileSync(path, bytes, {mode: 0o640})
    chownSync(path, user, user)
    return path
  }

  /** Everything that god wrote; what users put into the inbox is not of it. */
  written(): string {
    const parts: string[] = []
    for (const {parentPath, name} of filesIn(this.dir)) {
      const isTheirs = parentPath.startsWith(this.layout.inbox) && !name.startsWith('.why.')
      if (!isTheirs) parts.push(name, readFileSync(join(parentPath, name), 'latin1'))
    }
    return parts.join('\n')
  }

  close(): void {
    rmSync(this.folder, {recursive: true, force: true})
  }
}

/** For `describe`: a new one for each test; skipped, with the reason, where nobody else can be become. */
export const manySiteForEach = (): {readonly site: ManySite} => {
  let site: ManySite | null = null
  before(function () {
    if (!othersMayRun()) skip(this, NOT_FOR_OTHERS)
  })
  beforeEach(async () => {
    site = await new ManySite().init()
  })
  afterEach(() => site?.close())
  return {
    get site() {
      return site ?? assert.fail('outside of a test')
    },
  }
}
