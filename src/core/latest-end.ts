/** When what runs is expected to end at the latest: what reservations are made by (scheduling.md 3). Pure. */
import type {JobRecord} from './job.js'

export interface EndPlans {
  readonly now: number
  /** Seconds for which one without a walltime is planned. */
  readonly assumedTime: number
  /** Milliseconds from the polite signal to the end. */
  readonly grace: number
}

/** What is paused now ends so much later as it has been paused. */
export const latestEnd = (
  {started, walltime, paused, stop}: Pick<JobRecord, 'started' | 'walltime' | 'paused' | 'stop'>,
  {now, assumedTime, grace}: EndPlans,
): number => {
  if (stop?.at !== undefined) return stop.at + grace
  const stood = paused.total + (paused.since === null ? 0 : Math.max(0, now - paused.since))
  return (started ?? now) + (walltime ?? assumedTime) * 1000 + stood
}
