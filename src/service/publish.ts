/**
 * Publishing a revision and telling the journal: the one way by which the passes change a job.
 * The revision counts: a journal that cannot be written takes nothing back.
 */
import type {Change} from '../core/outcome.js'
import type {Author, Stored, Sync} from '../store/job-store.js'
import {derived} from './derived.js'
import type {Service} from './service.js'

/** Null: somebody was faster; read the job again. */
export const publish = (
  service: Service,
  base: Stored,
  change: Change,
  author: Author,
  sync: Sync,
): Stored | null => {
  const next = service.jobs.publishNext(base, change, author, sync)
  if (next === null) return null
  const {record} = next
  const entry = {
    at: service.now(),
    what: 'transition',
    id: record.id,
    rev: record.rev,
    from: base.record.state,
    to: record.state,
    attempt: record.attempt,
    epoch: record.epoch,
    node: record.node,
    by: record.by,
    text: record.reason?.text ?? '',
  }
  derived(service, 'the journal', () => service.journal.write(entry))
  return next
}
