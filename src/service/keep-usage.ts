/**
 * What each user used, as a service looks at it: `usage.json` is kept beside it, so that no pass reads packed jobs again,
 * nor each pass from cron, nor each `god share`. Brought up to date after packing, whatever the policy is, and when it is
 * asked for. A crash leaves an older one, which the next pass goes on with.
 */
import type {LiveJobs} from '../store/jobs/job-store.js'
import {type PackedUsage, readUsage, writeUsage} from '../store/packs/usage-file.js'
import {shareUsage} from '../store/share-usage.js'
import {derived} from './derived.js'
import type {Service} from './service.js'

/** Lines of segments that one pass reads: a second. There are more after another half-life was set, or a restore. */
const MOST_LINES = 50_000

const written = new WeakMap<Service, PackedUsage>()

/** A segment never changes, so neither does what it counts. */
const isSame = (a: PackedUsage, b: PackedUsage): boolean =>
  a.halfLife === b.halfLife &&
  a.segments.size === b.segments.size &&
  [...a.segments].every(([name, {coarse}]) => b.segments.get(name)?.coarse === coarse)

/** Once for each state of the packs; not at all where another process has written the same. */
const keep = (service: Service, usage: PackedUsage): void => {
  const {durable, layout} = service
  if (written.get(service) === usage) return
  const old = written.has(service) ? null : readUsage(durable.fs, layout)
  if (old === null ? usage.segments.size > 0 : !isSame(old, usage))
    derived(service, 'usage.json', () => writeUsage(durable, layout, usage))
  written.set(service, usage)
}

/** Seconds of a charged cpu, by user. */
export const keptUsage = (service: Service, live: LiveJobs): ReadonlyMap<string, number> => {
  const {halfLife} = service.settings.share
  const {used, packed} = shareUsage(service, live, {halfLife, now: service.now(), most: MOST_LINES})
  keep(service, packed)
  return used
}
