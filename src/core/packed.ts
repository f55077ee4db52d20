/**
 * The lines of a segment (state.md 10): what is left of a job for good. Pure.
 *
 * A job line holds the sealed record and its transitions, as its revisions told them before they went; a task line
 * the result of one task of an array. Both begin with the id, and the second word tells which it is, so that a reader
 * passes over what it does not look for without parsing it.
 */
import * as v from 'valibot'
import {type TaskResult, taskResultSchema} from './array/task-result.js'
import {type Instant, instant, type JobId, jobId} from './brand.js'
import {type JobRecord, parseRecord} from './job.js'
import {type Parsed, parseWith} from './parse-with.js'
import {
  attemptSchema,
  desiredSchema,
  idSchema,
  instantSchema,
  type ReadonlyDeep,
  reasonSchema,
  reqSchema,
  revSchema,
  text,
} from './record-fields.js'
import {isFinal, STATES} from './state.js'

export type {TaskResult}

const transitionSchema = v.object({
  rev: revSchema,
  /** When its revision was written: for people. */
  at: instantSchema,
  state: v.picklist(STATES),
  desired: desiredSchema,
  attempt: attemptSchema,
  node: v.nullable(text(255)),
  by: text(64),
  reason: v.nullable(reasonSchema),
})
export type Transition = ReadonlyDeep<v.InferOutput<typeof transitionSchema>>

/** A later god may have added fields. */
const jobLineSchema = v.object({
  id: idSchema,
  record: v.unknown(),
  submit: v.nullable(reqSchema),
  history: v.array(transitionSchema),
})

export interface PackedJob {
  readonly id: JobId
  readonly record: JobRecord
  /** The request that became this job: it may still lie in the inbox. Null: its first revision was pruned. */
  readonly submit: JobRecord['req'] | null
  readonly history: readonly Transition[]
}

/** The results of some tasks of an array that lives on. */
export interface ArrayResults {
  readonly array: JobRecord
  readonly results: readonly TaskResult[]
}

/** A revision as it was published, and when. */
export interface Revised {
  readonly record: JobRecord
  readonly writtenAt: number
}

export const transitionOf = ({record, writtenAt}: Revised): Transition => {
  const {rev, state, desired, attempt, node, by, reason} = record
  return {rev, at: instant(Math.round(writtenAt)), state, desired, attempt, node, by, reason}
}

/** `revisions`: ascending; the sealed one is the last. Null: there is no sealed end. */
export const packedJob = (revisions: readonly Revised[]): PackedJob | null => {
  const first = revisions[0]?.record
  const record = revisions.at(-1)?.record
  if (first === undefined || record === undefined || !record.sealed || !isFinal(record.state)) return null
  const submit = first.rev === 1 ? first.req : null
  return {id: record.id, record, submit, history: revisions.map(transitionOf)}
}

/** When it was over. */
export const endOf = ({record}: PackedJob): Instant => record.ended ?? record.submitted

/** Without the end of the line and the sum, which are the store's. */
export const jobLineText = ({id, record, submit, history}: PackedJob): string =>
  JSON.stringify({id, record, submit, history})

export const taskLineText = (result: TaskResult): string => {
  const {id, task, state, attempt, node, started, ended, exit, usage, reason, charge, paused, earlier} =
    result
  // What is undefined is left out.
  return JSON.stringify({
    ...{id, task, state, attempt, node, started, ended, exit, usage},
    ...{reason, charge, paused, earlier},
  })
}

export const parsePackedJob = (value: unknown): Parsed<PackedJob> => {
  const line = parseWith(jobLineSchema, value)
  if (!line.ok) return line
  const record = parseRecord(line.value.record)
  if (!record.ok) return {ok: false, why: `record: ${record.why}`}
  const {id, submit, history} = line.value
  return id === record.value.id
    ? {ok: true, value: {id, record: record.value, submit, history}}
    : {ok: false, why: `the record of job ${record.value.id} stands in the line of ${id}`}
}

export const parseTaskResult = (value: unknown): Parsed<TaskResult> =>
  parseWith(v.object(taskResultSchema.entries), value)

/** What a line is about, by its first bytes; null: it is none. `task` null: the job itself. */
export const lineSubject = (text: string): {readonly id: JobId; readonly task: number | null} | null => {
  const match = /^\{"id":(\d{1,10}),"(?:record":|task":(\d{1,10}),)/.exec(text)
  if (match === null) return null
  return {id: jobId(Number(match[1])), task: match[2] === undefined ? null : Number(match[2])}
}
