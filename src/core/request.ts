/**
 * Requests: what a file in a drop folder may say (state.md 5). Not yet believed.
 *
 * Who asks is never in the text: it is the owner of the open file. Unknown fields are refused.
 */
import * as v from 'valibot'
import {MOST_RANGE} from './array-range.js'
import {type Parsed, parseWith, signalSchema, wishSchema} from './job.js'
import {idSchema, text, tokenSchema} from './record-fields.js'
import {parseStrictJson} from './strict-json.js'

export const MAX_REQUEST_BYTES = 256 * 1024

export const CONTROL_OPS = ['kill', 'suspend', 'resume', 'hold', 'release'] as const
export type ControlOp = (typeof CONTROL_OPS)[number]

const head = {v: v.literal(1), tok: tokenSchema, cluster: v.pipe(v.string(), v.uuid())}

const submitSchema = v.strictObject({...head, op: v.literal('submit'), id: idSchema, wish: wishSchema})
const controlSchema = v.strictObject({
  ...head,
  op: v.picklist(CONTROL_OPS),
  ids: v.pipe(v.array(idSchema), v.minLength(1), v.maxLength(20_000)),
  /** Of these arrays only some tasks, as `3-9,12`; of the other ids all. */
  tasks: v.exactOptional(v.record(v.pipe(v.string(), v.regex(/^[1-9]\d{0,9}$/)), text(MOST_RANGE))),
  /** `kill`: the polite signal, instead of the default. */
  signal: v.exactOptional(signalSchema),
  /** A remark for the record. */
  remark: v.exactOptional(v.pipe(v.string(), v.maxLength(256))),
})

export type SubmitRequest = v.InferOutput<typeof submitSchema>
export type ControlRequest = v.InferOutput<typeof controlSchema>
export type Request = SubmitRequest | ControlRequest

export const parseRequest = (bytes: string): Parsed<Request> => {
  const json = parseStrictJson(bytes)
  if (!json.ok) return json
  const op =
    typeof json.value === 'object' && json.value !== null && 'op' in json.value ? json.value.op : undefined
  return op === 'submit' ? parseWith(submitSchema, json.value) : parseWith(controlSchema, json.value)
}
