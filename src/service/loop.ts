/**
 * The one endless loop: `god watch` and `god schedule --watch`.
 *
 * Each turn does a watcher pass and a scheduling pass for the leases it holds, then sleeps until a bell rings, the
 * engine tells of a change, a job it works on comes to rest, a grace period or walltime ends, a begin time comes, or
 * the poll interval is over. Where only room has become free it does the latter alone. Jobs are worked on beside the turns, so a slow start delays no kill. A full disk or another passing
 * fault costs one turn. Started again after a crash it needs nothing but the shared directory.
 */
import type {Epoch, Instant} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import type {PartKey} from '../core/part-key.js'
import {sooner} from '../core/sooner.js'
import {ringBell} from '../store/bell.js'
import {claimEpoch} from '../store/epoch.js'
import type {AcquireLease, Lease} from '../store/lease.js'
import {checkHalt, isHalted} from './check-halt.js'
import {createSiteCheck} from './check-site.js'
import {type EngineLooks, patientLooks} from './engine-looks.js'
import {createPackTurn, type PackTurn} from './pack-turn.js'
import {isPassing} from './passes.js'
import {createReconciler, type Reconciler} from './reconciler.js'
import {schedulerPass} from './scheduler.js'
import type {Service} from './service.js'
import {createWaker, type Ring, type Waker} from './waker.js'
import {createWatchTurn, type WatchTurn} from './watch-turn.js'

/** Milliseconds that a stopped loop waits for work under way. */
const PATIENCE = 5000

export interface LoopOptions {
  readonly schedule: boolean
  readonly watch: boolean
  readonly acquire: AcquireLease
  readonly holder: string
  /** Milliseconds between two looks by the clock. */
  readonly poll: number
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  /** Resolves when a turn has waited for the engine long enough and goes on without its answer. */
  readonly patience: (signal: AbortSignal) => Promise<void>
  /** Starts what rings `wake`, with a job or task where something happened to that one alone; returns its stop. */
  readonly listen: (wake: (part?: PartKey) => void) => () => Promise<void>
}

interface Held {
  scheduler: {readonly lease: Lease; readonly epoch: Epoch} | null
}

/** What goes on beside the turns, and lasts from one to the next. */
interface Workers {
  readonly reconciler: Reconciler
  readonly looks: EngineLooks
  readonly watch: WatchTurn
  readonly pack: PackTurn
  /** Throws what must end the loop. */
  readonly checkSite: () => void
}

const keepScheduler = async (service: Service, options: LoopOptions, held: Held): Promise<Epoch | null> => {
  if (held.scheduler?.lease.lost() === true) {
    service.log('warning', 'another scheduler took over')
    held.scheduler = null
  }
  if (held.scheduler === null) {
    const lease = await options.acquire('scheduler')
    if (lease === null) return null
    held.scheduler = {lease, epoch: await lead(service, options, lease)}
    service.log('info', `scheduling, epoch ${held.scheduler.epoch}`)
  }
  return held.scheduler.epoch
}

/** A lease without an epoch is of no use to anybody. */
const lead = async (service: Service, options: LoopOptions, lease: Lease): Promise<Epoch> => {
  try {
    return claimEpoch(service.durable, service.layout, options.holder)
  } catch (error) {
    await lease.release()
    throw error
  }
}

/** When the next one is due though nothing rings: now, if there is more to take. Null: no such moment. */
const scheduleTurn = async (
  service: Service,
  options: LoopOptions,
  held: Held,
  {reconciler, looks, pack}: Workers,
): Promise<Instant | null> => {
  const epoch = await keepScheduler(service, options, held)
  if (epoch === null) return null
  try {
    const report = await schedulerPass(service, epoch, 1, looks)
    for (const id of report.started) void reconciler.reconcile(id, {placed: epoch})
    return (await pack(report.crowded)) || report.unread ? service.now() : report.next
  } catch (error) {
    if (!(error instanceof GodError) || error.code !== 'E_FENCED') throw error
    service.log('warning', error.message)
    await held.scheduler?.lease.release()
    held.scheduler = null
    return null
  }
}

/** One turn; returns when to look again at the latest. */
const turn = async (
  service: Service,
  options: LoopOptions,
  held: Held,
  workers: Workers,
  ring: Ring,
): Promise<Instant | null> => {
  checkHalt(service)
  workers.checkSite()
  workers.reconciler.check()
  const watched = options.watch ? await workers.watch.take(ring) : null
  const scheduled = options.schedule ? await scheduleTurn(service, options, held, workers) : null
  service.durable.syncPending()
  return sooner(watched, scheduled)
}

/** As `turn`; what may pass is told, and tried again in the next one. */
const patientTurn = async (
  service: Service,
  options: LoopOptions,
  held: Held,
  workers: Workers,
  ring: Ring,
): Promise<Instant | null> => {
  try {
    return await turn(service, options, held, workers, ring)
  } catch (error) {
    if (!isPassing(error)) throw error
    service.log('warning', error instanceof Error ? error.message : String(error))
    return null
  }
}

const rest = (service: Service, options: LoopOptions, waker: Waker, until: Instant | null): Promise<Ring> => {
  const left = until === null ? options.poll : Math.max(1, until - service.now())
  return waker.sleep(signal => options.delay(Math.min(left, options.poll), signal))
}

/** Null: stopped in the middle; a silent engine would keep the turn for minutes. */
const unlessStopped = <T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> =>
  new Promise((resolve, reject) => {
    const stopped = (): void => resolve(null)
    signal.addEventListener('abort', stopped, {once: true})
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stopped))
  })

/** What is under way may hang in a silent engine; whoever comes next goes on with it. */
const finishWork = async (
  options: LoopOptions,
  reconciler: Reconciler,
  lastTurn: Promise<unknown>,
): Promise<void> => {
  const done = new AbortController()
  const patience = options.delay(PATIENCE, done.signal)
  const work = lastTurn.catch(() => undefined).then(() => reconciler.idle())
  await Promise.race([work, patience])
  done.abort()
}

const leave = async (
  service: Service,
  options: LoopOptions,
  held: Held,
  {reconciler, watch}: Workers,
  lastTurn: Promise<unknown>,
) => {
  try {
    await finishWork(options, reconciler, lastTurn)
    service.durable.syncPending()
  } finally {
    await watch.release()
    await held.scheduler?.lease.release()
  }
}

export const runLoop = async (service: Service, options: LoopOptions): Promise<void> => {
  const waker = createWaker()
  const held: Held = {scheduler: null}
  const reconciler = createReconciler(service, ring => {
    waker.wake(ring)
    // A scheduler elsewhere cannot hear that room has become free.
    if (held.scheduler === null) ringBell(service.durable.fs, service.layout, service.uid, service.random)
  })
  const looks = patientLooks(service, {wait: options.patience, wake: () => waker.wake()})
  const pack = createPackTurn(service, options.acquire)
  const watch = createWatchTurn(service, {...options, reconciler, looks})
  const workers = {reconciler, looks, watch, pack, checkSite: createSiteCheck(service)}
  // One job is looked at beside the turns, and rings when it rests: a turn would list all containers for it.
  const stopListening = options.listen(part => {
    if (part === undefined || !watch.holds() || isHalted(service)) waker.wake()
    else reconciler.look(part)
  })
  options.signal.addEventListener('abort', () => waker.wake(), {once: true})
  let lastTurn: Promise<Instant | null> = Promise.resolve(null)
  let ring: Ring = 'all'
  try {
    while (!options.signal.aborted) {
      lastTurn = patientTurn(service, options, held, workers, ring)
      const until = await unlessStopped(lastTurn, options.signal)
      if (!options.signal.aborted) ring = await rest(service, options, waker, until)
    }
  } finally {
    await stopListening()
    await leave(service, options, held, workers, lastTurn)
  }
}
