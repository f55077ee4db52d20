/**
 * What waits for a start, as a pass sees it: a job, or an array, of which several tasks may start in one pass. Pure.
 */
import type {PendingJob, Reason} from '@god-cli/api'
import {notYetAt} from '../begin-time.js'
import type {Where} from './shape.js'

export interface Waiting extends PendingJob {
  /** Not before that moment. Left out: at any time. */
  readonly begin?: number
  /** Of an array: how many tasks may start now, and why no more. */
  readonly tasks?: {readonly count: number; readonly reason: Reason | null}
  /** It is to be root in its container. */
  readonly root?: true
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
  const {cpus, memory, gpus, counted} = resources
  const amounts = `${cpus} ${memory} ${gpus}${counted === undefined ? '' : JSON.stringify(counted)}`
  const names = JSON.stringify([user, project, queue, where ?? 0])
  return `${uid} ${nice} ${eligible - submitted} ${walltime} ${amounts} ${names}`
}

export const inOrderOfSubmission = (a: Waiting, b: Waiting): number =>
  a.submitted - b.submitted || a.id - b.id

/** Why it cannot start at that moment, whatever the others do. Null: nothing of its own keeps it. */
export const ownReasonAt = (now: number): ((job: Waiting) => Reason | null) => {
  const early = notYetAt(now)
  return job =>
    job.tasks?.count === 0
      ? (job.tasks.reason ?? {code: 'limit', text: 'no task of it may start now'})
      : early(job)
}

/** Whether that is worth asking. */
export const mayHaveOwnReason = ({tasks, begin}: Waiting): boolean =>
  tasks !== undefined || begin !== undefined
