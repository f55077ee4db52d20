/**
 * Who starts: before a job is given its place the source of accounts must know its user by number and by name, now. One
 * that it does not know, or calls otherwise, is held for the operator (a number may be another person's by now); while it
 * does not answer, nothing of his starts, and the room that was meant for him is others' in the same pass. The same for
 * those of his jobs that are root inside, where he may not have such jobs any more.
 */
import type {Account, Reason} from '@god-cli/api'
import {controlJob} from '../core/array/control.js'
import type {JobId} from '../core/brand.js'
import type {JobRecord} from '../core/job.js'
import type {Plan, Start} from '../core/plan.js'
import {checkRoot} from '../core/rights/root-right.js'
import type {Waiting} from '../core/schedule.js'
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

/** Why it does not start now; held, it does not before somebody says so. */
export interface Bar {
  readonly hold: boolean
  readonly reason: Reason
}

/** `isOwn`: and not the harmless one. */
type Answer = {readonly account: Account; readonly isOwn: boolean} | Bar

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
    if (other && runsAsOther(service, account.uid)) {
      const text = `'${service.settings.rootRunsAs}', who is to run jobs of ${user}, is who serves this site, or root`
      return {hold: true, reason: identity(text)}
    }
    if (other || account.name === user) return {account, isOwn: !other}
    return {hold: true, reason: identity(`uid ${uid} is ${account.name} now, and the job is ${user}'s`)}
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    service.log('warning', `cannot look up uid ${uid} now, so nothing of ${user} starts: ${why}`)
    return {hold: false, reason: identity(`the source of accounts does not answer for ${user} now`)}
  }
}

/** His own: `account` may be the harmless one. Null: not known now. */
const groupsOf = async (
  service: Service,
  uid: number,
  account: Account,
): Promise<readonly number[] | null> => {
  if (!runsAsOther(service, uid)) return account.groups
  try {
    return (await service.auth.byUid(uid))?.groups ?? []
  } catch {
    return null
  }
}

/** Null: its user may have jobs that are root inside, by what the site and the source of accounts say now. */
export const rootBar = async (
  service: Service,
  {uid, user: name}: Pick<JobRecord, 'uid' | 'user'>,
  account: Account,
): Promise<Bar | null> => {
  const known = await groupNumbers(service)
  const groups = await groupsOf(service, uid, account)
  const unsure = known.unsure || groups === null
  const who = {uid, name, groups: groups ?? []}
  const no = checkRoot(true, service.settings.admission.root, who, known.numbers)
  if (no === null) return null
  const text = unsure
    ? `whether ${name} may be root in a container is not known now: a group cannot be looked up`
    : no.message
  return {hold: !unsure, reason: {code: 'root', text}}
}

const hold = (service: Service, live: LiveJobs, id: JobId, reason: Reason, author: Author): void => {
  const base = live.get(id)
  if (base === null) return
  const effect = controlJob(base.record, {op: 'hold'}, undefined, service.now())
  if (effect.kind === 'change') publish(service, base, {...effect.change, reason}, author, 'later')
}

export interface Vetted {
  readonly plan: Plan
  /** Which jobs were not to be started, see `barredBy`: a plan without them has their room for others. */
  readonly bars: ReadonlySet<string>
  readonly reasons: ReadonlyMap<string, Reason>
}

type Owned = Pick<Waiting, 'uid' | 'user' | 'root'>

const userKey = ({uid, user}: Owned): string => `${uid} ${user}`

const rootKey = (job: Owned): string => `${userKey(job)} root`

/** By what it may be kept: all of its user's are, or those that are root inside. */
export const barredBy = (job: Owned): readonly string[] =>
  job.root === true ? [userKey(job), rootKey(job)] : [userKey(job)]

export const isBarred = (bars: ReadonlyMap<string, unknown>, job: Owned): boolean =>
  barredBy(job).some(key => bars.has(key))

/** Of one user. */
interface Starting {
  readonly record: JobRecord
  readonly ids: Set<JobId>
  /** Those that are root inside. */
  readonly roots: Set<JobId>
}

const startingIn = (plan: Plan, live: LiveJobs): ReadonlyMap<string, Starting> => {
  const users = new Map<string, Starting>()
  for (const {id} of plan.starts) {
    const record = live.get(id)?.record
    if (record === undefined) continue
    const known = users.get(userKey(record)) ?? {record, ids: new Set(), roots: new Set()}
    users.set(userKey(record), known)
    known.ids.add(id)
    if (record.root === true) known.roots.add(id)
  }
  return users
}

interface Barred extends Bar {
  readonly key: string
  readonly ids: readonly JobId[]
}

interface Verdict {
  readonly bars: readonly Barred[]
  /** Whose own accounts were found. */
  readonly known: readonly Account[]
}

const verdictOn = async (service: Service, {record, ids, roots}: Starting): Promise<Verdict> => {
  const answer = await vetOne(service, record)
  if ('reason' in answer) return {bars: [{key: userKey(record), ids: [...ids], ...answer}], known: []}
  const {account, isOwn} = answer
  const known = isOwn ? [account] : []
  const bar = roots.size === 0 ? null : await rootBar(service, record, account)
  return {bars: bar === null ? [] : [{key: rootKey(record), ids: [...roots], ...bar}], known}
}

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
  const users = [...startingIn(plan, live).values()]
  const verdicts = await Promise.all(users.map(starting => verdictOn(service, starting)))
  const barred = verdicts.flatMap(({bars}) => bars)
  await tellThem(
    service,
    verdicts.flatMap(({known}) => known),
  )
  for (const {ids, reason, ...how} of barred)
    if (how.hold) for (const id of ids) hold(service, live, id, reason, author)
  const out = new Set(barred.flatMap(({ids}) => ids))
  return {
    plan: out.size === 0 ? plan : {...plan, starts: plan.starts.filter(({id}: Start) => !out.has(id))},
    bars: new Set(barred.map(({key}) => key)),
    reasons: new Map(barred.map(({key, reason}) => [key, reason])),
  }
}
