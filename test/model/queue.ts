/**
 * A model of the queue (R14): what a site with one node and the policy fifo comes to, told without files, processes or
 * crashes. Small enough to be read and believed; `queue.test.ts` holds the real one against it.
 *
 * Requests lie until the next pass. A pass applies them in their order, lets end what has ended, and starts in the
 * order of ids until one does not fit. The tasks of an array are jobs with a wish in common.
 */
import type {ControlOp} from '../../src/core/request.js'

export interface Program {
  readonly cpus: number
  /** Milliseconds of running; infinite: until it is told to end. */
  readonly runs: number
  readonly exit: number
  readonly walltime: number | null
  readonly hold: boolean
  readonly ignoresTerm: boolean
  /** Of an array; null: it is a job. */
  readonly tasks: number | null
  /** How often it, or each task, is tried again after an exit code that is not zero. */
  readonly retries: number
}

type Desired = 'run' | 'suspended' | 'killed'

/** A job, or a task of an array. */
export interface ModelJob extends Program {
  readonly id: number
  readonly task: number
  readonly owner: number
  state: string
  desired: Desired
  started: number | null
  ended: number | null
  pausedAt: number | null
  paused: number
  /** Killed for another attempt. */
  requeue: boolean
  attempt: number
  /** Tries that may follow. */
  left: number
  /** It does not start before that. */
  eligible: number
  /** Attempts before this one that ran. */
  earlier: number
  stop: {readonly cause: 'killed' | 'timeout'; readonly at: number} | null
}

export interface ModelArray {
  readonly tasks: readonly ModelJob[]
  desired: Desired
  /** One of its tasks was started. */
  began: boolean
}

type Request =
  | {readonly kind: 'submit'; readonly id: number; readonly owner: number; readonly program: Program}
  | {readonly kind: 'control'; readonly op: ControlOp; readonly id: number; readonly user: number}

/** Of an attempt that has not begun. */
const FRESH = {
  desired: 'run' as const,
  ...{started: null, ended: null, pausedAt: null, paused: 0, stop: null, requeue: false},
}

const OVER = ['done', 'failed', 'killed', 'timeout']
const TAKEN = ['running', 'suspended', 'stopping']
const WAITS = ['pending', 'held']

const FIRST_PAUSE = 10_000

export class ModelQueue {
  readonly jobs = new Map<number, ModelJob>()
  readonly arrays = new Map<number, ModelArray>()
  readonly #capacity: number
  readonly #operator: number
  readonly #grace: number
  #requests: Request[] = []

  constructor(capacity: number, operator: number, grace: number) {
    this.#capacity = capacity
    this.#operator = operator
    this.#grace = grace
  }

  submit(id: number, owner: number, program: Program): void {
    this.#requests.push({kind: 'submit', id, owner, program})
  }

  control(op: ControlOp, id: number, user: number): void {
    this.#requests.push({kind: 'control', op, id, user})
  }

  pass(now: number): void {
    const requests = this.#requests
    this.#requests = []
    // A job is admitted before any wish for it is looked at.
    for (const request of requests) if (request.kind === 'submit') this.#admit(request, now)
    for (const request of requests) if (request.kind === 'control') this.#apply(request, now)
    for (const job of this.#all()) this.#watch(job, now)
    this.#start(now)
  }

  /** Jobs and tasks, in their order. */
  #all(): readonly ModelJob[] {
    const tasks = [...this.arrays.values()].flatMap(array => array.tasks)
    return [...this.jobs.values(), ...tasks].sort((a, b) => a.id - b.id || a.task - b.task)
  }

  #admit({id, owner, program}: Extract<Request, {kind: 'submit'}>, now: number): void {
    // More than the node has: refused, and there is no job.
    if (program.cpus > this.#capacity) return
    const state = program.hold ? 'held' : 'pending'
    const tries = {left: program.retries, eligible: now, earlier: 0}
    const job = (task: number): ModelJob => ({
      ...{...program, ...FRESH, ...tries, id, task, owner, state, attempt: 1},
    })
    if (program.tasks === null) this.jobs.set(id, job(0))
    else
      this.arrays.set(id, {
        tasks: Array.from({length: program.tasks}, (_, i) => job(i)),
        desired: 'run',
        began: false,
      })
  }

  #apply({op, id, user}: Extract<Request, {kind: 'control'}>, now: number): void {
    const array = this.arrays.get(id)
    const job = this.jobs.get(id) ?? array?.tasks[0]
    if (job === undefined) return
    if (user !== job.owner && user !== this.#operator) return
    if (array !== undefined) this.#applyArray(array, op, now)
    else if (!OVER.includes(job.state)) this.#applyOne(job, op, now)
    else if (op === 'requeue') this.#again(job, now)
  }

  /** What has ended of an array stays ended, and one that is killed is not requeued. */
  #applyArray(array: ModelArray, op: ControlOp, now: number): void {
    if (array.tasks.every(({state}) => OVER.includes(state))) return
    if (op === 'requeue' && array.desired === 'killed') return
    for (const task of array.tasks) if (!OVER.includes(task.state)) this.#applyOne(task, op, now)
    if (op === 'kill') array.desired = 'killed'
    if (op === 'suspend' && array.desired === 'run' && array.began) array.desired = 'suspended'
    if (op === 'resume' && array.desired === 'suspended') array.desired = 'run'
  }

  #applyOne(job: ModelJob, op: ControlOp, now: number): void {
    if (WAITS.includes(job.state)) this.#applyWaiting(job, op, now)
    else this.#applyBegun(job, op)
  }

  #applyWaiting(job: ModelJob, op: ControlOp, now: number): void {
    // Of a task of which there is nothing to tell no time is told.
    const isTold = job.tasks === null || job.earlier > 0
    if (op === 'kill') Object.assign(job, {state: 'killed', ended: isTold ? now : null})
    if (op === 'hold') job.state = 'held'
    if (op === 'release' && job.state === 'held') Object.assign(job, {state: 'pending', eligible: now})
  }

  #applyBegun(job: ModelJob, op: ControlOp): void {
    if (op === 'kill' || op === 'requeue') Object.assign(job, {desired: 'killed', requeue: op === 'requeue'})
    if (job.desired === 'killed') return
    if (op === 'suspend' && job.state !== 'stopping') job.desired = 'suspended'
    if (op === 'resume') job.desired = 'run'
  }

  /** When its program ends by itself; never while it is paused. */
  #endOf({started, runs, paused, state}: ModelJob): number {
    return started === null || state === 'suspended' ? Number.POSITIVE_INFINITY : started + runs + paused
  }

  #watch(job: ModelJob, now: number): void {
    if (!TAKEN.includes(job.state)) return
    const end = this.#endOf(job)
    if (end <= now) this.#end(job, job.stop?.cause ?? (job.exit === 0 ? 'done' : 'failed'), end, now)
    else if (job.stop !== null) this.#shoot(job, job.stop, now)
    else if (job.desired === 'killed') this.#stop(job, 'killed', now)
    else if (job.state === 'suspended') this.#resume(job, now)
    else this.#watchRunning(job, now)
  }

  #watchRunning(job: ModelJob, now: number): void {
    const limit = (job.started ?? 0) + (job.walltime ?? Number.POSITIVE_INFINITY) + job.paused
    if (limit <= now) this.#stop(job, 'timeout', now)
    else if (job.desired === 'suspended') Object.assign(job, {state: 'suspended', pausedAt: now})
  }

  #shoot(job: ModelJob, {cause, at}: NonNullable<ModelJob['stop']>, now: number): void {
    if (now >= at + this.#grace) this.#end(job, cause, now, now)
  }

  #resume(job: ModelJob, now: number): void {
    if (job.desired === 'suspended') return
    job.state = 'running'
    job.paused += now - (job.pausedAt ?? now)
    job.pausedAt = null
  }

  /** Asked to end; a program that does not listen has its grace period. */
  #stop(job: ModelJob, cause: 'killed' | 'timeout', now: number): void {
    if (job.state === 'suspended') this.#resume(job, now)
    if (job.ignoresTerm) Object.assign(job, {state: 'stopping', stop: {cause, at: now}})
    else this.#end(job, cause, now, now)
  }

  #end(job: ModelJob, state: string, at: number, now: number): void {
    if (job.requeue) this.#again(job, now)
    else if (state === 'failed' && job.left > 0 && job.desired !== 'killed') this.#retry(job, now)
    else Object.assign(job, {state, ended: at})
  }

  /** Twice as long each time. */
  #retry(job: ModelJob, now: number): void {
    this.#again(job, now + FIRST_PAUSE * 2 ** (job.retries - job.left))
    job.left--
  }

  #again(job: ModelJob, eligible: number): void {
    const earlier = job.earlier + (job.started === null ? 0 : 1)
    Object.assign(job, {...FRESH, state: 'pending', attempt: job.attempt + 1, eligible, earlier})
  }

  #start(now: number): void {
    let room = this.#capacity
    for (const {state, cpus} of this.#all()) if (TAKEN.includes(state)) room -= cpus
    for (const job of this.#all()) {
      if (job.state !== 'pending' || job.eligible > now) continue
      const array = this.arrays.get(job.id)
      if (array?.desired === 'suspended') continue
      if (job.cpus > room) return
      room -= job.cpus
      if (array !== undefined) array.began = true
      Object.assign(job, {state: 'running', started: now})
    }
  }
}
