/**
 * What a running job uses at this moment, made of two looks at its counters: the second gives the pace.
 * The first look of an attempt is compared with its start, when it had used nothing.
 */
import type {Instant} from '../brand.js'

/** One look at the counters of an attempt. */
export interface UsageLook {
  readonly attempt: number
  readonly at: Instant
  readonly cpuSeconds: number
  /** Bytes held at this moment; null: not known. */
  readonly memory: number | null
}

export interface LiveUsage extends UsageLook {
  /** Cpus busy on average since the look before; null: not known. */
  readonly cpus: number | null
}

const pace = (seconds: number, ms: number): number | null =>
  ms > 0 && seconds >= 0 ? Math.round((seconds / ms) * 1_000_000) / 1000 : null

/** `before`: the last look, of whatever attempt. Clocks that went back and counters that shrank give no pace. */
export const liveUsage = (
  before: UsageLook | undefined,
  now: UsageLook,
  started: Instant | null,
): LiveUsage => {
  if (before?.attempt === now.attempt) {
    return {...now, cpus: pace(now.cpuSeconds - before.cpuSeconds, now.at - before.at)}
  }
  return {...now, cpus: started === null ? null : pace(now.cpuSeconds, now.at - started)}
}

/** A look that is older says nothing about now: nobody watches there any more. */
const FRESH = 5 * 60_000

export const isFresh = ({at}: UsageLook, now: number): boolean => now - at <= FRESH
