/** Adds to the jobs that run what they use now, as their nodes' watchers saw it. Reads one small file a node. */

import {partKey} from '../../core/part-key.js'
import {isAllocated} from '../../core/state.js'
import {isFresh} from '../../core/usage/live-usage.js'
import {readLiveUsages} from '../../store/live-usage.js'
import type {Site} from '../site.js'
import type {JobView} from './job-view.js'

export const withLiveUsage = (site: Site, jobs: readonly JobView[]): readonly JobView[] => {
  if (!jobs.some(({state}) => isAllocated(state))) return jobs
  const usages = readLiveUsages(site.durable, site.layout)
  return jobs.map(job => {
    const look = usages.get(partKey(job))
    const live = isAllocated(job.state) && look?.attempt === job.attempt && isFresh(look, site.now())
    return live ? {...job, live: look} : job
  })
}
