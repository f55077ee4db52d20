/**
 * Of a line of a segment what fair share asks for, and nothing else: a tenth of the time that a whole record takes, where
 * there may be a million. Pure.
 */
import * as v from 'valibot'
import {type Ran, runsOf, runsOfTask, type UserRun} from '../fair-share/ledger.js'
import type {JobRecord} from '../job.js'
import {parseWith} from '../parse-with.js'
import {far, instantSchema, pausedSchema, text, whole} from '../record-fields.js'
import {earlierSchema} from './earlier.js'

const jobSchema = v.object({
  record: v.object({
    user: text(64),
    resources: v.object({cpus: whole(0, far), memory: whole(0, far), gpus: whole(0, far)}),
    submitted: instantSchema,
    started: v.nullable(instantSchema),
    ended: v.nullable(instantSchema),
    paused: pausedSchema,
    charge: v.exactOptional(whole(0, far)),
    earlier: v.exactOptional(earlierSchema),
    array: v.exactOptional(v.unknown()),
  }),
})

const taskSchema = v.object({
  started: v.nullable(instantSchema),
  ended: instantSchema,
  charge: v.exactOptional(whole(0, far)),
  paused: v.exactOptional(pausedSchema),
  earlier: v.exactOptional(earlierSchema),
})

/** None: it never ran; what an array used is told by its tasks. Undefined: not what was written. */
export const runsOfJobLine = (line: unknown): readonly UserRun[] | undefined => {
  const parsed = parseWith(jobSchema, line)
  if (!parsed.ok) return undefined
  const {array, submitted, ...ran} = parsed.value.record
  return array === undefined ? runsOf(ran satisfies Ran, ran.ended ?? submitted) : []
}

export const runsOfTaskLine = (line: unknown, array: JobRecord): readonly UserRun[] | undefined => {
  const parsed = parseWith(taskSchema, line)
  return parsed.ok ? runsOfTask(array, parsed.value) : undefined
}
