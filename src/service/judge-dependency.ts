/**
 * What jobs that come in depend on, looked up: among the live and packed jobs, and among those that come in with them
 * (state.md 5, step 6). Nothing is kept; repeated after a crash it finds what is there then.
 */

import type {JobId, Uid} from '../core/brand.js'
import {admitDependency, namedIn, type Told} from '../core/dependency/admit-dependency.js'
import {type Parent, parentsOf, parseDepend} from '../core/dependency/depend-text.js'
import {standingOf} from '../core/dependency/dependency.js'
import type {Refusal} from '../core/errors.js'
import type {JobRecord} from '../core/job.js'
import type {LiveJobs} from '../store/jobs/job-store.js'
import type {SeenParent} from '../store/jobs/see-parent.js'
import {dependentJobs} from './bound-jobs.js'
import {lookUpParent, standingIn} from './parent-standings.js'
import type {Service} from './service.js'

export interface DependencyJudge {
  /** The record to publish, why not, or that a job it names may still come in. */
  judge(record: JobRecord): JobRecord | Refusal | 'wait'
  /** It comes in: those after it may name it. */
  admit(record: JobRecord): void
  withdraw(record: JobRecord): void
}

const namedBy = (live: LiveJobs): Map<Uid, number> => {
  const named = new Map<Uid, number>()
  for (const {record} of dependentJobs(live))
    named.set(record.uid, (named.get(record.uid) ?? 0) + namedIn(record.depend?.open ?? ''))
  return named
}

const ownerOf = (seen: SeenParent): number | null => {
  if (seen.is === 'record') return seen.record.uid
  return seen.is === 'coming' ? seen.owner : null
}

/** With `private_jobs` nobody learns by his own job what became of another's. */
const isHidden = (service: Service, seen: SeenParent, asker: Uid): boolean =>
  service.settings.admission.private && ownerOf(seen) !== asker

/** Of all that is judged together; nothing is looked at before a job comes that depends on another. */
export const createDependencyJudge = (service: Service): DependencyJudge => {
  const coming = new Map<JobId, JobRecord>()
  const seen = new Map<JobId, SeenParent>()
  let looked: {readonly live: LiveJobs; readonly named: Map<Uid, number>} | null = null
  const look = () => {
    if (looked !== null) return looked
    const live = service.jobs.live()
    looked = {live, named: namedBy(live)}
    return looked
  }
  const see = (id: JobId): SeenParent => {
    const record = coming.get(id)
    if (record !== undefined) return {is: 'record', record}
    const found = seen.get(id) ?? lookUpParent(service, look().live, id)
    seen.set(id, found)
    return found
  }
  const tell =
    (asker: Uid) =>
    ({id, task}: Parent): Told => {
      const found = see(id)
      if (found.is === 'nowhere' || isHidden(service, found, asker)) return null
      const record = found.is === 'record' ? found.record : null
      return {record, standing: record === null ? standingIn(found) : standingOf(record, task)}
    }
  const count = ({uid, depend}: JobRecord, by: 1 | -1): void => {
    if (depend === undefined) return
    const {named} = look()
    named.set(uid, (named.get(uid) ?? 0) + by * namedIn(depend.open))
  }
  const mayCome = ({id, uid, depend}: JobRecord): boolean => {
    const dependency = parseDepend(depend?.on ?? '')
    const parents = typeof dependency === 'string' ? [] : parentsOf(dependency)
    return parents
      .filter(parent => parent.id < id)
      .map(parent => see(parent.id))
      .some(found => found.is === 'coming' && !isHidden(service, found, uid))
  }
  return {
    judge: record => {
      const {id, uid, depend} = record
      if (depend === undefined) return record
      const site = {tell: tell(uid), named: look().named.get(uid) ?? 0, now: service.now()}
      const answer = admitDependency(id, depend, site)
      if ('code' in answer) return answer
      return mayCome(record) ? 'wait' : {...record, depend: answer}
    },
    admit: record => {
      coming.set(record.id, record)
      count(record, 1)
    },
    withdraw: record => {
      coming.delete(record.id)
      count(record, -1)
    },
  }
}
