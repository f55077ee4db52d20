/**
 * Jobs in the project's own JSON (design section 4) as a trace: what `stat --json` prints, or such jobs one a line, or
 * jobs that somebody thought of, which say `run` in seconds instead of when they started and ended. Pure.
 *
 * Keys that a replay does not need are passed over, so that a whole answer of another command can be given.
 */
import * as v from 'valibot'
import {type JobId, jobId, MAX_ID} from '../brand.js'
import {countedSchema, withOther} from '../counted.js'
import {parseWith} from '../parse-with.js'
import {partKey} from '../part-key.js'
import {MOST_SECONDS, type TraceRow} from './workload.js'

const secondsSchema = v.pipe(
  v.number(),
  v.finite(),
  v.maxValue(MOST_SECONDS, 'more seconds than any trace has'),
  v.minValue(-MOST_SECONDS, 'fewer seconds than any trace has'),
)

const FORM = 'a time like 2026-01-31T12:00:00Z, or seconds, is expected'

/** Seconds. */
const momentSchema = v.union(
  [
    secondsSchema,
    v.pipe(
      v.string(),
      v.regex(/^\d{4}-\d{2}-\d{2}T/, FORM),
      v.transform(text => Date.parse(text) / 1000),
      v.number(FORM),
    ),
  ],
  FORM,
)

const whole = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most))

const listedSchema = v.object({
  id: whole(0, MAX_ID),
  task: v.optional(whole(0, MAX_ID)),
  /** An array is no job to replay: its tasks are. */
  array: v.optional(v.unknown()),
  user: v.optional(v.string(), 'unknown'),
  project: v.optional(v.string(), 'default'),
  queue: v.optional(v.string(), 'default'),
  submitted: momentSchema,
  started: v.nullish(momentSchema),
  ended: v.nullish(momentSchema),
  run: v.nullish(secondsSchema),
  walltime: v.nullish(secondsSchema),
  nice: v.optional(whole(-1000, 1000), 0),
  priority: v.optional(whole(-1000, 1000), 0),
  resources: v.object({
    cpus: v.pipe(v.number(), v.finite()),
    memory: v.optional(whole(0, Number.MAX_SAFE_INTEGER), 0),
    gpus: v.optional(whole(0, 1024), 0),
    counted: v.exactOptional(countedSchema),
  }),
})

type Listed = v.InferOutput<typeof listedSchema>

const UNKNOWN = -1

const runOf = ({array, run, started, ended}: Listed): number => {
  if (array !== undefined) return UNKNOWN
  if (run != null) return run
  return started != null && ended != null ? ended - started : UNKNOWN
}

const named = (id: JobId, task: number | undefined) => partKey(task === undefined ? {id} : {id, task})

export type ListedJob =
  | {readonly ok: true; readonly value: TraceRow}
  | {readonly ok: false; readonly why: string}

/** `at`: where it stands, from 1. */
export const parseListedJob = (json: unknown, at: number): ListedJob => {
  const parsed = parseWith(listedSchema, json)
  if (!parsed.ok) return parsed
  const {value} = parsed
  return {
    ok: true,
    value: {
      at,
      job: named(jobId(value.id), value.task),
      submit: value.submitted,
      run: runOf(value),
      limit: value.walltime ?? UNKNOWN,
      allocated: UNKNOWN,
      requested: value.resources.cpus,
      memory: value.resources.memory,
      gpus: value.resources.gpus,
      ...(value.resources.counted === undefined ? {} : {counted: withOther({}, value.resources.counted)}),
      user: value.user,
      project: value.project,
      queue: value.queue,
      nice: value.nice,
      priority: value.priority,
    },
  }
}

/** The jobs of a whole document: a list, or an object that has one. Null: it is neither. */
export const jobsOfDocument = (document: unknown): readonly unknown[] | null => {
  if (Array.isArray(document)) return document
  if (typeof document !== 'object' || document === null) return null
  const jobs: unknown = Reflect.get(document, 'jobs')
  return Array.isArray(jobs) ? jobs : null
}
