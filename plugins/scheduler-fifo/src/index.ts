/**
 * Policy "first in, first out": lower nice first, then by id, and ids are given in the order of submission.
 *
 * Pure, no clock. Nobody overtakes but by nice, so every wait has a short reason.
 */
import {defineProvider, type PendingJob, type Scheduler} from '@god-cli/api'

const byNiceThenId = (a: PendingJob, b: PendingJob): number => a.nice - b.nice || a.id - b.id

const fifo: Scheduler = {
  order: pending => [...pending].sort(byNiceThenId).map(job => job.id),
  compare: byNiceThenId,
}

export default defineProvider('scheduler', () => fifo)
