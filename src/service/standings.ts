/**
 * Where each user stands in fair share, as a pass asks for it. Kept while nothing has happened, and for some minutes: an
 * order that changes all the time would move the place that is kept for the next job from one to another.
 *
 * What packed jobs count is kept in `usage.json`, so that no pass reads them again, nor each pass from cron. A crash
 * leaves an older one, which the next pass brings up to date.
 */
import type {Standing} from '@god-cli/api'
import {type Standings, standingsOf} from '../core/fair-share/standings.js'
import type {LiveJobs} from '../store/jobs/job-store.js'
import {type PackedUsage, readUsage, writeUsage} from '../store/packs/usage-file.js'
import {shareUsage} from '../store/share-usage.js'
import {derived} from './derived.js'
import type {Service} from './service.js'

/** Milliseconds. */
const MOST_AGE = 5 * 60_000

interface Kept {
  readonly live: LiveJobs
  readonly manifest: number
  readonly at: number
  readonly standings: Standings
}

const last = new WeakMap<Service, Kept>()

const written = new WeakMap<Service, PackedUsage>()

/** Once for each state of the packs; not at all where another process has written the same. */
const keep = (service: Service, usage: PackedUsage): void => {
  const {durable, layout} = service
  if (written.get(service) === usage) return
  const old = written.has(service) ? null : readUsage(durable.fs, layout)
  const isThere = old !== null && old.halfLife === usage.halfLife && sameSegments(old, usage)
  if (!isThere && (usage.segments.size > 0 || old !== null))
    derived(service, 'usage.json', () => writeUsage(durable, layout, usage))
  written.set(service, usage)
}

/** A segment never changes, so neither does what it counts. */
const sameSegments = (a: PackedUsage, b: PackedUsage): boolean =>
  a.segments.size === b.segments.size &&
  [...a.segments].every(([name, {coarse}]) => b.segments.get(name)?.coarse === coarse)

const isFresh = ({live, manifest, at}: Kept, now: Omit<Kept, 'standings'>): boolean =>
  live === now.live && manifest === now.manifest && now.at >= at && now.at < at + MOST_AGE

export const standings = (service: Service, live: LiveJobs): ((user: string) => Standing) => {
  const now = {live, manifest: service.manifest.newest().n, at: service.now()}
  const before = last.get(service)
  if (before !== undefined && isFresh(before, now)) return before.standings.of
  const {share} = service.settings
  const {used, packed} = shareUsage(service, live, share.halfLife, now.at)
  keep(service, packed)
  const made = standingsOf(share, used)
  last.set(service, {...now, standings: made})
  return made.of
}
