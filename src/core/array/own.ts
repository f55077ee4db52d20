/**
 * The array's own fields, from its tasks: state, end, reason, exit and usage (state.md 9). Pure.
 *
 * Pending until a task started, running while one runs or is left, and over at the end: killed if it was killed as a
 * whole, failed if a task failed, else done.
 */
import {counted} from '../amounts.js'
import {type Instant, instant} from '../brand.js'
import type {JobRecord} from '../job.js'
import type {Change} from '../outcome.js'
import {isAllocated, isFinal, type State} from '../state.js'
import {size} from './interval-set.js'
import {type ArrayRecord, setsOf} from './record.js'

const runs = (array: ArrayRecord): boolean => Object.values(array.parts).some(({state}) => isAllocated(state))

const endState = (array: ArrayRecord, desired: JobRecord['desired']): State => {
  const {done, failed} = setsOf(array)
  if (desired === 'killed') return 'killed'
  if (failed.length > 0) return 'failed'
  return done.length > 0 ? 'done' : 'killed'
}

/** The state of the array itself. `began`: a task has been started before. */
const stateOf = (array: ArrayRecord, began: boolean, desired: JobRecord['desired']): State => {
  const {waiting, held} = setsOf(array)
  if (runs(array)) return 'running'
  if (waiting.length === 0) return endState(array, desired)
  if (began) return 'running'
  return size(held) === size(waiting) ? 'held' : 'pending'
}

const tasksText = (count: number, total: number): string => `${count} of ${counted(total, 'task')}`

const endReason = (array: ArrayRecord, state: State): JobRecord['reason'] => {
  const {failed, killed, range} = setsOf(array)
  if (state === 'done' && killed.length === 0) return null
  return state === 'failed'
    ? {code: 'tasks', text: `${tasksText(size(failed), range.count)} failed`, numbers: {failed: size(failed)}}
    : {
        code: 'killed',
        text: `${tasksText(size(killed), range.count)} killed`,
        numbers: {killed: size(killed)},
      }
}

/** Whoever asked for some of its tasks to be killed does not want to hear of that as of a failure. */
const CLEAN: JobRecord['exit'] = {code: 0, signal: null, oom: false}

/** What an array's own fields become when its tasks are so. `at`: the time of its end, if this is it. */
export const arrayChange = (
  record: JobRecord,
  array: ArrayRecord,
  over: Partial<Change>,
  at: Instant,
): Change => {
  const began = record.state === 'running' || runs(array)
  const state = stateOf(array, began, over.desired ?? record.desired)
  const fields = {...over, state, array}
  if (!isFinal(state)) return fields
  // A clock that was set back since ends nothing before it began.
  const ended = instant(Math.max(at, over.started ?? record.started ?? at))
  const end = {...fields, ended, reason: over.reason ?? endReason(array, state)}
  return state === 'done' ? {...end, exit: CLEAN} : end
}

type Usage = NonNullable<JobRecord['usage']>

const sum = (a: JobRecord['usage'], b: JobRecord['usage']): JobRecord['usage'] => {
  if (a === null || b === null) return a ?? b
  const usage: Usage = {
    cpuSeconds: Number((a.cpuSeconds + b.cpuSeconds).toFixed(6)),
    maxMemory: Math.max(a.maxMemory, b.maxMemory),
    exact: a.exact && b.exact,
  }
  return usage
}

const worse = (a: JobRecord['exit'], b: JobRecord['exit']): JobRecord['exit'] =>
  a === null || b === null || (b.code ?? 0) > (a.code ?? 0) ? (b ?? a) : a

/** Exit: the highest; cpu seconds: the sum; memory: the most of any task. */
export const sums = (record: JobRecord, ended: readonly JobRecord[]): Partial<Change> =>
  ended.length === 0
    ? {}
    : {
        exit: ended.reduce((worst, {exit}) => worse(worst, exit), record.exit),
        usage: ended.reduce((total, {usage}) => sum(total, usage), record.usage),
      }
