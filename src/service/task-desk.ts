/**
 * Where the workers of one process publish what became of an array's tasks (state.md 9): what waits for the same array
 * is folded into one revision, so that many tasks that end at once cost one publish and not one each.
 *
 * A change is decided on a task's own part: it counts as long as that part is so, whatever the other tasks did. A lost
 * link means that somebody was faster: read again, and go on. It keeps nothing that a crash could lose.
 */
import {foldTasks, type TaskChange} from '../core/array/fold.js'
import {stampOf, taskRecord} from '../core/array/view.js'
import type {JobId} from '../core/brand.js'
import type {JobRecord} from '../core/job.js'
import type {Change} from '../core/outcome.js'
import type {Stored} from '../store/jobs/job-store.js'
import type {Part} from './known-container.js'
import {publish} from './publish.js'
import {readIfReadable} from './readable-jobs.js'
import {plainAuthor, type Service} from './service.js'

export interface TaskDesk {
  /** `view`: the task as it was when the change was decided on. Null: it is another by now; look again. */
  publish(view: JobRecord, change: Change): Promise<Part | null>
}

interface Waiting extends TaskChange {
  readonly stamp: string
  readonly resolve: (part: Part | null) => void
  readonly reject: (error: unknown) => void
}

/** Links lost in a row: each means that somebody else came on. */
const MOST_TRIES = 100

const stands = (record: JobRecord, {task, stamp}: Waiting): boolean => {
  const view = taskRecord(record, task)
  return view !== null && stampOf(view) === stamp
}

/** Two workers of one task decided on the same part: after the first it is another. */
const oneEach = (waiting: readonly Waiting[]): readonly Waiting[] => {
  const seen = new Set<number>()
  return waiting.filter(({task}) => !seen.has(task) && seen.add(task))
}

interface Folded {
  readonly next: Stored
  readonly taken: readonly Waiting[]
}

const publishAll = (service: Service, id: JobId, waiting: readonly Waiting[]): Folded | null => {
  for (let i = 0; i < MOST_TRIES; i++) {
    const base = readIfReadable(service, id)
    if (base === null || base === 'unread') return null
    const taken = oneEach(waiting.filter(one => stands(base.record, one)))
    if (taken.length === 0) return null
    const author = plainAuthor('watcher', base.record.epoch)
    const next = publish(service, base, foldTasks(base.record, taken, service.now()), author, 'later')
    if (next !== null) return {next, taken}
  }
  return null
}

const answer = (waiting: readonly Waiting[], folded: Folded | null): void => {
  for (const one of waiting) {
    const stored = folded?.taken.includes(one) === true ? folded.next : null
    const record = stored === null ? null : taskRecord(stored.record, one.task)
    one.resolve(stored === null || record === null ? null : {stored, record})
  }
}

export const createTaskDesk = (service: Service): TaskDesk => {
  const queues = new Map<JobId, Waiting[]>()
  const flush = (id: JobId): void => {
    const waiting = queues.get(id) ?? []
    queues.delete(id)
    try {
      answer(waiting, publishAll(service, id, waiting))
    } catch (error) {
      for (const {reject} of waiting) reject(error)
    }
  }
  return {
    publish: (view, change) =>
      new Promise((resolve, reject) => {
        const {id, task = -1} = view
        const one = {task, change, stamp: stampOf(view), resolve, reject}
        const queue = queues.get(id)
        if (queue !== undefined) {
          queue.push(one)
          return
        }
        queues.set(id, [one])
        // After all that is at hand now: the engine's answers that came together are worked on first.
        setImmediate(flush, id)
      }),
  }
}
