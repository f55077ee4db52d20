/**
 * A process executor on real processes: its own state folder, specs for it, and waiting for what happens.
 * Nothing sleeps for a fixed time; what does not happen within a bound fails with a sentence.
 */
import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import type {ContainerSpec, ContainerView, Executor, HostServices} from '@god-cli/api'
import {createExecutor} from '../../../plugins/executor-process/src/executor.js'
import {type Platform, readPlatform} from '../../../plugins/executor-process/src/platform.js'
import {WRAPPER} from '../../../src/core/wrapper.js'

export const CLUSTER = '0123456789abcdef'
export const isRoot = process.getuid?.() === 0
export const hasCgroups = isRoot && readPlatform().cgroups !== null

const LACKING_ROOT = isRoot ? null : 'root'
const LACKING_CGROUPS = hasCgroups ? null : 'root and control groups that can be written'

const describeUnless = (lacking: string | null, title: string, tests: () => void): void => {
  describe(title, () => {
    if (lacking === null) tests()
    else it(`needs ${lacking}`)
  })
}

/** Where the machine cannot, one skipped test says what it lacks. */
export const describeAsRoot = (title: string, tests: () => void): void =>
  describeUnless(LACKING_ROOT, title, tests)
export const describeWithCgroups = (title: string, tests: () => void): void =>
  describeUnless(LACKING_CGROUPS, title, tests)

/** The same tests on this host as it is and as if it had no control groups; `look` is for the executor. */
export const describeBoth = (title: string, tests: (look: (() => Platform) | undefined) => void): void => {
  describe(`${title} without control groups`, () => tests(withoutCgroups))
  describeWithCgroups(`${title} with control groups`, () => tests(undefined))
}

export const hostOn = (stateDir: string): HostServices => ({
  log: () => {},
  now: () => Date.now(),
  delay: (ms, signal) => wait(ms, undefined, {signal}).catch(() => {}),
  options: {},
  cluster: CLUSTER,
  node: 'here',
  stateDir,
  signal: new AbortController().signal,
})

export interface World {
  readonly root: string
  readonly stateDir: string
  readonly executor: Executor
  /** Another god on the same folder. */
  another(look?: () => Platform): Executor
  spec(over?: Partial<ContainerSpec>): ContainerSpec
  /** A spec that runs that text with sh. */
  script(text: string, over?: Partial<ContainerSpec>): ContainerSpec
  /** Made and started; its id. */
  run(spec: ContainerSpec): Promise<string>
  view(id: string): Promise<ContainerView>
  ended(id: string): Promise<ContainerView>
  /** A file of the job's directory. */
  output(spec: ContainerSpec, name?: string): string
  close(): Promise<void>
}

/** Asks again until the answer is not null, false or undefined. */
export const until = async <T>(
  what: string,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  seconds = 20,
): Promise<T> => {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer !== null && answer !== undefined && answer !== false) return answer
    assert.ok(Date.now() < end, `waited ${seconds} s in vain until ${what}`)
    await wait(5)
  }
}

const tryRead = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** Waits until the job has written that file with a line end in it. */
export const written = (path: string): Promise<string> =>
  until(`${path} was written`, () => {
    const text = tryRead(path)
    return text?.includes('\n') ? text : null
  })

export const isAlive = (pid: number): boolean => {
  const stat = tryRead(`/proc/${pid}/stat`)
  return stat !== null && !/\) [ZX] /.test(stat)
}

let jobs = 0

export const makeWorld = (look?: () => Platform): World => {
  const root = mkdtempSync(join(tmpdir(), 'god-process-'))
  const stateDir = join(root, 'state')
  mkdirSync(stateDir, {mode: 0o700})
  const another = (other = look): Executor => createExecutor(hostOn(stateDir), other)
  const executor = another()
  const ownUid = process.getuid?.() ?? 0
  const ownGid = process.getgid?.() ?? 0

  const spec = (over: Partial<ContainerSpec> = {}): ContainerSpec => {
    jobs += 1
    const work = join(root, `work-${jobs}`)
    mkdirSync(work, {mode: 0o700})
    return {
      // Two runs of the tests on one machine share its control groups.
      name: `god-${process.pid}-${jobs}-1`,
      cluster: CLUSTER,
      job: jobs,
      attempt: 1,
      nonce: 'a'.repeat(24),
      jobName: 'test',
      user: 'me',
      uid: ownUid,
      gid: ownGid,
      groups: [ownGid],
      image: '',
      wrapper: WRAPPER,
      argv: ['true'],
      env: {GOD_OUT: work, GOD_ATTEMPT: '1', GOD_CWD: work, GOD_STDOUT: 'god.log', GOD_STDERR: 'god.err'},
      resources: {cpus: 1000, memory: 256 * 1024 ** 2, gpus: 0},
      pids: 100,
      network: 'none',
      workDir: {source: work, target: work, readOnly: false},
      mounts: [],
      passwd: '',
      group: '',
      hostname: 'job',
      ...over,
    }
  }

  const view = async (id: string): Promise<ContainerView> => {
    const seen = await executor.inspect(id)
    assert.ok(seen, `${id} is there`)
    return seen
  }

  return {
    root,
    stateDir,
    executor,
    another,
    spec,
    script: (text, over = {}) => spec({argv: ['/bin/sh', '-c', text], ...over}),
    view,
    run: async one => {
      const made = await executor.create(one)
      assert.equal(made.answer, 'created', JSON.stringify(made))
      assert.deepEqual(await executor.start(one.name), {answer: 'started'})
      return one.name
    },
    ended: id =>
      until(`${id} ended`, async () => {
        const seen = await view(id)
        return seen.status === 'exited' ? seen : null
      }),
    output: (one, name = 'god.log') => readFileSync(join(one.workDir.source, name), 'utf8'),
    close: async () => {
      for (const one of await executor.list()) await executor.remove(one.name, one.id)
      await executor.close()
      rmSync(root, {recursive: true, force: true})
    },
  }
}

/** This host without control groups. */
export const withoutCgroups = (): Platform => ({...readPlatform(), cgroups: null})
