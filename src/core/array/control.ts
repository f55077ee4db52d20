/**
 * What a control request does to an array, or to some of its tasks (`12[3-9]`): as `control.ts` for a job. Pure.
 *
 * Tasks that wait change in their sets, at once and without a revision each; those that run are told by their desired
 * state. Asked for some tasks it does what can be done, and refuses only where none of them can be meant.
 */

import {eligibleFrom} from '../begin-time.js'
import type {Instant} from '../brand.js'
import {applyControl, type ControlWish, PAST} from '../control.js'
import {already, type Effect} from '../effect.js'
import {refusal} from '../errors.js'
import type {JobRecord} from '../job.js'
import type {Change} from '../outcome.js'
import {isAllocated, isOver} from '../state.js'
import {encodedSets} from './fold.js'
import {has, type IntervalSet, intersection, interval, minus, size, union} from './interval-set.js'
import {arrayChange} from './own.js'
import {placesOf, tasksFault} from './places.js'
import {ordinalOf} from './range.js'
import {type ArrayRecord, type Part, setsOf} from './record.js'
import {killedAgain} from './results.js'
import {withoutAttempts, withoutRests} from './tries.js'

interface Asked {
  readonly record: JobRecord
  readonly array: ArrayRecord
  readonly places: IntervalSet
  /** The whole array, not some tasks of it. */
  readonly whole: boolean
  readonly wish: ControlWish
  readonly now: Instant
}

const refused = (
  {record, whole, wish}: Asked,
  why: string,
  hint = `See 'god stat ${record.id}'.`,
): Effect => ({
  kind: 'refused',
  refusal: refusal(
    'E_WRONG_STATE',
    `${whole ? `job ${record.id}` : `these tasks of job ${record.id}`} cannot be ${VERB[wish.op]}: ${why}`,
    hint,
  ),
})

const VERB = {
  kill: 'killed',
  suspend: 'suspended',
  resume: 'resumed',
  hold: 'held',
  release: 'released',
  requeue: 'requeued',
} as const

/** The parts that the wish is for and that `wants` it, changed. */
const changedParts = (
  {array, places}: Asked,
  wants: (part: Part) => boolean,
  change: (part: Part) => Part,
): ArrayRecord['parts'] | null => {
  const {range} = setsOf(array)
  const hits = Object.entries(array.parts).filter(
    ([task, part]) =>
      isAllocated(part.state) && has(places, ordinalOf(range, Number(task)) ?? -1) && wants(part),
  )
  if (hits.length === 0) return null
  return {...array.parts, ...Object.fromEntries(hits.map(([task, part]) => [task, change(part)]))}
}

const remark = ({wish}: Asked): {reason?: NonNullable<JobRecord['reason']>} =>
  wish.remark === undefined
    ? {}
    : {reason: {code: VERB[wish.op], text: `${PAST[wish.op]}: ${wish.remark}`.slice(0, 200)}}

const changed = ({record, now}: Asked, array: ArrayRecord, over: Partial<Change>): Effect => ({
  kind: 'change',
  change: arrayChange(record, array, over, now),
})

const kill = (asked: Asked): Effect => {
  const {record, array, places, whole, wish, now} = asked
  const sets = setsOf(array)
  const waiting = intersection(sets.waiting, places)
  const stop =
    wish.signal === undefined ? {} : {stop: {cause: 'killed' as const, at: now, signal: wish.signal}}
  const parts = changedParts(
    asked,
    part => part.desired !== 'killed' || part.requeue !== undefined,
    ({requeue: _, ...part}) => ({
      ...part,
      ...(part.state === 'stopping' ? {} : stop),
      ...remark(asked),
      desired: 'killed',
    }),
  )
  if (waiting.length === 0 && parts === null)
    return already(
      whole && record.desired === 'killed' ? 'is being killed already' : 'is over or being killed already',
    )
  const next = {
    ...withoutAttempts(array, waiting),
    ...encodedSets({
      ...sets,
      waiting: minus(sets.waiting, waiting),
      held: minus(sets.held, waiting),
      killed: union(sets.killed, waiting),
    }),
    parts: {...(parts ?? array.parts), ...killedAgain(array, waiting, now)},
  }
  return changed(asked, next, whole ? {desired: 'killed', ...remark(asked)} : {})
}

const suspend = (asked: Asked): Effect => {
  const {record, array, whole} = asked
  const parts = changedParts(
    asked,
    ({state, desired}) => desired === undefined && state !== 'stopping',
    part => ({...part, ...remark(asked), desired: 'suspended'}),
  )
  const all = whole && record.desired === 'run' && record.state === 'running'
  if (parts === null && !all)
    return record.desired === 'suspended'
      ? already('is suspended already')
      : refused(asked, 'none of it runs')
  return changed(
    asked,
    {...array, parts: parts ?? array.parts},
    {
      ...(all ? {desired: 'suspended'} : {}),
      ...(whole ? {reason: remark(asked).reason ?? {code: 'suspended', text: 'suspend requested'}} : {}),
    },
  )
}

const resume = (asked: Asked): Effect => {
  const {record, array, whole} = asked
  const parts = changedParts(
    asked,
    ({desired}) => desired === 'suspended',
    ({desired: _, ...part}) => ({...part, ...remark(asked)}),
  )
  const all = whole && record.desired === 'suspended'
  if (parts === null && !all) return already('is not suspended')
  return changed(asked, {...array, parts: parts ?? array.parts}, all ? {desired: 'run', reason: null} : {})
}

const hold = (asked: Asked): Effect => {
  const {array, places, whole, wish} = asked
  const sets = setsOf(array)
  const wanted = intersection(sets.waiting, places)
  if (wanted.length === 0) return refused(asked, 'none of it waits')
  const held = union(sets.held, wanted)
  if (minus(held, sets.held).length === 0) return already('is held already')
  const reason = {code: 'held', text: wish.remark ?? 'held by request'}
  return changed(asked, {...array, ...encodedSets({...sets, held})}, whole ? {reason} : {})
}

const release = (asked: Asked): Effect => {
  const {record, array, places, now} = asked
  const sets = setsOf(array)
  const wanted = intersection(sets.held, places)
  if (wanted.length === 0)
    return intersection(sets.waiting, places).length > 0
      ? already('is not held')
      : refused(asked, 'none of it waits')
  const eligible = record.state === 'held' ? {eligible: eligibleFrom(now, record.begin)} : {}
  return changed(
    asked,
    {...withoutRests(array, wanted), ...encodedSets({...sets, held: minus(sets.held, wanted)})},
    {
      ...eligible,
      reason: null,
    },
  )
}

const OVER_HINT = 'What has ended of an array is not run again: submit these tasks as a new array.'

/** Those that run are stopped, and wait once more. What has ended may be packed already, so it stays ended. */
const requeue = (asked: Asked): Effect => {
  const {record, array, places, wish} = asked
  // Its own wish binds its tasks: what waited again would be killed as soon as it started.
  if (record.desired === 'killed') return refused(asked, 'it is being killed as a whole', OVER_HINT)
  const to = wish.hold === true ? 'held' : 'pending'
  const parts = changedParts(
    asked,
    part => part.requeue !== to,
    part => ({...part, ...remark(asked), desired: 'killed', requeue: to}),
  )
  if (parts !== null) return changed(asked, {...array, parts}, {})
  if (intersection(setsOf(array).waiting, places).length > 0) return already('is waiting already')
  return changedParts(
    asked,
    () => true,
    part => part,
  ) === null
    ? refused(asked, 'none of it runs or waits', OVER_HINT)
    : already('is being requeued already')
}

const ON_ARRAY = {kill, suspend, resume, hold, release, requeue} as const

const overArray = (record: JobRecord, wish: ControlWish, now: Instant): Effect =>
  wish.op === 'requeue'
    ? {
        kind: 'refused',
        refusal: refusal('E_WRONG_STATE', `job ${record.id} cannot be requeued: it is over`, OVER_HINT),
      }
    : applyControl(record, wish, now)

const controlArray = (
  record: JobRecord,
  array: ArrayRecord,
  wish: ControlWish,
  tasks: string | undefined,
  now: Instant,
): Effect => {
  if (isOver(record.state))
    return wish.op === 'kill' ? already(`is over already (${record.state})`) : overArray(record, wish, now)
  const {range} = setsOf(array)
  const places = tasks === undefined ? interval(0, range.count - 1) : placesOf(array, tasks)
  if ('code' in places) return {kind: 'refused', refusal: places}
  return ON_ARRAY[wish.op]({record, array, places, whole: size(places) === range.count, wish, now})
}

/** `tasks`: those of an array that are meant, as `3-9,12`; left out: all. */
export const controlJob = (
  record: JobRecord,
  wish: ControlWish,
  tasks: string | undefined,
  now: Instant,
): Effect => {
  const no = tasks === undefined ? null : tasksFault(record, tasks)
  if (no !== null) return {kind: 'refused', refusal: no}
  const {array} = record
  return array === undefined ? applyControl(record, wish, now) : controlArray(record, array, wish, tasks, now)
}
