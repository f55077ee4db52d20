/** Of the tasks that a selector names, those that there are apart from those that there are not: each of these is told of. */
import {tasksFault} from '../../core/array/places.js'
import {asError, type GodError} from '../../core/errors.js'
import type {Selector} from '../../core/selector.js'
import type {JobView} from './job-view.js'

/** What one selector means, or why it means nothing. */
export interface Choice {
  readonly selector: Selector
  readonly jobs: readonly JobView[]
  readonly failed: GodError | null
}

/** A range of them means those that are there, and must mean some; a single one must be there. */
export const tasksApart = (choice: Choice): readonly Choice[] => {
  const {selector, jobs} = choice
  const [job] = jobs
  if (selector.kind !== 'tasks' || job === undefined) return [choice]
  const [there, missing]: [string[], string[]] = [[], []]
  for (const tasks of selector.tasks.split(','))
    (tasksFault(job, tasks) === null ? there : missing).push(tasks)
  const fault = missing.length === 0 ? null : tasksFault(job, missing.join(','))
  return [
    ...(there.length === 0 ? [] : [{...choice, selector: {...selector, tasks: there.join(',')}}]),
    ...(fault === null ? [] : [{selector, jobs: [], failed: asError(fault)}]),
  ]
}
