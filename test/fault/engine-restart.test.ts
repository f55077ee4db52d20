/**
 * R19: the engine is stopped, killed and restarted under ten running jobs, with and without live-restore, its containerd
 * dying with it or not, beside a long-lived watcher and beside cron passes. docker.md 1.6 says what may be expected.
 *
 * GOD_R19_CYCLES sets how many cycles are run (the night: 200); the first six cover each way with and without
 * live-restore.
 */
import assert from 'node:assert/strict'
import {existsSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {State} from '../../src/core/state.js'
import {isOver} from '../../src/core/state.js'
import {type Hands, openHands} from '../support/hands.js'
import {missingForEngine, type OwnEngine, openOwnEngine} from '../support/own-engine.js'
import {doubledOf, missingOf, readChains, realFaults} from '../support/real-invariants.js'
import {containersOf, hasEngine, IMAGE, killNine, openRealSite, type RealSite} from '../support/real-site.js'
import {skip} from '../support/skip.js'

const WAYS = ['kill -9', 'stop', 'restart'] as const
type Way = (typeof WAYS)[number]

interface Cycle {
  readonly way: Way
  readonly liveRestore: boolean
  readonly containerd: 'child' | 'beside'
  readonly mode: 'watch' | 'cron'
}

/** In six cycles all ways with and without live-restore; in twenty-four everything with everything. */
const cycleOf = (n: number): Cycle => {
  const round = Math.floor(n / 6)
  return {
    way: WAYS[n % 3] ?? 'stop',
    liveRestore: n % 2 === 1,
    containerd: (n + round) % 3 === 2 ? 'beside' : 'child',
    mode: (n + round) % 6 === 4 ? 'cron' : 'watch',
  }
}

const CYCLES = Array.from({length: Number(process.env.GOD_R19_CYCLES ?? 6)}, (_, n) => cycleOf(n))

/** Seconds after the engine is back, within which every job is over and every container gone. */
const DEADLINE = 60

/** An end: its state and exit code. */
type End = readonly [State, number | null]

interface Kind {
  readonly name: string
  /** `$1`: the file that lets it end. */
  readonly text: string
  /** How it may end if its containers live on, or if the engine ends them. */
  readonly lived: readonly End[]
  readonly ended: readonly End[]
  /** Let go while the engine is down, not after. */
  readonly meanwhile?: true
  /** Never let go. */
  readonly never?: true
}

const WAIT = 'while [ ! -e go ]; do sleep 0.05; done'
const TERMED: End = ['failed', 143]

const KINDS: readonly Kind[] = [
  {name: 'short', text: 'sleep 0.5; exit 3', lived: [['failed', 3]], ended: [['failed', 3], TERMED]},
  {name: 'long', text: `${WAIT}; exit 0`, lived: [['done', 0]], ended: [TERMED]},
  {name: 'long2', text: `${WAIT}; exit 7`, lived: [['failed', 7]], ended: [TERMED]},
  {name: 'long3', text: `${WAIT}; exit 0`, lived: [['done', 0]], ended: [TERMED]},
  {name: 'meanwhile', text: `${WAIT}; exit 5`, lived: [['failed', 5]], ended: [TERMED], meanwhile: true},
  {name: 'meanwhile2', text: `${WAIT}; exit 0`, lived: [['done', 0]], ended: [TERMED], meanwhile: true},
  {
    name: 'trap',
    text: `trap 'echo saved; exit 9' TERM; ${WAIT}; exit 0`,
    lived: [['done', 0]],
    ended: [['failed', 9]],
  },
  {name: 'paused', text: `${WAIT}; exit 4`, lived: [['failed', 4]], ended: [TERMED, ['failed', 137]]},
  {
    name: 'removed',
    text: WAIT,
    never: true,
    // Whether the watcher saw it dead before it was gone is a matter of milliseconds.
    lived: [
      ['lost', null],
      ['failed', 137],
    ],
    ended: [
      ['lost', null],
      ['failed', 137],
    ],
  },
  // The stopped engine ended it before: what is true depends on whether a pass saw that or the kill first.
  {name: 'killed', text: WAIT, never: true, lived: [['killed', 143]], ended: [['killed', 143], TERMED]},
]

const total = {fired: 0, jobs: 0, doubled: 0, lost: 0, longest: 0}

const titleOf = ({way, liveRestore, containerd, mode}: Cycle, n: number): string =>
  `R19 ${n + 1}: ${way} ${liveRestore ? 'with' : 'without'} live-restore, containerd ${
    containerd === 'child' ? 'dies with it' : 'lives on'
  }, ${mode}`

describe('R19 the engine dies under ten running jobs', function () {
  this.timeout(240_000)
  const engines = new Map<Cycle['containerd'], OwnEngine>()
  let site: RealSite | null = null

  const engineFor = async ({containerd, liveRestore}: Cycle): Promise<OwnEngine> => {
    const engine = engines.get(containerd) ?? (await openOwnEngine({containerd}))
    engines.set(containerd, engine)
    await engine.stop()
    await engine.start(...flagsOf(liveRestore))
    return engine
  }

  before(function () {
    const missing = hasEngine ? missingForEngine() : 'a container engine and root'
    if (missing !== null) skip(this, `needs ${missing}`)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') console.log(site?.log())
    await site?.close()
    site = null
  })
  after(async () => {
    for (const engine of engines.values()) await engine.close()
    const {fired, jobs, doubled, lost, longest} = total
    console.log(
      `      R19: ${fired} faults fired under ${jobs} jobs; ${doubled} doubled, ${lost} lost; ` +
        `all was over ${longest.toFixed(1)} s after the engine was back at the latest (stated: ${DEADLINE} s)`,
    )
  })

  for (const [n, cycle] of CYCLES.entries())
    it(titleOf(cycle, n), async () => {
      const engine = await engineFor(cycle)
      site = await openRealSite('docker', {GOD_NETWORK: 'none', GOD_GRACE_PERIOD: '2s'}, engine.url)
      await runCycle(cycle, engine, site)
    })
})

const flagsOf = (liveRestore: boolean): readonly string[] => (liveRestore ? ['--live-restore'] : [])

interface Passes {
  stop(): Promise<void>
}

/** `god watch`, or what cron does, more often. */
const startPasses = (site: RealSite, mode: Cycle['mode']): Passes => {
  if (mode === 'watch') {
    const child = site.start('watch')
    return {stop: () => killNine(child)}
  }
  let on = true
  const run = async (): Promise<void> => {
    while (on) {
      await site.god('schedule')
      await site.god('watch', '--once')
    }
  }
  const done = run()
  return {
    stop: () => {
      on = false
      return done
    },
  }
}

const runCycle = async (cycle: Cycle, engine: OwnEngine, site: RealSite): Promise<void> => {
  const hands = openHands(site.dir)
  const passes = startPasses(site, cycle.mode)
  const work = (id: number, file: string): string => join(site.dir, 'work/u0', String(id), file)
  const submit = (kind: Pick<Kind, 'name' | 'text'>): number =>
    hands.submit({
      name: kind.name,
      image: IMAGE,
      cpus: 100,
      memory: 16 * 1024 ** 2,
      command: {kind: 'argv', argv: ['sh', '-c', `echo $GOD_ATTEMPT >>begun; ${kind.text}`]},
    })
  const ids = new Map(KINDS.map(kind => [kind.name, submit(kind)]))
  const id = (name: string): number => ids.get(name) ?? assert.fail(name)
  const all = (): number[] => [...ids.values()]
  const go = (name: string): void => writeFileSync(work(id(name), 'go'), '')

  await site.until(
    'all have begun',
    () => (all().every(one => existsSync(work(one, 'begun'))) ? true : null),
    60,
  )
  await site.until('all are known to run', () => (all().every(one => isSeen(hands, one)) ? true : null))
  hands.control('suspend', id('paused'))
  await site.until('one is suspended', () =>
    hands.record(id('paused'))?.state === 'suspended' ? true : null,
  )
  const named = hands.record(id('removed'))?.container?.name ?? assert.fail('no container')
  await engine.docker.getContainer(named).remove({force: true})
  const waited = site.god('wait', String(id('trap')))

  await strike(engine, cycle.way)
  total.fired += 1
  const down = cycle.way !== 'restart'
  hands.control('kill', id('killed'))
  for (const {name, meanwhile} of KINDS) if (meanwhile === true) go(name)
  ids.set('late', submit({name: 'late', text: 'exit 6'}))
  // Without live-restore a stop in order has ended them all; a crash leaves them to go on.
  if (down && (cycle.liveRestore || cycle.way === 'kill -9'))
    await site.until('those let go have ended', () =>
      existsSync(work(id('meanwhile'), 'started.1/exit')) ? true : null,
    )
  await engine.start(...flagsOf(cycle.liveRestore))

  const back = Date.now()
  await site.until(
    'all that has ended is known',
    () =>
      isOver(hands.record(id(cycle.liveRestore ? 'meanwhile' : 'long'))?.state ?? 'pending') ? true : null,
    DEADLINE,
  )
  if (cycle.liveRestore) hands.control('resume', id('paused'))
  for (const {name, meanwhile, never} of KINDS) if (meanwhile !== true && never !== true) go(name)
  await site.until(
    'all jobs are over',
    () => (all().every(one => isOver(hands.record(one)?.state ?? 'pending')) ? true : null),
    DEADLINE,
  )
  await site.until(
    'no container is left',
    () => (containersOf(site.cluster, engine.url).length === 0 ? true : null),
    DEADLINE,
  )
  total.longest = Math.max(total.longest, (Date.now() - back) / 1000)
  await passes.stop()

  const chains = readChains(site.dir)
  total.jobs += ids.size
  total.doubled += doubledOf(site.dir, chains).length
  const unforeseen = KINDS.filter(({name}) => name !== 'removed' && hands.record(id(name))?.state === 'lost')
  total.lost += unforeseen.length + missingOf(all(), chains).length
  const faults = KINDS.flatMap(kind => endFault(hands, id(kind.name), kind, cycle))
  assert.deepEqual(faults, [])
  assert.deepEqual(endOf(hands, id('late')), ['failed', 6])
  assert.equal((await waited).code, endOf(hands, id('trap'))[1], 'the code that `god wait` gave')
  assert.deepEqual(realFaults(site, all(), []), [])
}

const isSeen = (hands: Hands, id: number): boolean => {
  const state = hands.record(id)?.state
  return state !== undefined && state !== 'pending' && state !== 'starting'
}

const strike = (engine: OwnEngine, way: Way): Promise<void> =>
  way === 'kill -9' ? engine.crash() : engine.stop()

const endOf = (hands: Hands, id: number): End => {
  const record = hands.record(id)
  return [record?.state ?? 'pending', record?.exit?.code ?? null]
}

/** docker.md 1.6: which ends are true ones. */
const endsOf = (kind: Kind, {way, liveRestore}: Cycle): readonly End[] => {
  if (liveRestore) return kind.lived
  // After a crash they ran on until the engine was back: who ended meanwhile has his own code.
  return way === 'kill -9' && kind.meanwhile === true ? kind.lived : kind.ended
}

const endFault = (hands: Hands, id: number, kind: Kind, cycle: Cycle): readonly string[] => {
  const end = endOf(hands, id)
  const allowed = endsOf(kind, cycle)
  const reason = hands.record(id)?.reason?.text
  const fits = allowed.some(([state, code]) => state === end[0] && code === end[1])
  if (!fits) return [`${kind.name}: ${end.join(' ')} (${reason}); expected ${allowed.join(' or ')}`]
  return end[0] !== 'done' && reason === undefined ? [`${kind.name}: no reason`] : []
}
