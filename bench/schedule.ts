/**
 * What a scheduling pass costs: 100,000 waiting jobs in 2,000 and in 100,000 groups on 200 nodes that are nearly full, under
 * an order of all (fifo) and under a ranking; with and without the reasons; and one more job after a pass. In memory: the
 * pure pass alone. Medians; the ratio is to sorting the same jobs once.
 */
import type {PendingJob} from '@god-cli/api'
import createFifo from '../plugins/scheduler-fifo/src/index.js'
import {instant, jobId} from '../src/core/brand.js'
import {inOrder} from '../src/core/policy-order.js'
import {
  ASSUMED_TIME,
  groupsOf,
  type LineUp,
  lineUpByRank,
  lineUpInOrder,
  passInput,
  planLinedUp,
  type Snapshot,
  type Waiting,
} from '../src/core/schedule.js'
import {runPass} from '../src/core/scheduling/pass.js'
import {alikeKey} from '../src/core/scheduling/waiting.js'
import {line, median, milliseconds} from './measure.js'

const NOW = instant(1_767_225_600_000)
const GIB = 1024 ** 3
const JOBS = 100_000
const NODES = 200
const RUNS = 9

const fifo = createFifo({} as never)

/** Numbers that look random and are the same in each run. */
const dice = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const nodes = Array.from({length: NODES}, (_, i) => ({
  name: `n${String(i).padStart(3, '0')}`,
  capacity: {cpus: 64_000, memory: 256 * GIB, gpus: i % 10 === 0 ? 4 : 0},
  labels: {},
}))

/** 97 of a hundred cpus taken, by jobs that end at different times. */
const running = nodes.flatMap(({name}, i) =>
  Array.from({length: 31}, (_, k) => ({
    id: jobId(1_000_000 + i * 31 + k),
    node: name,
    user: `u${k % 50}`,
    project: 'default',
    resources: {cpus: 2000, memory: 8 * GIB, gpus: 0},
    until: NOW + 60_000 * (1 + ((i * 31 + k) % 997)),
  })),
)

const waiting = (groups: number): readonly Waiting[] => {
  const roll = dice(groups)
  const shapes = Array.from({length: groups}, (_, i) => ({
    user: `u${i % 50}`,
    uid: 1000 + (i % 50),
    walltime: 60 * (1 + Math.floor(roll() * 5000)),
    resources: {
      cpus: 1000 * (1 + Math.floor(roll() * 48)),
      memory: GIB * (1 + Math.floor(roll() * 128)),
      gpus: roll() < 0.05 ? 1 : 0,
    },
  }))
  return Array.from({length: JOBS}, (_, i): Waiting => {
    const submitted = NOW - 1000 * (JOBS - i)
    const shape = shapes[i % groups]
    const job = {
      ...{
        id: i + 1,
        project: 'default',
        queue: 'default',
        nice: 0,
        priority: 0,
        submitted,
        eligible: submitted,
      },
      ...(shape ?? {user: '', uid: 0, walltime: null, resources: {cpus: 1, memory: 1, gpus: 0}}),
    }
    return {...job, alike: alikeKey(job)}
  })
}

/** As fair share does: a number for each user and the age. */
const ranked = (a: PendingJob, b: PendingJob): number => score(b) - score(a)
const score = ({uid, eligible}: PendingJob): number =>
  10_000 * ((uid * 7) % 50) + 1000 * Math.min(1, (NOW - eligible) / 604_800_000)

const time = async (work: () => void): Promise<number> => {
  const all: number[] = []
  for (let i = 0; i < RUNS; i++) all.push(await milliseconds(work))
  return median(all)
}

/** What could start has started: only then the next job is considered by itself. */
const atRest = (snapshot: Snapshot): Snapshot => {
  const {pending, allocations} = snapshot
  const groups = groupsOf(pending, ASSUMED_TIME)
  const {starts} = planLinedUp(snapshot, lineUpInOrder(inOrder(pending, NOW, fifo), groups))
  if (starts.length === 0) return snapshot
  const nodeOf = new Map<number, string>(starts.map(({id, node}) => [id, node]))
  const begun = pending.flatMap(({id, user, project, resources, walltime}) => {
    const node = nodeOf.get(id)
    const until = NOW + 1000 * (walltime ?? ASSUMED_TIME)
    return node === undefined ? [] : [{id: jobId(id), node, user, project, resources, until}]
  })
  return atRest({
    ...snapshot,
    allocations: [...allocations, ...begun],
    pending: pending.filter(({id}) => !nodeOf.has(id)),
  })
}

const measure = async (groups: number): Promise<void> => {
  const pending = waiting(groups)
  const snapshot: Snapshot = {now: NOW, nodes, allocations: running, pending}
  const shuffled = [...pending].sort((a, b) => ((a.id * 7919) % JOBS) - ((b.id * 7919) % JOBS))
  const sorting = await time(() => void [...shuffled].sort(ranked))
  const told = (what: string, ms: number): void =>
    line(`${groups} groups: ${what}`, `${ms.toFixed(2)} ms`, `${(ms / sorting).toFixed(3)} x sorting`)
  told('sorting all by rank', sorting)
  told('grouping all anew', await time(() => void groupsOf(pending, ASSUMED_TIME)))
  const grouped = groupsOf(pending, ASSUMED_TIME)
  const lines: readonly (readonly [string, () => LineUp])[] = [
    ['in order', () => inLine],
    ['by rank', () => lineUpByRank(grouped, ranked)],
  ]
  const inLine = lineUpInOrder(inOrder(pending, NOW, fifo), grouped)
  for (const [name, lineUp] of lines) {
    for (const backfill of ['none', 'easy'] as const) {
      const rules = {backfill, depth: 1, placement: 'pack', horizon: 30 * 86_400_000} as const
      const site = {...snapshot, rules}
      const {starts} = planLinedUp(site, lineUp())
      told(
        `${name}, ${backfill} (${starts.length} start)`,
        await time(() => void runPass(passInput(site, lineUp()))),
      )
      told(`${name}, ${backfill}, and why`, await time(() => void planLinedUp(site, lineUp())))
    }
  }
  const rested = atRest(snapshot)
  const again = groupsOf(rested.pending, ASSUMED_TIME)
  const pass = runPass(
    passInput(
      rested,
      lineUpByRank(again, (a, b) => a.id - b.id),
    ),
  )
  const [first] = rested.pending
  if (first === undefined) return
  let id = JOBS
  const submits = await time(() => {
    const one = {...first, id: ++id, submitted: NOW, eligible: NOW}
    const job = {...one, alike: alikeKey(one)}
    again.add(job)
    const group = again.of(job)
    if (group === undefined || pass.goOn([{job, group}], NOW) === null) throw new Error('not considered')
  })
  told('one more job', submits)
}

await measure(2000)
await measure(100_000)
