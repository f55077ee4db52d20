/** Tells of the jobs whose node's engine does not answer that what they do is not known. Reads the few node records. */
import {nodeUnknown} from '../../core/node/unknown.js'
import {isAllocated} from '../../core/state.js'
import {isErrno} from '../../store/disk/file-system.js'
import type {JobView} from '../jobs/job-view.js'
import type {Site} from '../site.js'

/** None where the caller may see jobs, but not nodes. */
const downNodes = ({nodes}: Site): ReturnType<Site['nodes']['down']> => {
  try {
    return nodes.down()
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM')) return new Map()
    throw error
  }
}

export const withNodeReasons = (site: Site, jobs: readonly JobView[]): readonly JobView[] => {
  if (!jobs.some(({state}) => isAllocated(state))) return jobs
  const downs = downNodes(site)
  return jobs.map(job => {
    const down = job.node === null || !isAllocated(job.state) ? undefined : downs.get(job.node)
    return job.node === null || down === undefined ? job : {...job, reason: nodeUnknown(job.node, down)}
  })
}
