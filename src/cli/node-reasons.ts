/** Tells of the jobs whose node's engine does not answer that what they do is not known. Reads the few node records. */
import {nodeUnknown} from '../core/node-unknown.js'
import {isAllocated} from '../core/state.js'
import type {JobView} from './job-view.js'
import type {Site} from './site.js'

export const withNodeReasons = (site: Site, jobs: readonly JobView[]): readonly JobView[] => {
  if (!jobs.some(({state}) => isAllocated(state))) return jobs
  const downs = site.nodes.down()
  return jobs.map(job => {
    const down = job.node === null || !isAllocated(job.state) ? undefined : downs.get(job.node)
    return job.node === null || down === undefined ? job : {...job, reason: nodeUnknown(job.node, down)}
  })
}
