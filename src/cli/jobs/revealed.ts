/**
 * What `private_jobs` keeps out of the public record, for the owner of the job: name, image and labels of his spec. In lists of
 * what is live, so that he can choose by them; of a job whose spec cannot be read he sees what all see.
 */
import {GodError} from '../../core/errors.js'
import type {Wish} from '../../core/job.js'
import {HIDDEN, ownName} from '../../core/rights/hidden.js'
import {errno} from '../../store/disk/file-system.js'
import type {Site} from '../site.js'
import type {JobView} from './job-view.js'
import {specOf} from './packed-jobs.js'

export const revealed = (job: JobView, wish: Wish | null): JobView => ({
  ...job,
  name: ownName(job, wish ?? {}),
  image: job.image || (wish?.image ?? ''),
  labels: wish?.labels ?? job.labels,
})

const isHidden = ({name, image}: JobView): boolean => name === HIDDEN.name && image === HIDDEN.image

const wishOf = (site: Site, {id}: JobView): Wish | null => {
  try {
    return specOf(site, id)?.wish ?? null
  } catch (error) {
    if (error instanceof GodError || errno(error) !== null) return null
    throw error
  }
}

export const revealMine = (site: Site, jobs: readonly JobView[]): readonly JobView[] => {
  const mine = (job: JobView): boolean => job.uid === site.uid && isHidden(job)
  return jobs.some(mine) ? jobs.map(job => (mine(job) ? revealed(job, wishOf(site, job)) : job)) : jobs
}
