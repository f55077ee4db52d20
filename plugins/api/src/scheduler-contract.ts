/**
 * What every scheduler must keep to, as cases for any test runner: `schedulerContract(it, create)`.
 *
 * `create` makes a fresh scheduler for each case. The cases say nothing of the policy itself; they say that it is
 * a pure order: all ids, each once, no others, the input untouched, the same answer to the same question however
 * the jobs were listed. Ties must therefore end in something that no two jobs share, as the id.
 */
import assert from 'node:assert/strict'
import type {PendingJob, Scheduler} from './scheduler.js'

/** The shape of mocha's and node:test's `it`. */
export type ContractTest = (title: string, run: () => void | Promise<void>) => void

const NOW = 1_700_000_000_000
const GIB = 1024 ** 3

const aJob = (id: number, over: Partial<PendingJob> = {}): PendingJob => ({
  id,
  uid: 1000,
  user: 'ann',
  project: 'default',
  queue: 'default',
  resources: {cpus: 1000, memory: GIB, gpus: 0},
  walltime: 3600,
  nice: 0,
  priority: 0,
  submitted: NOW - 60_000,
  eligible: NOW - 60_000,
  ...over,
})

/** Varied without randomness: neighbours differ in every field that a policy may look at, and many are ties. */
const aVariedJob = (id: number): PendingJob =>
  aJob(id, {
    uid: 1000 + (id % 7),
    user: `user${id % 7}`,
    project: `project${id % 3}`,
    queue: id % 5 === 0 ? 'long' : 'default',
    resources: {cpus: 500 * (1 + (id % 8)), memory: GIB * (1 + (id % 4)), gpus: id % 11 === 0 ? 1 : 0},
    walltime: id % 6 === 0 ? null : 600 * (1 + (id % 9)),
    nice: (id % 5) - 2,
    priority: (id % 3) - 1,
    submitted: NOW - 1000 * (id % 50),
    eligible: NOW - 1000 * (id % 25),
  })

const jobs = (count: number): PendingJob[] => Array.from({length: count}, (_, index) => aVariedJob(index + 1))

const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}

/** The same jobs in another order: a fixed stride that meets every index once. */
const shuffled = (list: readonly PendingJob[], stride: number): PendingJob[] => {
  const moved = list.map((job, index) => ({job, place: (index * stride) % list.length}))
  return moved.sort((a, b) => a.place - b.place).map(one => one.job)
}

const assertSameIds = (answer: readonly number[], given: readonly PendingJob[]): void => {
  const sort = (ids: readonly number[]): number[] => [...ids].sort((a, b) => a - b)
  assert.deepEqual(sort(answer), sort(given.map(job => job.id)))
}

export const schedulerContract = (test: ContractTest, create: () => Scheduler): void => {
  test('a scheduler has nothing to say about no jobs', () => {
    assert.deepEqual([...create().order([], NOW)], [])
  })

  test('a scheduler orders a single job as that job', () => {
    assert.deepEqual([...create().order([aJob(42)], NOW)], [42])
  })

  test('a scheduler returns every id it was given once, and no other', () => {
    const given = jobs(200)
    assertSameIds(create().order(given, NOW), given)
  })

  test('a scheduler orders jobs that differ in nothing but their ids', () => {
    const given = [7, 3, 9, 1].map(id => aJob(id))
    assertSameIds(create().order(given, NOW), given)
  })

  test('a scheduler leaves its input as it was, even if nobody would notice', () => {
    const given = jobs(50)
    const before = structuredClone(given)
    create().order(deepFreeze(given), NOW)
    assert.deepEqual(given, before)
  })

  test('a scheduler asked twice answers the same', () => {
    const scheduler = create()
    const given = jobs(200)
    const first = [...scheduler.order(given, NOW)]
    assert.deepEqual([...scheduler.order(given, NOW)], first)
    assert.deepEqual([...create().order(given, NOW)], first, 'a fresh one answers otherwise')
  })

  test('a scheduler does not care in which order the jobs are listed', () => {
    const scheduler = create()
    const given = jobs(199)
    const answer = [...scheduler.order(given, NOW)]
    for (const stride of [2, 17, 198])
      assert.deepEqual([...scheduler.order(shuffled(given, stride), NOW)], answer)
  })

  test('a scheduler that compares two jobs says the same as by its order', () => {
    const scheduler = create()
    if (scheduler.compare === undefined) return
    const given = shuffled(jobs(199), 17)
    const compared = [...given].sort((a, b) => scheduler.compare?.(a, b) || a.id - b.id).map(({id}) => id)
    assert.deepEqual(compared, [...scheduler.order(given, NOW)])
    assert.deepEqual(compared, [...scheduler.order(given, NOW + 365 * 86_400_000)], 'the time matters')
    const half = given.filter((_, index) => index % 2 === 0)
    const left = new Set(half.map(({id}) => id))
    assert.deepEqual(
      compared.filter(id => left.has(id)),
      [...scheduler.order(half, NOW)],
      'who else waits matters',
    )
  })

  test('a scheduler takes ids as large as ids can be', () => {
    const given = [Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER - 1].map(id => aJob(id))
    assertSameIds(create().order(given, NOW), given)
  })

  test('a scheduler orders ten thousand jobs', () => {
    const given = jobs(10_000)
    assertSameIds(create().order(given, NOW), given)
  })
}
