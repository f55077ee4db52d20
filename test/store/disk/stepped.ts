/**
 * Acts of several processes in any order of their calls on the disk.
 *
 * An act is a function of what its calls answer. To go one call further it is run again from its beginning: the
 * calls it has made are answered from their log, one more is made, and then it stops. So each process can rest
 * between any two calls for as long as a test wants, with the memory that it had.
 */
import type {FileSystem} from '../../../src/store/disk/file-system.js'
import {type Dice, dice} from '../../support/seeded.js'

class Paused extends Error {}

interface Answer {
  readonly result?: unknown
  readonly error?: unknown
  /** What a read put into the caller's buffer. */
  readonly buffer?: Uint8Array
}

type Call = (...args: unknown[]) => unknown

/** `random` draws the same tokens each time the act is run again. */
export type Act<T> = (fs: FileSystem, random: () => string) => T

export class Stepped<T> {
  readonly #inner: FileSystem
  readonly #act: Act<T>
  readonly #name: string
  readonly #log: Answer[] = []
  #outcome: {readonly result: T} | {readonly error: unknown} | null = null

  constructor(inner: FileSystem, name: string, act: Act<T>) {
    this.#inner = inner
    this.#name = name
    this.#act = act
  }

  get done(): boolean {
    return this.#outcome !== null
  }

  /** What the act returned; throws what it threw. */
  get result(): T {
    if (this.#outcome === null) throw new Error('it has not come to its end')
    if ('error' in this.#outcome) throw this.#outcome.error
    return this.#outcome.result
  }

  /** One call further. */
  step(): void {
    if (this.done) return
    const run = {at: 0, live: 1, paused: false}
    const fs = new Proxy(this.#inner, {
      get: (target, key: keyof FileSystem) => {
        const call = target[key] as Call
        return (...args: unknown[]) => this.#answer(run, args, () => call.apply(target, args))
      },
    })
    let n = 0
    const random = (): string => `${this.#name}${(++n).toString(16).padStart(24 - this.#name.length, '0')}`
    try {
      const result = this.#act(fs, random)
      if (!run.paused) this.#outcome = {result}
    } catch (error) {
      if (!run.paused) this.#outcome = {error}
    }
  }

  #answer(run: {at: number; live: number; paused: boolean}, args: unknown[], call: () => unknown): unknown {
    let answer = this.#log[run.at]
    if (answer === undefined) {
      if (run.live === 0) {
        run.paused = true
        throw new Paused('it rests here')
      }
      run.live--
      answer = this.#make(args, call)
      this.#log.push(answer)
    }
    run.at++
    if (answer.buffer !== undefined && args[1] instanceof Uint8Array) args[1].set(answer.buffer)
    if (answer.error !== undefined) throw answer.error
    return answer.result
  }

  #make(args: unknown[], call: () => unknown): Answer {
    try {
      const result = call()
      return args[1] instanceof Uint8Array && typeof result === 'number'
        ? {result, buffer: args[1].slice(0, result)}
        : {result}
    } catch (error) {
      return {error}
    }
  }
}

/** Runs all to their ends, in an order of calls that the seed decides; `turns` = the longest turns to choose from. */
export const interleave = (
  actors: readonly Stepped<unknown>[],
  seed: number,
  turns: readonly number[],
): void => {
  const chance: Dice = dice(seed)
  const patience = chance.pick(turns)
  for (;;) {
    const waiting = actors.filter(actor => !actor.done)
    if (waiting.length === 0) return
    const actor = chance.pick(waiting)
    for (let i = chance.roll(patience); i >= 0; i--) actor.step()
  }
}
