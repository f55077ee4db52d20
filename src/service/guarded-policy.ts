/**
 * A policy as the passes ask it: what a plugin throws, or answers that is no list, is the plugin's fault by name and
 * costs one pass; what it is shown it cannot change, for these are the records that will be published.
 */
import type {PendingJob, Scheduler} from '@god-cli/api'
import {GodError} from '../core/errors.js'

const shown = (pending: readonly PendingJob[]): readonly PendingJob[] => {
  for (const job of pending) {
    Object.freeze(job.resources)
    Object.freeze(job)
  }
  return Object.freeze([...pending])
}

export const guardedPolicy = (policy: Scheduler, id: string): Scheduler => {
  const fault = (why: string, cause?: unknown): GodError =>
    new GodError(
      'E_PROVIDER_BAD',
      `the scheduler '${id}' cannot order the queue, so nothing starts: ${why}`,
      'Update its plugin, or name another in scheduler_policy.',
      {cause},
    )
  const asked = (pending: readonly PendingJob[], now: number): unknown => {
    try {
      return policy.order(shown(pending), now)
    } catch (error) {
      throw fault(error instanceof Error ? error.message : String(error), error)
    }
  }
  const compared: NonNullable<Scheduler['compare']> = (a, b) => {
    try {
      const answer: unknown = policy.compare?.(a, b)
      if (typeof answer === 'number' && !Number.isNaN(answer)) return answer
    } catch (error) {
      throw fault(error instanceof Error ? error.message : String(error), error)
    }
    throw fault('it compares two jobs to no number')
  }
  return {
    ...(policy.compare === undefined ? {} : {compare: compared}),
    order: (pending, now) => {
      const answer = asked(pending, now)
      if (!Array.isArray(answer)) throw fault('its answer is no list of ids')
      return answer.filter(one => typeof one === 'number')
    },
  }
}
