/**
 * Fields that several records share: their bounds are the same everywhere. Pure; times are epoch milliseconds.
 */
import * as v from 'valibot'
import {
  type Epoch,
  type Gid,
  type Instant,
  type JobId,
  MAX_ID,
  type Rev,
  TOKEN_PATTERN,
  type Token,
  type Uid,
} from './brand.js'

export type ReadonlyDeep<T> = T extends string | number | boolean | null | undefined
  ? T
  : {readonly [K in keyof T]: ReadonlyDeep<T[K]>}

export const far = Number.MAX_SAFE_INTEGER

/** Minus zero passes for zero everywhere, and is written as another text than it was read from. */
const numberSchema = v.pipe(
  v.number(),
  v.check(n => !Object.is(n, -0), 'minus zero'),
)

export const whole = (min: number, max: number) =>
  v.pipe(numberSchema, v.safeInteger(), v.minValue(min), v.maxValue(max))
export const branded = <T>(schema: v.GenericSchema<unknown, number | string>) =>
  v.pipe(
    schema,
    v.transform(value => value as T),
  )
export const text = (max: number) => v.pipe(v.string(), v.maxLength(max))

export const idSchema = branded<JobId>(whole(1, MAX_ID))
export const revSchema = branded<Rev>(whole(1, far))
export const epochSchema = branded<Epoch>(whole(0, far))
export const tokenSchema = branded<Token>(v.pipe(v.string(), v.regex(TOKEN_PATTERN)))
export const uidSchema = branded<Uid>(whole(0, 0xffff_fffe))
export const gidSchema = branded<Gid>(whole(0, 0xffff_fffe))
export const instantSchema = branded<Instant>(whole(0, far))
export const attemptSchema = whole(1, 1_000_000)
export const desiredSchema = v.picklist(['run', 'suspended', 'killed'] as const)

export const requeueSchema = v.picklist(['pending', 'held'] as const)

export const reasonSchema = v.strictObject({
  code: text(64),
  text: text(1024),
  numbers: v.exactOptional(v.record(text(64), v.union([numberSchema, text(256)]))),
})

/** Numbers of the gpus of a node. */
export const devicesSchema = v.pipe(v.array(whole(0, 1023)), v.maxLength(1024), v.readonly())

/** Which request: whose, and which of his. */
export const reqSchema = v.strictObject({uid: uidSchema, tok: tokenSchema})

export const exitSchema = v.strictObject({
  code: v.nullable(whole(0, 255)),
  signal: v.nullable(whole(1, 64)),
  oom: v.boolean(),
})

export const usageSchema = v.strictObject({
  cpuSeconds: v.pipe(numberSchema, v.finite(), v.minValue(0)),
  maxMemory: whole(0, far),
  exact: v.boolean(),
})

export const pausedSchema = v.strictObject({since: v.nullable(instantSchema), total: whole(0, far)})

export const stopSchema = v.strictObject({
  cause: v.picklist(['killed', 'timeout'] as const),
  at: instantSchema,
  signal: text(16),
})

/** Room for a thousand ids. */
export const MOST_DEPEND = 24 * 1024
/** Longest text of the rules: it stands in every revision. */
export const MOST_RETRY = 512

/** `on`: as it was asked for; `open`: what is not known to hold yet, empty: nothing; `met`: when all held first. */
export const dependSchema = v.strictObject({
  on: text(MOST_DEPEND),
  open: text(MOST_DEPEND),
  met: v.nullable(instantSchema),
})

/** `left`: more attempts; `ran`, `cpu`: what earlier ones used, by an older god; now it stands in `earlier`. */
export const retrySchema = v.strictObject({
  rule: text(MOST_RETRY),
  left: whole(0, 1000),
  ran: whole(0, far),
  cpu: whole(0, far),
})
