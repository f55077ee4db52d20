/** Builders for the tests of the core: valid by default, a test names what it is about. */
import type {Account, ContainerView, NodeReport, PendingJob, Resources} from '@god-cli/api'
import fc from 'fast-check'
import type {LocalTime} from '../../src/core/begin-time.js'
import {epoch, gid, instant, type JobId, jobId, rev, token, uid} from '../../src/core/brand.js'
import {containerName} from '../../src/core/container.js'
import type {JobRecord, Wish} from '../../src/core/job.js'

export const GIB = 1024 ** 3
export const NOW = instant(Date.UTC(2026, 0, 1))
export const CLUSTER = '5f0a1c9e-2b1d-4f3a-9c77-0123456789ab'
export const TOK = token('0123456789abcdef01234567')
export const NONCE = token('fedcba9876543210fedcba98')

/** A clock and a calendar without any zone, at NOW: midnight. */
export const UTC: LocalTime = {
  now: NOW,
  today: {year: 2026, month: 1, day: 1},
  moment: ({year, month, day}, hour, minute, second) => Date.UTC(year, month - 1, day, hour, minute, second),
}

export const ANN: Account = {uid: 1000, gid: 100, groups: [100, 5001], name: 'ann', home: '/home/ann'}

export const later = (ms: number) => instant(NOW + ms)

/** A pending job as admission makes it. */
export const aRecord = (over: Partial<JobRecord> = {}): JobRecord => ({
  v: 1,
  id: jobId(42),
  rev: rev(1),
  epoch: epoch(7),
  user: ANN.name,
  uid: uid(ANN.uid),
  gid: gid(ANN.gid),
  project: 'default',
  queue: 'default',
  name: 'train',
  image: 'busybox:local',
  resources: {cpus: 1000, memory: GIB, gpus: 0},
  walltime: null,
  nice: 0,
  labels: {},
  submitted: NOW,
  eligible: NOW,
  started: null,
  ended: null,
  state: 'pending',
  desired: 'run',
  reason: null,
  req: {uid: uid(ANN.uid), tok: TOK},
  attempt: 1,
  node: null,
  container: null,
  paused: {since: null, total: 0},
  stop: null,
  exit: null,
  usage: null,
  sealed: false,
  prev: null,
  by: 'scheduler',
  ...over,
})

/** Placed: its container has a name, the engine has not been asked. */
export const aStarting = (over: Partial<JobRecord> = {}): JobRecord =>
  aRecord({
    state: 'starting',
    rev: rev(2),
    node: 'n1',
    container: {
      name: containerName(CLUSTER, 42, over.attempt ?? 1),
      id: null,
      nonce: NONCE,
      engine: 'fake:n1',
    },
    ...over,
  })

export const aRunning = (over: Partial<JobRecord> = {}): JobRecord => {
  const base = aStarting()
  return {
    ...base,
    state: 'running',
    rev: rev(3),
    started: NOW,
    container: base.container === null ? null : {...base.container, id: 'c1'},
    ...over,
  }
}

export const aContainer = (over: Partial<ContainerView> = {}): ContainerView => ({
  id: 'c1',
  name: containerName(CLUSTER, 42, 1),
  job: 42,
  attempt: 1,
  nonce: NONCE,
  status: 'running',
  startedAt: NOW,
  finishedAt: null,
  exitCode: null,
  oomKilled: false,
  startFault: null,
  ...over,
})

export const anExited = (exitCode: number, over: Partial<ContainerView> = {}): ContainerView =>
  aContainer({status: 'exited', finishedAt: later(5000), exitCode, ...over})

export const aWish = (over: Partial<Wish> = {}): Wish => ({
  command: {kind: 'argv', argv: ['true']},
  ...over,
})

export const aNode = (name: string, cpus: number, memory = 64, gpus = 0): NodeReport => ({
  name,
  capacity: {cpus: cpus * 1000, memory: memory * GIB, gpus},
  labels: {},
})

/** One cpu is 1000, memory in GiB. */
export const amounts = (cpus: number, memory = 1, gpus = 0): Resources => ({
  cpus: cpus * 1000,
  memory: memory * GIB,
  gpus,
})

export const aPending = (id: number, resources: Resources, over: Partial<PendingJob> = {}): PendingJob => ({
  id,
  uid: 1000,
  user: 'ann',
  project: 'default',
  queue: 'default',
  resources,
  walltime: null,
  nice: 0,
  priority: 0,
  submitted: NOW,
  eligible: NOW,
  ...over,
})

export const ids = (...numbers: number[]): JobId[] => numbers.map(jobId)

/** Any string, also of control characters, of other scripts and of halves of surrogate pairs. */
export const anyText: fc.Arbitrary<string> = fc.string({
  unit: fc.oneof(
    fc.string({unit: 'binary', minLength: 1, maxLength: 1}),
    fc.string({unit: 'grapheme', minLength: 1, maxLength: 1}),
    fc.constantFrom('\0', '\n', '\r', '\u001b', '"', '\\', '/', '..', '%', '$', ':', '\ud800', '\udfff'),
  ),
  maxLength: 30,
})

/** Text near a grammar: words of it in any order, some of them cut, with a stranger between. */
export const anyOf = (...words: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof({weight: 5, arbitrary: fc.constantFrom(...words)}, {weight: 1, arbitrary: anyText}), {
      maxLength: 12,
    })
    .map(parts => parts.join(''))

/** Damage: a piece cut out, doubled, or replaced. */
export const damaged = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.nat(text.length),
      fc.nat(8),
      fc.oneof(fc.constant(''), anyText, fc.constantFrom('{', ']', '"', '0')),
    )
    .map(([at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length))

/** Keys that strict JSON refuses have tests of their own; fast-check knows how to find them. */
export const aKey = (keys: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  keys.filter(text => !['__proto__', 'constructor', 'prototype'].includes(text))

const word = aKey(fc.string({minLength: 1, maxLength: 20}))
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, {nil: undefined})

const withoutHoles = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T

/** Names that a hostile user would try, too. */
const variable = fc.oneof(
  aKey(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/)),
  fc.constantFrom('HOME', 'USER', 'LOGNAME', 'GOD_OUT', 'GOD_TOOLS', 'GOD_ATTEMPT', 'GODOCKER_JID'),
  fc.constantFrom('PATH', 'LD_PRELOAD', 'GOD_X', 'GOGOCKER_TASK_ID', 'A=B', '', 'TINI_KILL_PROCESS_GROUP'),
)

/** Whatever a request may carry as a wish: its form is right, its sense need not be. */
export const anyWish: fc.Arbitrary<Wish> = fc
  .record({
    command: fc.oneof(
      fc.record({kind: fc.constant('argv' as const), argv: fc.array(anyText, {minLength: 1, maxLength: 5})}),
      fc.record({
        kind: fc.constant('script' as const),
        text: anyText.map(text => `#!/bin/sh\n${text}`),
        args: fc.array(anyText, {maxLength: 3}),
      }),
    ),
    name: optional(fc.oneof(anyText, word)),
    image: optional(fc.oneof(anyText, fc.constantFrom('busybox:local', 'a/b@sha256:c', 'alpine'))),
    cpus: optional(fc.integer({min: 1, max: 100_000})),
    memory: optional(fc.integer({min: 1, max: 2 ** 45})),
    walltime: optional(fc.integer({min: 1, max: 10_000_000})),
    env: optional(fc.dictionary(variable, anyText, {maxKeys: 6, noNullPrototype: true})),
    labels: optional(fc.dictionary(word, anyText, {maxKeys: 3, noNullPrototype: true})),
    workdir: optional(fc.oneof(anyText, fc.constantFrom('/', '/tmp', 'rel'))),
    output: optional(fc.oneof(anyText, fc.constantFrom('%j.log', '%x/%j', '/dev/null'))),
    error: optional(anyText),
    hold: optional(fc.boolean()),
    root: optional(fc.boolean()),
    gpus: optional(fc.integer({min: 0, max: 1024})),
    queue: optional(fc.oneof(fc.constant('default'), word)),
    constraint: optional(fc.dictionary(word, anyText, {maxKeys: 3, noNullPrototype: true})),
  })
  .map(wish => withoutHoles(wish) as Wish)
