/**
 * What becomes of an attempt on a node that an operator has declared lost (state.md 8): nothing is asked of its engine any
 * more, and what the job's directory says is all that is left. Pure.
 */
import type {Instant} from '../brand.js'
import type {JobRecord} from '../job.js'
import {type Change, endedChange, givenBackChange} from '../outcome.js'
import type {Fence} from '../reconcile.js'
import {requeuedChange} from '../requeue.js'
import {isTaskTriedAgain, retryChange} from '../retry.js'
import {isFinal} from '../state.js'
import type {NodeHold} from './hold.js'

type Lost = NonNullable<NodeHold['lost']>

const why = (node: string | null, lost: Lost): string =>
  `its node ${node ?? ''} is gone for good, by the word of ${lost.by}${lost.why === '' ? '' : `: ${lost.why}`}`

/** `fence`: of one that is starting, taken if it was free; `exitFile`: the wrapper's word, where it ended before that. */
export const lostChange = (
  record: JobRecord,
  {fence, exitFile}: {readonly fence: Fence; readonly exitFile: number | null},
  lost: Lost,
  now: Instant,
): Change => {
  const text = why(record.node, lost)
  const end =
    record.state === 'starting' && fence === 'void'
      ? givenBackChange(record, text, now)
      : endedChange(record, null, exitFile, now)
  if (record.requeue != null && isFinal(end.state))
    return requeuedChange({...record, ...end}, record.requeue, now, text)
  const told = end.state === 'lost' ? {...end, reason: {code: 'node-lost', text}} : end
  return isTaskTriedAgain(record, told) ? (retryChange({...record, ...told}, now) ?? told) : told
}
