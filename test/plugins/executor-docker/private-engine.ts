/**
 * A Docker engine of the test's own, to be killed and started again: its files in one folder, its own network
 * namespace (two engines in one would share and spoil their bridges), no network for its containers.
 */
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import Docker from 'dockerode'
import {IMAGE, until} from './world.js'

export interface PrivateEngine {
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
  /** Stops it and deletes its files. */
  close(): Promise<void>
}

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
export const missingForEngine = (): string | null =>
  ['dockerd', 'unshare'].find(program => find(program) === null) ?? null

const lives = (pid: number | null): boolean => pid !== null && existsSync(`/proc/${pid}`)

const pidIn = (path: string): number | null => {
  try {
    return Number(readFileSync(path, 'utf8')) || null
  } catch {
    return null
  }
}

const launch = (root: string, more: readonly string[]): ChildProcess => {
  const log = openSync(join(root, 'log'), 'a')
  const own = ['--host', `unix://${root}/sock`, '--pidfile', `${root}/pid`]
  const places = ['--data-root', `${root}/data`, '--exec-root', `${root}/exec`]
  const network = ['--bridge=none', '--iptables=false', '--ip6tables=false']
  const words = ['--net', find('dockerd') ?? '', ...own, ...places, ...network, ...more]
  return spawn('unshare', words, {stdio: ['ignore', log, log], env: {PATH: '/usr/sbin:/usr/bin:/sbin:/bin'}})
}

/** Mounts that a killed engine leaves below its folder, the innermost first. */
const unmount = async (root: string): Promise<void> => {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map(line => line.split(' ')[4] ?? '')
    .filter(point => point.startsWith(`${root}/`))
  for (const point of points.reverse()) await run('umount', '-l', point)
}

const run = async (program: string, ...words: readonly string[]): Promise<void> => {
  const [code] = await once(spawn(program, words, {stdio: 'inherit'}), 'exit')
  if (code !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${code}`)
}

/** `disk`: MiB of a disk of its own; left out: this machine's. */
export const openPrivateEngine = async (source: Docker, disk?: number): Promise<PrivateEngine> => {
  const root = mkdtempSync(join(tmpdir(), 'god-e-'))
  const data = join(root, 'data')
  mkdirSync(data)
  if (disk !== undefined) await run('mount', '-t', 'tmpfs', '-o', `size=${disk}m`, 'tmpfs', data)
  const driver = disk === undefined ? [] : ['--storage-driver=vfs']
  const socketPath = join(root, 'sock')
  const docker = new Docker({socketPath})
  let child: ChildProcess | null = null

  const start = async (...more: readonly string[]): Promise<void> => {
    // The containerd of a killed engine dies with it, but not at once.
    await until('no containerd is left', () =>
      lives(pidIn(join(root, 'exec/containerd/containerd.pid'))) ? null : true,
    )
    for (const left of ['sock', 'pid']) rmSync(join(root, left), {force: true})
    child = launch(root, [...driver, ...more])
    await until(`the engine answers (${root}/log)`, () =>
      docker.ping().then(
        () => true,
        () => null,
      ),
    )
  }
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  const close = async (): Promise<void> => {
    if (child?.exitCode !== null || child.signalCode !== null) await start()
    for (const {Id} of await docker.listContainers({all: true}))
      await docker.getContainer(Id).remove({force: true})
    await end('SIGTERM')
    await unmount(root)
    rmSync(root, {recursive: true, force: true, maxRetries: 5, retryDelay: 100})
  }

  await start('--live-restore')
  await docker.loadImage(await source.getImage(IMAGE).get())
  return {
    url: `unix://${socketPath}`,
    docker,
    data,
    start,
    crash: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    close,
  }
}
