/**
 * What is worked on by itself: a job by its id, or a task of an array as `12[7]`. A key of maps, and a name for people.
 */
import {type JobId, jobId} from './brand.js'

export type TaskKey = `${number}[${number}]`
export type PartKey = JobId | TaskKey

/** An id that tells of a task too; left out: the job itself. */
export interface PartName {
  readonly id: JobId
  readonly task?: number | undefined
}

export const partKey = ({id, task}: PartName): PartKey => (task === undefined ? id : `${id}[${task}]`)

export const partName = (key: PartKey): PartName => {
  if (typeof key === 'number') return {id: key}
  const cut = key.indexOf('[')
  return {id: jobId(Number(key.slice(0, cut))), task: Number(key.slice(cut + 1, -1))}
}

/** Of a text that is one. */
export const parsePartKey = (text: string): PartKey =>
  text.endsWith(']') ? (text as TaskKey) : jobId(Number(text))

/** For sorting: by job, then by task. */
export const inOrder = (one: PartKey, other: PartKey): number => {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  const [a, b] = [partName(one), partName(other)]
  return a.id - b.id || (a.task ?? -1) - (b.task ?? -1)
}
