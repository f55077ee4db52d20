/**
 * Writes down what the running jobs of this node use, for `show` and `stat -o`: at most every ten seconds, from
 * counters alone, so that a pass stays cheap. A crash loses one look; what a job used in the end is read by
 * `settle-job`, never from here.
 */
import type {Instant} from '../core/brand.js'
import type {JobRecord} from '../core/job.js'
import {type PartKey, partKey} from '../core/part-key.js'
import {type LiveUsage, liveUsage} from '../core/usage/live-usage.js'
import {type LiveUsages, readLiveUsageOf, writeLiveUsage} from '../store/live-usage.js'
import {derived} from './derived.js'
import {placedJobs} from './live-view.js'
import type {Service} from './service.js'

/** Milliseconds between two looks. */
const INTERVAL = 10_000

export type UsageSampler = () => Promise<void>

/** Its container, if it runs here. */
const runningHere = (
  {state, node, container}: JobRecord,
  here: string,
): {name: string; id: string} | null => {
  const runs = state === 'running' || state === 'suspended' || state === 'stopping'
  if (!runs || node !== here || container === null || container.id === null) return null
  return {name: container.name, id: container.id}
}

const look = async (
  {executor, jobs, node}: Service,
  before: LiveUsages,
  at: Instant,
): Promise<LiveUsages> => {
  const found = new Map<PartKey, LiveUsage>()
  for (const record of placedJobs(jobs.live())) {
    const container = runningHere(record, node)
    if (container === null) continue
    // An engine that cannot be asked has been told of by the pass.
    const usage = await executor.usage(container.name, container.id).catch(() => null)
    const {cpuSeconds = Number.NaN, memory = null} = usage ?? {}
    // One that is no number would make the look at all others unreadable.
    if (!Number.isFinite(cpuSeconds) || !Number.isFinite(memory ?? 0)) continue
    const now = {attempt: record.attempt, at, cpuSeconds, memory}
    const key = partKey(record)
    found.set(key, liveUsage(before.get(key), now, record.started))
  }
  return found
}

/** Remembers its last look, so that a process that lives long reads no file for it. */
export const createUsageSampler = (service: Service): UsageSampler => {
  const {durable, layout, node} = service
  let last: {readonly at: Instant; readonly usages: LiveUsages} | null = null
  return async () => {
    const at = service.now()
    if (last !== null && at >= last.at && at - last.at < INTERVAL) return
    const before = last?.usages ?? readLiveUsageOf(durable, layout, node)
    const usages = await look(service, before, at)
    last = {at, usages}
    if (usages.size === 0 && before.size === 0) return
    derived(service, 'the usage of running jobs', () => writeLiveUsage(durable, layout, node, usages))
  }
}
