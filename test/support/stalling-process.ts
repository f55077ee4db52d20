/**
 * A process that stops in the middle and goes on later, while others act: SIGSTOP and SIGCONT.
 *
 * A process of god is a function of what its calls answer. So the first run stops by an exception at the chosen
 * call; `resume` makes the same object answer a second run of the same act from its log, without touching disk or
 * engine, up to that call, and from there the calls are real. What the others did meanwhile is then seen, or
 * missed, exactly as by a stopped process: its memory, open files and decisions are the old ones.
 */
import {Crash, DiskProcess, isMutating} from './disk-process.js'

export class Stalled extends Crash {}

interface Answer {
  readonly call: string
  readonly path: string
  readonly result?: unknown
  readonly error?: unknown
  /** What a read put into the caller's buffer. */
  bytes?: Uint8Array
}

export interface StallAt {
  /** The n-th call that fits, from 1; it has not happened yet when the process stops. */
  readonly n: number
  /** Absent: every changing call. */
  readonly call?: string
  readonly path?: string
}

export class StallingProcess extends DiskProcess {
  #mode: 'first' | 'stalled' | 'again' | 'live' = 'first'
  readonly #log: Answer[] = []
  #at = 0
  #fitting = 0
  #syncs = 0
  readonly #stall: StallAt | null

  constructor(disk: ConstructorParameters<typeof DiskProcess>[0], stall: StallAt | null) {
    super(disk)
    this.#stall = stall
  }

  /** Of those asked for at once one ends sooner than another, so others of this process act in between. */
  readonly beside = {
    fsync: async (fd: number): Promise<void> => {
      await this.#aWhile()
      this.fsync(fd)
    },
    fsyncDir: async (path: string): Promise<void> => {
      await this.#aWhile()
      this.fsyncDir(path)
    },
  }

  /** The n-th sync takes as long in both runs. */
  async #aWhile(): Promise<void> {
    this.#syncs++
    for (let left = (this.#syncs * 7) % 13; left > 0; left--) await null
  }

  /** Stopped, and not yet resumed. */
  override get dead(): boolean {
    return this.#mode === 'stalled' || super.dead
  }

  /** The next run of the same act continues where the first one stopped. */
  resume(): void {
    this.#mode = 'again'
    this.#at = 0
    this.#syncs = 0
  }

  override mutate<T>(call: string, path: string, act: () => T): T {
    if (this.#mode === 'again') {
      const answer = this.#next(call, path)
      if (answer !== null) return this.#repeat(answer)
    }
    if (this.#mode === 'live') return super.mutate(call, path, act)
    if (this.#mode === 'stalled' || this.#isDue(call, path)) {
      this.#mode = 'stalled'
      throw new Stalled(`stalled before ${call} ${path}`)
    }
    return this.#record(call, path, () => super.mutate(call, path, act))
  }

  /** The logged answer, or null: from here on all is live. */
  #next(call: string, path: string): Answer | null {
    const answer = this.#log[this.#at++]
    if (answer === undefined) {
      this.#mode = 'live'
      return null
    }
    if (answer.call !== call || answer.path !== path) {
      throw new Error(
        `the second run asks ${call} ${path}; the first one asked ${answer.call} ${answer.path}`,
      )
    }
    return answer
  }

  #repeat<T>(answer: Answer): T {
    if (answer.error !== undefined) throw answer.error
    return answer.result as T
  }

  #isDue(call: string, path: string): boolean {
    const stall = this.#stall
    if (stall === null) return false
    if (stall.call === undefined ? !isMutating(call) : stall.call !== call) return false
    if (stall.path !== undefined && !path.includes(stall.path)) return false
    return ++this.#fitting === stall.n
  }

  #record<T>(call: string, path: string, act: () => T): T {
    const entry = {call, path}
    try {
      const result = act()
      this.#log.push({...entry, result})
      return result
    } catch (error) {
      this.#log.push({...entry, error})
      throw error
    }
  }

  override read(fd: number, buffer: Uint8Array, position: number): number {
    const logged = this.#mode === 'again' ? this.#log[this.#at] : undefined
    const n = super.read(fd, buffer, position)
    if (logged?.bytes !== undefined) buffer.set(logged.bytes)
    const last = this.#log.at(-1)
    if (this.#mode === 'first' && last?.call === 'read') last.bytes = buffer.slice(0, n)
    return n
  }

  /** Files that the first run closed stay known to the second; those open at the stall are still open. */
  override close(fd: number): void {
    if (this.#mode === 'live') super.close(fd)
  }
}
