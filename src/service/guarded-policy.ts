/**
 * A policy as the passes ask it: what a plugin throws, or answers that is no list, is the plugin's fault by name and
 * costs one pass; what it is shown it cannot change, for these are the records that will be published.
 */
import type {PendingJob, PolicyWorld, Ranking, Scheduler} from '@god-cli/api'
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
  const guarded = <T>(ask: () => T): T => {
    try {
      return ask()
    } catch (error) {
      throw fault(error instanceof Error ? error.message : String(error), error)
    }
  }
  const comparing =
    (compare: Ranking['compare']): Ranking['compare'] =>
    (a, b) => {
      const answer: unknown = guarded(() => compare(a, b))
      if (typeof answer === 'number' && !Number.isNaN(answer)) return answer
      throw fault('it compares two jobs to no number')
    }
  const {compare, rank} = policy
  const ranked = (world: PolicyWorld): Ranking => {
    const ranking = guarded(() => rank?.call(policy, world))
    if (typeof ranking?.compare !== 'function') throw fault('its ranking compares nothing')
    return {...ranking, compare: comparing(ranking.compare.bind(ranking))}
  }
  return {
    ...(compare === undefined ? {} : {compare: comparing(compare.bind(policy))}),
    ...(rank === undefined ? {} : {rank: ranked}),
    order: (pending, now) => {
      const answer: unknown = guarded(() => policy.order(shown(pending), now))
      if (!Array.isArray(answer)) throw fault('its answer is no list of ids')
      return answer.filter(one => typeof one === 'number')
    },
  }
}
