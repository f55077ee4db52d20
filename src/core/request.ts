/**
 * Requests: what a file in a drop folder may say (state.md 5). Not yet believed.
 *
 * Who asks is never in the text: it is the owner of the open file. Unknown fields are refused.
 */
import * as v from 'valibot'
import {MOST_RANGE} from './array/range.js'
import type {JobId} from './brand.js'
import {countedSchema} from './counted.js'
import {beginSchema, niceSchema, prioritySchema, signalSchema, type Wish, wishSchema} from './job.js'
import {MOST_USERS} from './node/hold.js'
import {type Parsed, parseWith} from './parse-with.js'
import {far, idSchema, instantSchema, text, tokenSchema, whole} from './record-fields.js'
import {MOST_KEYS, parseStrictJson} from './strict-json.js'

export const MAX_REQUEST_BYTES = 256 * 1024
/** One that submits many jobs, of which each alone would fit into a request of its own. */
export const MAX_BULK_BYTES = 4 * 1024 * 1024
export const MOST_BULK_JOBS = 1000
/** No more fit: the shortest key with its value has five bytes. */
const MOST_BULK_KEYS = MAX_BULK_BYTES / 4

export const CONTROL_OPS = ['kill', 'suspend', 'resume', 'hold', 'release', 'requeue'] as const
export type ControlOp = (typeof CONTROL_OPS)[number]

const head = {v: v.literal(1), tok: tokenSchema, cluster: v.pipe(v.string(), v.uuid())}

const ofUser = v.check<Wish, string>(
  wish => wish.schedule === undefined,
  'a run of a schedule, which god makes',
)

const submitSchema = v.strictObject({
  ...head,
  op: v.literal('submit'),
  id: idSchema,
  wish: v.pipe(wishSchema, ofUser),
})

/** Its spec must be readable by itself; all else of a wish has few keys. */
const hasFewKeys = ({env = {}, labels = {}}: Wish): boolean =>
  Object.keys(env).length + Object.keys(labels).length <= MOST_KEYS - 100
const ascend = (jobs: readonly NewJob[]): boolean =>
  jobs.every(({id}, i) => i === 0 || id > (jobs[i - 1]?.id ?? 0))

const bulkSchema = v.strictObject({
  ...head,
  op: v.literal('bulk'),
  /** Ascending by id, so each once. */
  jobs: v.pipe(
    v.array(
      v.strictObject({
        id: idSchema,
        wish: v.pipe(
          wishSchema,
          ofUser,
          v.check(wish => hasFewKeys(wish), 'too many keys'),
          // Its request has the token of its key, so it comes by itself.
          v.check(wish => wish.key === undefined, 'a job with a key among others'),
        ),
      }),
    ),
    v.minLength(1),
    v.maxLength(MOST_BULK_JOBS),
    v.check(jobs => ascend(jobs), 'the ids do not ascend'),
  ),
})
const named = {
  ids: v.pipe(v.array(idSchema), v.minLength(1), v.maxLength(20_000)),
  /** Of these arrays only some tasks, as `3-9,12`; of the other ids all. */
  tasks: v.exactOptional(v.record(v.pipe(v.string(), v.regex(/^[1-9]\d{0,9}$/)), text(MOST_RANGE))),
  /** A remark for the record. */
  remark: v.exactOptional(v.pipe(v.string(), v.maxLength(256))),
}

const controlSchema = v.strictObject({
  ...head,
  op: v.picklist(CONTROL_OPS),
  ...named,
  /** `kill`: the polite signal, instead of the default. */
  signal: v.exactOptional(signalSchema),
  /** `requeue`: the next attempt is held. */
  hold: v.exactOptional(v.boolean()),
})

const setSchema = v.strictObject({
  walltime: v.exactOptional(whole(1, far)),
  cpus: v.exactOptional(whole(1, far)),
  memory: v.exactOptional(whole(1, far)),
  /** These it has then; of the others as many as before. */
  counted: v.exactOptional(countedSchema),
  nice: v.exactOptional(niceSchema),
  priority: v.exactOptional(prioritySchema),
  begin: v.exactOptional(beginSchema),
  name: v.exactOptional(text(64)),
})

const updateSchema = v.strictObject({
  ...head,
  op: v.literal('update'),
  ...named,
  /** What becomes other. */
  set: v.pipe(
    setSchema,
    v.check(set => Object.keys(set).length > 0, 'nothing is set'),
  ),
})

export const NODE_ACTS = ['drain', 'lost', 'ready', 'reserve'] as const
export type NodeAct = (typeof NODE_ACTS)[number]

/** Of an operator, about a node. */
const adminSchema = v.pipe(
  v.strictObject({
    ...head,
    op: v.literal('admin'),
    act: v.picklist(NODE_ACTS),
    node: text(63),
    /** `reserve`: from when until when, and for whom. */
    period: v.exactOptional(
      v.strictObject({
        from: instantSchema,
        to: instantSchema,
        users: v.pipe(v.array(text(64)), v.maxLength(MOST_USERS)),
        groups: v.exactOptional(v.pipe(v.array(text(64)), v.maxLength(MOST_USERS))),
      }),
    ),
    remark: v.exactOptional(text(256)),
  }),
  v.check(({act, period}) => (act === 'reserve') === (period !== undefined), 'a period belongs to reserve'),
  v.check(({period}) => period === undefined || period.from < period.to, 'it ends before it begins'),
)

export type SubmitRequest = v.InferOutput<typeof submitSchema>
/** Many jobs, all of them or none. */
export type BulkRequest = v.InferOutput<typeof bulkSchema>
export type PlainControl = v.InferOutput<typeof controlSchema>
export type JobUpdate = v.InferOutput<typeof setSchema>
export type UpdateRequest = v.InferOutput<typeof updateSchema>
/** Something is asked for of jobs that are there. */
export type ControlRequest = PlainControl | UpdateRequest
export type AnyOp = ControlRequest['op']
export type AdminRequest = v.InferOutput<typeof adminSchema>
export type Request = SubmitRequest | BulkRequest | ControlRequest | AdminRequest

/** What concerns jobs that have started: so a kill need not wait for the next scheduling pass. */
export const isForWatchers = (op: AnyOp): boolean => op === 'kill' || op === 'suspend' || op === 'resume'

/** A job that is asked for: nobody has judged it yet. */
export interface NewJob {
  readonly id: JobId
  readonly wish: Wish
}

export const jobsOf = (request: SubmitRequest | BulkRequest): readonly NewJob[] =>
  request.op === 'submit' ? [{id: request.id, wish: request.wish}] : request.jobs

export const isSubmission = (request: Request): request is SubmitRequest | BulkRequest =>
  request.op === 'submit' || request.op === 'bulk'

export const mostBytes = ({op}: Pick<Request, 'op'>): number =>
  op === 'bulk' ? MAX_BULK_BYTES : MAX_REQUEST_BYTES

const opOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'op' in value ? value.op : undefined

export const parseRequest = (bytes: string): Parsed<Request> => {
  const json = parseStrictJson(bytes, value => (opOf(value) === 'bulk' ? MOST_BULK_KEYS : MOST_KEYS))
  if (!json.ok) return json
  switch (opOf(json.value)) {
    case 'submit':
      return parseWith(submitSchema, json.value)
    case 'bulk':
      return parseWith(bulkSchema, json.value)
    case 'update':
      return parseWith(updateSchema, json.value)
    case 'admin':
      return parseWith(adminSchema, json.value)
    default:
      return parseWith(controlSchema, json.value)
  }
}
