/** The endless loop in the hands of a test: it sleeps on the manual clock, and is woken when the test says so. */
import assert from 'node:assert/strict'
import type {JobId} from '../../src/core/brand.js'
import {type LoopOptions, runLoop} from '../../src/service/loop.js'
import type {Leases} from './leases.js'
import type {GodProcess, World} from './world.js'

export const POLL = 30_000

/** Everything that needs no time has been done. */
export const quiet = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** The sleep of one loop. */
class Sleep {
  #now: {readonly ms: number; readonly end: () => void} | null = null
  sleeps = 0

  readonly delay: LoopOptions['delay'] = (ms, signal) =>
    new Promise(resolve => {
      const end = (): void => {
        this.#now = null
        resolve()
      }
      this.sleeps++
      this.#now = {ms, end}
      if (signal.aborted) end()
      signal.addEventListener('abort', end, {once: true})
    })

  /** For how long at most; null: it is awake. */
  get length(): number | null {
    return this.#now?.ms ?? null
  }

  end(): void {
    this.#now?.end()
  }
}

export class LoopDriver {
  readonly sleep = new Sleep()
  readonly stop = new AbortController()
  readonly god: GodProcess
  readonly done: Promise<void>
  readonly #world: World
  /** With a job: something happened to its container alone. */
  wake: (job?: JobId) => void = () => undefined
  listening = false

  constructor(world: World, leases: Leases, roles: Partial<LoopOptions> = {}, god = world.process()) {
    this.#world = world
    this.god = god
    this.done = runLoop(this.god.service, {
      schedule: true,
      watch: true,
      acquire: leases.acquire,
      holder: 'test',
      poll: POLL,
      delay: this.sleep.delay,
      patience: () => new Promise(() => undefined),
      signal: this.stop.signal,
      listen: wake => {
        this.wake = wake
        this.listening = true
        return async () => {
          this.listening = false
        }
      },
      ...roles,
    })
    this.done.catch(() => undefined)
  }

  /** Something rings. */
  async ring(job?: JobId): Promise<void> {
    this.wake(job)
    await quiet()
  }

  /** It sleeps as long as it wanted to. */
  async sleepOut(): Promise<void> {
    this.#world.clock.advance(this.sleep.length ?? assert.fail('it is awake'))
    this.sleep.end()
    await quiet()
  }

  async end(): Promise<void> {
    this.stop.abort()
    await this.done
  }
}
