/**
 * What the attempts of a job used before its present one: added up in the record by the very revision that begins the
 * next attempt, so that no crash makes them count twice, or not at all (docs/decisions/0038). Pure.
 */
import type {Resources} from '@god-cli/api'
import * as v from 'valibot'
import {type Instant, instant} from '../brand.js'
import {addCounted, type Counted} from '../counted.js'
import {chargedRate} from '../fair-share/charge.js'
import {far, instantSchema, type ReadonlyDeep, text, type usageSchema, whole} from '../record-fields.js'

const count = whole(0, far)

/** Units as in the sums of accounting; `charged`: thousandths of a cpu, for a second each. */
export const earlierSchema = v.strictObject({
  /** Attempts that ran. */
  runs: whole(1, far),
  ran: count,
  cpu: count,
  charged: count,
  cpuKept: count,
  memoryKept: count,
  gpuKept: count,
  /** Of each attempt by its own amounts, for an update may have changed them between. */
  countedKept: v.exactOptional(v.record(text(32), count)),
  /** The first start and the last end. */
  from: instantSchema,
  until: instantSchema,
})
export type Earlier = ReadonlyDeep<v.InferOutput<typeof earlierSchema>>

/** The same of a task: as few bytes as can be, for what was kept follows from what its array asks for. */
export const earlierTaskSchema = v.pipe(
  v.tuple([whole(1, far), count, count, count, instantSchema, instantSchema]),
  v.readonly(),
)
export type EarlierOfTask = v.InferOutput<typeof earlierTaskSchema>

const MIB = 1024 ** 2

/** So many bytes for so many milliseconds, in MiB seconds. */
export const mibSeconds = (bytes: number, ms: number): number => Math.round((bytes / MIB) * (ms / 1000))

type Kept = Pick<Earlier, 'cpuKept' | 'memoryKept' | 'gpuKept'>

export const keptFor = (resources: Resources, ran: number): Kept => ({
  cpuKept: Math.round((resources.cpus * ran) / 1000),
  memoryKept: mibSeconds(resources.memory, ran),
  gpuKept: resources.gpus * ran,
})

export const plusKept = (a: Kept, b: Kept): Kept => ({
  cpuKept: a.cpuKept + b.cpuKept,
  memoryKept: a.memoryKept + b.memoryKept,
  gpuKept: a.gpuKept + b.gpuKept,
})

interface KeptCounted {
  readonly countedKept?: Counted
}

/** Nothing where nothing is counted. */
export const countedKeptFor = (counted: Counted | undefined, ran: number): KeptCounted => {
  const kept = Object.entries(counted ?? {}).map(
    ([name, amount]) => [name, Math.min(far, Math.round((amount * ran) / 1000))] as const,
  )
  return kept.length === 0 ? {} : {countedKept: Object.fromEntries(kept)}
}

export const plusCountedKept = (a: KeptCounted, b: KeptCounted): KeptCounted =>
  a.countedKept === undefined && b.countedKept === undefined
    ? {}
    : {countedKept: addCounted(a.countedKept, b.countedKept)}

type Usage = ReadonlyDeep<v.InferOutput<typeof usageSchema>>

/** As much of a record as tells what its present attempt used. Left out: it never ran. */
export interface Attempted {
  readonly resources: Resources
  readonly counted?: Counted
  readonly started?: Instant | null
  readonly ended?: Instant | null
  readonly paused?: {readonly total: number}
  readonly usage?: Usage | null
  readonly charge?: number
  readonly earlier?: Earlier
}

const present = (attempted: Attempted, from: Instant, until: Instant): Earlier => {
  const ran = Math.max(0, until - from - (attempted.paused?.total ?? 0))
  return {
    runs: 1,
    ran,
    cpu: Math.round((attempted.usage?.cpuSeconds ?? 0) * 1000),
    charged: Math.round(chargedRate(attempted) * ran),
    ...keptFor(attempted.resources, ran),
    ...countedKeptFor(attempted.counted, ran),
    from,
    until,
  }
}

const plus = (a: Earlier, b: Earlier): Earlier => ({
  runs: a.runs + b.runs,
  ran: a.ran + b.ran,
  cpu: a.cpu + b.cpu,
  charged: a.charged + b.charged,
  ...plusKept(a, b),
  ...plusCountedKept(a, b),
  from: instant(Math.min(a.from, b.from)),
  until: instant(Math.max(a.until, b.until)),
})

/** The field as it has to be when another attempt follows this one; nothing where it did not run. */
export const earlierAfter = (attempted: Attempted): {readonly earlier?: Earlier} => {
  const {started = null, ended = null, earlier} = attempted
  if (started === null || ended === null) return {}
  const last = present(attempted, started, ended)
  return {earlier: earlier === undefined ? last : plus(earlier, last)}
}

export const taskOfEarlier = ({runs, ran, cpu, charged, from, until}: Earlier): EarlierOfTask => [
  runs,
  ran,
  cpu,
  charged,
  from,
  until,
]

export const earlierOfTask = (
  [runs, ran, cpu, charged, from, until]: EarlierOfTask,
  {resources, counted}: Pick<Attempted, 'resources' | 'counted'>,
): Earlier => ({
  runs,
  ran,
  cpu,
  charged,
  ...keptFor(resources, ran),
  ...countedKeptFor(counted, ran),
  from,
  until,
})
