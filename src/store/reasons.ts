/**
 * `reasons.json`: why each waiting job waits, written by the last scheduling pass (state.md 6). Derived: it may
 * be missing or old at any time, and nothing is decided on it.
 */
import type {Reason} from '@god-cli/api'
import * as v from 'valibot'
import {type JobId, jobId} from '../core/brand.js'
import {parseWith} from '../core/job.js'
import type {Durable} from './durable.js'
import type {Layout} from './layout.js'
import {readFile} from './read-file.js'
import {decodeLenient, seal, withoutSum} from './record-codec.js'

const schema = v.object({
  v: v.literal(1),
  at: v.number(),
  jobs: v.record(
    v.pipe(v.string(), v.regex(/^[1-9]\d{0,9}$/)),
    v.strictObject({
      code: v.string(),
      text: v.string(),
      numbers: v.exactOptional(v.record(v.string(), v.union([v.number(), v.string()]))),
    }),
  ),
})

export const writeReasons = (
  durable: Durable,
  layout: Layout,
  reasons: ReadonlyMap<JobId, Reason>,
  at: number,
): void => {
  const jobs = JSON.stringify(Object.fromEntries([...reasons].sort(([a], [b]) => a - b)))
  // A site at rest writes nothing: what stands there already is left, with the time when it became so.
  const old = readText(durable, layout)
  const body = old === null ? null : withoutSum(old)
  if (body?.trimEnd().endsWith(`,"jobs":${jobs}}`) === true) return
  durable.replace(layout.reasons, seal(`{"v":1,"at":${at},"jobs":${jobs}}`), 0o644)
}

const parse = (text: string) => {
  const body = withoutSum(text)
  return body === null ? null : parseWith(schema, JSON.parse(body))
}

/** Of fsck: what is wrong with the bytes, or null. */
export const judgeReasons = (bytes: Uint8Array): string | null => {
  const parsed = decodeLenient(bytes, value => parseWith(schema, value))
  return parsed.ok ? null : parsed.why
}

const MOST_BYTES = 256 * 1024 * 1024

const readText = ({fs}: Pick<Durable, 'fs'>, layout: Layout): string | null => {
  const file = readFile(fs, layout.reasons, {limit: MOST_BYTES})
  return file === null ? null : Buffer.from(file.bytes).toString('utf8')
}

export const readReasons = (durable: Pick<Durable, 'fs'>, layout: Layout): ReadonlyMap<JobId, Reason> => {
  try {
    const text = readText(durable, layout)
    const parsed = text === null ? null : parse(text)
    if (parsed?.ok !== true) return new Map()
    return new Map(Object.entries(parsed.value.jobs).map(([id, reason]) => [jobId(Number(id)), reason]))
  } catch {
    return new Map()
  }
}
