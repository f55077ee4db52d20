/** The ways a service runs: one pass for cron, passes by timetable, or the endless loop; always closed at the end. */

import {checkSite} from './check-site.js'
import {gcOnce, gcPlan} from './gc.js'
import {runLoop} from './loop.js'
import {type HostParts, type OpenService, openService} from './open-service.js'
import type {PackReport} from './pack.js'
import {scheduleOnce, schedulePatiently, watchOnce} from './passes.js'
import type {SchedulerReport} from './scheduler.js'
import type {WatcherReport} from './watcher.js'

const opened = async <T>(host: HostParts, work: (open: OpenService) => Promise<T>): Promise<T> => {
  checkSite(host)
  const open = await openService(host)
  try {
    return await work(open)
  } finally {
    await open.close()
  }
}

/** Null: another scheduler is at work, which is no error. */
export const runScheduleOnce = (host: HostParts): Promise<SchedulerReport | null> =>
  opened(host, ({service, acquire, holder}) => scheduleOnce(service, acquire, holder))

/** Null: another watcher has this node. */
export const runWatchOnce = (host: HostParts): Promise<WatcherReport | null> =>
  opened(host, ({service, acquire}) => watchOnce(service, acquire))

/** Null: another packer is at work. `dryRun`: only told. */
export const runGc = (host: HostParts, dryRun: boolean): Promise<PackReport | null> =>
  opened(host, async ({service, acquire}) => (dryRun ? gcPlan(service) : gcOnce(service, acquire)))

/** Until `signal`. */
export const runScheduleByTimetable = (
  host: HostParts,
  expression: string,
  signal: AbortSignal,
): Promise<void> =>
  opened(host, async ({service, acquire, holder}) => {
    // Here alone: a pass from cron pays for no timetable.
    const {runTimetable} = await import('./timetable.js')
    await runTimetable(expression, () => schedulePatiently(service, acquire, holder), signal)
  })

export interface LoopChoice {
  readonly schedule: boolean
  readonly watch: boolean
}

/** Until `signal`. */
export const runService = (host: HostParts, choice: LoopChoice, signal: AbortSignal): Promise<void> =>
  opened(host, ({service, acquire, holder, listen}) => {
    const roles = [choice.schedule ? 'scheduler' : '', choice.watch ? 'watcher' : ''].filter(
      role => role !== '',
    )
    const poll = host.configuration.settings.poll_interval * 1000
    host.log('info', `${roles.join(' and ')} of ${host.root} on node ${host.node}`)
    return runLoop(service, {
      ...choice,
      acquire,
      holder,
      listen,
      poll,
      patience: signal => host.delay(poll, signal),
      delay: host.delay,
      signal,
    })
  })
