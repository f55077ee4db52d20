/**
 * Single passes, as cron runs them: take the lease if it is free, do one pass, let go, wait for what it began.
 * An image may be pulled for minutes, so the lease does not wait for that: record, name and fence keep two passes
 * apart. Another holder is not an error: the work is being done. HALT is: nothing acts, and the reason is told.
 */
import {GodError} from '../core/errors.js'
import {isNoSpace} from '../store/disk/durable.js'
import {isErrno} from '../store/disk/file-system.js'
import {claimEpoch} from '../store/epoch.js'
import type {AcquireLease, Lease} from '../store/lease.js'
import {checkHalt} from './check-halt.js'
import {derived} from './derived.js'
import {createPackTurn} from './pack-turn.js'
import {createReconciler, type Reconciler} from './reconciler.js'
import {createUsageSampler} from './sample-usage.js'
import {type SchedulerReport, schedulerPass} from './scheduler.js'
import type {Service} from './service.js'
import {MOST_ROUNDS} from './take-requests.js'
import {type WatcherReport, watcherPass} from './watcher.js'

/** Too many open files, ours or the machine's; a call that a signal cut short; a file server that was restarted. */
const PASSING = ['EMFILE', 'ENFILE', 'EINTR', 'ESTALE']

/**
 * A pass that failed so may succeed the next time; a long-lived process says so and goes on. A plugin that fails at
 * this queue may not fail at the next, and what runs is watched meanwhile.
 */
export const isPassing = (error: unknown): boolean =>
  error instanceof GodError
    ? (error.temporary && error.code !== 'E_HALTED') || error.code === 'E_PROVIDER_BAD'
    : isNoSpace(error) || isErrno(error, ...PASSING)

const quiet = (): void => undefined

/** What the pass changed is on the disk before another may begin. */
const under = async <T>(service: Service, lease: Lease, pass: () => Promise<T>): Promise<T> => {
  try {
    const report = await pass()
    service.durable.syncPending()
    return report
  } finally {
    await lease.release()
  }
}

/** The next process comes in a minute: until then each reader would open all that is newer than the index. */
const finished = async (service: Service, reconciler: Reconciler): Promise<void> => {
  await reconciler.idle()
  service.durable.syncPending()
  derived(service, 'the index', () => {
    service.jobs.live()
    service.jobs.refreshIndex(service.random, service.now(), 'any')
  })
}

/** Null: another scheduler is at work, or took over in the middle. */
export const scheduleOnce = async (
  service: Service,
  acquire: AcquireLease,
  holder: string,
): Promise<SchedulerReport | null> => {
  checkHalt(service)
  const lease = await acquire('scheduler')
  if (lease === null) return null
  try {
    const {placed, report} = await under(service, lease, async () => {
      const epoch = claimEpoch(service.durable, service.layout, holder)
      return {placed: epoch, report: await schedulerPass(service, epoch, MOST_ROUNDS)}
    })
    const reconciler = createReconciler(service, quiet)
    for (const id of report.started) void reconciler.reconcile(id, {placed})
    await finished(service, reconciler)
    await createPackTurn(service, acquire)(report.crowded)
    return report
  } catch (error) {
    if (!(error instanceof GodError) || error.code !== 'E_FENCED') throw error
    service.log('info', error.message)
    return null
  }
}

/** For a timetable: a passing fault costs one pass. */
export const schedulePatiently = async (
  service: Service,
  acquire: AcquireLease,
  holder: string,
): Promise<void> => {
  try {
    await scheduleOnce(service, acquire, holder)
  } catch (error) {
    if (!isPassing(error)) throw error
    service.log('warning', error instanceof Error ? error.message : String(error))
  }
}

/** Null: another watcher has this node. */
export const watchOnce = async (service: Service, acquire: AcquireLease): Promise<WatcherReport | null> => {
  checkHalt(service)
  const lease = await acquire(`watch-${service.node}`)
  if (lease === null) return null
  const reconciler = createReconciler(service, quiet)
  const report = await under(service, lease, async () => {
    const seen = await watcherPass(service, reconciler)
    await createUsageSampler(service)()
    return seen
  })
  await finished(service, reconciler)
  return report
}
