/** An early word on a request: by the same pure decision as the passes will make on the same record. */
import {controlJob} from '../../core/array/control.js'
import {applyControl, type ControlWish} from '../../core/control.js'
import type {Effect} from '../../core/effect.js'
import type {JobRecord} from '../../core/job.js'
import {isForWatchers, type UpdateRequest} from '../../core/request.js'
import {admissionPolicy} from '../../core/settings/settings.js'
import {checkUpdate, type UpdateRules, updateJob} from '../../core/update-job.js'
import type {JobView} from '../jobs/job-view.js'
import {needsOf} from '../offer.js'
import {isOperator, isServedByRoot} from '../operator.js'
import type {Site} from '../site.js'

/** What is asked for, whoever is meant. */
export type AnyWish = ControlWish | Pick<UpdateRequest, 'op' | 'set' | 'remark'>

/** Quotas are the service's: what others have of a project not everybody sees. */
const rulesFor = (site: Site, record: JobRecord): UpdateRules => {
  const needs = needsOf(site.configuration.settings.executor)
  const policy = admissionPolicy(site.configuration, needs, isServedByRoot(site))
  return {
    operator: isOperator(site),
    judge: next => checkUpdate(record, next, policy, site.nodes.all()),
  }
}

/** Null: how it will be admitted is not known here, so only the scheduler can judge that. */
export const earlyWord = (
  site: Site,
  job: JobView,
  wish: AnyWish,
  tasks: string | undefined,
): Effect | null => {
  const {record} = job
  if (record === null)
    return wish.op !== 'update' && isForWatchers(wish.op) ? applyControl(job, wish, site.now()) : null
  return wish.op === 'update'
    ? updateJob(record, wish, tasks, rulesFor(site, record), site.now())
    : controlJob(record, wish, tasks, site.now())
}
