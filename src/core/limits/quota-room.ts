/**
 * What quotas leave free in one pass: counted as jobs are given a place. Pure.
 *
 * A quota keeps its own user waiting and nobody else: those behind him go on.
 */
import type {Reason} from '@god-cli/api'
import type {Quota} from '../settings/sections.js'
import {limitOf, type Measure, type Quotas, quotaOf, SHOW, type Taking, usedText} from './quota.js'

interface Used {
  cpus: number
  memory: number
  running: number
}

const asked = ({resources}: Taking, measure: Measure): number =>
  measure === 'running' ? 1 : measure === 'cpuTime' ? 0 : resources[measure]

/** One user, or one project. */
interface Account {
  /** `user ann`, `project lab`. */
  readonly whose: string
  readonly quota: Quota
  readonly used: Used
  readonly spent: number
  /** The same reason for all that lack the same, so that they are told together. */
  readonly reasons: Map<string, Reason>
}

const MEASURES: readonly Measure[] = ['running', 'cpus', 'memory', 'cpuTime']

/** Of a budget of time, one that is used up lets nothing start; less than that is no amount of any one job. */
const isOver = ({quota, used, spent}: Account, taking: Taking, measure: Measure): boolean => {
  const limit = limitOf(quota, measure)
  if (limit === null) return false
  return measure === 'cpuTime' ? spent >= limit : used[measure] + asked(taking, measure) > limit
}

const reasonOf = ({whose, quota, used, spent}: Account, taking: Taking, measure: Measure): Reason => {
  const limit = limitOf(quota, measure) ?? 0
  const now = measure === 'cpuTime' ? spent : used[measure]
  const need = asked(taking, measure)
  const show = SHOW[measure]
  const wants = measure === 'running' || measure === 'cpuTime' ? '' : `, and it asks for ${show(need)}`
  return {
    code: 'quota',
    text: `the quota of ${whose} is ${show(limit)}, of which ${usedText(show(now))}${wants}`,
    numbers: {whose, measure, limit, used: now, asked: need},
  }
}

export interface QuotaRoom {
  /** Why that job may not start now. Null: it may. */
  barred(job: Taking): Reason | null
  /** It starts, or runs already. */
  take(job: Taking): void
}

const FREE: QuotaRoom = {barred: () => null, take: () => undefined}

type Kind = 'user' | 'project'

export const quotaRoom = (quotas: Quotas | undefined): QuotaRoom => {
  if (quotas === undefined || quotas.users.size + quotas.projects.size === 0) return FREE
  const accounts = {user: new Map<string, Account | null>(), project: new Map<string, Account | null>()}

  const opened = (kind: Kind, name: string): Account | null => {
    const quota = quotaOf(kind === 'user' ? quotas.users : quotas.projects, name)
    if (quota === null) return null
    const spent = (kind === 'user' ? quotas.spent.users : quotas.spent.projects).get(name) ?? 0
    const used = {cpus: 0, memory: 0, running: 0}
    return {whose: `${kind} ${name}`, quota, used, spent, reasons: new Map()}
  }

  const accountOf = (kind: Kind, name: string): Account | null => {
    const known = accounts[kind].get(name)
    if (known !== undefined) return known
    const account = opened(kind, name)
    accounts[kind].set(name, account)
    return account
  }

  const accountsOf = ({user, project}: Taking): readonly (Account | null)[] => [
    accountOf('user', user),
    accountOf('project', project),
  ]

  const barredBy = (account: Account, job: Taking): Reason | null => {
    const measure = MEASURES.find(each => isOver(account, job, each))
    if (measure === undefined) return null
    const key = `${measure} ${asked(job, measure)}`
    const reason = account.reasons.get(key) ?? reasonOf(account, job, measure)
    account.reasons.set(key, reason)
    return reason
  }

  return {
    barred: job => {
      for (const account of accountsOf(job)) {
        const reason = account === null ? null : barredBy(account, job)
        if (reason !== null) return reason
      }
      return null
    },
    take: job => {
      for (const account of accountsOf(job)) {
        if (account === null) continue
        account.used.cpus += job.resources.cpus
        account.used.memory += job.resources.memory
        account.used.running++
        account.reasons.clear()
      }
    },
  }
}
