/**
 * A trace and a scheduler in, the start of each job out: a virtual clock that jumps from event to event, and an executor
 * that starts at once and ends to the millisecond (scheduling.md 2). Pure and deterministic; it goes in steps, so that
 * whoever drives it can tell how far it is.
 */
import {counted} from '../amounts.js'
import {GodError} from '../errors.js'
import {outlived} from '../scheduling/expected-run.js'
import type {Dispatcher} from './dispatcher.js'
import {createEndQueue, type EndQueue} from './end-queue.js'
import type {Forecast} from './predict.js'
import type {SimulatedJob, Started} from './workload.js'

export const EVENT_ORDERS = ['batch', 'serial'] as const
export type EventOrder = (typeof EVENT_ORDERS)[number]

/** Told of what happens, as it happens: for who keeps an account of usage. */
export interface Witness {
  submitted(job: SimulatedJob): void
  started(job: SimulatedJob, now: number): void
  ended(job: SimulatedJob, now: number): void
}

export interface ReplayOptions {
  /** In the order of submission. */
  readonly jobs: readonly SimulatedJob[]
  readonly dispatcher: Dispatcher
  readonly forecast: Forecast
  readonly eventOrder: EventOrder
  readonly witness?: Witness
  /** What runs when it begins. */
  readonly running?: readonly Adopted[]
  /** Moments at which a pass is due besides: somebody may start, though nothing ended. In order. */
  readonly wakes?: readonly number[]
}

export interface Adopted {
  readonly job: SimulatedJob
  readonly node: string
  readonly end: number
}

interface Running extends Started {
  readonly end: number
  /** How long it is expected to run: as of its start. */
  readonly estimate: number
  /** Until when it is expected to run: as of now. */
  expected: number
  /** Its room was given back, for its time was up, before its end was looked at. */
  released: boolean
}

export interface Replay {
  /** In the order in which they started. */
  readonly started: readonly Started[]
  /** Goes on for so many events; false: all is over. */
  step(events: number): boolean
}

class VirtualSite {
  readonly started: Started[] = []
  /** Place in `jobs` of the next that is submitted. */
  private coming = 0
  /** Place in `wakes`. */
  private waking = 0
  private readonly ends: EndQueue<Running> = createEndQueue()
  /** By the moment at which they are expected to end, where that can be a mistake. */
  private readonly expiries: EndQueue<Running> = createEndQueue()
  private readonly running = new Set<Running>()

  constructor(private readonly options: ReplayOptions) {
    for (const {job, node, end} of options.running ?? []) {
      const one = {job, node, start: end - job.run, end, estimate: job.run, expected: end, released: false}
      options.dispatcher.adopt(job, node, end)
      this.running.add(one)
      this.ends.push(end, one)
      options.witness?.started(job, one.start)
    }
  }

  private get next(): SimulatedJob | undefined {
    return this.options.jobs[this.coming]
  }

  /** Infinity: nothing will happen any more. */
  private nextEvent(): number {
    const never = Number.POSITIVE_INFINITY
    return Math.min(this.ends.next(), this.next?.submit ?? never, this.options.wakes?.[this.waking] ?? never)
  }

  /** Whether a pass is due by that. */
  private wake(now: number): boolean {
    const {wakes = []} = this.options
    const before = this.waking
    while ((wakes[this.waking] ?? Number.POSITIVE_INFINITY) <= now) this.waking++
    return this.waking > before
  }

  private pass(now: number): void {
    for (const {job, node, estimate} of this.options.dispatcher.pass(now)) {
      const end = now + job.run
      const one = {job, node, start: now, end, estimate, expected: now + estimate, released: false}
      this.started.push({job, node, start: now})
      this.running.add(one)
      this.ends.push(end, one)
      if (this.options.forecast.corrects && one.expected < end) this.expiries.push(one.expected, one)
      this.options.witness?.started(job, now)
    }
  }

  /** Of those that have outlived their estimate by now. */
  private correct(now: number): void {
    while (this.expiries.next() <= now) {
      const one = this.expiries.pop()
      if (one === undefined || one.end <= now) continue
      const {job, start, estimate} = one
      one.expected = start + outlived(estimate, now - start, job.limit)
      this.options.dispatcher.extend(job, one.expected)
      // At its limit nothing more is known of it; if it runs through, the pass sees to that.
      if (one.expected > now && one.expected < one.end) this.expiries.push(one.expected, one)
    }
  }

  private submit(job: SimulatedJob): void {
    this.coming++
    this.options.witness?.submitted(job)
    this.options.dispatcher.enqueue(job, this.options.forecast.of(job), job.submit)
  }

  private end(one: Running, now: number): void {
    this.running.delete(one)
    if (!one.released) this.options.dispatcher.release(one.job, now)
    this.options.forecast.ended(one.job)
    this.options.witness?.ended(one.job, now)
  }

  /** All ends, then all submissions, then one pass. */
  batch(now: number): void {
    this.wake(now)
    while (this.ends.next() === now) {
      const one = this.ends.pop()
      if (one !== undefined) this.end(one, now)
    }
    for (let job = this.next; job?.submit === now; job = this.next) this.submit(job)
    this.correct(now)
    this.pass(now)
  }

  /** Those that end now, and were expected to, are out of the way before anything is decided. */
  private giveBack(now: number): void {
    for (const one of this.running) {
      if (one.end !== now || one.expected !== now || one.released) continue
      one.released = true
      this.options.dispatcher.release(one.job, now)
    }
  }

  /** Submissions by number, then ends by start; a pass after each. */
  serial(now: number): void {
    this.correct(now)
    if (this.ends.next() === now) this.giveBack(now)
    for (let job = this.next; job?.submit === now; job = this.next) {
      this.submit(job)
      if (this.options.dispatcher.fits(job)) this.pass(now)
    }
    while (this.ends.next() === now) {
      const one = this.ends.pop()
      if (one === undefined) break
      this.end(one, now)
      this.pass(now)
    }
    if (this.wake(now)) this.pass(now)
  }

  step(events: number): boolean {
    for (let done = 0; done < events; done++) {
      const now = this.nextEvent()
      if (now === Number.POSITIVE_INFINITY) return this.over()
      this[this.options.eventOrder](now)
    }
    return true
  }

  /** All has ended, so everything is free: who waits now waits for ever. */
  private over(): false {
    const missing = this.options.jobs.reduce((sum, {tasks = 1}) => sum + tasks, -this.started.length)
    if (missing === 0) return false
    throw new GodError('E_BUG', `${counted(missing, 'job')} never started, though nothing else runs`)
  }
}

export const createReplay = (options: ReplayOptions): Replay => {
  const site = new VirtualSite(options)
  return {started: site.started, step: events => site.step(events)}
}
