/**
 * Tasks of arrays as commands show them: each like a job of its own, looked for without reading the others.
 */

import {EMPTY, firstOf, size} from '../../core/array/interval-set.js'
import {placesOf, tasksFault} from '../../core/array/places.js'
import {tryRange} from '../../core/array/range.js'
import type {ArrayRecord} from '../../core/array/record.js'
import {countsOf} from '../../core/array/results.js'
import {taskRecord, tasksAt} from '../../core/array/view.js'
import type {JobId} from '../../core/brand.js'
import {asError, GodError} from '../../core/errors.js'
import type {JobRecord} from '../../core/job.js'
import {type PartKey, partKey, partName} from '../../core/part-key.js'
import type {Selector} from '../../core/selector.js'
import {isFinal} from '../../core/state.js'
import {NO_REASONS} from '../../store/reasons.js'
import type {Site} from '../site.js'
import {type JobView, viewOfRecord} from './job-view.js'

/** More tasks than that are shown by nobody at once. */
const MOST_SHOWN = 10_000

/** `12[0-99%5]` of an array, `12[7]` of a task, `12` of a job: as one writes it. */
export const idText = ({id, task, array}: Pick<JobView, 'id' | 'task' | 'array'>): string => {
  if (array === undefined) return String(partKey({id, task}))
  const limit = array.limit === null ? '' : `%${array.limit}`
  return `${id}[${array.range}${limit}]`
}

/** Where its result is packed already, its array knows no more than how it ended. */
const resultOf = ({packs}: Site, {id, ended, state}: JobRecord, task: number): Partial<JobRecord> => {
  if (!isFinal(state) || ended !== null) return {}
  const result = packs.task(id, task)
  if (result === null) return {}
  const {id: _, reason = null, ...rest} = result
  return {...rest, reason}
}

/** One task of what is an array. */
const taskView = (site: Site, job: JobView, task: number): JobView => {
  const {array: _, ...own} = job
  const record = job.record === null ? null : taskRecord(job.record, task)
  if (record === null) return {...own, task}
  const view = viewOfRecord({...record, ...resultOf(site, record, task)}, NO_REASONS)
  return record.state === 'pending' && record.reason === null ? {...view, reason: job.reason} : view
}

/** The tasks of a job that a text like `3-9,12` names; throws where it names none. */
export const taskViews = (site: Site, job: JobView, tasks: string): readonly JobView[] => {
  const no = tasksFault(job, tasks)
  if (no !== null) throw asError(no)
  const {id, array} = job
  const places = array === undefined ? EMPTY : placesOf(array, tasks)
  if (array === undefined || 'code' in places) return []
  const count = size(places)
  if (count > MOST_SHOWN)
    throw new GodError(
      'E_SELECTOR_BAD',
      `${id}[${tasks}] names ${count} tasks; at most ${MOST_SHOWN} are shown at once`,
    )
  return tasksAt(array, firstOf(places, count)).map(task => taskView(site, job, task))
}

/** Jobs, and of arrays the tasks that the keys name; those that are there. */
export const partsOf = (site: Site, jobs: readonly JobView[], keys: readonly PartKey[]): readonly JobView[] =>
  keys.flatMap(key => {
    const {id, task} = partName(key)
    const job = jobs.find(candidate => candidate.id === id)
    if (job === undefined || task === undefined) return job ?? []
    return job.array === undefined ? [] : [taskView(site, job, task)]
  })

/** How many of its tasks are how; what there is none of is left out. */
export const tasksText = (array: ArrayRecord): string => {
  const counts = Object.entries(countsOf(array)).filter(([, count]) => count > 0)
  return counts.map(([state, count]) => `${count} ${state}`).join(', ')
}

interface Choice {
  readonly selector: Selector
  readonly jobs: readonly JobView[]
}

/** Which tasks the selectors mean, of arrays that no other selector means as a whole. */
export const tasksMeant = (choices: readonly Choice[]): ReadonlyMap<JobId, string> => {
  const tasks = new Map<JobId, string>()
  const there = choices.filter(({jobs}) => jobs.length > 0)
  for (const {selector} of there)
    if (selector.kind === 'tasks') tasks.set(selector.id, together(tasks.get(selector.id), selector.tasks))
  for (const {selector, jobs} of there)
    if (selector.kind !== 'tasks') for (const {id} of jobs) tasks.delete(id)
  return tasks
}

/** Each of them once: what names a task twice is no range. */
const together = (one: string | undefined, other: string): string => {
  if (one === undefined) return other
  const both = `${one},${other}`
  if (typeof tryRange(both) !== 'string') return both
  throw new GodError('E_SELECTOR_BAD', `[${one}] and [${other}] of one array overlap`, 'Name each task once.')
}

/** Of a request: only where some tasks are meant. */
export const tasksField = (
  meant: readonly {readonly id: JobId; readonly tasks?: string}[],
): {tasks?: Record<string, string>} => {
  const some = meant.flatMap(({id, tasks}) => (tasks === undefined ? [] : [[id, tasks] as const]))
  return some.length === 0 ? {} : {tasks: Object.fromEntries(some)}
}
