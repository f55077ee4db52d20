/**
 * Packing, one pass (state.md 10): jobs that ended some minutes ago are sealed, written into segments, and taken away
 * from the live folders; small segments are merged, old ones dropped, and what nobody names is removed.
 *
 * Requeue and packing race for the link of one revision, so no lock is needed; a second packer loses the link of the
 * manifest. A crash anywhere leaves what the next pass goes on with: a sealed record is packed, a live record that a
 * manifest has is void and goes, a manifest without a copy gets one.
 */
import {counted} from '../core/amounts.js'
import {has, type IntervalSet, setOf} from '../core/array/interval-set.js'
import {resultsOf, withoutResults} from '../core/array/results.js'
import type {JobId} from '../core/brand.js'
import {parentsOf, parseDepend} from '../core/dependency/depend-text.js'
import type {JobRecord, JobSpec} from '../core/job.js'
import {type ArrayResults, packedJob} from '../core/packed.js'
import {willRetry} from '../core/retry.js'
import {isFinal} from '../core/state.js'
import type {Stored} from '../store/jobs/job-store.js'
import {findVoid, removeLive} from '../store/jobs/live-files.js'
import {mergeGroups, mergeSegments} from '../store/packs/merge-segments.js'
import {type PackInput, pack} from '../store/packs/packer.js'
import {secureNewest} from '../store/packs/publish-manifest.js'
import {dropOutdated} from '../store/packs/retention.js'
import {segmentDay} from '../store/packs/segment-names.js'
import {sweepDone} from '../store/packs/sweep-done.js'
import {sweepKeys} from '../store/requests/keys.js'
import {dependentJobs} from './bound-jobs.js'
import {derived} from './derived.js'
import {keptUsage} from './keep-usage.js'
import {publish} from './publish.js'
import {liveAndTold, readIfReadable, tellOnce} from './readable-jobs.js'
import {isToBeReturned, willBeReturned} from './return-folder.js'
import {plainAuthor, type Service} from './service.js'

export interface PackReport {
  /** Jobs that are in a segment now. */
  readonly packed: number
  /** Packed ones whose live files were still there. */
  readonly void: number
  /** Segments that became fewer. */
  readonly merged: number
  /** Jobs that retention dropped. */
  readonly dropped: number
  /** Files that no manifest names. */
  readonly removed: number
  /** There is more to pack than one pass takes. */
  readonly more: boolean
}

export const NOTHING: PackReport = {packed: 0, void: 0, merged: 0, dropped: 0, removed: 0, more: false}

export const together = (a: PackReport, b: PackReport): PackReport => ({
  packed: a.packed + b.packed,
  void: a.void + b.void,
  merged: a.merged + b.merged,
  dropped: a.dropped + b.dropped,
  removed: a.removed + b.removed,
  more: b.more,
})

export interface Ripe {
  /** Over for long enough, the first to end first. */
  readonly ended: readonly JobId[]
  /** Arrays that live on, and hold results of tasks. */
  readonly arrays: readonly JobId[]
}

const isAtItsEnd = (record: JobRecord): boolean => isFinal(record.state) && !willRetry(record)

export const ripeJobs = (service: Service): Ripe => {
  const until = service.now() - service.settings.packing.after
  const live = liveAndTold(service).all.map(({record}) => record)
  const ended = live
    .filter(record => isAtItsEnd(record) && (record.ended ?? 0) <= until && !isToBeReturned(service, record))
    .sort((a, b) => (a.ended ?? 0) - (b.ended ?? 0))
  const arrays = live.filter(record => !isFinal(record.state) && resultsOf(record).length > 0)
  return {ended: ended.map(({id}) => id), arrays: arrays.map(({id}) => id)}
}

/** Null: it is not there, or nobody can read it now. */
const read = (service: Service, id: JobId): Stored | null => {
  const stored = readIfReadable(service, id)
  return stored === 'unread' ? null : stored
}

/** Null: it is not over any more, or somebody was faster. */
const seal = (service: Service, id: JobId): Stored | null => {
  const base = read(service, id)
  if (base === null || !isAtItsEnd(base.record)) return null
  if (base.record.sealed) return base
  const author = plainAuthor('packer', base.record.epoch)
  return publish(service, base, {state: base.record.state, sealed: true}, author, 'later')
}

/** A damaged one was set aside: its job is over, and is packed without it. One that cannot be read waits. */
const specOf = (service: Service, id: JobId): JobSpec | null | 'unread' => {
  const found = service.specs.look(id)
  if ('error' in found) tellOnce(service, found.error.message)
  if (found.kind === 'unread') return 'unread'
  return found.kind === 'whole' ? found.spec : null
}

/** What a record holds of tasks that ended; that of a sealed one is packed with it. */
const withResults = (service: Service, array: JobRecord): readonly ArrayResults[] => {
  const {uid, root} = array
  const results = resultsOf(array).filter(
    result => !willBeReturned(service, {...result, uid, ...(root === undefined ? {} : {root})}),
  )
  return results.length === 0 ? [] : [{array, results}]
}

const inputOf = (service: Service, {ended, arrays}: Ripe): PackInput => {
  const sealed = ended.flatMap(id => {
    const spec = specOf(service, id)
    return spec === 'unread' || seal(service, id) === null ? [] : [{id, spec}]
  })
  service.durable.syncPending()
  const jobs = sealed.flatMap(({id, spec}) => {
    const job = packedJob(service.jobs.history(id))
    return job === null ? [] : [{job, spec}]
  })
  const living = arrays.flatMap(id => read(service, id)?.record ?? [])
  return {
    jobs,
    arrays: [...living, ...jobs.map(({job}) => job.record)].flatMap(array => withResults(service, array)),
  }
}

/** Its results are in a segment: the next revision is without them. Somebody faster leaves that to the next pass. */
const lighten = (service: Service, {array, results}: ArrayResults): void => {
  const base = read(service, array.id)
  if (base === null || isFinal(base.record.state)) return
  const packed = new Map(results.map(({task, attempt}) => [task, attempt]))
  const tasks = resultsOf(base.record).filter(({task, attempt}) => packed.get(task) === attempt)
  if (tasks.length === 0) return
  const change = withoutResults(
    base.record,
    tasks.map(({task}) => task),
  )
  publish(service, base, change, plainAuthor('packer', base.record.epoch), 'later')
}

const packJobs = (service: Service, ripe: Ripe): number => {
  const {durable, layout} = service
  const input = inputOf(service, ripe)
  if (input.jobs.length + input.arrays.length === 0 || !pack(service, input)) return 0
  for (const results of input.arrays) lighten(service, results)
  if (input.jobs.length === 0) return 0
  for (const {job} of input.jobs)
    removeLive(
      durable.fs,
      layout,
      job.id,
      job.history.map(({rev}) => rev),
    )
  const entry = {at: service.now(), what: 'packed', by: 'packer', text: counted(input.jobs.length, 'job')}
  derived(service, 'the journal', () => service.journal.write(entry))
  return input.jobs.length
}

const removeVoid = ({durable, layout, manifest}: Service): number => {
  const found = findVoid(durable.fs, layout, manifest)
  // Void by a manifest whose packer may have been killed before his sync: a power cut would take both away.
  if (found.length > 0) durable.syncFolder(layout.done)
  for (const {id, revs} of found) removeLive(durable.fs, layout, id, revs)
  return found.length
}

/** How many groups: each is read and written as a whole. */
const merge = (service: Service, groups: number): number => {
  let merged = 0
  const today = segmentDay(service.now())
  for (const group of mergeGroups(service.manifest.newest().manifest, today).slice(0, groups)) {
    const outcome = mergeSegments(service, group)
    if (outcome.kind === 'merged') merged += outcome.segments - 1
    if (outcome.kind === 'damaged')
      service.log(
        'warning',
        `the packed jobs of ${outcome.segment} are damaged and stay as they are: see 'god fsck'`,
      )
  }
  return merged
}

/** Jobs that others wait for. How these ended must not be forgotten before all that a job depends on holds. */
const wantedIds = (service: Service): IntervalSet =>
  setOf(
    dependentJobs(service.jobs.live()).flatMap(({record}) => {
      const dependency = parseDepend(record.depend?.open ?? '')
      return typeof dependency === 'string' ? [] : parentsOf(dependency).map(({id}) => id)
    }),
  )

const drop = (service: Service): number => {
  const {retention} = service.settings.packing
  const dropped = dropOutdated(service, retention, service.now(), wantedIds(service))
  for (const name of dropped?.damaged ?? [])
    service.log('warning', `the packed jobs of ${name} are damaged and are not dropped: see 'god fsck'`)
  const gone = service.manifest.newest().manifest.dropped
  // What a crash leaves goes the next time.
  if (dropped !== null && dropped.jobs > 0) sweepKeys(service.durable.fs, service.layout, id => has(gone, id))
  return dropped?.jobs ?? 0
}

export interface PackAmount {
  readonly jobs: number
  readonly groups: number
}

const SWEEP_EVERY = 10 * 60_000

const swept = new WeakMap<Service, number>()

/** Not at each turn: while a large array runs, thousands of merged files wait there for their day. */
const sweep = (service: Service): number => {
  const now = service.now()
  if (Math.abs(now - (swept.get(service) ?? Number.NEGATIVE_INFINITY)) < SWEEP_EVERY) return 0
  const removed = sweepDone(service, now)
  swept.set(service, now)
  return removed
}

/** While there is more to pack than `jobs`, the rest of the work waits. */
export const packPass = (service: Service, amount: PackAmount): PackReport => {
  const ripe = ripeJobs(service)
  const packed = packJobs(service, {...ripe, ended: ripe.ended.slice(0, amount.jobs)})
  if (ripe.ended.length > amount.jobs) return {...NOTHING, packed, more: true}
  const report = {
    packed,
    void: removeVoid(service),
    merged: merge(service, amount.groups),
    dropped: drop(service),
    removed: sweep(service),
    more: false,
  }
  secureNewest(service.durable, service.layout, service.manifest)
  derived(service, 'usage.json', () => void keptUsage(service, liveAndTold(service)))
  return report
}
