/**
 * Whether a job may join those that wait: what is larger than its quota itself never could start. Pure.
 */
import {counted} from '../amounts.js'
import {type Refusal, refusal} from '../errors.js'
import type {Quota} from '../settings/sections.js'
import {limitOf, type Quotas, quotaOf, SHOW, type Taking} from './quota.js'

/** What a user, or a project, has of live jobs. */
export interface Holding {
  readonly pending: number
  /** Started and not over; of arrays each task. */
  readonly running: number
  /** Of all of it, whether it waits or runs. */
  readonly cpus: number
  readonly memory: number
}

export const NOTHING: Holding = {pending: 0, running: 0, cpus: 0, memory: 0}

const no = (whose: string, what: string, hint: string): Refusal =>
  refusal('E_QUOTA', `the quota of ${whose} is ${what}`, hint)

/** What no waiting would cure. */
const neverFits = (whose: string, quota: Quota, {resources}: Taking): Refusal | null => {
  for (const measure of ['cpus', 'memory'] as const) {
    const limit = limitOf(quota, measure)
    if (limit !== null && resources[measure] > limit)
      return no(
        whose,
        `${SHOW[measure](limit)}, and the job asks for ${SHOW[measure](resources[measure])}`,
        'Ask for less.',
      )
  }
  return quota.running === 0 ? no(whose, '0 running jobs', 'Ask the operator.') : null
}

const WAIT_HINT = 'Wait until others of them have ended.'

/** Where the operator wants no waiting: with all that it has, the job would be too much. */
const doesNotFit = (whose: string, quota: Quota, {resources}: Taking, has: Holding): Refusal | null => {
  if (quota.running !== null && has.running + has.pending >= quota.running)
    return no(whose, `${SHOW.running(quota.running)}, and there are ${has.running + has.pending}`, WAIT_HINT)
  for (const measure of ['cpus', 'memory'] as const) {
    const limit = limitOf(quota, measure)
    const show = SHOW[measure]
    if (limit !== null && has[measure] + resources[measure] > limit)
      return no(whose, `${show(limit)}, and its jobs ask for ${show(has[measure])} already`, WAIT_HINT)
  }
  return null
}

interface Admitting {
  readonly quotas: Quotas
  readonly refuses: boolean
  readonly holdings: {readonly user: Holding; readonly project: Holding}
}

/** Whether a job may join those that wait. */
export const checkQuota = (job: Taking, {quotas, refuses, holdings}: Admitting): Refusal | null => {
  const sides = [
    {whose: `user ${job.user}`, quota: quotaOf(quotas.users, job.user), has: holdings.user},
    {whose: `project ${job.project}`, quota: quotaOf(quotas.projects, job.project), has: holdings.project},
  ]
  for (const {whose, quota, has} of sides) {
    if (quota === null) continue
    if (quota.pending !== null && has.pending >= quota.pending)
      return no(whose, `${counted(quota.pending, 'waiting job')}, and there are ${has.pending}`, WAIT_HINT)
    const refused = neverFits(whose, quota, job) ?? (refuses ? doesNotFit(whose, quota, job, has) : null)
    if (refused !== null) return refused
  }
  return null
}
