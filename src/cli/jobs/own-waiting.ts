/** My requests that no pass has taken yet, as what they will wait as: so a job counts from the moment of its id. */
import {startable} from '../../core/array/start.js'
import type {Wish} from '../../core/job.js'
import {whereOf} from '../../core/node/constraint.js'
import type {Waiting} from '../../core/schedule.js'
import type {Site} from '../site.js'
import type {JobView} from './job-view.js'
import {viewOfRequest} from './job-view.js'
import {waitingJobs} from './own-requests.js'

export const waitingOf = (view: JobView, {constraint}: Pick<Wish, 'constraint'>, now: number): Waiting => {
  const {id, uid, user, project, queue, resources, walltime, nice, priority, begin, array} = view
  const times = {walltime, submitted: now, eligible: Math.max(now, begin ?? now)}
  const one = {
    ...{id, uid, user, project, queue, resources, nice, priority, ...times},
    ...(begin === null ? {} : {begin}),
    ...whereOf(constraint),
  }
  return array === undefined ? one : {...one, tasks: startable(view)}
}

/** `known`: admitted meanwhile. One that is to be held waits for its release, and not for its turn. */
export const ownWaiting = (site: Site, known: ReadonlySet<number>, now: number): readonly Waiting[] =>
  waitingJobs(site)
    .filter(({id, wish}) => wish.hold !== true && !known.has(id))
    .map(job => waitingOf(viewOfRequest(site, job), job.wish, now))
