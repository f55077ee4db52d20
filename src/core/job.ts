/**
 * A job's public record and private spec: their shapes, and the parsers that let them in (state.md 6).
 *
 * Bytes from the disk are unknown until parsed here; field by field, unknown fields refused.
 * Times are epoch milliseconds, walltime seconds, cpus thousandths, memory bytes.
 */
import * as v from 'valibot'
import {MOST_RANGE} from './array/range.js'
import {arraySchema} from './array/record.js'
import {LAST_INSTANT} from './begin-time.js'
import type {Instant} from './brand.js'
import {commandSchema, signalSchema} from './command.js'
import {countedSchema} from './counted.js'
import {MOST_KEY} from './job-name.js'
import {constraintSchema} from './node/constraint.js'
import {type Parsed, parseKeeping} from './parse-with.js'
import {
  attemptSchema,
  branded,
  dependSchema,
  desiredSchema,
  devicesSchema,
  epochSchema,
  exitSchema,
  far,
  gidSchema,
  idSchema,
  instantSchema,
  MOST_DEPEND,
  MOST_RETRY,
  pausedSchema,
  type ReadonlyDeep,
  reasonSchema,
  reqSchema,
  requeueSchema,
  retrySchema,
  revSchema,
  stopSchema,
  text,
  tokenSchema,
  uidSchema,
  usageSchema,
  whole,
} from './record-fields.js'
import {MOST_VOLUMES} from './rights/volumes.js'
import {STATES} from './state.js'
import {MOST_CRON, timetableSchema} from './timetable/timetable-form.js'
import {earlierSchema} from './usage/earlier.js'

const sha256Schema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

/** `sha256:` and 64 digits are half of it. */
export const MOST_IMAGE_ID = 128

/** Of one job. */
export const MOST_GPUS = 1024

const resourcesSchema = v.strictObject({
  cpus: whole(1, far),
  memory: whole(1, far),
  gpus: whole(0, MOST_GPUS),
})

export const niceSchema = whole(-1000, 1000)
export const prioritySchema = whole(-1000, 1000)
/** Every one of them can be written as ISO 8601. */
export const beginSchema = branded<Instant>(whole(0, LAST_INSTANT))

export const recordSchema = v.strictObject({
  v: v.literal(1),
  id: idSchema,
  rev: revSchema,
  epoch: epochSchema,
  user: text(64),
  uid: uidSchema,
  gid: gidSchema,
  project: text(64),
  queue: text(64),
  name: text(64),
  image: text(255),
  resources: resourcesSchema,
  /** What it takes of what the operator counts besides; left out: nothing. */
  counted: v.exactOptional(countedSchema),
  walltime: v.nullable(whole(1, far)),
  nice: niceSchema,
  /** Order among its owner's own jobs, higher first; left out: 0. */
  priority: v.exactOptional(prioritySchema),
  labels: v.record(text(64), text(256)),
  /** Labels that its node must have; left out: any node. */
  constraint: v.exactOptional(constraintSchema),
  submitted: instantSchema,
  /** Since when its waiting counts: not held, its begin time past. */
  eligible: instantSchema,
  /** Not before that; left out: at any time. */
  begin: v.exactOptional(beginSchema),
  started: v.nullable(instantSchema),
  ended: v.nullable(instantSchema),
  state: v.picklist(STATES),
  desired: desiredSchema,
  /** To be killed for another attempt, which then waits so. Null or left out: it ends for good. */
  requeue: v.exactOptional(v.nullable(requeueSchema)),
  reason: v.nullable(reasonSchema),
  req: reqSchema,
  attempt: attemptSchema,
  node: v.nullable(text(255)),
  /** Which gpus of its node it has, or had; left out: none. */
  devices: v.exactOptional(devicesSchema),
  /** `engine`: which one it was given to, by the executor's word. Null: not known. */
  container: v.nullable(
    v.strictObject({
      name: text(128),
      id: v.nullable(text(128)),
      nonce: tokenSchema,
      engine: v.nullable(text(255)),
    }),
  ),
  /** Which image its last attempt that began was made of; left out: none began, not told, or it is private. */
  imageId: v.exactOptional(text(MOST_IMAGE_ID)),
  /** What it is charged in fair share while it runs, in thousandths of a cpu; fixed at its start (`charge.ts`). */
  charge: v.exactOptional(whole(0, far)),
  /** Paused time of this attempt: since when, and the sum of what is over (ms). */
  paused: pausedSchema,
  /** Asked to end: why, when the polite signal went out, and which it was. */
  stop: v.nullable(stopSchema),
  exit: v.nullable(exitSchema),
  usage: v.nullable(usageSchema),
  /** What the attempts before this one used; left out: none of them ran. */
  earlier: v.exactOptional(earlierSchema),
  sealed: v.boolean(),
  prev: v.nullable(v.strictObject({rev: revSchema, sha256: sha256Schema})),
  /** Who wrote this revision: `u<uid>` for an owner's wish, else the role. */
  by: text(64),
  /** An array's tasks; left out: the job is none. */
  array: v.exactOptional(arraySchema),
  /** Left out: it depends on nothing. */
  depend: v.exactOptional(dependSchema),
  /** It is root in its container; left out: it is its user there. */
  root: v.exactOptional(v.literal(true)),
  /** Left out: one attempt is all. */
  retry: v.exactOptional(retrySchema),
  /** It is a schedule, and never runs itself. */
  timetable: v.exactOptional(timetableSchema),
  /** The schedule that it is a run of. */
  schedule: v.exactOptional(idSchema),
})

/** `task`: the view of one task of an array, never written (`array-view.ts`). */
export type JobRecord = ReadonlyDeep<v.InferOutput<typeof recordSchema>> & {readonly task?: number}

export type StopSignal = v.InferOutput<typeof signalSchema>
export {signalSchema}

/** What a user asks for. Absent = the site's default, filled in at admission. */
export const wishSchema = v.strictObject({
  name: v.exactOptional(text(64)),
  image: v.exactOptional(text(255)),
  command: commandSchema,
  cpus: v.exactOptional(whole(1, far)),
  memory: v.exactOptional(whole(1, far)),
  gpus: v.exactOptional(whole(0, MOST_GPUS)),
  counted: v.exactOptional(countedSchema),
  walltime: v.exactOptional(whole(1, far)),
  env: v.exactOptional(v.record(text(128), text(131_072))),
  labels: v.exactOptional(v.record(text(64), text(256))),
  workdir: v.exactOptional(text(4096)),
  output: v.exactOptional(text(4096)),
  error: v.exactOptional(text(4096)),
  hold: v.exactOptional(v.boolean()),
  /** `NAME`, `NAME:ro`, `NAME:rw`. */
  volumes: v.exactOptional(v.pipe(v.array(text(64)), v.maxLength(MOST_VOLUMES))),
  project: v.exactOptional(text(64)),
  /** To be root in its container. */
  root: v.exactOptional(v.boolean()),
  nice: v.exactOptional(niceSchema),
  priority: v.exactOptional(prioritySchema),
  begin: v.exactOptional(beginSchema),
  queue: v.exactOptional(text(64)),
  /** Labels that its node must have. */
  constraint: v.exactOptional(constraintSchema),
  /** Range and limit, as `-a` takes them. */
  array: v.exactOptional(text(MOST_RANGE + 8)),
  /** What it waits for, as `-d` takes it. */
  depend: v.exactOptional(text(MOST_DEPEND)),
  /** How often it is tried again, and after what, as `--retry` takes it. */
  retry: v.exactOptional(text(MOST_RETRY)),
  /** Of the jobs of one user only one has it: a second wish with it is the first one again. */
  key: v.exactOptional(text(MOST_KEY)),
  /** Five fields of crontab(5): it is a schedule. */
  cron: v.exactOptional(text(MOST_CRON)),
  /** Of a schedule: a run may begin while the one before goes on. */
  overlap: v.exactOptional(v.boolean()),
  /** Of a run: its schedule. No user says it. */
  schedule: v.exactOptional(idSchema),
})
export type Wish = v.InferOutput<typeof wishSchema>
export type Command = Wish['command']

/** The private part of a job, written once at admission. */
const specSchema = v.strictObject({
  v: v.literal(1),
  id: idSchema,
  tok: tokenSchema,
  uid: uidSchema,
  wish: wishSchema,
})
export type JobSpec = v.InferOutput<typeof specSchema>

/** Built field by field, an object of this size is a hash table to V8: its copy takes half the room, and is made faster. */
export const parseRecord = (value: unknown): Parsed<JobRecord> => {
  const parsed = parseKeeping(recordSchema, value)
  return parsed.ok ? {ok: true, value: {...parsed.value}} : parsed
}

const anyWishSchema = v.strictObject({...specSchema.entries, wish: v.unknown()})

export const parseSpec = (value: unknown): Parsed<JobSpec> => {
  const spec = parseKeeping(anyWishSchema, value)
  if (!spec.ok) return spec
  const wish = parseKeeping(wishSchema, spec.value.wish)
  return wish.ok
    ? {ok: true, value: {...spec.value, wish: wish.value}}
    : {ok: false, why: `wish: ${wish.why}`}
}
