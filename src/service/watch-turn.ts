/**
 * The watcher's share of a turn of the endless loop: its lease, its pass, a look at what running jobs use.
 *
 * Not in a turn that only room which has become free rang for: a pass lists all containers and reads all jobs, and
 * nothing it sees has changed. But never later than the poll interval after the last one, and never after a grace
 * period or a walltime has ended. A pass that failed does not count. Keeps nothing that a crash could lose.
 */
import {type Instant, instant} from '../core/brand.js'
import type {AcquireLease, Lease} from '../store/lease.js'
import type {EngineLooks} from './engine-looks.js'
import type {Reconciler} from './reconciler.js'
import {createUsageSampler} from './sample-usage.js'
import type {Service} from './service.js'
import type {Ring} from './waker.js'
import {watcherPass} from './watcher.js'

export interface WatchTurnOptions {
  readonly acquire: AcquireLease
  /** Milliseconds between two passes at most. */
  readonly poll: number
  readonly reconciler: Reconciler
  readonly looks: EngineLooks
}

export interface WatchTurn {
  /** Returns when a walltime or a grace period ends, or, where no pass was due, when one will be. Null: no such moment. */
  take(ring: Ring): Promise<Instant | null>
  holds(): boolean
  release(): Promise<void>
}

interface Pass {
  readonly at: Instant
  /** Of the next one at the latest. */
  readonly next: Instant
}

export const createWatchTurn = (
  service: Service,
  {acquire, poll, reconciler, looks}: WatchTurnOptions,
): WatchTurn => {
  const sample = createUsageSampler(service)
  let lease: Lease | null = null
  let last: Pass | null = null

  const keep = async (): Promise<boolean> => {
    if (lease?.lost() === true) {
      service.log('warning', 'another watcher took this node over')
      lease = null
    }
    if (lease === null) last = null
    lease ??= await acquire(`watch-${service.node}`)
    return lease !== null
  }
  /** Set back, the clock says nothing of how long ago the last one was. */
  const isDue = ({at, next}: Pass): boolean => service.now() < at || service.now() >= next
  const pass = async (): Promise<Instant | null> => {
    last = null
    const {until} = await watcherPass(service, reconciler, looks)
    await sample()
    const at = service.now()
    const latest = instant(at + poll)
    const next = until === null || until > latest ? latest : until
    last = {at, next}
    // What else a turn does may take longer than the poll interval: it is rested for all of that all the same.
    return until
  }
  return {
    take: async ring => {
      if (!(await keep())) return null
      return ring === 'room' && last !== null && !isDue(last) ? last.next : pass()
    },
    holds: () => lease !== null,
    release: async () => lease?.release(),
  }
}
