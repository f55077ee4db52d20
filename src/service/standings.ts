/**
 * Where each user stands in fair share, as a pass asks for it. Kept while nothing has happened, and for some minutes: an
 * order that changes all the time would move the place that is kept for the next job from one to another.
 */
import type {Standing} from '@god-cli/api'
import {type Standings, standingsOf} from '../core/fair-share/standings.js'
import type {LiveJobs} from '../store/jobs/job-store.js'
import {keptUsage} from './keep-usage.js'
import type {Service} from './service.js'

/** Milliseconds. */
const MOST_AGE = 5 * 60_000

interface Moment {
  readonly live: LiveJobs
  readonly manifest: number
  readonly at: number
}

const last = new WeakMap<Service, Moment & {readonly standings: Standings}>()

const isFresh = ({live, manifest, at}: Moment, now: Moment): boolean =>
  live === now.live && manifest === now.manifest && now.at >= at && now.at < at + MOST_AGE

export const standings = (service: Service, live: LiveJobs): ((user: string) => Standing) => {
  const now = {live, manifest: service.manifest.newest().n, at: service.now()}
  const before = last.get(service)
  if (before !== undefined && isFresh(before, now)) return before.standings.of
  const made = standingsOf(service.settings.share, keptUsage(service, live))
  last.set(service, {...now, standings: made})
  return made.of
}
