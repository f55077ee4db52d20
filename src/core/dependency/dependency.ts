/**
 * Whether what a job depends on holds: by how the jobs that it names stand now (scheduling.md 7). Pure.
 *
 * What holds once is held for good, and no more asked for; but `singleton` binds until the start, for others of the name
 * may come before it. What can never hold ends the job. A job that will be tried again has not ended.
 */

import type {Reason} from '@god-cli/api'
import {counted} from '../amounts.js'
import {taskRecord} from '../array/view.js'
import {never} from '../errors.js'
import type {JobRecord} from '../job.js'
import {triedAgain, willRetry} from '../retry.js'
import {FINAL_STATES, type FinalState, isFinal, isOver} from '../state.js'
import {
  type AfterKind,
  type Condition,
  type Dependency,
  dependText,
  type Parent,
  parentText,
  parseDepend,
} from './depend-text.js'

/** How a job stands that another one waits for. */
export type Standing =
  | {readonly is: 'open'; readonly began: boolean}
  | {readonly is: 'over'; readonly end: FinalState}
  /** It is over, and retention has dropped how it ended. */
  | {readonly is: 'forgotten'}
  /** There is no such job, and none will come. */
  | {readonly is: 'nowhere'}
  /** It is there or may come, and nobody can tell more now. */
  | {readonly is: 'unclear'}

/** One object for each, so that the same standing is told without comparing. */
const NOT_BEGUN: Standing = {is: 'open', began: false}
const BEGUN: Standing = {is: 'open', began: true}
const NOWHERE: Standing = {is: 'nowhere'}
const OVER = new Map<FinalState, Standing>(FINAL_STATES.map(end => [end, {is: 'over', end}]))
const over = (end: FinalState): Standing => OVER.get(end) ?? {is: 'over', end}

const BEGAN: readonly string[] = ['running', 'suspended', 'stopping']

/** `task`: of an array one alone. */
export const standingOf = (record: JobRecord, task?: number): Standing => {
  const seen = task === undefined ? record : taskRecord(record, task)
  if (seen === null) return NOWHERE
  if (isFinal(seen.state)) {
    return willRetry(seen) ? BEGUN : over(seen.state)
  }
  if (isOver(seen.state)) return over('killed')
  return BEGAN.includes(seen.state) || seen.started !== null || triedAgain(seen) ? BEGUN : NOT_BEGUN
}

/** Of one parent. */
type Word = 'holds' | 'waits' | 'never'

const ofEnd = (kind: AfterKind, end: FinalState): Word => {
  if (kind === 'afterok') return end === 'done' ? 'holds' : 'never'
  if (kind === 'afternotok') return end === 'done' ? 'never' : 'holds'
  return 'holds'
}

const judge = (kind: AfterKind, standing: Standing): Word => {
  switch (standing.is) {
    case 'open':
      return kind === 'after' && standing.began ? 'holds' : 'waits'
    case 'over':
      return ofEnd(kind, standing.end)
    case 'forgotten':
      return kind === 'after' || kind === 'afterany' ? 'holds' : 'never'
    case 'nowhere':
      return 'never'
    case 'unclear':
      return 'waits'
    default:
      return never(standing)
  }
}

/** What is asked while a dependency is judged. */
export interface Asked {
  readonly standing: (parent: Parent) => Standing
  /** Jobs of the same user and name that a singleton waits for. */
  readonly ahead: () => readonly Parent[]
}

/** What a condition waits for. */
interface Wait {
  readonly kind: Condition['kind']
  readonly parents: readonly Parent[]
}

interface Fault {
  readonly kind: AfterKind
  readonly parent: Parent
  readonly standing: Standing
}

type Found =
  | {readonly is: 'holds'}
  | {readonly is: 'waits'; readonly wait: Wait}
  | {readonly is: 'never'; readonly fault: Fault}

const HOLDS: Found = {is: 'holds'}

const judgeCondition = (condition: Condition, {standing, ahead}: Asked): Found => {
  if (condition.kind === 'singleton') {
    const parents = ahead()
    return parents.length === 0 ? HOLDS : {is: 'waits', wait: {kind: 'singleton', parents}}
  }
  const {kind} = condition
  const parents: Parent[] = []
  for (const parent of condition.parents) {
    const stands = standing(parent)
    const word = judge(kind, stands)
    if (word === 'never') return {is: 'never', fault: {kind, parent, standing: stands}}
    if (word === 'waits') parents.push(parent)
  }
  return parents.length === 0 ? HOLDS : {is: 'waits', wait: {kind, parents}}
}

export type Verdict =
  /** `open`: what binds it until it starts, as text; empty: nothing. */
  | {readonly is: 'holds'; readonly open: string}
  /** `open`: what is still to be asked. */
  | {readonly is: 'waits'; readonly open: string; readonly reason: Reason}
  | {readonly is: 'never'; readonly reason: Reason}

const judgeAll = (dependency: Dependency, asked: Asked): Verdict => {
  const waits: Wait[] = []
  const open: Condition[] = []
  for (const condition of dependency.conditions) {
    const found = judgeCondition(condition, asked)
    if (found.is === 'never') return {is: 'never', reason: neverReason(found.fault)}
    if (found.is === 'waits') waits.push(found.wait)
    if (condition.kind === 'singleton') open.push(condition)
    else if (found.is === 'waits') open.push({kind: condition.kind, parents: found.wait.parents})
  }
  const text = dependText({any: false, conditions: open})
  return waits.length === 0
    ? {is: 'holds', open: text}
    : {is: 'waits', open: text, reason: waitReason(waits, false)}
}

const judgeAny = (dependency: Dependency, asked: Asked): Verdict => {
  const found = dependency.conditions.map(condition => ({condition, found: judgeCondition(condition, asked)}))
  const holds = found.filter(each => each.found.is === 'holds')
  const text = dependText(dependency)
  if (holds.length > 0)
    return {is: 'holds', open: holds.every(({condition}) => condition.kind === 'singleton') ? text : ''}
  const waits = found.flatMap(each => (each.found.is === 'waits' ? [each.found.wait] : []))
  if (waits.length > 0) return {is: 'waits', open: text, reason: waitReason(waits, true)}
  const [first] = found.flatMap(each => (each.found.is === 'never' ? [each.found.fault] : []))
  return first === undefined ? {is: 'holds', open: ''} : {is: 'never', reason: neverReason(first)}
}

const UNREADABLE: Reason = {
  code: 'dependency',
  text: 'what it depends on is written in words that this version of god does not know',
}

/** Of a text that a record holds; empty: nothing is left to ask. */
export const judgeDependency = (text: string, asked: Asked): Verdict => {
  if (text === '') return {is: 'holds', open: ''}
  const dependency = parseDepend(text)
  if (typeof dependency === 'string') return {is: 'waits', open: text, reason: UNREADABLE}
  return dependency.any ? judgeAny(dependency, asked) : judgeAll(dependency, asked)
}

/** As many as are told by their ids. */
const MOST_TOLD = 8

const told = (parents: readonly Parent[]): string => {
  const list = parents.slice(0, MOST_TOLD).map(parentText).join(', ')
  const more = parents.length > MOST_TOLD ? ` and ${parents.length - MOST_TOLD} more` : ''
  return `${parents.length === 1 ? 'job' : 'jobs'} ${list}${more}`
}

/** What must come: by kind, of one job and of several. */
const TO_COME: Readonly<Record<Condition['kind'], readonly [one: string, several: string]>> = {
  after: ['starts', 'start'],
  afterok: ['ends with success', 'end with success'],
  afternotok: ['fails', 'fail'],
  afterany: ['ends', 'end'],
  singleton: ['ends, which has the same name', 'end, which have the same name'],
}

const toCome = ({kind, parents}: Wait): string =>
  `${told(parents)} ${TO_COME[kind][parents.length === 1 ? 0 : 1]}`

const waitReason = (waits: readonly Wait[], any: boolean): Reason => {
  const needs = waits
    .slice(0, 3)
    .map(toCome)
    .join(any ? ', or ' : ', and ')
  const more =
    waits.length > 3 ? `, ${any ? 'or' : 'and'} ${counted(waits.length - 3, 'condition')} more` : ''
  const jobs = [...new Set(waits.flatMap(({parents}) => parents.map(parentText)))]
  return {
    code: 'dependency',
    text: `waits until ${needs}${more}`,
    numbers: {count: jobs.length, jobs: jobs.slice(0, MOST_TOLD).join(',')},
  }
}

const endText = ({kind, standing}: Fault): string => {
  switch (standing.is) {
    case 'over':
      return standing.end === 'done' ? 'ended with success' : `ended as ${standing.end}`
    case 'forgotten':
      return 'ended so long ago that nobody knows how'
    case 'nowhere':
      return 'is no job of this site'
    default:
      return `is ${standing.is} for ${kind}`
  }
}

const neverReason = (fault: Fault): Reason => ({
  code: 'dependency',
  text: `${fault.kind} can never hold: job ${parentText(fault.parent)} ${endText(fault)}`,
  numbers: {
    job: parentText(fault.parent),
    end: fault.standing.is === 'over' ? fault.standing.end : fault.standing.is,
  },
})
