/**
 * What waits for a start, as a pass sees it: a job, or an array, of which several tasks may start in one pass. Pure.
 */
import type {PendingJob, Reason} from '@god-cli/api'
import type {Where} from './shape.js'

export interface Waiting extends PendingJob {
  /** Of an array: how many tasks may start now, and why no more. */
  readonly tasks?: {readonly count: number; readonly reason: Reason | null}
  /** Left out: any node. */
  readonly where?: Where
  /** `alikeKey` of it, where that was worked out before. */
  readonly alike?: string
}

/**
 * Equal for jobs between which every policy must decide by their times and ids alone, and so in the order of
 * submission: those that waited equally long before they became eligible.
 */
export const alikeKey = (job: Waiting): string => {
  const {user, uid, project, queue, nice, submitted, eligible, walltime, resources, where} = job
  const amounts = `${resources.cpus} ${resources.memory} ${resources.gpus}`
  const names = JSON.stringify([user, project, queue, where ?? 0])
  return `${uid} ${nice} ${eligible - submitted} ${walltime} ${amounts} ${names}`
}

export const inOrderOfSubmission = (a: Waiting, b: Waiting): number =>
  a.submitted - b.submitted || a.id - b.id

/** Why it cannot start now, whatever the others do. Null: nothing of its own keeps it. */
export const ownReason = ({tasks}: Waiting, _now: number): Reason | null =>
  tasks?.count === 0 ? (tasks.reason ?? {code: 'limit', text: 'no task of it may start now'}) : null

/** Whether that is worth asking. */
export const mayHaveOwnReason = ({tasks}: Waiting): boolean => tasks !== undefined
