/**
 * A whole small site in one seeded run (R12): two users with jobs, arrays and files of jobs, long-lived and
 * single passes, and all that may go wrong.
 * Everything that happens is drawn from the seed, so a seed that fails fails again.
 */
import {partRecords} from '../../src/core/array/view.js'
import type {JobId} from '../../src/core/brand.js'
import {GodError} from '../../src/core/errors.js'
import type {Wish} from '../../src/core/job.js'
import {CONTROL_OPS, type ControlOp} from '../../src/core/request.js'
import {isPassing} from '../../src/service/passes.js'
import {DiskProcess} from '../support/disk-process.js'
import {attempt} from '../support/dying.js'
import {indexFaults} from '../support/index-faults.js'
import {safetyFaults} from '../support/invariants.js'
import {type Dice, dice} from '../support/seeded.js'
import {StallingProcess} from '../support/stalling-process.js'
import {type GodProcess, GRACE, USER, World} from '../support/world.js'

const USERS = [USER, 1001] as const
const ARRAYS = ['0-2', '1-5%2', '1-4%1', '0-8:4', '3'] as const
const RETRIES = ['1', '2', '1:node-lost', '2:oom:timeout:exit=3'] as const
/** Of some of these arrays all, a few, or none. */
const PARTS = ['0-3', '1-4', '3-4'] as const
const DISK_ERRORS = ['ENOSPC', 'EDQUOT'] as const

/** As its user knows it. */
export interface Job {
  readonly id: JobId
  readonly owner: number
  readonly env: Readonly<Record<string, string>>
  readonly walltime: number | undefined
  readonly hold: boolean
  /** The tasks, with their limit, as submit takes it. */
  readonly array: string | undefined
  readonly retry: string | undefined
  /** What somebody who may asked for. */
  readonly asked: Set<ControlOp>
}

type Role = 'schedule' | 'watch' | 'pack'

interface Stalled {
  readonly fs: StallingProcess
  readonly role: Role
}

export class Simulation {
  readonly world = new World()
  readonly jobs: Job[] = []
  readonly story: string[] = []
  /** Jobs that a power cut ended. */
  readonly cut = new Set<number>()
  readonly #dice: Dice
  #daemon: GodProcess
  #stalled: Stalled[] = []
  /** A scheduler that was overtaken may still start one job: then a node may be full for a while (state.md 7). */
  overtaken = false
  /** Faults that really happened. */
  struck = 0

  constructor(seed: number) {
    this.#dice = dice(seed)
    this.#daemon = this.world.process()
  }

  get printed(): readonly JobId[] {
    return this.jobs.map(({id}) => id)
  }

  #say(what: string): void {
    this.story.push(what)
  }

  faults(): readonly string[] {
    const faults = safetyFaults(this.world, this.printed)
    // Seldom: who has just read is behind in nothing.
    const lasting = this.story.length % 8 === 0 ? [this.#daemon.service.jobs] : []
    return [
      ...faults.filter(fault => !(this.overtaken && fault.startsWith('I6'))),
      ...(this.story.length % 4 === 0 ? indexFaults(this.world, lasting) : []),
    ]
  }

  /** One event. */
  async step(): Promise<void> {
    const events: readonly (readonly [weight: number, event: () => void | Promise<void>])[] = [
      [22, () => this.#submit()],
      [16, () => this.#control()],
      [26, () => this.#pass()],
      [14, () => this.#dyingPass()],
      [5, () => this.#failingPass()],
      [5, () => this.#stall()],
      [5, () => this.#resume()],
      [3, () => this.#strike()],
      [5, () => this.#toggleEngine()],
      [14, () => this.#time()],
      [2, () => this.#removeIndex()],
    ]
    let left = this.#dice.roll(events.reduce((sum, [weight]) => sum + weight, 0))
    for (const [weight, event] of events) {
      left -= weight
      if (left < 0) return event()
    }
  }

  #program(): Job['env'] {
    const seconds = this.#dice.pick(['0', '3', '20', 'forever'])
    const how = this.#dice.pick<Record<string, string>>([
      {},
      {},
      {FAKE_EXIT: '3'},
      {FAKE_EXIT: '125'},
      {FAKE_OOM: '1'},
      {FAKE_IGNORES_TERM: '1'},
      {FAKE_REFUSE: 'no such image'},
      {FAKE_START_FAULT: 'no such device'},
    ])
    return {FAKE_SECONDS: seconds, ...how}
  }

  /** What it asks for, and what its user may expect of it. */
  #job(owner: number): Omit<Job, 'id'> & {readonly wish: Partial<Wish>} {
    const env = this.#program()
    const walltime = this.#dice.chance(0.3) ? 30 : undefined
    const hold = this.#dice.chance(0.15)
    const cpus = this.#dice.pick([500, 1000, 3000])
    const array = this.#dice.chance(0.25) ? this.#dice.pick(ARRAYS) : undefined
    const retry = this.#dice.chance(array === undefined ? 0.1 : 0.5) ? this.#dice.pick(RETRIES) : undefined
    const wish = {
      env,
      hold,
      cpus,
      ...(retry === undefined ? {} : {retry}),
      ...(walltime === undefined ? {} : {walltime}),
      ...(array === undefined ? {} : {array}),
    }
    return {owner, env, walltime, hold, array, retry, asked: new Set(), wish}
  }

  async #submit(): Promise<void> {
    const owner = this.#dice.pick(USERS)
    const fs = new DiskProcess(this.world.disk, owner)
    if (this.#dice.chance(0.2)) fs.plan({n: 1 + this.#dice.roll(12), effect: 'crash-before'})
    const many = this.#dice.chance(0.15)
    const jobs = Array.from({length: many ? 2 + this.#dice.roll(3) : 1}, () => this.#job(owner))
    const wishes = jobs.map(({wish}) => wish)
    const ids = await attempt(fs, async () =>
      many ? this.world.submitMany(wishes, fs, owner) : [this.world.submit(wishes[0], fs, owner)],
    )
    this.struck += fs.fired
    for (const [i, id] of (ids ?? []).entries()) {
      const job = jobs[i]
      if (job !== undefined) this.jobs.push({...job, id})
    }
    this.#say(`submit by ${owner}: ${ids?.join(' ') ?? 'killed'} ${JSON.stringify(wishes)}`)
  }

  /** Of an array now and then only some tasks. */
  #tasksOf(jobs: readonly Job[]): Readonly<Record<string, string>> {
    const some = jobs.flatMap(({id, array}) =>
      array !== undefined && this.#dice.chance(0.5) ? [[String(id), this.#dice.pick(PARTS)] as const] : [],
    )
    return Object.fromEntries(some)
  }

  #control(): void {
    if (this.jobs.length === 0) return
    const op = this.#dice.pick(CONTROL_OPS)
    const jobs = [this.#dice.pick(this.jobs), this.#dice.pick(this.jobs)].slice(this.#dice.roll(2))
    const user = this.#dice.pick(USERS)
    // The first user runs the service: an operator.
    for (const job of jobs) if (user === job.owner || user === USER) job.asked.add(op)
    const ids = [...new Set(jobs.map(({id}) => id))]
    const tasks = this.#tasksOf(jobs)
    const some = Object.keys(tasks).length === 0 ? undefined : tasks
    this.world.control(op, ids, user, some)
    this.#say(`${op} ${ids.join(' ')} ${JSON.stringify(some ?? 'all')} by ${user}`)
  }

  async #run(god: GodProcess, role: Role): Promise<void> {
    try {
      await god[role]()
    } catch (error) {
      const fenced = error instanceof GodError && error.code === 'E_FENCED'
      if (!fenced && !isPassing(error)) throw error
    }
  }

  #role(): Role {
    return this.#dice.pick(['schedule', 'watch', 'schedule', 'watch', 'pack'])
  }

  async #pass(): Promise<void> {
    const role = this.#role()
    const daemon = this.#dice.chance(0.5)
    this.#say(`${daemon ? 'long-lived' : 'single'} ${role}`)
    await this.#run(daemon ? this.#daemon : this.world.process(), role)
  }

  async #dyingPass(): Promise<void> {
    const role = this.#role()
    const fs = new DiskProcess(this.world.disk).plan({n: 1 + this.#dice.roll(50), effect: 'crash-before'})
    const god = this.world.process(fs)
    await attempt(fs, () => this.#run(god, role))
    this.struck += fs.fired
    this.#say(`${role} killed before ${fs.firedAt}`)
    this.#daemon = god.fs.dead && this.#dice.chance(0.3) ? this.world.process() : this.#daemon
  }

  async #failingPass(): Promise<void> {
    const role = this.#role()
    const error = this.#dice.pick(DISK_ERRORS)
    const fs = new DiskProcess(this.world.disk)
    const n = 1 + this.#dice.roll(40)
    fs.plan({call: this.#dice.pick(['write', 'open-create', 'link']), n, effect: {error, from: true}})
    await this.#run(this.world.process(fs), role)
    this.struck += fs.fired > 0 ? 1 : 0
    this.#say(`${role} on a full disk: ${fs.firedAt}`)
  }

  async #stall(): Promise<void> {
    const role = this.#role()
    const fs = new StallingProcess(this.world.disk, {n: 1 + this.#dice.roll(40)})
    await attempt(fs, () => this.#run(this.world.process(fs), role))
    if (fs.dead) {
      this.struck++
      this.#stalled.push({fs, role})
    }
    this.#say(`${role} ${fs.dead ? 'stopped' : 'ran through'}`)
  }

  async #resume(): Promise<void> {
    const stalled = this.#stalled.shift()
    if (stalled === undefined) return
    if (stalled.role === 'schedule') this.overtaken = true
    stalled.fs.resume()
    this.#say(`${stalled.role} goes on`)
    await this.#run(this.world.process(stalled.fs), stalled.role)
  }

  #strike(): void {
    this.struck++
    const power = this.#dice.chance(0.5)
    if (power) for (const id of this.world.powerLoss()) this.cut.add(id)
    else this.world.disk.powerLoss()
    this.#stalled = []
    this.#daemon = this.world.process()
    this.#say(power ? 'power cut' : 'disk cut')
  }

  #toggleEngine(): void {
    this.struck++
    this.world.engineDown = !this.world.engineDown
    this.#say(`engine ${this.world.engineDown ? 'down' : 'up'}`)
  }

  #removeIndex(): void {
    this.world.disk.lookup(this.world.layout.root)?.names.delete('index')
    this.#say('index removed')
  }

  #time(): void {
    // Who stops for a day finds the file gone that he was writing, and ends with an error: nothing is lost by that.
    const long = this.#stalled.length === 0 ? 90_000_000 : 30_000
    const ms = this.#dice.pick([100, 1000, 1000, 5000, 5000, 30_000, 30_000, long])
    this.world.clock.advance(ms)
    this.#say(`${ms} ms later`)
  }

  /** Whoever was stopped goes on, nothing fails any more, and time passes until all rests. */
  async calm(passes: number): Promise<void> {
    while (this.#stalled.length > 0) await this.#resume()
    this.world.engineDown = false
    for (let i = 0; i < passes || (i < 4 * passes && this.#isBetween()); i++) {
      this.world.clock.advance(GRACE)
      await this.world.cron()
    }
  }

  /** The tasks of an array that run one after another are ended one after another. */
  #isBetween(): boolean {
    const records = this.world
      .process()
      .service.jobs.all()
      .flatMap(({record}) => partRecords(record))
    return records.some(({state}) => state === 'starting' || state === 'stopping')
  }
}
