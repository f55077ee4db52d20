/**
 * A docker executor on the real engine: a cluster of its own, its state folder, specs for it, and waiting for what
 * happens. `close` removes every container of the cluster. Nothing sleeps for a fixed time.
 */
import assert from 'node:assert/strict'
import {randomBytes, randomUUID} from 'node:crypto'
import {chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import type {ContainerSpec, ContainerView, Executor, HostServices} from '@god-cli/api'
import Docker from 'dockerode'
import type {OpenExecutor, Program} from '../../../plugins/api/src/executor-contract.js'
import createExecutor from '../../../plugins/executor-docker/src/index.js'
import {WRAPPER} from '../../../src/core/wrapper.js'
import {until} from '../../support/until.js'

export const UID = 4242
export const GID = 5000
export const IMAGE = 'busybox:local'
export const ENGINE = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'

const works = (question: Promise<unknown>): Promise<boolean> =>
  question.then(
    () => true,
    () => false,
  )

/** What this machine lacks for a real engine; null: nothing. */
const lacking = async (): Promise<string | null> => {
  if (!ENGINE.startsWith('unix://')) return `an engine behind a unix socket, not ${ENGINE}`
  // Jobs are given to another uid, and control groups are removed.
  if (process.getuid?.() !== 0) return 'root'
  const docker = new Docker({socketPath: ENGINE.slice('unix://'.length)})
  if (!(await works(docker.ping()))) return `an engine that answers at ${ENGINE}`
  return (await works(docker.getImage(IMAGE).inspect())) ? null : `the image ${IMAGE}`
}

export const LACKING = await lacking()

/** As `describe`, but where the machine cannot, one skipped test that says what it lacks. */
export const describeOnEngine = (title: string, tests: (this: Mocha.Suite) => void): void => {
  if (LACKING === null) {
    describe(title, tests)
    return
  }
  describe(title, () => {
    it(`needs ${LACKING}`)
  })
}

export const WORK = '/mnt/go-docker'

export const hostOn = (stateDir: string, over: Partial<HostServices> = {}): HostServices => ({
  log: () => {},
  now: () => Date.now(),
  delay: (ms, signal) => wait(ms, undefined, {signal}).catch(() => {}),
  options: {docker_url: ENGINE},
  cluster: randomUUID(),
  node: 'here',
  stateDir,
  signal: new AbortController().signal,
  ...over,
})

const PROGRAMS: Readonly<Record<Program, string>> = {
  exit0: 'exit 0',
  exit3: 'exit 3',
  exit137: 'kill -9 $$',
  endless: ': >ready; sleep 1000',
}

export interface DockerWorld extends OpenExecutor {
  readonly host: HostServices
  readonly root: string
  /** A spec that runs that text with sh. */
  script(text: string, over?: Partial<ContainerSpec>): ContainerSpec
  /** Made and started; its id. */
  run(spec: ContainerSpec): Promise<string>
  ended(id: string): Promise<ContainerView>
  /** A file of the job's directory. */
  output(spec: ContainerSpec, name?: string): string
}

let jobs = 0

export const aSpec = (over: Partial<ContainerSpec> = {}): ContainerSpec => {
  jobs += 1
  return {
    name: `god-${randomBytes(4).toString('hex')}-${jobs}-1`,
    cluster: 'cluster',
    job: jobs,
    attempt: 1,
    nonce: randomBytes(12).toString('hex'),
    jobName: 'test',
    user: 'ann',
    uid: UID,
    gid: GID,
    groups: [GID, 5001],
    image: IMAGE,
    wrapper: WRAPPER,
    argv: ['true'],
    env: {GOD_OUT: WORK, GOD_ATTEMPT: '1', GOD_CWD: WORK, GOD_STDOUT: 'god.log', GOD_STDERR: 'god.err'},
    resources: {cpus: 1000, memory: 64 * 1024 ** 2, gpus: 0},
    pids: 64,
    network: 'none',
    workDir: {source: '/nowhere', target: WORK, readOnly: false},
    mounts: [],
    passwd: `root:x:0:0:root:/root:/bin/sh\nann:x:${UID}:${GID}::${WORK}:/bin/sh\n`,
    group: `root:x:0:\nann:x:${GID}:\ng5001:x:5001:\n`,
    hostname: `job-${jobs}`,
    ...over,
  }
}

export const openWorld = async (options: Record<string, string> = {}): Promise<DockerWorld> => {
  const root = mkdtempSync(join(tmpdir(), 'god-docker-'))
  const stateDir = join(root, 'state')
  mkdirSync(stateDir, {mode: 0o700})
  const host = hostOn(stateDir, {options: {docker_url: ENGINE, ...options}})
  const executor = createExecutor(host)
  const open: Executor[] = [executor]

  const script = (text: string, over: Partial<ContainerSpec> = {}): ContainerSpec => {
    const source = mkdtempSync(join(root, 'work-'))
    chownSync(source, UID, GID)
    const workDir = {source, target: WORK, readOnly: false}
    return aSpec({cluster: host.cluster, argv: ['/bin/sh', '-c', text], workDir, ...over})
  }
  return {
    host,
    root,
    executor,
    script,
    spec: program => script(PROGRAMS[program]),
    ready: async ({workDir}) => {
      await until('the program runs', () => (existsSync(join(workDir.source, 'ready')) ? true : null))
    },
    settle: () => wait(10),
    another: async () => {
      const other = createExecutor(host)
      open.push(other)
      return other
    },
    run: async spec => {
      const made = await executor.create(spec)
      assert.ok(made.answer === 'created', JSON.stringify(made))
      assert.deepEqual(await executor.start(made.container.id), {answer: 'started'})
      return made.container.id
    },
    ended: id =>
      until(`${id} has ended`, async () => {
        const seen = await executor.inspect(id)
        return seen?.status === 'exited' ? seen : null
      }),
    output: ({workDir}, name = 'god.log') => readFileSync(join(workDir.source, name), 'utf8'),
    close: async () => {
      for (const {name, id} of await executor.list()) await executor.remove(name, id)
      for (const one of open) await one.close()
      rmSync(root, {recursive: true, force: true})
    },
  }
}
