/**
 * R14: random commands, and crashes at any call, against a small model of the queue. After each pass the real queue
 * shows what the model shows, and the invariants hold.
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {taskRecord} from '../../src/core/array/view.js'
import type {JobId} from '../../src/core/brand.js'
import type {JobRecord} from '../../src/core/job.js'
import {CONTROL_OPS, type ControlOp} from '../../src/core/request.js'
import {DEFAULT_RULES} from '../../src/core/scheduling/rules.js'
import {isOver, type State} from '../../src/core/state.js'
import {amount, isNight, tellCases} from '../support/amount.js'
import {DiskProcess} from '../support/disk-process.js'
import {attempt} from '../support/dying.js'
import {assertAtRest, assertSafe} from '../support/invariants.js'
import {GRACE, USER, World} from '../support/world.js'
import {type ModelArray, type ModelJob, ModelQueue, type Program} from './queue.js'

const CPUS = 4000
const BOB = 1001
const SECOND = 1000

/** Passes in which all comes to rest while no time goes by. */
const ROUNDS = 2

class RealQueue {
  /** Nobody passes anybody in the model: what backfill does is the pass's own matter. */
  readonly world = new World({settings: {rules: {...DEFAULT_RULES, backfill: 'none'}}})
  readonly ids: JobId[] = []
  /** Those that are taken: a wish for another one waits until its claim is burned. */
  readonly good: JobId[] = []

  submit({cpus, runs, exit, walltime, hold, ignoresTerm, tasks, retries}: Program, owner: number): JobId {
    const env = {
      FAKE_SECONDS: runs === Number.POSITIVE_INFINITY ? 'forever' : String(runs / SECOND),
      FAKE_EXIT: String(exit),
      ...(ignoresTerm ? {FAKE_IGNORES_TERM: '1'} : {}),
    }
    const wish = {
      ...{cpus, hold, env},
      ...(walltime === null ? {} : {walltime: walltime / SECOND}),
      ...(tasks === null ? {} : {array: `0-${tasks - 1}`}),
      ...(retries === 0 ? {} : {retry: String(retries)}),
    }
    const id = this.world.submit(wish, undefined, owner)
    this.ids.push(id)
    if (cpus <= CPUS) this.good.push(id)
    return id
  }

  async pass(): Promise<void> {
    for (let i = 0; i < ROUNDS; i++) await this.world.cron()
  }
}

type Command = fc.AsyncCommand<ModelQueue, RealQueue>

let crashes = 0
let commands = 0

interface Shown {
  readonly state: string
  readonly desired: string
  readonly attempt: number
  readonly started: number | null
  readonly ended: number | null
}

/** Of a task that is over nobody asks what it was to do, nor what might follow. */
const shown = (job: Shown, left: number, earlier: number) => ({
  state: job.state,
  attempt: job.attempt,
  desired: isOver(job.state as State) ? '' : job.desired,
  left: isOver(job.state as State) ? 0 : left,
  earlier,
  started: job.started,
  ended: job.ended,
})

const shownRecord = (record: JobRecord | null) =>
  record === null ? 'refused' : shown(record, record.retry?.left ?? 0, record.earlier?.runs ?? 0)

/** An array by its tasks, and by what they come to together. */
const shownArray = ({tasks, desired}: ModelArray) => {
  const some = (state: string): boolean => tasks.some(task => task.state === state)
  const isOverAll = tasks.every(({state}) => isOver(state as State))
  const end = some('failed') || some('timeout') ? 'failed' : some('done') ? 'done' : 'killed'
  return {over: isOverAll ? (desired === 'killed' ? 'killed' : end) : '', tasks: tasks.map(shownJob)}
}

const shownJob = (job: ModelJob) => shown(job, job.left, job.earlier)

const shownTasks = (record: JobRecord, tasks: number) => ({
  over: isOver(record.state) ? record.state : '',
  tasks: Array.from({length: tasks}, (_, i) => shownRecord(taskRecord(record, i))),
})

const compare = (model: ModelQueue, {world, ids}: RealQueue): void => {
  const [expected, found] = [new Map<JobId, unknown>(), new Map<JobId, unknown>()]
  for (const id of ids) {
    const [job, array, record] = [model.jobs.get(id), model.arrays.get(id), world.record(id)]
    if (array === undefined) expected.set(id, job === undefined ? 'refused' : shownJob(job))
    else expected.set(id, shownArray(array))
    const isArray = array !== undefined && record !== null
    found.set(id, isArray ? shownTasks(record, array.tasks.length) : shownRecord(record))
  }
  assert.deepEqual(found, expected)
  const all = [...model.jobs.values(), ...[...model.arrays.values()].flatMap(({tasks}) => tasks)]
  const stopping = all.some(({state}) => state === 'stopping')
  if (stopping) assertSafe(world, ids)
  else assertAtRest(world, ids)
}

const command = (text: string, run: (model: ModelQueue, real: RealQueue) => Promise<void>): Command => ({
  check: () => true,
  run: async (model, real) => {
    commands++
    await run(model, real)
  },
  toString: () => text,
})

const submit = (program: Program, owner: number): Command =>
  command(`submit(${JSON.stringify(program)}, ${owner})`, async (model, real) =>
    model.submit(real.submit(program, owner), owner, program),
  )

/** `which`: of the jobs that there are, counted from the newest. */
const control = (op: ControlOp, which: number, user: number): Command =>
  command(`${op}(${which}, ${user})`, async (model, {world, good}) => {
    const id = good.at(-1 - (which % Math.max(1, good.length)))
    if (id === undefined) return
    world.control(op, [id], user)
    model.control(op, id, user)
  })

const settle = async (model: ModelQueue, real: RealQueue): Promise<void> => {
  await real.pass()
  model.pass(real.world.clock.now())
  compare(model, real)
}

const pass = command('pass', settle)

const time = (ms: number): Command =>
  command(`time(${ms})`, async (_model, {world}) => void world.clock.advance(ms))

/** A pass is killed before its n-th change; `cut`: what was not synced is gone too. The next one makes it good. */
const crash = (n: number, cut: boolean): Command =>
  command(`crash(${n}${cut ? ', cut' : ''})`, async (model, real) => {
    const {world} = real
    const fs = new DiskProcess(world.disk).plan({n, effect: 'crash-before'})
    await attempt(fs, () => world.cron(fs))
    crashes += fs.fired
    if (cut) world.disk.powerLoss()
    await settle(model, real)
  })

const user = fc.constantFrom(USER, BOB)

const program: fc.Arbitrary<Program> = fc.record({
  cpus: fc.constantFrom(500, 1000, 3000, 4000, 5000),
  runs: fc.constantFrom(SECOND, 5 * SECOND, 20 * SECOND, Number.POSITIVE_INFINITY),
  exit: fc.constantFrom(0, 0, 3),
  walltime: fc.constantFrom(null, null, 8 * SECOND),
  hold: fc.constantFrom(false, false, false, true),
  ignoresTerm: fc.constantFrom(false, false, true),
  tasks: fc.constantFrom(null, null, null, 1, 2, 4),
  retries: fc.constantFrom(0, 0, 1, 2),
})

const anyCommand: fc.Arbitrary<Command>[] = [
  fc.tuple(program, user).map(words => submit(...words)),
  fc.tuple(fc.constantFrom(...CONTROL_OPS), fc.nat({max: 7}), user).map(words => control(...words)),
  fc.constant(pass),
  fc.constantFrom(SECOND, 3 * SECOND, GRACE, 30 * SECOND).map(time),
  fc.tuple(fc.integer({min: 1, max: 60}), fc.boolean()).map(words => crash(...words)),
]

describe('R14: the queue', () => {
  const RUNS = amount(60, 10_000)

  it('shows after each pass what the model shows, whatever is asked and wherever a pass is killed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(anyCommand, {maxCommands: 40, size: 'max'}), list =>
        fc.asyncModelRun(
          () => ({model: new ModelQueue(CPUS, USER, GRACE), real: new RealQueue()}),
          [...list, pass],
        ),
      ),
      // A change is judged by the same runs as the one before; nights have new ones.
      {numRuns: RUNS, ...(isNight ? {} : {seed: 20_261_128})},
    )
    tellCases(`R14, ${RUNS} runs`, commands, crashes)
  }).timeout(amount(240_000, 3_600_000))
})
