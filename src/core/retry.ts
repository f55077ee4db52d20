/**
 * `--retry`: which ends are tried again, how often, and after which pause (design section 4). Pure.
 *
 * `3`: three more attempts after a lost node or container, and after an exit code that is not zero. `3:node-lost`,
 * `2:exit=75,137`, `2:oom:timeout`: only after these. What was killed by request ends for good, and so does a job whose
 * time or memory was over, unless that is named. Only the end of the last attempt is the job's end.
 */
import {type Instant, instant} from './brand.js'
import type {JobRecord} from './job.js'
import {NOT_STARTED} from './not-started.js'
import type {Change} from './outcome.js'
import {MOST_RETRY} from './record-fields.js'
import type {FinalState} from './state.js'
import {earlierAfter} from './usage/earlier.js'

interface RetryRules {
  readonly most: number
  /** States that are tried again whatever the exit code. */
  readonly states: readonly FinalState[]
  /** Exit codes that are; 'any': all but zero. */
  readonly exits: readonly number[] | 'any'
}

export const MOST_RETRIES = 100

export const RETRY_HINT =
  'Write 3, 3:node-lost, 2:exit=75,137, 2:oom or 2:timeout; several rules with a colon between.'

const STATE_RULES: Readonly<Record<string, FinalState>> = {
  'node-lost': 'lost',
  oom: 'oom',
  timeout: 'timeout',
}

interface Rule {
  readonly state?: FinalState
  readonly exits?: readonly number[] | 'any'
}

const parseRule = (text: string): Rule | string => {
  const state = Object.hasOwn(STATE_RULES, text) ? STATE_RULES[text] : undefined
  if (state !== undefined) return {state}
  if (text === 'exit') return {exits: 'any'}
  if (!text.startsWith('exit='))
    return text === '' ? 'a rule of it is empty' : `there is no rule '${text.slice(0, 64)}'`
  const codes = text.slice('exit='.length).split(',')
  const wrong = codes.find(code => !/^\d{1,3}$/.test(code) || Number(code) < 1 || Number(code) > 255)
  return wrong === undefined
    ? {exits: codes.map(Number)}
    : `'${wrong.slice(0, 64)}' is no exit code from 1 to 255`
}

const together = (most: number, rules: readonly Rule[]): RetryRules => ({
  most,
  states: rules.flatMap(({state}) => state ?? []),
  exits: rules.some(({exits}) => exits === 'any')
    ? 'any'
    : rules.flatMap(({exits = []}) => (exits === 'any' ? [] : exits)),
})

/** Without a rule. */
const USUAL: readonly Rule[] = [{state: 'lost'}, {exits: 'any'}]

/** Or why the text is none. */
export const parseRetry = (text: string): RetryRules | string => {
  if (text.length > MOST_RETRY) return `it is longer than ${MOST_RETRY} characters`
  const [count = '', ...words] = text.split(':')
  const most = /^\d{1,3}$/.test(count) ? Number(count) : 0
  if (most < 1 || most > MOST_RETRIES) return `'${count.slice(0, 64)}' is no number from 1 to ${MOST_RETRIES}`
  const rules: Rule[] = []
  for (const word of words) {
    const rule = parseRule(word)
    if (typeof rule === 'string') return rule
    rules.push(rule)
  }
  return together(most, rules.length === 0 ? USUAL : rules)
}

/** What is left out is as of a job that never ended. */
type Ended = Pick<JobRecord, 'state' | 'desired' | 'sealed' | 'exit' | 'retry' | 'array'>

/** It ran, and its own code is what ended it. An oom has one too, that only its number can mean. */
const isOfExits = ({state, exit}: Ended, exits: RetryRules['exits']): boolean => {
  const code = exit?.code ?? null
  if (code === null || code === 0) return false
  if (exits === 'any') return state === 'failed'
  return (state === 'failed' || state === 'oom') && exits.includes(code)
}

/**
 * It has ended, and that is not the job's end. Sealed, as by a kill, it is. Of an array each task is tried again, and the
 * array itself never.
 */
export const willRetry = (record: Ended): boolean => {
  const {state, retry, desired, sealed, array} = record
  if (retry === undefined || array !== undefined) return false
  if (retry.left === 0 || sealed || desired === 'killed') return false
  const rules = parseRetry(retry.rule)
  if (typeof rules === 'string') return false
  return rules.states.some(named => named === state) || isOfExits(record, rules.exits)
}

/** Of an array, a job has another way: its end is published first. */
export const isTaskTriedAgain = (record: JobRecord, end: Change): boolean =>
  record.task !== undefined && willRetry({...record, ...end})

const usedOf = (retry: NonNullable<JobRecord['retry']>): number => {
  const rules = parseRetry(retry.rule)
  return typeof rules === 'string' ? 0 : Math.max(0, rules.most - retry.left)
}

export const triedAgain = ({retry, array}: Pick<JobRecord, 'retry' | 'array'>): boolean =>
  retry !== undefined && array === undefined && usedOf(retry) > 0

const FIRST_PAUSE = 10_000
const LONGEST_PAUSE = 10 * 60_000

/** Its pause is not over. A clock that was set back must not put off the attempt by as much. */
export const isResting = ({eligible}: Pick<JobRecord, 'eligible'>, now: Instant): boolean =>
  eligible > now && eligible - now <= LONGEST_PAUSE

/** Milliseconds before the attempt that follows so many tries: twice as long each time. */
export const retryPause = (used: number): number =>
  Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(used, 10))

/** The next attempt of a record that `willRetry`; null: it is none. */
export const retryChange = (record: JobRecord, now: Instant): Change | null => {
  const {retry, reason, attempt} = record
  if (retry === undefined || !willRetry(record)) return null
  const pause = retryPause(usedOf(retry))
  const eligible = instant(now + pause)
  const left = retry.left - 1
  const after = left === 0 ? 'the last one' : `${left} more may follow`
  const how = reason === null ? record.state : `${record.state}: ${reason.text}`
  const text = `attempt ${attempt} ended (${how}); the next one after ${pause / 1000} s, ${after}`
  return {
    state: 'pending',
    attempt: attempt + 1,
    ...NOT_STARTED,
    desired: 'run',
    eligible,
    reason: {code: 'retry', text: text.slice(0, 1024), numbers: {at: eligible, left}},
    ...earlierAfter(record),
    retry: {...retry, left},
  }
}
