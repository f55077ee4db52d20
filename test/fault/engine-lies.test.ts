/**
 * R20: an engine that is slow, breaks off, answers nonsense, forgets or lies. Between a real watcher and the real engine
 * stands a proxy that does each fault to each call that the executor makes, once, or three times in a row. Each job
 * must end truly, its command begin once, no try be repeated without a bound, and nothing stay behind.
 *
 * By day every second fault of all calls is tried, in one of the two ways; GOD_R20=all tries all in both (the night).
 */
import assert from 'node:assert/strict'
import {appendFileSync, existsSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import Docker from 'dockerode'
import type {JobRecord} from '../../src/core/job.js'
import {isOver} from '../../src/core/state.js'
import {CALLS, type Call, type EngineProxy, openEngineProxy, type Planned} from '../support/engine-proxy.js'
import {type Hands, openHands} from '../support/hands.js'
import {doubledOf, missingOf, readChains, realFaults} from '../support/real-invariants.js'
import {containersOf, ENGINE, hasEngine, IMAGE, openRealSite, type RealSite} from '../support/real-site.js'
import {openRegistry, type Registry} from '../support/registry.js'
import {NO_ENGINE, skip} from '../support/skip.js'
import {allowedEnds, type Case, casesOf, type End, isAllowed, kindOf, wishOf} from './lies.js'

/** Seconds that the engine has for its answers here, and that a busy machine may take to notice. */
const TIMES = {request_timeout: 2, start_timeout: 3, pull_timeout: 3} as const
const SLACK = 3

/** Asked by all jobs together; the others can be told apart by their job. */
const SHARED: readonly Call[] = ['version', 'info', 'ping', 'list', 'events']

const deadlineOf = (call: Call): number => {
  if (call === 'start') return TIMES.start_timeout
  return call === 'pull' ? TIMES.pull_timeout : TIMES.request_timeout
}

interface Tried {
  readonly one: Case
  readonly planned: Planned
}

interface Stage {
  readonly proxy: EngineProxy
  readonly site: RealSite
  readonly hands: Hands
  readonly tried: Tried[]
  readonly ids: number[]
}

const total = {fired: 0, doubled: 0, lost: 0}
const told = new Map<Call, {fired: number; longest: number; faults: Set<string>}>()
const seen = new Set<Call>()

/** Who has just listed does not ping: only a scheduler beside a watcher does. */
const ROLES = {
  together: [['watch']],
  apart: [
    ['schedule', '--watch'],
    ['watch', '--no-schedule'],
  ],
} as const

const openStage = async (roles: keyof typeof ROLES): Promise<Stage> => {
  const proxy = await openEngineProxy(ENGINE)
  const settings = {
    GOD_NETWORK: 'none',
    GOD_GRACE_PERIOD: '2s',
    // Longer than the second in which an answer stands for a ping.
    ...(roles === 'apart' ? {GOD_POLL_INTERVAL: '2s'} : {}),
    GOD_DOCKER_URL: proxy.url,
  }
  const site = await openRealSite('docker', settings)
  const options = Object.entries({...TIMES, busybox: '/nowhere'}).map(([key, value]) => `${key} = ${value}\n`)
  appendFileSync(join(site.dir, 'go-d.ini'), `\n[plugin.docker]\n${options.join('')}`)
  for (const role of ROLES[roles]) site.start(...role)
  return {proxy, site, hands: openHands(site.dir), tried: [], ids: []}
}

/** What is wrong with a stage when all its jobs should be over; it is closed. `more`: what went wrong before. */
const closeStage = async (stage: Stage, more: readonly string[]): Promise<readonly string[]> => {
  const {proxy, site, tried, ids} = stage
  const left = (): readonly string[] =>
    realFaults(
      site,
      ids,
      containersOf(site.cluster).map(({Names}) => Names.join()),
    )
  try {
    if (more.length === 0)
      await site
        .until('nothing is left', () => (left().length === 0 ? true : null), 30)
        .catch(() => undefined)
    const chains = readChains(site.dir)
    total.doubled += doubledOf(site.dir, chains).length
    total.lost += missingOf(ids, chains).length
    for (const call of proxy.counts().keys()) seen.add(call)
    for (const {one, planned} of tried) note(one, planned)
    return [...more, ...left(), ...proxy.unknown.map(line => `the table of calls lacks ${line}`)]
  } finally {
    if (process.env.GOD_R20_LOG) console.log(site.log())
    await site.close()
    await proxy.close()
  }
}

/** Runs it on a stage of its own; what it throws is one more thing that is wrong. */
const onStage = async (
  run: (stage: Stage) => Promise<readonly string[]>,
  roles: keyof typeof ROLES = 'together',
): Promise<readonly string[]> => {
  const stage = await openStage(roles)
  const found = await run(stage).catch((error: unknown) => [String(error)])
  return closeStage(stage, found)
}

const note = ({call, fault}: Case, {shots}: Planned): void => {
  const row = told.get(call) ?? {fired: 0, longest: 0, faults: new Set()}
  row.fired += shots.length
  if (shots.length > 0) row.faults.add(fault)
  if (!fault.startsWith('events')) row.longest = Math.max(row.longest, ...shots.map(({held}) => held ?? 0))
  told.set(call, row)
  total.fired += shots.length
}

const endOf = (record: JobRecord | undefined): End => ({
  state: record?.state ?? 'pending',
  code: record?.exit?.code ?? null,
  reason: record?.reason?.code ?? null,
})

/** Nobody waits longer for the engine than its time is; a stream of events that stays open is none. */
const waitFaults = ({one, planned}: Tried): readonly string[] => {
  if (one.fault.startsWith('events')) return []
  const most = (deadlineOf(one.call) + SLACK) * 1000
  return planned.shots
    .filter(({held}) => held === null || held > most)
    .map(({held}) => `${one.name}: waited ${held ?? 'for ever'} ms, the time is ${deadlineOf(one.call)} s`)
}

/** A job may be over while one more call about it still waits for its answer: nobody is judged before that has its end. */
const answered = async ({site, tried}: Stage): Promise<void> => {
  const waits = ({one, planned}: Tried): boolean =>
    !one.fault.startsWith('events') && planned.shots.some(({held}) => held === null)
  // Who never gets one is told of by `waitFaults`.
  await site.until('no call waits', () => (tried.some(waits) ? null : true), 30).catch(() => undefined)
}

/** Calls that a job repeats with pauses, each longer than the one before. */
const PAUSED: readonly Call[] = ['image', 'create', 'start', 'remove']

const retryFaults = ({one, planned}: Tried): readonly string[] => {
  const {shots, asked} = planned
  if (shots.length === 0) return [`${one.name}: the fault did not fire`]
  const most = shots.length + (one.call === 'inspect' ? 40 : 12)
  const hot = asked.length > most ? [`${one.name}: asked ${asked.length} times`] : []
  if (!PAUSED.includes(one.call) || !one.fault.startsWith('error 5') || one.fault.endsWith('after'))
    return hot
  const gaps = shots.slice(1).map(({at}, i) => at - (shots[i]?.at ?? 0))
  // The first repeat may come with the next turn, which sees the job anew; from then on each pause is twice the last.
  const short = gaps.filter((gap, i) => i > 0 && gap < 900 * 2 ** (i - 1))
  return [...hot, ...short.map(gap => `${one.name}: tried again after ${gap} ms (${gaps.join(', ')})`)]
}

describe('R20 an engine that lies', function () {
  this.timeout(600_000)
  const docker = new Docker({socketPath: ENGINE.replace('unix://', '')})
  let registry: Registry
  const tags: string[] = []

  before(async function () {
    if (!hasEngine) skip(this, NO_ENGINE)
    registry = await openRegistry(docker, IMAGE)
  })
  after(async () => {
    await registry?.close()
    for (const tag of tags)
      await docker
        .getImage(tag)
        .remove()
        .catch(() => undefined)
    for (const {Id} of await docker.listContainers({all: true, filters: {label: ['god.test=foreign']}}))
      await docker.getContainer(Id).remove({force: true})
    for (const [call, {fired, longest, faults}] of told)
      console.log(
        `      ${call.padEnd(8)} ${String(faults.size).padStart(2)} faults, fired ${String(fired).padStart(3)}, longest wait ${(longest / 1000).toFixed(1)} s (its time: ${deadlineOf(call)} s)`,
      )
    console.log(`      R20: ${total.fired} faults fired; ${total.doubled} doubled, ${total.lost} lost`)
  })

  /** The image that the job of a case names: its own where the call is about an image. */
  const imageOf = async ({call, name}: Case): Promise<string> => {
    if (call === 'pull') {
      tags.push(`${registry.name}:${name}`)
      return `${registry.name}:${name}`
    }
    if (call !== 'image') return IMAGE
    await docker.getImage(IMAGE).tag({repo: 'god-r20', tag: name})
    tags.push(`god-r20:${name}`)
    return `god-r20:${name}`
  }

  describe('about one job', () => {
    const calls = CALLS.filter(call => !SHARED.includes(call))
    const faults = new Map<Call, string[]>()
    let left: readonly string[] = []

    before(async () => {
      left = await onStage(async stage => {
        for (const one of casesOf(calls)) {
          const {call, fault, times, name} = one
          stage.tried.push({one, planned: stage.proxy.plan({call, fault, times, who: name})})
          stage.ids.push(stage.hands.submit(wishOf(name, kindOf(one), await imageOf(one))))
        }
        const lead = leader(stage)
        await stage.site.until('all jobs are over', () => (lead() ? true : null), 300)
        await answered(stage)
        const records = stage.hands.named()
        for (const one of stage.tried)
          faults.set(one.one.call, [...(faults.get(one.one.call) ?? []), ...judge(one, records)])
        return []
      })
    })

    for (const call of calls)
      it(`R20 ${call}: each fault, and its job ends truly, runs once, is tried again with pauses`, () => {
        assert.deepEqual(faults.get(call), [])
      })
    it('R20 nothing stays behind, and the invariants hold', () => assert.deepEqual(left, []))
  })

  describe('about all jobs', () => {
    const faults = new Map<Call, readonly string[]>()

    before(async () => {
      const run = async (call: Call): Promise<void> =>
        void faults.set(
          call,
          await onStage(stage => runShared(stage, call), call === 'ping' ? 'apart' : 'together'),
        )
      await Promise.all(SHARED.map(run))
    })

    for (const call of SHARED)
      it(`R20 ${call}: each fault, and no running job is lost, new ones start and end`, () => {
        assert.deepEqual(faults.get(call), [])
      })
    it('R20 the table has every call that the executor makes, and all of them were made', () => {
      assert.deepEqual([...seen].sort(), [...CALLS].sort())
    })
  })
})

/** Brings each job on to where its call is made; true: all are over. */
const leader = ({hands, site, tried}: Stage): (() => boolean) => {
  const asked = new Set<string>()
  const once = (what: string, act: () => void): void => {
    if (asked.has(what)) return
    asked.add(what)
    act()
  }
  const lead = (one: Case, record: JobRecord): void => {
    const {id, name, state} = record
    const work = join(site.dir, 'work/u0', String(id))
    if (kindOf(one) === 'killed' && state === 'running') once(`kill ${name}`, () => hands.control('kill', id))
    if (kindOf(one) !== 'paused') return
    if (state === 'running' && existsSync(join(work, 'begun')))
      once(`suspend ${name}`, () => hands.control('suspend', id))
    if (state === 'suspended') once(`resume ${name}`, () => hands.control('resume', id))
    if (state === 'running' && asked.has(`resume ${name}`))
      once(`go ${name}`, () => writeFileSync(join(work, 'go'), ''))
  }
  return () => {
    const records = hands.named()
    for (const {one} of tried) {
      const record = records.get(one.name)
      if (record !== undefined && !isOver(record.state)) lead(one, record)
    }
    return tried.every(({one}) => isOver(records.get(one.name)?.state ?? 'pending'))
  }
}

const judge = (tried: Tried, records: ReadonlyMap<string, JobRecord>): readonly string[] => {
  const {one} = tried
  const record = records.get(one.name)
  const end = endOf(record)
  const wrong = isAllowed(end, allowedEnds(one))
    ? []
    : [`${one.name}: ended as ${JSON.stringify(end)} (${record?.reason?.text})`]
  if (end.state === 'lost' && wrong.length > 0) total.lost += 1
  const again = record?.attempt === 1 ? [] : [`${one.name}: attempt ${record?.attempt}`]
  return [...wrong, ...again, ...retryFaults(tried), ...waitFaults(tried)]
}

/** Under a job that runs through all of it, each fault in turn, with a short job that must end all the same. */
const runShared = async (stage: Stage, call: Call): Promise<readonly string[]> => {
  const {proxy, site, hands, tried, ids} = stage
  const found: string[] = []
  const submit = (name: string, kind: 'plain' | 'paused'): number => {
    const id = hands.submit(wishOf(name, kind, IMAGE))
    ids.push(id)
    return id
  }
  const long = submit('long', 'paused')
  await site.until('the long job runs', () => (hands.record(long)?.state === 'running' ? true : null))
  for (const one of casesOf([call])) {
    const began = Date.now()
    const planned = proxy.plan(one)
    tried.push({one, planned})
    provoke(proxy, call)
    const id = submit(one.name, 'plain')
    await site.until(`${one.name} has fired`, () => (planned.shots.length === one.times ? true : null), 60)
    await site.until(
      `${one.name}: its job is over`,
      () => (isOver(hands.record(id)?.state ?? 'pending') ? true : null),
      60,
    )
    planned.lift()
    if (hands.record(long)?.state !== 'running')
      found.push(`${one.name}: the long job is ${hands.record(long)?.state}`)
    const end = endOf(hands.record(id) ?? undefined)
    if (!isAllowed(end, [{state: 'failed', code: 3}]))
      found.push(`${one.name}: ended as ${JSON.stringify(end)}`)
    const rate = planned.asked.length / Math.max(1, (Date.now() - began) / 1000)
    if (rate > 25) found.push(`${one.name}: asked ${rate.toFixed(0)} times a second`)
  }
  const work = join(site.dir, 'work/u0', String(long))
  writeFileSync(join(work, 'go'), '')
  await site.until(
    'the long job is over',
    () => (isOver(hands.record(long)?.state ?? 'pending') ? true : null),
    60,
  )
  const end = endOf(hands.record(long) ?? undefined)
  if (!isAllowed(end, [{state: 'failed', code: 4}]))
    found.push(`the long job ended as ${JSON.stringify(end)}`)
  proxy.cutEvents()
  await answered(stage)
  return [...found, ...tried.flatMap(waitFaults)]
}

/** Version and info are asked of a new connection only, events when their stream has ended. */
const provoke = (proxy: EngineProxy, call: Call): void => {
  if (call === 'version' || call === 'info') proxy.plan({call: 'list', fault: 'cut before', times: 1})
  if (call === 'events') proxy.cutEvents()
}
