/**
 * A Docker engine of the test's own, to be stopped, killed and started again.
 *
 * Its files lie in one new folder; it has its own network namespace (two engines in one would share and spoil their
 * bridges) and gives its containers no network. Its containerd is its own child, which the kernel kills with it, or, as
 * where a service manager runs the two, a process beside it that outlives it. Ended by the ids of processes that were
 * started here or that name the folder; shims, mounts and containers too, whatever state a failed test leaves.
 */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import Docker from 'dockerode'
import {lives, processesNaming} from './processes.js'
import {until} from './until.js'

export interface OwnEngine {
  readonly url: string
  readonly docker: Docker
  /** Where it keeps images and containers. */
  readonly data: string
  /** Resolves when it answers. */
  start(...more: readonly string[]): Promise<void>
  /** As a crash of the engine: it has no time for anything. */
  crash(): Promise<void>
  /** In order; it ends its containers unless told to let them live. */
  stop(): Promise<void>
  /** Neither answers nor dies: all its threads stand still until `thaw`. */
  freeze(): void
  thaw(): void
  /** Stops it and deletes its files. */
  close(): Promise<void>
}

export interface OwnEngineOptions {
  /** MiB of a disk of its own; left out: this machine's. */
  readonly disk?: number
  /** `child`: started by the engine, dies with it. `beside`: a process of its own. */
  readonly containerd?: 'child' | 'beside'
}

const ENGINE_SCRIPT = resolve(fileURLToPath(new URL('../../scripts/engine.sh', import.meta.url)))
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin'

const find = (program: string): string | null =>
  ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/bin']
    .map(folder => join(folder, program))
    .find(path => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    }) ?? null

/** What this machine lacks to start an engine; null: nothing. */
export const missingForEngine = (): string | null => {
  if (process.getuid?.() !== 0) return 'root'
  return ['dockerd', 'containerd', 'unshare'].find(program => find(program) === null) ?? null
}

const pidIn = (path: string): number | null => {
  try {
    return Number(readFileSync(path, 'utf8')) || null
  } catch {
    return null
  }
}

const spawnLogged = (root: string, program: string, words: readonly string[]): ChildProcess => {
  const log = openSync(join(root, 'log'), 'a')
  try {
    return spawn(program, words, {stdio: ['ignore', log, log], env: {PATH}})
  } finally {
    closeSync(log)
  }
}

const socketOfContainerd = (root: string): string => join(root, 'containerd.sock')

const launch = (root: string, more: readonly string[]): ChildProcess => {
  const own = ['--host', `unix://${root}/sock`, '--pidfile', `${root}/pid`]
  const places = ['--data-root', `${root}/data`, '--exec-root', `${root}/exec`]
  const network = ['--bridge=none', '--iptables=false', '--ip6tables=false']
  return spawnLogged(root, 'unshare', [
    '--net',
    find('dockerd') ?? 'dockerd',
    ...own,
    ...places,
    ...network,
    ...more,
  ])
}

const launchContainerd = (root: string): ChildProcess =>
  spawnLogged(root, find('containerd') ?? 'containerd', [
    ...['--root', `${root}/containerd/root`, '--state', `${root}/containerd/state`],
    ...['--address', socketOfContainerd(root), '--log-level', 'warn'],
  ])

/** Mounts that a killed engine leaves below its folder, the innermost first. */
const unmount = (root: string): void => {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map(line => line.split(' ')[4] ?? '')
    .filter(point => point.startsWith(`${root}/`))
  for (const point of points.reverse()) execFileSync('umount', ['-l', point])
}

/** What a folder's engine left running: shims, which name the folder, and all below them. */
const killLeft = async (root: string): Promise<void> => {
  for (const pid of processesNaming(root)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }
  await until('nothing of the engine runs', () => (processesNaming(root).length === 0 ? true : null))
}

const isGone = (child: ChildProcess | null): boolean =>
  child === null || child.exitCode !== null || child.signalCode !== null

const end = async (child: ChildProcess | null, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
  if (child === null || isGone(child)) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}

export const openOwnEngine = async (options: OwnEngineOptions = {}): Promise<OwnEngine> => {
  const {disk, containerd = 'child'} = options
  const root = mkdtempSync(join(tmpdir(), 'god-e-'))
  const data = join(root, 'data')
  mkdirSync(data)
  if (disk !== undefined) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${disk}m`, 'tmpfs', data])
  const always = [
    ...(disk === undefined ? [] : ['--storage-driver=vfs']),
    ...(containerd === 'beside' ? ['--containerd', socketOfContainerd(root)] : []),
  ]
  const docker = new Docker({socketPath: join(root, 'sock')})
  let child: ChildProcess | null = null
  const beside = containerd === 'beside' ? launchContainerd(root) : null

  const answers = (): Promise<true | null> =>
    docker.ping().then(
      () => true,
      () => null,
    )
  const start = async (...more: readonly string[]): Promise<void> => {
    // The containerd of a killed engine dies with it, but not at once.
    await until('no containerd of its own is left', () =>
      lives(pidIn(join(root, 'exec/containerd/containerd.pid'))) ? null : true,
    )
    for (const left of ['sock', 'pid']) rmSync(join(root, left), {force: true})
    const launched = launch(root, [...always, ...more])
    child = launched
    await until(`the engine answers (${root}/log)`, () => {
      if (isGone(launched)) throw new Error(`the engine ended: ${readFileSync(join(root, 'log'), 'utf8')}`)
      return answers()
    })
  }
  /** So that the engine itself tidies up: control groups, mounts, networks. */
  const leave = async (): Promise<void> => {
    if (isGone(child)) await start('--live-restore')
    child?.kill('SIGCONT')
    for (const {Id} of await docker.listContainers({all: true}))
      await docker.getContainer(Id).remove({force: true})
    await end(child, 'SIGTERM')
  }
  const close = async (): Promise<void> => {
    await leave().catch(error => console.log(`      own engine: ${String(error)}`))
    await end(child, 'SIGKILL')
    await end(beside, 'SIGKILL')
    await killLeft(root)
    unmount(root)
    rmSync(root, {recursive: true, force: true, maxRetries: 5, retryDelay: 100})
  }
  try {
    await start('--live-restore')
    const env = {PATH, DOCKER_HOST: `unix://${root}/sock`}
    execFileSync('bash', [ENGINE_SCRIPT, 'up'], {
      env: {...process.env, ...env},
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: `unix://${root}/sock`,
    docker,
    data,
    start,
    crash: () => end(child, 'SIGKILL'),
    stop: () => end(child, 'SIGTERM'),
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    close,
  }
}
