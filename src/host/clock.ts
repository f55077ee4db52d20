/** The only wall clock: epoch milliseconds, ISO text, and waiting. */
import {LAST_INSTANT} from '../core/begin-time.js'
import {type Instant, instant} from '../core/brand.js'

export interface Clock {
  now(): Instant
  /** Resolves after `ms`, or early when `signal` says so. */
  delay(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => instant(Date.now()),
  delay: (ms, signal) =>
    new Promise(resolve => {
      if (signal?.aborted === true) return resolve()
      const done = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done)
    }),
}

/** RFC 3339 in UTC with milliseconds, as JSON output carries it. */
/** What is foreseen later than that is told as that. */
export const iso = (at: number): string => new Date(Math.min(at, LAST_INSTANT)).toISOString()
