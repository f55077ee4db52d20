/**
 * Works on many jobs at once, each (of an array each task) settled by one worker (state.md 8).
 *
 * Both the scheduler (for what it has just placed) and the watcher (for its node) call it. Two processes are kept
 * apart by the record's link, the container's name and the fence; so are the two workers of a job whose kill comes
 * while its start is still under way. What led nowhere is not tried again on the same sight before a pause that
 * doubles, so an engine in trouble is not hammered. It keeps nothing that a crash could lose.
 */
import type {Epoch, Instant} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import type {PartKey} from '../core/part-key.js'
import {createPauses, type Pauses} from './pauses.js'
import {isRecordBad} from './readable-jobs.js'
import type {Service} from './service.js'
import {type Settled, settle} from './settle-job.js'
import {createTaskDesk} from './task-desk.js'
import type {Ring} from './waker.js'

/** What the caller saw of a job: the same sight again means that nothing has changed. */
export interface Sight {
  readonly text: string
  /** A kill does not wait for a start that may take minutes (an image is being pulled). */
  readonly urgent: boolean
}

/**
 * By this process a moment ago, as scheduler of that epoch, and synced: nobody has made its container yet, so it is not
 * asked for, and its revision is not synced again.
 */
export interface Placed {
  readonly placed: Epoch
}

export type Occasion = Sight | Placed | undefined

export interface Reconciler {
  /** Resolves when the job rests. Never rejects: the fault is logged, see `check`. */
  reconcile(key: PartKey, occasion?: Occasion): Promise<void>
  /** Something happened to its container: looked at now, or once more if it is being worked on. */
  look(key: PartKey): void
  /** Not before then: the last try on this very sight led nowhere. Null = try. */
  restsUntil(key: PartKey, sight: Sight): Instant | null
  /** What is being worked on now. */
  busy(): ReadonlySet<PartKey>
  /** Work on what is no job, beside all others, its faults as of a job; false: some is under way, this is not begun. */
  beside(work: () => Promise<void>): boolean
  /** Of what that work led nowhere with, by name. */
  readonly pauses: Pauses<string>
  /** Resolves when nothing is being worked on; then as `check`. */
  idle(): Promise<void>
  /** Throws what ended the work for good: the disk cannot be trusted, or a bug of ours. */
  check(): void
}

const isSight = (occasion: Occasion): occasion is Sight => occasion !== undefined && 'text' in occasion

const placedIn = (occasion: Occasion): Epoch | null =>
  occasion !== undefined && 'placed' in occasion ? occasion.placed : null

/** What made room stays told of where a second look found nothing more to do. */
const stronger = (before: Settled, now: Settled): Settled =>
  before === 'over' && (now === 'was-over' || now === 'runs') ? before : now

/** The workers of one kind, at most one a job or task. `rest`: with what came of the last work, when no more is to be done. */
const createWorkers = (
  work: (key: PartKey, occasion: Occasion) => Promise<Settled>,
  rest: (came: Settled) => void,
) => {
  const active = new Map<PartKey, Promise<void>>()
  /** Worked on while something happened to them. */
  const again = new Set<PartKey>()
  const run = async (key: PartKey, occasion: Occasion): Promise<void> => {
    let came = await work(key, occasion)
    while (again.delete(key)) came = stronger(came, await work(key, undefined))
    active.delete(key)
    rest(came)
  }
  const start = (key: PartKey, occasion: Occasion): Promise<void> => {
    const already = active.get(key)
    if (already !== undefined) {
      // Its next attempt, while the last one is being cleared away.
      if (placedIn(occasion) !== null) again.add(key)
      return already
    }
    const done = run(key, occasion)
    active.set(key, done)
    return done
  }
  return {
    active,
    start,
    look: (key: PartKey): void => {
      if (active.has(key)) again.add(key)
      else void start(key, undefined)
    },
  }
}

/**
 * `wake`: a job rests that somebody may have to do something about: not one that has just begun to run; of one that is
 * over only its room is of use to anybody.
 */
export const createReconciler = (service: Service, wake: (ring: Ring) => void): Reconciler => {
  const pauses = createPauses<PartKey>(service.now)
  const desk = createTaskDesk(service)
  let fatal: GodError | null = null
  const noteFault = (error: unknown): string => {
    if (error instanceof GodError && !error.temporary && !isRecordBad(error)) fatal ??= error
    return error instanceof Error ? error.message : String(error)
  }
  const attempt = async (key: PartKey, occasion: Occasion): Promise<Settled> => {
    try {
      return await settle(service, key, desk, placedIn(occasion))
    } catch (error) {
      service.log('warning', `job ${key}: ${noteFault(error)}`)
      return 'stuck'
    }
  }
  const work = async (key: PartKey, occasion: Occasion): Promise<Settled> => {
    const settled = await attempt(key, occasion)
    if (settled !== 'stuck' && settled !== 'was-over') pauses.end(key)
    else if (isSight(occasion)) pauses.begin(key, occasion.text)
    return settled
  }
  const rest = (came: Settled): void => {
    if (came === 'over') wake('room')
    else if (came === 'rests' || came === 'stuck') wake('all')
  }
  const calm = createWorkers(work, rest)
  const urgent = createWorkers(work, rest)
  const check = (): void => {
    if (fatal !== null) throw fatal
  }
  let aside: Promise<void> | null = null
  const beside = (work: () => Promise<void>): boolean => {
    if (aside !== null) return false
    aside = work()
      .catch((error: unknown) => service.log('warning', noteFault(error)))
      .finally(() => {
        aside = null
        wake('all')
      })
    return true
  }
  return {
    beside,
    pauses: createPauses<string>(service.now),
    reconcile: (key, occasion) => (isSight(occasion) && occasion.urgent ? urgent : calm).start(key, occasion),
    look: calm.look,
    restsUntil: (key, sight) => pauses.until(key, sight.text),
    busy: () => new Set([...calm.active.keys(), ...urgent.active.keys()]),
    idle: async () => {
      while (calm.active.size + urgent.active.size > 0 || aside !== null)
        await Promise.all([...calm.active.values(), ...urgent.active.values(), aside])
      check()
    },
    check,
  }
}
