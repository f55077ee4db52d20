/**
 * A job whose record was lost is made anew from its private spec, under its id (state.md 14): held, so that a person
 * decides whether it may have run, and as an attempt that never began. Spec and id are there, so it is admission once
 * more, and may be repeated as that.
 */
import {admit} from '../../core/admission.js'
import type {JobRecord, JobSpec} from '../../core/job.js'
import {listNames} from '../../store/disk/read-file.js'
import type {Author} from '../../store/jobs/job-store.js'
import {revisionPath} from '../../store/jobs/revision.js'
import {dropRows} from '../../store/quarantine.js'
import {raiseHint} from '../../store/requests/ids.js'
import {derived} from '../derived.js'
import {groupNumbers} from '../group-numbers.js'
import type {Service} from '../service.js'

/** One above all that have left a fence: none of them may begin again. */
const freshAttempt = ({durable, layout}: Service, {uid, id}: JobSpec): number =>
  listNames(durable.fs, layout.workOf(uid, id)).reduce((next, name) => {
    const attempt = Number(/^(?:started|attempt)\.([1-9]\d{0,5})$/.exec(name)?.[1] ?? 0)
    return Math.max(next, attempt + 1)
  }, 1)

/** Which of its tasks ran nobody knows: their own fences will tell, and none runs twice. */
const allHeld = ({array}: JobRecord): Pick<JobRecord, 'array'> =>
  array === undefined ? {} : {array: {...array, held: array.waiting}}

const REASON: JobRecord['reason'] = {
  code: 'restored',
  text: 'its record was lost and made anew: release it if it did not run yet, else kill it',
}

/** Null: it is there. */
export const makeAnew = async (service: Service, spec: JobSpec, author: Author): Promise<string | null> => {
  const {durable, layout, jobs, auth, settings, now} = service
  const account = await auth.byUid(spec.uid)
  if (account === null) return `uid ${spec.uid} has no account on this site`
  const {id, tok, wish} = spec
  const {numbers: groups} = await groupNumbers(service)
  // It was admitted once: what an operator alone may ask for he was allowed then.
  const wanted = {id, tok, wish, account, groups, operator: true, now: now(), epoch: author.epoch}
  const admitted = admit(wanted, settings.admission, [])
  if (!('record' in admitted)) return admitted.message
  const record: JobRecord = {
    ...admitted.record,
    state: 'held',
    ...allHeld(admitted.record),
    reason: REASON,
    attempt: freshAttempt(service, spec),
    by: author.by,
  }
  raiseHint(durable, layout, id)
  // Of the record that was lost: this one has its number.
  dropRows(durable.fs, layout, revisionPath(layout, id, record.rev))
  if (jobs.publishFirst(record, 'now') !== 'won') return 'the job has come back meanwhile'
  const line = {at: now(), what: 'restored', id, rev: 1, to: record.state, by: author.by}
  derived(service, 'the journal', () => service.journal.write(line))
  return null
}
