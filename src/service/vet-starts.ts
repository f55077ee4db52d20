/**
 * Who starts: before a job is given its place the source of accounts must know its user by number and by name, now. One
 * that it does not know, or calls otherwise, is held for the operator (a number may be another person's by now); while it
 * does not answer, nothing of his starts, and the room that was meant for him is others' in the same pass.
 */
import type {Account, Reason} from '@god-cli/api'
import {controlJob} from '../core/array-control.js'
import type {JobId} from '../core/brand.js'
import type {JobRecord} from '../core/job.js'
import type {Plan, Start} from '../core/plan.js'
import type {Author, LiveJobs} from '../store/jobs/job-store.js'
import {groupNumbers} from './group-numbers.js'
import {giveAccounts} from './owners-account.js'
import {publish} from './publish.js'
import type {Service} from './service.js'

/** A job of root, or of the account that serves many, runs as a harmless one. */
export const runsAsOther = ({format, uid: own}: Service, uid: number): boolean =>
  uid === 0 || (format.mode === 'multi' && uid === own)

export const runAs = (service: Service, {uid}: Pick<JobRecord, 'uid'>): Promise<Account | null> =>
  runsAsOther(service, uid) ? service.auth.byName(service.settings.rootRunsAs) : service.auth.byUid(uid)

/** `known`: nobody where it is not his own account. */
type Answer = {readonly known: readonly Account[]} | {readonly hold: boolean; readonly reason: Reason}

const identity = (text: string): Reason => ({code: 'identity', text})

const vetOne = async (service: Service, record: JobRecord): Promise<Answer> => {
  const {uid, user} = record
  const other = runsAsOther(service, uid)
  try {
    const account = await runAs(service, record)
    if (account === null) {
      const whose = other
        ? `'${service.settings.rootRunsAs}', who runs jobs of ${user},`
        : `${user} (uid ${uid})`
      return {hold: true, reason: identity(`there is no account for ${whose} on this site any more`)}
    }
    if (other || account.name === user) return {known: other ? [] : [account]}
    return {hold: true, reason: identity(`uid ${uid} is ${account.name} now, and the job is ${user}'s`)}
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    service.log('warning', `cannot look up uid ${uid} now, so nothing of ${user} starts: ${why}`)
    return {hold: false, reason: identity(`the source of accounts does not answer for ${user} now`)}
  }
}

const hold = (service: Service, live: LiveJobs, id: JobId, reason: Reason, author: Author): void => {
  const base = live.get(id)
  if (base === null) return
  const effect = controlJob(base.record, {op: 'hold'}, undefined, service.now())
  if (effect.kind === 'change') publish(service, base, {...effect.change, reason}, author, 'later')
}

export interface Vetted {
  readonly plan: Plan
  /** Whose jobs were not to be started, by `userKey`: a plan without them has their room for others. */
  readonly users: ReadonlySet<string>
  readonly reasons: ReadonlyMap<string, Reason>
}

export const userKey = ({uid, user}: {readonly uid: number; readonly user: string}): string =>
  `${uid} ${user}`

/** Who they are may have changed since they submitted. */
const tellThem = async (service: Service, accounts: readonly Account[]): Promise<void> => {
  if (!service.settings.accountsAreToldHere || accounts.length === 0) return
  giveAccounts(service, accounts, await groupNumbers(service))
}

/** The plan without those that may not start. */
export const vetStarts = async (
  service: Service,
  live: LiveJobs,
  plan: Plan,
  author: Author,
): Promise<Vetted> => {
  const users = new Map<string, {readonly record: JobRecord; readonly ids: Set<JobId>}>()
  for (const {id} of plan.starts) {
    const record = live.get(id)?.record
    if (record === undefined) continue
    const known = users.get(userKey(record)) ?? {record, ids: new Set()}
    users.set(userKey(record), known)
    known.ids.add(id)
  }
  const vetted = await Promise.all(
    [...users].map(async ([key, {record, ids}]) => ({key, ids, answer: await vetOne(service, record)})),
  )
  const barred = vetted.flatMap(({key, ids, answer}) =>
    'known' in answer ? [] : [{key, ids: [...ids], ...answer}],
  )
  await tellThem(
    service,
    vetted.flatMap(({answer}) => ('known' in answer ? answer.known : [])),
  )
  for (const {ids, reason, ...how} of barred)
    if (how.hold) for (const id of ids) hold(service, live, id, reason, author)
  const out = new Set(barred.flatMap(({ids}) => ids))
  return {
    plan: out.size === 0 ? plan : {...plan, starts: plan.starts.filter(({id}: Start) => !out.has(id))},
    users: new Set(barred.map(({key}) => key)),
    reasons: new Map(barred.map(({key, reason}) => [key, reason])),
  }
}
