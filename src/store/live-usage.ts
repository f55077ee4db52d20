/**
 * `nodes/<node>.usage.json`: what the running jobs of a node used when its watcher last looked. Derived: it may be
 * missing or old at any time, and nothing is decided on it. One writer a node, so that none undoes another's.
 */
import {join} from 'node:path'
import * as v from 'valibot'
import {instant} from '../core/brand.js'
import {parseWith} from '../core/parse-with.js'
import {inOrder, type PartKey, parsePartKey} from '../core/part-key.js'
import type {LiveUsage} from '../core/usage/live-usage.js'
import type {Durable} from './disk/durable.js'
import {isErrno} from './disk/file-system.js'
import {listNames, readFile} from './disk/read-file.js'
import {decodeLenient, encode} from './jobs/record-codec.js'
import type {Layout} from './layout.js'

export type LiveUsages = ReadonlyMap<PartKey, LiveUsage>

const amountSchema = v.pipe(v.number(), v.finite(), v.minValue(0))

const usagesSchema = v.object({
  v: v.literal(1),
  jobs: v.record(
    /** `12`, or `12[7]` of an array. */
    v.pipe(v.string(), v.regex(/^[1-9]\d{0,9}(\[\d{1,10}\])?$/)),
    v.strictObject({
      attempt: amountSchema,
      at: amountSchema,
      cpuSeconds: amountSchema,
      memory: v.nullable(amountSchema),
      cpus: v.nullable(amountSchema),
    }),
  ),
})

export const USAGE_SUFFIX = '.usage.json'
const MOST_BYTES = 64 * 1024 * 1024

const pathOf = (layout: Layout, node: string): string => join(layout.nodes, `${node}${USAGE_SUFFIX}`)

export const writeLiveUsage = (durable: Durable, layout: Layout, node: string, usages: LiveUsages): void => {
  const jobs = Object.fromEntries([...usages].sort(([a], [b]) => inOrder(a, b)))
  durable.replace(pathOf(layout, node), encode({v: 1, jobs}), 0o644, {derived: true})
}

const parse = (bytes: Uint8Array) => decodeLenient(bytes, value => parseWith(usagesSchema, value))

/** Of fsck: what is wrong with the bytes, or null. */
export const judgeLiveUsage = (bytes: Uint8Array): string | null => {
  const parsed = parse(bytes)
  return parsed.ok ? null : parsed.why
}

const readOne = ({fs}: Pick<Durable, 'fs'>, path: string): readonly [PartKey, LiveUsage][] => {
  try {
    const file = readFile(fs, path, {limit: MOST_BYTES})
    const parsed = file === null ? null : parse(file.bytes)
    if (parsed?.ok !== true) return []
    return Object.entries(parsed.value.jobs).map(([id, look]) => [
      parsePartKey(id),
      {...look, at: instant(look.at)},
    ])
  } catch {
    return []
  }
}

/** Of one node; what cannot be read is as if it were not there. */
export const readLiveUsageOf = (durable: Pick<Durable, 'fs'>, layout: Layout, node: string): LiveUsages =>
  new Map(readOne(durable, pathOf(layout, node)))

const namesIn = ({fs}: Pick<Durable, 'fs'>, layout: Layout): readonly string[] => {
  try {
    return listNames(fs, layout.nodes).filter(name => name.endsWith(USAGE_SUFFIX))
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM')) return []
    throw error
  }
}

/** Of all nodes; none where the caller may not look. */
export const readLiveUsages = (durable: Pick<Durable, 'fs'>, layout: Layout): LiveUsages =>
  new Map(namesIn(durable, layout).flatMap(name => readOne(durable, join(layout.nodes, name))))
