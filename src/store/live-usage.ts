/**
 * `nodes/<node>.usage.json`: what the running jobs of a node used when its watcher last looked. Derived: it may be
 * missing or old at any time, and nothing is decided on it. One writer a node, so that none undoes another's.
 */
import {join} from 'node:path'
import * as v from 'valibot'
import {instant, type JobId, jobId} from '../core/brand.js'
import {parseWith} from '../core/job.js'
import type {LiveUsage} from '../core/live-usage.js'
import type {Durable} from './durable.js'
import {isErrno} from './file-system.js'
import type {Layout} from './layout.js'
import {listNames, readFile} from './read-file.js'

export type LiveUsages = ReadonlyMap<JobId, LiveUsage>

const amount = v.pipe(v.number(), v.finite(), v.minValue(0))

const schema = v.strictObject({
  v: v.literal(1),
  jobs: v.record(
    v.pipe(v.string(), v.regex(/^[1-9]\d{0,9}$/)),
    v.strictObject({
      attempt: amount,
      at: amount,
      cpuSeconds: amount,
      memory: v.nullable(amount),
      cpus: v.nullable(amount),
    }),
  ),
})

const SUFFIX = '.usage.json'
const MOST_BYTES = 64 * 1024 * 1024

const pathOf = (layout: Layout, node: string): string => join(layout.nodes, `${node}${SUFFIX}`)

export const writeLiveUsage = (durable: Durable, layout: Layout, node: string, usages: LiveUsages): void => {
  const jobs = Object.fromEntries([...usages].sort(([a], [b]) => a - b))
  durable.replace(pathOf(layout, node), Buffer.from(`${JSON.stringify({v: 1, jobs})}\n`), 0o644)
}

const readOne = ({fs}: Pick<Durable, 'fs'>, path: string): readonly [JobId, LiveUsage][] => {
  try {
    const file = readFile(fs, path, {limit: MOST_BYTES})
    const parsed = file === null ? null : parseWith(schema, JSON.parse(Buffer.from(file.bytes).toString()))
    if (parsed?.ok !== true) return []
    return Object.entries(parsed.value.jobs).map(([id, look]) => [
      jobId(Number(id)),
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
    return listNames(fs, layout.nodes).filter(name => name.endsWith(SUFFIX))
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM')) return []
    throw error
  }
}

/** Of all nodes; none where the caller may not look. */
export const readLiveUsages = (durable: Pick<Durable, 'fs'>, layout: Layout): LiveUsages =>
  new Map(namesIn(durable, layout).flatMap(name => readOne(durable, join(layout.nodes, name))))
