/**
 * Pauses between tries that led nowhere: each twice as long as the one before, as long as nothing has changed. So an
 * engine in trouble is not hammered. In memory only: a new process tries at once.
 */
import {type Instant, instant} from '../core/brand.js'

/** Milliseconds. */
const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 60_000

export interface Pauses<K> {
  end(key: K): void
  /** `sight`: what was seen when it led nowhere; another sight is tried at once. */
  begin(key: K, sight: string): void
  /** Null: try. */
  until(key: K, sight: string): Instant | null
}

interface Pause {
  readonly sight: string
  readonly length: number
  readonly until: Instant
}

export const createPauses = <K>(now: () => Instant): Pauses<K> => {
  const pauses = new Map<K, Pause>()
  return {
    end: key => {
      pauses.delete(key)
    },
    begin: (key, sight) => {
      const before = pauses.get(key)
      const length = before?.sight === sight ? Math.min(before.length * 2, LONGEST_PAUSE) : FIRST_PAUSE
      pauses.set(key, {sight, length, until: instant(now() + length)})
    },
    until: (key, sight) => {
      const pause = pauses.get(key)
      if (pause?.sight !== sight) return null
      const left = pause.until - now()
      // No pause is longer: the clock was set back.
      return left > 0 && left <= LONGEST_PAUSE ? pause.until : null
    },
  }
}
