/** My requests that no pass has taken yet, as what they will wait as: so a job counts from the moment of its id. */
import {startable} from '../core/array-start.js'
import type {Waiting} from '../core/schedule.js'
import type {JobView} from './job-view.js'
import {viewOfRequest} from './job-view.js'
import {waitingJobs} from './own-requests.js'
import type {Site} from './site.js'

export const waitingOf = (view: JobView, now: number): Waiting => {
  const {id, uid, user, project, queue, resources, walltime, array} = view
  const times = {walltime, submitted: now, eligible: now}
  const one = {id, uid, user, project, queue, resources, nice: 0, priority: 0, ...times}
  return array === undefined ? one : {...one, tasks: startable(view)}
}

/** `known`: admitted meanwhile. One that is to be held waits for its release, and not for its turn. */
export const ownWaiting = (site: Site, known: ReadonlySet<number>, now: number): readonly Waiting[] =>
  waitingJobs(site)
    .filter(({id, wish}) => wish.hold !== true && !known.has(id))
    .map(job => waitingOf(viewOfRequest(site, job), now))
