/**
 * An early word on `submit -d`: whether the jobs it names are there, and whether what it waits for can still come. The
 * same pure judgement that admission will make, by what a user can read; only admission's counts.
 */

import {type JobId, jobId, MAX_ID} from '../../core/brand.js'
import {admitDependency, namedIn, type Told} from '../../core/dependency/admit-dependency.js'
import type {Parent} from '../../core/dependency/depend-text.js'
import {standingOf} from '../../core/dependency/dependency.js'
import {asError} from '../../core/errors.js'
import type {JobRecord} from '../../core/job.js'
import {type SeenParent, seeParent} from '../../store/jobs/see-parent.js'
import type {Site} from '../site.js'

const isHidden = ({configuration, uid}: Site, seen: SeenParent): boolean =>
  configuration.settings.private_jobs && seen.is === 'record' && seen.record.uid !== uid

/** What may still come, or cannot be read now, is left to admission. */
const told = (seen: SeenParent, task: number | undefined): Told => {
  switch (seen.is) {
    case 'record':
      return {record: seen.record, standing: standingOf(seen.record, task)}
    case 'forgotten':
      return {record: null, standing: seen}
    case 'nowhere':
      return null
    default:
      return {record: null, standing: {is: 'unclear'}}
  }
}

/**
 * Each job that is named is looked up once for all jobs of one submission. Throws what the site would say; returns how many
 * jobs are still to be waited for.
 */
export const dependCheck = (site: Site): ((depend: JobRecord['depend']) => number) => {
  const known = new Map<JobId, SeenParent>()
  const tell = ({id, task}: Parent): Told => {
    const seen = known.get(id) ?? seeParent(site, id)
    known.set(id, seen)
    return isHidden(site, seen) ? null : told(seen, task)
  }
  return depend => {
    if (depend === undefined) return 0
    // Its own id is claimed later, and is above all that are there.
    const answer = admitDependency(jobId(MAX_ID), depend, {tell, named: 0, now: site.now()})
    if ('code' in answer) throw asError(answer)
    return namedIn(answer.open)
  }
}
