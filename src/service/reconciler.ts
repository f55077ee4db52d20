/**
 * Works on many jobs at once, each settled by one worker (state.md 8).
 *
 * Both the scheduler (for what it has just placed) and the watcher (for its node) call it. Two processes are kept
 * apart by the record's link, the container's name and the fence; so are the two workers of a job whose kill comes
 * while its start is still under way. What led nowhere is not tried again on the same sight before a pause that
 * doubles, so an engine in trouble is not hammered. It keeps nothing that a crash could lose.
 */
import type {Instant, JobId} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import {createPauses, type Pauses} from './pauses.js'
import type {Service} from './service.js'
import {settle} from './settle-job.js'

/** What the caller saw of a job: the same sight again means that nothing has changed. */
export interface Sight {
  readonly text: string
  /** A kill does not wait for a start that may take minutes (an image is being pulled). */
  readonly urgent: boolean
}

export interface Reconciler {
  /** Resolves when the job rests. Never rejects: the fault is logged, see `check`. */
  reconcile(id: JobId, sight?: Sight): Promise<void>
  /** Something happened to its container: looked at now, or once more if it is being worked on. */
  look(id: JobId): void
  /** Not before then: the last try on this very sight led nowhere. Null = try. */
  restsUntil(id: JobId, sight: Sight): Instant | null
  /** Ids being worked on now. */
  busy(): ReadonlySet<JobId>
  /** Work on what is no job, beside all others, its faults as of a job; false: some is under way, this is not begun. */
  beside(work: () => Promise<void>): boolean
  /** Of what that work led nowhere with, by name. */
  readonly pauses: Pauses<string>
  /** Resolves when nothing is being worked on; then as `check`. */
  idle(): Promise<void>
  /** Throws what ended the work for good: the disk cannot be trusted, or a bug of ours. */
  check(): void
}

/** The workers of one kind, at most one a job. */
const createWorkers = (work: (id: JobId, sight: Sight | undefined) => Promise<void>, wake: () => void) => {
  const active = new Map<JobId, Promise<void>>()
  /** Worked on while something happened to them. */
  const again = new Set<JobId>()
  const run = async (id: JobId, sight: Sight | undefined): Promise<void> => {
    await work(id, sight)
    while (again.delete(id)) await work(id, undefined)
    active.delete(id)
    wake()
  }
  const start = (id: JobId, sight: Sight | undefined): Promise<void> => {
    const already = active.get(id)
    if (already !== undefined) return already
    const done = run(id, sight)
    active.set(id, done)
    return done
  }
  return {
    active,
    start,
    look: (id: JobId): void => {
      if (active.has(id)) again.add(id)
      else void start(id, undefined)
    },
  }
}

export const createReconciler = (service: Service, wake: () => void): Reconciler => {
  const pauses = createPauses<JobId>(service.now)
  let fatal: GodError | null = null
  const noteFault = (error: unknown): string => {
    if (error instanceof GodError && !error.temporary) fatal ??= error
    return error instanceof Error ? error.message : String(error)
  }
  const attempt = async (id: JobId): Promise<boolean> => {
    try {
      return await settle(service, id)
    } catch (error) {
      service.log('warning', `job ${id}: ${noteFault(error)}`)
      return false
    }
  }
  const work = async (id: JobId, sight: Sight | undefined): Promise<void> => {
    if (await attempt(id)) pauses.end(id)
    else if (sight !== undefined) pauses.begin(id, sight.text)
  }
  const calm = createWorkers(work, wake)
  const urgent = createWorkers(work, wake)
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
        wake()
      })
    return true
  }
  return {
    beside,
    pauses: createPauses<string>(service.now),
    reconcile: (id, sight) => (sight?.urgent === true ? urgent : calm).start(id, sight),
    look: calm.look,
    restsUntil: (id, sight) => pauses.until(id, sight.text),
    busy: () => new Set([...calm.active.keys(), ...urgent.active.keys()]),
    idle: async () => {
      while (calm.active.size + urgent.active.size > 0 || aside !== null)
        await Promise.all([...calm.active.values(), ...urgent.active.values(), aside])
      check()
    },
    check,
  }
}
