/**
 * The containers of this cluster against the records: at most one of each attempt, and none that no record asks for
 * (state.md 14). They were listed before the records were read, so one without a record is a true orphan.
 */
import type {ListedContainer} from '@god-cli/api'
import {taskRecord} from '../../core/array/view.js'
import {jobId} from '../../core/brand.js'
import {isFinal} from '../../core/state.js'
import type {Finding} from '../../store/fsck/finding.js'
import type {JobSeen} from '../../store/fsck/job.js'
import type {Layout} from '../../store/layout.js'

const twice = (layout: Layout, containers: readonly ListedContainer[]): readonly Finding[] => {
  const byAttempt = new Map<string, ListedContainer[]>()
  for (const container of containers) {
    const key = `${container.job} ${container.task ?? ''} ${container.attempt}`
    byAttempt.set(key, [...(byAttempt.get(key) ?? []), container])
  }
  return [...byAttempt.values()].flatMap((same): readonly Finding[] => {
    const [first] = same
    if (first === undefined || same.length < 2) return []
    const text = `attempt ${first.attempt} of job ${first.job} has ${same.length} containers: ${same.map(({name}) => name).join(', ')}`
    return [{id: 'F_CONTAINER_TWICE', path: layout.bucket(first.job), text, job: jobId(first.job)}]
  })
}

/** Null: a record asks for it. */
const unknownText = (seen: JobSeen | undefined, {task, attempt, nonce}: ListedContainer): string | null => {
  const job = seen?.top ?? null
  if (job === null) return 'no record tells of its job'
  const array = seen?.array ?? null
  const top = task === undefined ? job : array === null ? null : taskRecord(array, task)
  if (top === null) return `its job has no task ${task}`
  if (attempt !== top.attempt) return `its job is at attempt ${top.attempt}`
  if (top.container === null)
    return isFinal(top.state) ? null : `its job is ${top.state}, without a container`
  return top.container.nonce === nonce ? null : 'the record names another one'
}

export const containerFindings = (
  layout: Layout,
  containers: readonly ListedContainer[],
  jobs: readonly JobSeen[],
): readonly Finding[] => {
  const byId = new Map(jobs.map(job => [job.id, job]))
  const unknown = containers.flatMap((container): readonly Finding[] => {
    const job = jobId(container.job)
    const why = unknownText(byId.get(job), container)
    if (why === null) return []
    const text = `container ${container.name} (job ${job}, attempt ${container.attempt}): ${why}`
    return [{id: 'F_CONTAINER_UNKNOWN', path: layout.bucket(job), text, job}]
  })
  return [...twice(layout, containers), ...unknown]
}
