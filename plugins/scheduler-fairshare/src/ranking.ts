/**
 * The order of waiting jobs at one moment: points for fair share, queue, project, age and size, less the nice value; then the
 * time of submission, then the id. Pure.
 *
 * Points alone starve wide jobs of heavy users. So who has waited long enough is promoted: before all others, by
 * submission; only the queue that the operator calls urgent goes before them.
 */
import type {PendingJob, PolicyWorld, Ranking} from '@god-cli/api'
import type {Options} from './options.js'

/** The largest part of the site that it asks for. */
const sizeOf = ({resources}: PendingJob, {capacity}: PolicyWorld): number => {
  const part = (asked: number, all: number): number => (all > 0 ? asked / all : 0)
  return Math.min(
    1,
    Math.max(
      part(resources.cpus, capacity.cpus),
      part(resources.memory, capacity.memory),
      part(resources.gpus, capacity.gpus),
    ),
  )
}

type Term = 'fairshare' | 'queue' | 'project' | 'age' | 'size' | 'nice' | 'priority'

interface Judged {
  /** The lower goes first. */
  readonly rank: number
  readonly terms: Readonly<Record<Term, number>>
  readonly urgent: boolean
  readonly promoted: boolean
}

const judge = (job: PendingJob, world: PolicyWorld, options: Options): Judged => {
  const {weights, maxAge, promoteAfter, urgentQueue} = options
  const waited = Math.max(0, world.now - job.eligible)
  const fairshare = weights.fairshare * world.standing(job.user).factor
  const queue = weights.queue * world.queueFactor(job.queue)
  const project = weights.project * world.projectFactor(job.project)
  const age = weights.age * Math.min(1, waited / maxAge)
  const size = weights.size * sizeOf(job, world)
  const {nice} = job
  const priority = fairshare + queue + project + age + size - nice
  const [urgent, promoted] = [job.queue === urgentQueue, waited >= promoteAfter]
  const rank = (urgent ? 0 : 2) + (promoted ? 0 : 1)
  return {rank, terms: {fairshare, queue, project, age, size, nice, priority}, urgent, promoted}
}

export const rankAt = (world: PolicyWorld, options: Options): Ranking => {
  const judged = new WeakMap<PendingJob, Judged>()
  const of = (job: PendingJob): Judged => {
    const known = judged.get(job) ?? judge(job, world, options)
    judged.set(job, known)
    return known
  }
  return {
    compare: (a, b) => {
      const [one, other] = [of(a), of(b)]
      return (
        one.rank - other.rank ||
        (one.promoted ? 0 : other.terms.priority - one.terms.priority) ||
        a.submitted - b.submitted ||
        a.id - b.id
      )
    },
    terms: job => {
      const {terms, urgent, promoted} = of(job)
      return {...terms, promoted: Number(promoted), urgent: Number(urgent)}
    },
  }
}
