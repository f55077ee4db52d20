/**
 * Selectors: which jobs a command means (design section 4). `12`, `12-20`, `12[7]`, `12_3-9`, `last`, `@name`. Pure.
 *
 * A range means those of its ids that are there; a single id must be there. `last` and `@name` mean jobs of the
 * caller.
 */
import {rangeText, tryRange} from './array/range.js'
import {type JobId, jobId, MAX_ID, type Uid} from './brand.js'
import {GodError} from './errors.js'

export type Selector =
  | {readonly kind: 'id'; readonly id: JobId}
  | {readonly kind: 'range'; readonly from: JobId; readonly to: JobId}
  /** Of an array some tasks, as `3-9,12`. */
  | {readonly kind: 'tasks'; readonly id: JobId; readonly tasks: string}
  | {readonly kind: 'last'}
  | {readonly kind: 'name'; readonly name: string}

const bad = (text: string, why: string): GodError =>
  new GodError(
    'E_SELECTOR_BAD',
    `'${text}' selects no jobs: ${why}`,
    'Write 12, 12-20, 12[3-9], last or @name.',
  )

const idOf = (text: string, digits: string): JobId => {
  const n = Number(digits)
  if (n < 1 || n > MAX_ID) throw bad(text, `ids go from 1 to ${MAX_ID}`)
  return jobId(n)
}

/** `12[3-9]`, as `stat` shows it also with the limit; `12_3-9`, which no shell expands. */
const TASKS = /^(\d{1,10})(?:\[([^[\]%]+)(?:%\d{1,7})?\]|_([^_]+))$/

/** Null: it names no tasks. */
const tasksOf = (text: string): Selector | null => {
  const match = TASKS.exec(text)
  const tasks = match?.[2] ?? match?.[3]
  if (match?.[1] === undefined || tasks === undefined) return null
  const range = tryRange(tasks)
  if (typeof range === 'string') throw bad(text, range)
  return {kind: 'tasks', id: idOf(text, match[1]), tasks: rangeText(range)}
}

export const parseSelector = (text: string): Selector => {
  if (text === 'last') return {kind: 'last'}
  if (text.startsWith('@') && text.length > 1) return {kind: 'name', name: text.slice(1)}
  const tasks = tasksOf(text)
  if (tasks !== null) return tasks
  const match = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(text)
  if (match?.[1] === undefined) throw bad(text, 'it is no id, range or name')
  const from = idOf(text, match[1])
  if (match[2] === undefined) return {kind: 'id', id: from}
  const to = idOf(text, match[2])
  if (to < from) throw bad(text, 'the range ends before it begins')
  return {kind: 'range', from, to}
}

/** What a selector looks at in a job. */
export interface Selectable {
  readonly id: number
  readonly uid: number
  readonly name: string
}

/** The jobs of the list (ascending by id) that it means, ascending; E_NO_JOB if it should mean one and does not. */
export const selected = <J extends Selectable>(
  selector: Selector,
  jobs: readonly J[],
  caller: Uid,
): readonly J[] => {
  const mine = jobs.filter(job => job.uid === caller)
  switch (selector.kind) {
    case 'id':
    case 'tasks':
      return found(
        jobs.filter(job => job.id === selector.id),
        `there is no job ${selector.id}`,
      )
    case 'range':
      return jobs.filter(job => job.id >= selector.from && job.id <= selector.to)
    case 'last':
      return found(mine.slice(-1), 'you have no job yet')
    case 'name':
      return found(
        mine.filter(job => job.name === selector.name),
        `you have no job named '${selector.name}'`,
      )
  }
}

const found = <J>(jobs: readonly J[], message: string): readonly J[] => {
  if (jobs.length > 0) return jobs
  throw new GodError('E_NO_JOB', message, "See 'god stat'.")
}
