/**
 * The parts of a wish that are written as text and stand in the record parsed: the range of an array, what it depends
 * on, how it is tried again. Pure.
 */
import type {ArrayRecord} from './array/record.js'
import {newArray} from './array/start.js'
import {DEPEND_HINT, dependText, parseDepend} from './dependency/depend-text.js'
import {GodError, type Refusal, refusal} from './errors.js'
import type {JobRecord, Wish} from './job.js'
import {parseRetry, RETRY_HINT} from './retry.js'

export interface SettledParts {
  /** Left out: a single job. */
  readonly array?: ArrayRecord
  /** Left out: it depends on nothing. The jobs that it names have still to be looked at. */
  readonly depend?: NonNullable<JobRecord['depend']>
  readonly retry?: NonNullable<JobRecord['retry']>
}

type Part = SettledParts | Refusal

const arrayOf = ({array, hold}: Wish): Part => {
  if (array === undefined) return {}
  try {
    return {array: newArray(array, hold === true)}
  } catch (error) {
    if (!(error instanceof GodError)) throw error
    return refusal(error.code, error.message, error.hint)
  }
}

const dependOf = ({depend}: Wish): Part => {
  if (depend === undefined) return {}
  const parsed = parseDepend(depend)
  if (typeof parsed === 'string')
    return refusal('E_DEPEND_BAD', `'${depend}' cannot be depended on: ${parsed}`, DEPEND_HINT)
  const on = dependText(parsed)
  return {depend: {on, open: on, met: null}}
}

const retryOf = ({retry}: Wish): Part => {
  if (retry === undefined) return {}
  const parsed = parseRetry(retry)
  if (typeof parsed === 'string')
    return refusal('E_SPEC_BAD', `retry: '${retry}' cannot be done: ${parsed}`, RETRY_HINT)
  return {retry: {rule: retry, left: parsed.most, ran: 0, cpu: 0}}
}

export const settleParts = (wish: Wish): Part => {
  let parts: SettledParts = {}
  for (const settle of [arrayOf, dependOf, retryOf]) {
    const part = settle(wish)
    if ('code' in part) return part
    parts = {...parts, ...part}
  }
  return parts
}
