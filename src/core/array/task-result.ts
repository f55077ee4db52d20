/**
 * What is left of one task of an array when it is over: in the array's record until it is packed, then a line in a
 * segment (state.md 9). Pure.
 */
import * as v from 'valibot'
import {
  attemptSchema,
  exitSchema,
  far,
  idSchema,
  instantSchema,
  pausedSchema,
  type ReadonlyDeep,
  reasonSchema,
  text,
  usageSchema,
  whole,
} from '../record-fields.js'
import {FINAL_STATES} from '../state.js'
import {earlierSchema} from '../usage/earlier.js'

/** Largest index of a task: with the one that stands for the job itself it fits 32 bits. */
export const MAX_TASK = 2 ** 31

export const taskResultSchema = v.strictObject({
  /** Of the array. */
  id: idSchema,
  task: whole(0, MAX_TASK),
  state: v.picklist(FINAL_STATES),
  attempt: attemptSchema,
  node: v.nullable(text(255)),
  started: v.nullable(instantSchema),
  ended: instantSchema,
  exit: v.nullable(exitSchema),
  usage: v.nullable(usageSchema),
  reason: v.exactOptional(reasonSchema),
  /** As in the record; `paused` is left out where it never was. */
  charge: v.exactOptional(whole(0, far)),
  paused: v.exactOptional(pausedSchema),
  earlier: v.exactOptional(earlierSchema),
})

export type TaskResult = ReadonlyDeep<v.InferOutput<typeof taskResultSchema>>
