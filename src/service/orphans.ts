/**
 * Containers of this cluster that no record asks for (state.md 8): killed and removed, and said so.
 *
 * At once if their attempt is over, given back or packed; after ten minutes if nothing is known of the job at all
 * (a record may be on its way back from a backup). First sights are kept on disk, so cron passes count on.
 */
import type {ListedContainer} from '@god-cli/api'
import {taskRecord} from '../core/array/view.js'
import {type JobId, jobId} from '../core/brand.js'
import type {JobRecord} from '../core/job.js'
import {partKey} from '../core/part-key.js'
import {isFinal} from '../core/state.js'
import type {LiveJobs} from '../store/jobs/job-store.js'
import {readSights, writeSights} from '../store/orphan-sights.js'
import {derived} from './derived.js'
import {isRecordBad} from './readable-jobs.js'
import type {Reconciler} from './reconciler.js'
import {returnLeft} from './return-folder.js'
import type {Service} from './service.js'

export const ORPHAN_AFTER = 10 * 60 * 1000

type Verdict = 'ours' | 'over' | 'unknown'

/** Of an array the task that it is of; null: the job has no such part. */
const partOf = (job: JobRecord, {task}: ListedContainer): JobRecord | null => {
  if (task !== undefined) return taskRecord(job, task)
  return job.array === undefined ? job : null
}

const judge = (service: Service, job: JobRecord | null, container: ListedContainer): Verdict => {
  if (job === null) return service.manifest.contains(jobId(container.job)) ? 'over' : 'unknown'
  const record = partOf(job, container)
  if (record === null) return 'unknown'
  if (container.attempt < record.attempt) return 'over'
  if (container.attempt > record.attempt) return 'unknown'
  if (record.container === null && !isFinal(record.state)) return 'unknown'
  return isOf(record, container) ? 'ours' : 'over'
}

/** A late starter may have made the name once more, after the record's own container was removed. */
export const isOf = ({container: own}: JobRecord, {id, nonce}: ListedContainer): boolean =>
  own?.nonce === nonce && (own.id === null || own.id === id)

/** Containers of unknown jobs that have been so for long enough; the others are remembered. */
const ripe = (service: Service, unknown: readonly ListedContainer[]): readonly ListedContainer[] => {
  const {durable, layout, node} = service
  const before = readSights(durable, layout, node)
  // What was seen before must not be forgotten: they would get ten minutes more.
  if (before === null || (unknown.length === 0 && before.size === 0)) return []
  const now = service.now()
  // Never later than now: a clock that was set back would put the removal off by as much.
  const sights = new Map(
    unknown.map(container => [container.id, Math.min(before.get(container.id) ?? now, now)]),
  )
  const same = sights.size === before.size && [...sights].every(([id, at]) => before.get(id) === at)
  if (!same) writeSights(durable, layout, node, sights)
  return unknown.filter(container => now - (sights.get(container.id) ?? now) >= ORPHAN_AFTER)
}

/** Without a record nothing about it changes. */
const SIGHT = 'orphan'
/** So many in a row that stay: the engine is in trouble, and the others would each wait for it in vain. */
const ENOUGH = 2

/** False: the engine could not. */
const removed = async (service: Service, {name, id}: ListedContainer): Promise<boolean> => {
  try {
    await service.executor.remove(name, id)
    return true
  } catch (error) {
    service.log(
      'warning',
      `orphan container ${name} stays: ${error instanceof Error ? error.message : String(error)}`,
    )
    return false
  }
}

/** Live or packed; null: nobody knows it, or it cannot be read. */
const known = ({jobs, packs}: Service, id: JobId): JobRecord | null => {
  try {
    return (jobs.read(id) ?? packs.job(id))?.record ?? null
  } catch (error) {
    if (isRecordBad(error)) return null
    throw error
  }
}

/** Its user gets what it left, if it was root inside: its job came to an end, or went on, without this node. */
const returned = async (service: Service, container: ListedContainer): Promise<void> => {
  const job = known(service, jobId(container.job))
  const record = job === null ? null : partOf(job, container)
  if (record === null || record.root !== true) return
  if (container.attempt < record.attempt || isFinal(record.state))
    await returnLeft(service, record, container)
}

const tell = (service: Service, {name, job, task, attempt}: ListedContainer): void => {
  const key = partKey({id: jobId(job), task})
  service.log('warning', `removing orphan container ${name} (job ${key}, attempt ${attempt})`)
  const entry = {at: service.now(), what: 'orphan', id: job, attempt, text: name}
  derived(service, 'the journal', () => service.journal.write(entry))
}

/** One after another; who stays rests, so that he is in nobody's way the next time. */
const removeAll = async (
  service: Service,
  {pauses}: Reconciler,
  doomed: readonly ListedContainer[],
): Promise<void> => {
  let stayed = 0
  for (const container of doomed) {
    tell(service, container)
    const gone = await removed(service, container)
    if (gone) pauses.end(container.id)
    else pauses.begin(container.id, SIGHT)
    if (gone) await returned(service, container)
    stayed = gone ? 0 : stayed + 1
    if (stayed === ENOUGH) return
  }
}

/** Beside the turns, for an engine may take its time. How many are being removed. */
export const removeOrphans = (
  service: Service,
  reconciler: Reconciler,
  live: LiveJobs,
  containers: readonly ListedContainer[],
): number => {
  // Their record is being changed by us right now.
  const busy = reconciler.busy()
  const judged = containers
    .filter(({job, task}) => !busy.has(partKey({id: jobId(job), task})))
    // Whose record cannot be read now: it may well be asked for.
    .filter(({job}) => !live.unread.has(jobId(job)))
    .map(container => ({
      container,
      verdict: judge(service, live.get(jobId(container.job))?.record ?? null, container),
    }))
  const of = (verdict: Verdict) => judged.filter(item => item.verdict === verdict).map(item => item.container)
  const doomed = [...of('over'), ...ripe(service, of('unknown'))].filter(
    ({id}) => reconciler.pauses.until(id, SIGHT) === null,
  )
  if (doomed.length === 0) return 0
  return reconciler.beside(() => removeAll(service, reconciler, doomed)) ? doomed.length : 0
}
