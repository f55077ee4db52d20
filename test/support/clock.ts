/** The manual clock: time moves when a test says so. */
import {type Instant, instant} from '../../src/core/brand.js'

export class ManualClock {
  #now: number
  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start
  }

  readonly now = (): Instant => instant(this.#now)

  advance(ms: number): void {
    this.#now += ms
  }
}
