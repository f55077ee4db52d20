/**
 * How long jobs are expected to run: by their limit, by what they really run, or by what their user's last two took
 * (scheduling.md 2 and 7). Pure.
 */
import type {SimulatedJob} from './workload.js'

export const ESTIMATES = ['user', 'actual', 'predicted'] as const
export type Estimates = (typeof ESTIMATES)[number]

export interface Forecast {
  /** Expected run time of a job that is submitted now; it stays while the job waits. */
  of(job: SimulatedJob): number
  /** Learns from a job that has ended. */
  ended(job: SimulatedJob): void
  /** A job that runs still at its estimated end has outlived it, and is given more time. */
  readonly corrects: boolean
}

/** With fewer than two of them the limit is the estimate: a mean of two is not known. */
const fromHistory = (): Forecast => {
  const lastTwo = new Map<string, readonly [number | null, number]>()
  return {
    corrects: true,
    of: ({user, limit}) => {
      const [before, last] = lastTwo.get(user) ?? [null, 0]
      return before === null ? limit : Math.min(limit, (before + last) / 2)
    },
    ended: ({user, run}) => {
      lastTwo.set(user, [lastTwo.get(user)?.[1] ?? null, run])
    },
  }
}

const nothing = (): void => undefined

export const forecastBy = (estimates: Estimates): Forecast => {
  if (estimates === 'predicted') return fromHistory()
  return {
    corrects: false,
    of: estimates === 'user' ? ({limit}) => limit : ({run}) => run,
    ended: nothing,
  }
}
