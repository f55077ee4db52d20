/**
 * Publishing a revision and telling the journal: the one way by which the passes change a job.
 * The revision counts: a journal that cannot be written takes nothing back.
 */
import {changedTasks} from '../core/array/view.js'
import type {Change} from '../core/outcome.js'
import type {Author, Stored, Sync} from '../store/jobs/job-store.js'
import {derived} from './derived.js'
import type {Service} from './service.js'

/** No two revisions of an array have the same bytes: a number that pruning has freed may be linked again (state.md 6). */
const marked = (service: Service, change: Change): Change =>
  change.array === undefined ? change : {...change, array: {...change.array, mark: service.random()}}

/** Null: somebody was faster; read the job again. */
export const publish = (
  service: Service,
  base: Stored,
  change: Change,
  author: Author,
  sync: Sync,
): Stored | null => told(service, base, service.jobs.publishNext(base, marked(service, change), author, sync))

/** The same together with others that are published now. */
export const publishBeside = async (
  service: Service,
  base: Stored,
  change: Change,
  author: Author,
): Promise<Stored | null> =>
  told(service, base, await service.jobs.publishNextBeside(base, marked(service, change), author))

const told = (service: Service, base: Stored, next: Stored | null): Stored | null => {
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
    ...(record.array === undefined ? {} : {tasks: changedTasks(base.record, record)}),
  }
  derived(service, 'the journal', () => service.journal.write(entry))
  return next
}
