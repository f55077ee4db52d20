/**
 * One watcher pass (state.md 5, 8): take control requests, list the engine's containers once, and hand every job
 * of this node whose record and container disagree, or whose time has come, to the reconciler. Then orphans.
 *
 * Containers are listed before records are read, so a container without a record is a true orphan.
 * A pass that finds nothing to do makes one engine call and opens no record twice.
 */
import type {ContainerView, ListedContainer} from '@god-cli/api'
import {stampOf} from '../core/array/view.js'
import {epoch, type Instant} from '../core/brand.js'
import type {JobRecord} from '../core/job.js'
import {type PartKey, partKey} from '../core/part-key.js'
import {advance} from '../core/reconcile.js'
import {sooner} from '../core/sooner.js'
import {isFinal} from '../core/state.js'
import {derived} from './derived.js'
import {type EngineLooks, type Look, looksAt} from './engine-looks.js'
import {placedJobs} from './live-view.js'
import {isOf, removeOrphans} from './orphans.js'
import {liveAndTold} from './readable-jobs.js'
import type {Reconciler, Sight} from './reconciler.js'
import {isUnreturned} from './return-folder.js'
import {plainAuthor, type Service} from './service.js'
import {takeRequests} from './take-requests.js'
import {isElsewhere, isMine} from './whose.js'

export interface WatcherReport {
  /** Jobs and tasks handed to the reconciler; their work goes on until `reconciler.idle()`. */
  readonly worked: readonly PartKey[]
  /** The next moment at which a grace period or a walltime ends. */
  readonly until: Instant | null
  /** Containers that no record asks for, given to removal; null: the engine could not be asked. */
  readonly orphans: number | null
}

/** Null: it cannot be asked, and its node is marked so: what its jobs do is not known until it answers again. */
const lookOrMark = async (service: Service, {look}: EngineLooks): Promise<Look | null> => {
  const mark = (why: string | null): void =>
    derived(service, "the node's state", () => service.nodes.mark(service.node, why, service.now()))
  try {
    const seen = await look()
    mark(null)
    return seen
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    service.log('warning', `the engine does not answer: ${why}`)
    mark(why)
    return null
  }
}

/** As much of a view as a listing tells: enough to see that nothing is to be done. */
const sketch = (container: ListedContainer): ContainerView => ({
  ...container,
  startedAt: null,
  finishedAt: null,
  exitCode: null,
  oomKilled: false,
  startFault: null,
})

/** Null: nothing to do, now or later. A time: nothing before it. 'now': hand it over. */
const need = (
  service: Service,
  record: JobRecord,
  container: ListedContainer | undefined,
): Instant | null | 'now' => {
  // A crash, or the disk, was in the way when its container went.
  if (container === undefined && isFinal(record.state) && isUnreturned(service, record)) return 'now'
  const observed = {
    container: container === undefined ? null : sketch(container),
    fence: 'none',
    exitFile: null,
  } as const
  const step = advance(record, observed, service.now(), service.settings.limits)
  return step.do === 'none' ? step.until : 'now'
}

const sightOf = (record: JobRecord, status: string): Sight => ({
  text: `${stampOf(record)} ${status}`,
  urgent: record.desired === 'killed',
})

interface Share {
  readonly worked: readonly PartKey[]
  readonly until: Instant | null
}

interface Own {
  readonly record: JobRecord
  readonly container: ListedContainer | undefined
}

/** The jobs that this engine can be asked about. The others are left as they are, and told of. */
const ownJobs = (
  service: Service,
  placed: readonly JobRecord[],
  {engine, containers}: Look,
): readonly Own[] => {
  const byName = new Map(containers.map(container => [container.name, container]))
  const mine = placed
    .map(record => {
      const named = record.container === null ? undefined : byName.get(record.container.name)
      return {record, container: named !== undefined && isOf(record, named) ? named : undefined}
    })
    .filter(
      ({record, container}) => record.container !== null && isMine(record, service.node, engine, container),
    )
  const own = mine.filter(({record, container}) => !isElsewhere(record, engine, container))
  const left = mine.filter(job => !own.includes(job) && !isFinal(job.record.state)).length
  if (left > 0)
    service.log(
      'warning',
      `${left} ${left === 1 ? 'job belongs' : 'jobs belong'} to another engine than ${engine}; left alone`,
    )
  return own
}

const handOver = (service: Service, reconciler: Reconciler, own: readonly Own[]): Share => {
  const worked: PartKey[] = []
  let until: Instant | null = null
  for (const {record, container} of own) {
    // Published by a pass that may have died before its sync: a power cut must not take back what was told.
    if (record.state === 'stopping') service.jobs.settle(record.id, 'later')
    const sight = sightOf(record, container?.status ?? 'absent')
    const needed = need(service, record, container)
    const key = partKey(record)
    const when = needed === 'now' ? (reconciler.restsUntil(key, sight) ?? 'now') : needed
    if (when !== 'now') {
      until = sooner(until, when)
      continue
    }
    worked.push(key)
    void reconciler.reconcile(key, sight)
  }
  return {worked, until}
}

/** With a silent engine a kill can still be carried out on what has not started: its attempt is made void. */
const handOverSilent = (service: Service, reconciler: Reconciler, placed: readonly JobRecord[]): Share => {
  const worked = placed
    .filter(record => isMine(record, service.node, null, null) && record.state === 'starting')
    .filter(record => record.desired === 'killed')
    .filter(record => reconciler.restsUntil(partKey(record), sightOf(record, 'silent')) === null)
  for (const record of worked) void reconciler.reconcile(partKey(record), sightOf(record, 'silent'))
  return {worked: worked.map(partKey), until: null}
}

export const watcherPass = async (
  service: Service,
  reconciler: Reconciler,
  looks: EngineLooks = looksAt(service),
): Promise<WatcherReport> => {
  await takeRequests(service, 'watcher', plainAuthor('watcher', epoch(0)))
  const seen = await lookOrMark(service, looks)
  const live = liveAndTold(service)
  const placed = placedJobs(live)
  if (seen === null) return {...handOverSilent(service, reconciler, placed), orphans: null}
  const share = handOver(service, reconciler, ownJobs(service, placed, seen))
  const orphans = removeOrphans(service, reconciler, live, seen.containers)
  derived(service, 'the index', () => service.jobs.refreshIndex(service.random, service.now()))
  return {...share, orphans}
}
