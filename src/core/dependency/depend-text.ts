/**
 * What a job depends on, as text: `afterok:3:4,afterany:5_2,singleton`, by the words of sbatch. Pure.
 *
 * Conditions between `,` must all hold, of those between `?` one suffices; the jobs of one condition are meant all of
 * them. `5_2` and `5[2]` are a task of an array. A record holds the text; `dependText` writes the one form of it.
 */

import {MAX_TASK} from '../array/task-result.js'
import {type JobId, jobId, MAX_ID} from '../brand.js'
import {MOST_DEPEND} from '../record-fields.js'

/** What the others must have come to: begun, ended well, ended otherwise, ended. */
export const AFTER_KINDS = ['after', 'afterok', 'afternotok', 'afterany'] as const
export type AfterKind = (typeof AFTER_KINDS)[number]

/** A job that another one waits for, or a task of an array. */
export interface Parent {
  readonly id: JobId
  readonly task?: number
}

export type Condition =
  | {readonly kind: AfterKind; readonly parents: readonly Parent[]}
  /** One at a time of the same user's jobs with the same name. */
  | {readonly kind: 'singleton'}

export interface Dependency {
  /** One condition suffices. */
  readonly any: boolean
  readonly conditions: readonly Condition[]
}

/** Jobs that one job may name. */
export const MOST_PARENTS = 1000

export const DEPEND_HINT =
  'Write afterok:12, afterany:12:13, after:12_3, singleton; several with , (all) or ? (one).'

const isAfter = (word: string): word is AfterKind => AFTER_KINDS.some(kind => kind === word)

const PARENT = /^(\d{1,10})(?:_(\d{1,10})|\[(\d{1,10})\])?$/

/** Or why it is none. */
const parseParent = (text: string): Parent | string => {
  const match = PARENT.exec(text)
  if (match === null) return text === '' ? 'an id is missing' : `'${text.slice(0, 64)}' is no id of a job`
  const id = Number(match[1])
  if (id < 1 || id > MAX_ID) return `ids go from 1 to ${MAX_ID}`
  const task = match[2] ?? match[3]
  if (task === undefined) return {id: jobId(id)}
  return Number(task) > MAX_TASK
    ? `task numbers go from 0 to ${MAX_TASK}`
    : {id: jobId(id), task: Number(task)}
}

const parseCondition = (text: string): Condition | string => {
  const [word = '', ...rest] = text.split(':')
  if (word === 'singleton') return rest.length === 0 ? {kind: word} : 'singleton takes no ids'
  if (word === '') return 'a part of it is empty'
  if (!isAfter(word)) return `there is no condition '${word.slice(0, 64)}'`
  if (rest.length === 0) return `${word} names no job`
  const parents: Parent[] = []
  for (const each of rest) {
    const parent = parseParent(each)
    if (typeof parent === 'string') return parent
    parents.push(parent)
  }
  return {kind: word, parents}
}

export const parentsOf = ({conditions}: Dependency): readonly Parent[] =>
  conditions.flatMap(condition => (condition.kind === 'singleton' ? [] : condition.parents))

/** Why so many cannot be taken. */
export const tooManyParents = (count: number): string | null =>
  count > MOST_PARENTS ? `it names ${count} jobs; at most ${MOST_PARENTS} are taken` : null

/** Or why the text is none. */
export const parseDepend = (text: string): Dependency | string => {
  if (text.length > MOST_DEPEND) return `it is longer than ${MOST_DEPEND} characters`
  const any = text.includes('?')
  if (any && text.includes(',')) return ', and ? cannot stand together'
  const conditions: Condition[] = []
  for (const part of text.split(any ? '?' : ',')) {
    const condition = parseCondition(part)
    if (typeof condition === 'string') return condition
    conditions.push(condition)
  }
  const dependency = {any, conditions}
  return tooManyParents(parentsOf(dependency).length) ?? dependency
}

export const parentText = ({id, task}: Parent): string => (task === undefined ? `${id}` : `${id}_${task}`)

const conditionText = (condition: Condition): string =>
  condition.kind === 'singleton'
    ? condition.kind
    : [condition.kind, ...condition.parents.map(parentText)].join(':')

export const dependText = ({any, conditions}: Dependency): string =>
  conditions.map(conditionText).join(any ? '?' : ',')
