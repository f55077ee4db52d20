/**
 * Brings one job, or one task of an array, a step further, again and again, until nothing is to be done now (state.md 8).
 *
 * Each step is decided by the pure `advance`; here it is carried out. After a crash between any two of them the
 * next call goes on from what record, engine and fence say then.
 */
import type {ContainerView, Usage} from '@god-cli/api'
import {stampOf, taskRecord} from '../core/array/view.js'
import type {Epoch, Instant} from '../core/brand.js'
import {never} from '../core/errors.js'
import type {JobRecord} from '../core/job.js'
import {mayBeLaunchFault} from '../core/launch-fault.js'
import {type Change, refusedStart} from '../core/outcome.js'
import {type PartKey, partName} from '../core/part-key.js'
import {advance, asked, type Observed} from '../core/reconcile.js'
import {isFinal} from '../core/state.js'
import type {Step} from '../core/step.js'
import {checkHalt} from './check-halt.js'
import {
  isOurs,
  type Known,
  knownAfter,
  type Outcome,
  type Part,
  partAfter,
  unmade,
} from './known-container.js'
import {publishBeside} from './publish.js'
import {readIfReadable} from './readable-jobs.js'
import {returnFolder} from './return-folder.js'
import {plainAuthor, type Service} from './service.js'
import {createContainer} from './start-container.js'
import {createTaskDesk, type TaskDesk} from './task-desk.js'
import {isElsewhere} from './whose.js'

/** More steps than any life has between two waits; a guard against our own mistakes. */
const MOST_STEPS = 24

interface Target extends Part {
  readonly key: PartKey
}

const read = (service: Service, key: PartKey): Part | null => {
  const {id, task} = partName(key)
  const stored = readIfReadable(service, id)
  if (stored === null || stored === 'unread') return null
  const record = task === undefined ? stored.record : taskRecord(stored.record, task)
  return record === null ? null : {stored, record}
}

/**
 * What became of it: it came on and rests; it came on and runs, so that nobody has anything to do before something
 * happens to it; it is over and its container gone, so that nobody has anything to do but to use the room; that it was
 * before we came; or there was nothing we could do, or what we did cannot be seen yet.
 */
export type Settled = 'rests' | 'runs' | 'over' | 'was-over' | 'stuck'

const after = (steps: number): Settled => (steps === 0 ? 'stuck' : 'rests')

const restOf = ({state}: JobRecord, {container}: Observed, until: Instant | null, steps: number): Settled => {
  if (isFinal(state) && container === null) return steps === 0 ? 'was-over' : 'over'
  return steps > 0 && state === 'running' && until === null ? 'runs' : after(steps)
}

export const settle = async (
  service: Service,
  key: PartKey,
  desk: TaskDesk = createTaskDesk(service),
  placed: Epoch | null = null,
): Promise<Settled> => {
  let last = ''
  let known: Known | null = null
  let part: Part | null = null
  for (let i = 0; i < MOST_STEPS; i++) {
    part ??= read(service, key)
    if (part === null || part.record.container === null) return after(i)
    const target: Target = {key, ...part}
    if (i === 0) known = unmade(placed, target.record)
    const observed: Observed | 'elsewhere' = await observe(service, target, known)
    if (observed === 'elsewhere') return after(i)
    const step = advance(target.record, observed, service.now(), service.settings.limits)
    if (!(await returnFolder(service, target.record, observed, step))) return after(i)
    if (step.do === 'none') return restOf(target.record, observed, step.until, i)
    const said = `${stampOf(target.record)} ${step.do}`
    // The same step on the same revision: what it did cannot be seen yet. Look again when something rings.
    if (said === last) return 'stuck'
    last = said
    const outcome = await perform(
      {service, desk, placed: i === 0 && isOurs(placed, target.record)},
      target,
      step,
    )
    known = knownAfter(outcome, target.record, observed)
    part = partAfter(outcome, target)
  }
  service.log('warning', `job ${key} took ${MOST_STEPS} steps without coming to rest`)
  return 'stuck'
}

/** What carries steps out. */
interface Hands {
  readonly service: Service
  readonly desk: TaskDesk
  /** By the last step, of this process; its revision is on the disk. */
  readonly placed: boolean
}

const inspect = async (
  service: Service,
  {key, record}: Target,
  known: Known | null,
): Promise<ContainerView | null | 'unknown' | 'elsewhere'> => {
  if (record.container === null) return null
  if (known?.stamp === stampOf(record)) return known.container
  const {executor} = service
  try {
    const engine = await executor.identity()
    const found = await executor.inspect(record.container.id ?? record.container.name)
    return isElsewhere(record, engine, found) ? 'elsewhere' : found
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    service.log('warning', `job ${key}: the engine does not answer: ${why}`)
    return 'unknown'
  }
}

const attemptOf = ({key, record}: Target) => [record.uid, key, record.attempt, record.root === true] as const

const observe = async (
  service: Service,
  target: Target,
  known: Known | null,
): Promise<Observed | 'elsewhere'> => {
  const container = await inspect(service, target, known)
  if (container === 'elsewhere') return container
  const {work} = service
  const {record} = target
  const ask = asked(record, container)
  const attempt = attemptOf(target)
  const exitFile = ask.exitFile ? work.exitFile(...attempt) : null
  return {
    container,
    fence: ask.fence ? work.fence(...attempt) : 'none',
    exitFile,
    fault: mayBeLaunchFault(exitFile) ? work.launchFault(...attempt) : null,
  }
}

const perform = async (hands: Hands, target: Target, step: Exclude<Step, {do: 'none'}>): Promise<Outcome> => {
  const {service} = hands
  const {executor} = service
  const {record} = target
  switch (step.do) {
    case 'create': {
      checkHalt(service)
      const answer = await createContainer(service, record, hands.placed)
      if (answer.answer === 'created') return {made: answer.container}
      if (answer.answer === 'refused') await put(hands, target, refusedStart(answer.reason, service.now()))
      return null
    }
    case 'start':
      return start(hands, target, step.id)
    case 'pause':
      await executor.pause(step.id)
      return null
    case 'unpause':
      await executor.unpause(step.id)
      return null
    case 'signal':
      // Where there was nothing to end it has ended by itself since we looked: its own end is recorded.
      if ((await executor.signal(step.id, step.signal)) !== false && step.change !== null)
        await put(hands, target, step.change)
      return null
    case 'publish':
      return put(hands, target, step.change)
    case 'collect':
      return collect(hands, target, step)
    case 'remove':
      // E3 before E4, whoever published the end: without its container only the record tells of it.
      await service.jobs.settleBeside(record.id)
      await executor.remove(step.container.name, step.container.id)
      // If it is not gone yet, the next listing shows it.
      return {made: null}
    case 'void':
      service.work.voidAttempt(...attemptOf(target))
      return null
    default:
      return never(step)
  }
}

/** Of a container that somebody removed the counters may still be there, and nobody asks for its removal. */
const collect = async (
  hands: Hands,
  target: Target,
  {container, change}: Extract<Step, {do: 'collect'}>,
): Promise<Outcome> => {
  const {executor} = hands.service
  const {name, id} = container ?? target.record.container ?? {name: '', id: null}
  const usage = id === null ? null : await executor.usage(name, id)
  const outcome = await put(hands, target, usage === null ? change : {...change, usage: readable(usage)})
  if (container === null) await executor.tidy?.(name)
  return outcome
}

/** Null: no numbers that a record could hold; it would be read by nobody then. */
const readable = (usage: Usage): JobRecord['usage'] => {
  const cpuSeconds = Math.max(0, Number(usage.cpuSeconds.toFixed(6)))
  const maxMemory = Math.max(0, Math.round(usage.maxMemory))
  if (!Number.isFinite(cpuSeconds) || !Number.isSafeInteger(maxMemory)) return null
  return {cpuSeconds, maxMemory, exact: usage.exact}
}

/**
 * Nothing is done because of these before their folder is synced, at the latest at the end of the pass: `create` and
 * `remove` do it first, and only the engine need know of running and suspended.
 */
const put = async ({service, desk}: Hands, {stored, record}: Target, change: Change): Promise<Outcome> => {
  if (record.task === undefined) {
    const next = await publishBeside(service, stored, change, plainAuthor('watcher', stored.record.epoch))
    return next === null ? null : {published: {stored: next, record: next.record}}
  }
  const published = await desk.publish(record, change)
  return published === null ? null : {published}
}

/** A task's array has other revisions all the time: read again, its own part tells. */
const isCurrent = (service: Service, {key, stored, record}: Target): boolean => {
  if (record.task === undefined) return service.jobs.isCurrent(stored)
  const fresh = read(service, key)
  return fresh !== null && stampOf(fresh.record) === stampOf(record)
}

/** S3: the record is read again right before the engine starts anything. */
const start = async (hands: Hands, target: Target, containerId: string): Promise<Outcome> => {
  const {service} = hands
  const {key, record} = target
  if (!isCurrent(service, target)) {
    const now = read(service, key)?.record
    const still = now?.container?.nonce === record.container?.nonce || service.jobs.unread.has(record.id)
    // It is another attempt's turn: ours must never run. If it is still this attempt, or may be, somebody may have adopted it.
    if (!still) await service.executor.remove(record.container?.name ?? containerId, containerId)
    return null
  }
  checkHalt(service)
  const answer = await service.executor.start(containerId)
  if (answer.answer === 'started') return 'started'
  if (answer.answer === 'refused') await put(hands, target, refusedStart(answer.reason, service.now()))
  return null
}
