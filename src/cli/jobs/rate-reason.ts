/**
 * Why requests of mine lie where they are though a scheduler comes by: the operator's rates (`rate_limit`, `rate_limit_all`),
 * counted as admission counts them. Derived at each look.
 */
import type {Reason} from '@god-cli/api'
import {counted} from '../../core/amounts.js'
import {instant} from '../../core/brand.js'
import {tallyOf} from '../../core/limits/tally.js'
import type {Site} from '../site.js'
import type {JobView} from './job-view.js'

const MINUTE = 60_000

const rateReason = (site: Site): Reason | null => {
  const {rate_limit: most, rate_limit_all: mostOfAll} = site.configuration.settings
  if (most === null && mostOfAll === null) return null
  const live = mostOfAll === null ? site.jobs.ofUser(site.uid) : site.jobs.all()
  const tally = tallyOf(
    live.map(({record}) => record),
    instant(site.now() - MINUTE),
  )
  if (most !== null && tally.recent(site.uid) >= most)
    return {
      code: 'rate',
      text: `the site takes ${counted(most, 'job')} of a user a minute, and so many of yours came in (rate_limit)`,
      numbers: {limit: most},
    }
  return mostOfAll !== null && tally.pending() >= mostOfAll
    ? {
        code: 'rate',
        text: `${counted(mostOfAll, 'job')} may wait in all, and so many do (rate_limit_all)`,
        numbers: {limit: mostOfAll},
      }
    : null
}

/** Those that no scheduler has taken yet. */
export const withRateReason = (site: Site, jobs: readonly JobView[]): readonly JobView[] => {
  const isNew = ({reason}: JobView): boolean => reason?.code === 'new'
  const reason = jobs.some(isNew) ? rateReason(site) : null
  return reason === null ? jobs : jobs.map(job => (isNew(job) ? {...job, reason} : job))
}
