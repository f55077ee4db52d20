/**
 * A shared directory on the real disk, used through the built command line, with real processes that can be killed.
 * `close` ends every process it started, removes the containers of its cluster and the directory.
 */
import assert from 'node:assert/strict'
import {type ChildProcess, execFile, execFileSync, spawn} from 'node:child_process'
import {chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join, resolve} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {NO_ENGINE, skip} from './skip.js'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const GOD = join(ROOT, 'bin/god.cjs')

export const ENGINE = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'
export const IMAGE = 'busybox:local'
/** Jobs of root are given to another uid: that needs root; and containers need an engine. */
export const hasEngine =
  ENGINE.startsWith('unix://') && existsSync(ENGINE.slice(7)) && process.getuid?.() === 0

export interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** As `god stat --json` tells it; only what the tests look at. */
export interface SeenJob {
  readonly id: number
  readonly state: string
  readonly attempt: number
  readonly exit: {readonly code: number | null; readonly signal: number | null; readonly oom: boolean} | null
  readonly usage: {readonly cpuSeconds: number; readonly maxMemory: number} | null
  readonly reason: {readonly code: string; readonly text: string} | null
  readonly container: {readonly name: string} | null
}

export interface RealSite {
  readonly dir: string
  readonly cluster: string
  god(...args: string[]): Promise<Result>
  /** Succeeds, or the test fails with what it said. */
  ok(...args: string[]): Promise<string>
  submit(...args: string[]): Promise<number>
  /** A long-lived command. */
  start(...args: string[]): ChildProcess
  /** The same, started by those words: as somebody else. */
  startBy(words: readonly string[], ...args: string[]): ChildProcess
  /** What the long-lived commands have said. */
  log(): string
  job(id: number): Promise<SeenJob>
  jobs(): Promise<readonly SeenJob[]>
  /** Asks again until the answer is not null. */
  until<T>(what: string, ask: () => Promise<T | null> | T | null, seconds?: number): Promise<T>
  reaches(id: number, state: string): Promise<SeenJob>
  close(): Promise<void>
}

export const engineGet = (path: string, engine = ENGINE): unknown =>
  JSON.parse(
    execFileSync(process.execPath, [join(ROOT, 'scripts/engine-api.mjs'), engine, 'GET', path], {
      encoding: 'utf8',
    }),
  )

export interface EngineContainer {
  readonly Labels: Readonly<Record<string, string>>
  readonly Id: string
  readonly State: string
  readonly Names: readonly string[]
}

const clusterFilter = (cluster: string): string =>
  encodeURIComponent(JSON.stringify({label: [`god.cluster=${cluster}`]}))

export const containersOf = (cluster: string, engine = ENGINE): readonly EngineContainer[] =>
  engineGet(`/containers/json?all=1&filters=${clusterFilter(cluster)}`, engine) as readonly EngineContainer[]

export interface Heard {
  /** Names of the containers that the engine made, and that it started: one entry each time. */
  made(): readonly string[]
  started(): readonly string[]
  stop(): void
}

interface EngineEvent {
  readonly Action: string
  readonly Actor: {readonly Attributes: {readonly name: string}}
}

/** Listens to the engine from now on: its own memory holds the last 256 events of everybody. */
export const listenToEngine = (cluster: string): Heard => {
  const filters = encodeURIComponent(
    JSON.stringify({label: [`god.cluster=${cluster}`], event: ['create', 'start']}),
  )
  const program = join(ROOT, 'scripts/engine-api.mjs')
  const child = spawn(process.execPath, [program, ENGINE, 'GET', `/events?filters=${filters}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (chunk: string) => {
    text += chunk
  })
  const names = (action: string): readonly string[] =>
    text
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as EngineEvent)
      .filter(({Action}) => Action === action)
      .map(({Actor}) => Actor.Attributes.name)
  return {
    made: () => names('create'),
    started: () => names('start'),
    stop: () => child.kill('SIGKILL'),
  }
}

const ENVIRONMENT = {PATH: process.env.PATH ?? '', HOME: '/nonexistent', DOCKER_HOST: ENGINE, TERM: 'dumb'}

const run = (args: readonly string[], env: Record<string, string>): Promise<Result> =>
  new Promise(done => {
    execFile(process.execPath, [GOD, ...args], {env, maxBuffer: 1 << 26}, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 255
      done({code, stdout, stderr})
    })
  })

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise(resolve => child.once('exit', () => resolve()))

/** Kills at once, and waits until it is gone. */
export const killNine = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGKILL')
  await ended(child)
}

/** `engine`: another one than this machine's. `flags`: of init. */
export const openRealSite = async (
  executor: string,
  settings: Record<string, string> = {},
  engine = ENGINE,
  flags: readonly string[] = [],
): Promise<RealSite> => {
  const dir = join(mkdtempSync(join(tmpdir(), 'god-real-')), 'site')
  chmodSync(dirname(dir), 0o755)
  const env: Record<string, string> = {
    ...ENVIRONMENT,
    DOCKER_HOST: engine,
    GOD_SHARED_DIR: dir,
    GOD_POLL_INTERVAL: '1s',
    ...settings,
  }
  const logPath = join(dirname(dir), 'log')
  const children: ChildProcess[] = []
  const god = (...args: string[]): Promise<Result> => run(args, env)
  const ok = async (...args: string[]): Promise<string> => {
    const {code, stdout, stderr} = await god(...args)
    assert.equal(code, 0, `god ${args.join(' ')}: ${stderr}`)
    return stdout
  }
  const until: RealSite['until'] = async (what, ask, seconds = 30) => {
    const end = Date.now() + seconds * 1000
    for (;;) {
      const answer = await ask()
      if (answer !== null) return answer
      assert.ok(Date.now() < end, `waited ${seconds} s in vain until ${what}`)
      await pause(50)
    }
  }
  const jobs = async (...args: string[]): Promise<readonly SeenJob[]> =>
    (JSON.parse(await ok('stat', '--json', '-t', 'all', ...args)) as {jobs: SeenJob[]}).jobs
  const job = async (id: number): Promise<SeenJob> => {
    const [found] = await jobs(String(id))
    assert.ok(found !== undefined)
    return found
  }
  const startBy: RealSite['startBy'] = (words, ...args) => {
    const [program = '', ...rest] = [...words, process.execPath, GOD, ...args]
    const log = openSync(logPath, 'a')
    const child = spawn(program, rest, {env, stdio: ['ignore', 'ignore', log]})
    closeSync(log)
    children.push(child)
    return child
  }
  await ok('init', dir, '--executor', executor, '--image', IMAGE, ...flags)
  const {cluster} = JSON.parse(readFileSync(join(dir, 'FORMAT'), 'utf8')) as {cluster: string}
  return {
    dir,
    cluster,
    god,
    ok,
    until,
    job,
    jobs: () => jobs(),
    submit: async (...args) => Number((await ok('submit', '--parsable', ...args)).trim()),
    start: (...args) => startBy([], ...args),
    startBy,
    log: () => (existsSync(logPath) ? readFileSync(logPath, 'utf8') : ''),
    reaches: (id, state) =>
      until(`job ${id} is ${state}`, async () => {
        const seen = await job(id)
        return seen.state === state ? seen : null
      }),
    close: async () => {
      for (const child of children) {
        child.kill('SIGCONT')
        await killNine(child)
      }
      if (executor === 'docker') {
        for (const {Id} of containersOf(cluster, engine))
          execFileSync('docker', ['-H', engine, 'rm', '-f', Id])
      }
      rmSync(dirname(dir), {recursive: true, force: true})
    },
  }
}

/**
 * For `describe`: one site on the machine's engine for all of its tests, open before the hooks that come after this.
 * Where there is no engine the tests are skipped, and it says why.
 */
export const realSiteForAll = (settings: Record<string, string> = {}): {readonly site: RealSite} => {
  let site: RealSite | null = null
  before(async function () {
    if (!hasEngine) skip(this, NO_ENGINE)
    site = await openRealSite('docker', settings)
  })
  after(() => site?.close())
  return {
    get site() {
      return site ?? assert.fail('outside of a test')
    },
  }
}
