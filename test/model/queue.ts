/**
 * A model of the queue (R14): what a site with one node and the policy fifo comes to, told without files, processes or
 * crashes. Small enough to be read and believed; `queue.test.ts` holds the real one against it.
 *
 * Requests lie until the next pass. A pass applies them in their order, lets end what has ended, and starts in the
 * order of ids until one does not fit.
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
}

export interface ModelJob extends Program {
  readonly id: number
  readonly owner: number
  state: string
  desired: 'run' | 'suspended' | 'killed'
  started: number | null
  ended: number | null
  pausedAt: number | null
  paused: number
  /** Killed for another attempt. */
  requeue: boolean
  attempt: number
  stop: {readonly cause: 'killed' | 'timeout'; readonly at: number} | null
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

export class ModelQueue {
  readonly jobs = new Map<number, ModelJob>()
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
    for (const request of requests) if (request.kind === 'submit') this.#admit(request)
    for (const request of requests) if (request.kind === 'control') this.#apply(request, now)
    for (const job of this.jobs.values()) this.#watch(job, now)
    this.#start(now)
  }

  #admit({id, owner, program}: Extract<Request, {kind: 'submit'}>): void {
    // More than the node has: refused, and there is no job.
    if (program.cpus > this.#capacity) return
    const state = program.hold ? 'held' : 'pending'
    this.jobs.set(id, {...program, ...FRESH, id, owner, state, attempt: 1})
  }

  #apply({op, id, user}: Extract<Request, {kind: 'control'}>, now: number): void {
    const job = this.jobs.get(id)
    if (job === undefined) return
    if (user !== job.owner && user !== this.#operator) return
    if (OVER.includes(job.state)) {
      if (op === 'requeue') this.#again(job)
    } else if (job.state === 'pending' || job.state === 'held') this.#applyWaiting(job, op, now)
    else this.#applyBegun(job, op)
  }

  #applyWaiting(job: ModelJob, op: ControlOp, now: number): void {
    if (op === 'kill') this.#end(job, 'killed', now)
    if (op === 'hold') job.state = 'held'
    if (op === 'release') job.state = 'pending'
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
    if (end <= now) this.#end(job, job.stop?.cause ?? (job.exit === 0 ? 'done' : 'failed'), end)
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
    if (now >= at + this.#grace) this.#end(job, cause, now)
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
    else this.#end(job, cause, now)
  }

  #end(job: ModelJob, state: string, at: number): void {
    if (job.requeue) this.#again(job)
    else Object.assign(job, {state, ended: at})
  }

  #again(job: ModelJob): void {
    Object.assign(job, {...FRESH, state: 'pending', attempt: job.attempt + 1})
  }

  #start(now: number): void {
    const jobs = [...this.jobs.values()].sort((a, b) => a.id - b.id)
    let room = this.#capacity
    for (const {state, cpus} of jobs) if (TAKEN.includes(state)) room -= cpus
    for (const job of jobs.filter(({state}) => state === 'pending')) {
      if (job.cpus > room) return
      room -= job.cpus
      Object.assign(job, {state: 'running', started: now})
    }
  }
}
