/** The order in which the pending jobs should start, as a policy has it. Pure. */
import type {PendingJob, Scheduler} from '@god-cli/api'
import type {Instant} from './brand.js'

export type Policy = Pick<Scheduler, 'order' | 'compare' | 'rank'>

/** The policy's order made whole: unknown and repeated ids dropped, forgotten ones last, by number. */
export const inOrder = <T extends PendingJob>(
  jobs: readonly T[],
  now: Instant,
  policy: Policy,
): readonly T[] => {
  if (policy.compare !== undefined) return [...jobs].sort((a, b) => policy.compare?.(a, b) || a.id - b.id)
  const pending = [...jobs].sort((a, b) => a.id - b.id)
  const left = new Map(pending.map(job => [job.id, job]))
  const ordered: T[] = []
  for (const id of policy.order(pending, now)) {
    const job = left.get(id)
    if (job !== undefined) ordered.push(job)
    left.delete(id)
  }
  return [...ordered, ...left.values()]
}
