/**
 * The end of an attempt that another one follows: what it used is written down, then its container goes, then the record
 * says that the next one waits. So nothing is in the way of that one, and a crash between any two goes on from what the
 * record says (docs/decisions/0038). Pure.
 */
import type {ContainerView} from '@god-cli/api'
import type {Instant} from './brand.js'
import type {JobRecord} from './job.js'
import type {Change} from './outcome.js'
import {requeuedChange} from './requeue.js'
import {isTaskTriedAgain, retryChange} from './retry.js'
import {isFinal} from './state.js'
import type {Step} from './step.js'

type End = Extract<Step, {do: 'publish' | 'collect'}>

const isEnd = (step: Step): step is End =>
  (step.do === 'publish' || step.do === 'collect') && isFinal(step.change.state)

/** That it is over, before it goes on; its state stays. No reason: of an array as many may stand so as it has parts. */
const overChange = (record: JobRecord, {change}: End): Change => {
  const {state, started, ended, paused, exit} = {...record, ...change, state: record.state}
  return {state, started, ended, paused, exit}
}

const onward = (container: ContainerView | null, change: Change): Step =>
  container === null ? {do: 'publish', change} : {do: 'remove', container}

/** What has ended of an array stays ended, so the end of a task that is tried again is none. */
const triedStep = (record: JobRecord, own: ContainerView | null, step: End, now: Instant): Step => {
  if (step.do === 'collect' && record.ended === null) {
    const over = overChange(record, step)
    // Or it would be started a second time when its container is gone.
    return {...step, change: record.state === 'starting' ? {...over, state: 'running'} : over}
  }
  return onward(own, retryChange({...record, ...step.change}, now) ?? step.change)
}

/** The step, or what comes before and instead of it where its end is not that of the job. `own`: the attempt's container. */
export const beforeNext = (record: JobRecord, own: ContainerView | null, step: Step, now: Instant): Step => {
  if (!isEnd(step)) return step
  const {requeue} = record
  if (requeue == null) return isTaskTriedAgain(record, step.change) ? triedStep(record, own, step, now) : step
  const began = (step.change.started ?? record.started) !== null
  return step.do === 'collect' && began && record.ended === null
    ? {...step, change: overChange(record, step)}
    : onward(own, requeuedChange(record, requeue, now))
}
