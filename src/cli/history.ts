/** `god history`: the transitions of a job, read from its revisions; when each was written is told by its file. */
import {stampOf, taskRecord} from '../core/array/view.js'
import type {JobRecord} from '../core/job.js'
import {type Transition, transitionOf} from '../core/packed.js'
import {parseSelector} from '../core/selector.js'
import {isFinal} from '../core/state.js'
import {iso} from '../host/clock.js'
import type {Published} from '../store/jobs/job-store.js'
import {SCHEMA} from './jobs/job-json.js'
import type {JobView} from './jobs/job-view.js'
import {selectOne} from './jobs/listing.js'
import type {Column} from './screen/table.js'
import type {Site} from './site.js'

export interface HistoryRow {
  readonly rev: number
  readonly at: string
  readonly state: string
  readonly desired: string
  readonly attempt: number
  readonly node: string | null
  readonly by: string
  readonly reason: string | null
}

export interface History {
  readonly id: number
  /** Of an array: the one task that was asked for. */
  readonly task?: number
  readonly revisions: readonly HistoryRow[]
}

/** Of a task those revisions in which something became of it, as far back as its array keeps them. */
const ofTask = (revisions: readonly Published[], task: number | undefined): readonly Published[] => {
  if (task === undefined) return revisions
  let last = ''
  return revisions.flatMap(({record, writtenAt}) => {
    const view = taskRecord(record, task)
    const stamp = view === null ? last : stampOf(view)
    if (view === null || stamp === last) return []
    last = stamp
    return [{record: told(view), writtenAt}]
  })
}

/** Of an attempt that another one follows its end stands in no state of its own. */
const told = (view: JobRecord): JobRecord => {
  const {state, ended, exit, reason} = view
  if (reason !== null || ended === null || isFinal(state)) return view
  return {
    ...view,
    reason: {code: 'ended', text: `it ended${exit?.code == null ? '' : ` with exit code ${exit.code}`}`},
  }
}

export const jobHistory = (site: Site, selector: string): History => {
  const job = selectOne(site, parseSelector(selector))
  const revisions = transitionsOf(site, job).map(({rev, at, state, desired, attempt, node, by, reason}) => ({
    rev,
    at: iso(at),
    state,
    desired,
    attempt,
    node,
    by,
    reason: reason?.text ?? null,
  }))
  return {id: job.id, ...(job.task === undefined ? {} : {task: job.task}), revisions}
}

/** Live names first, then the packs, where an array's tasks have no transitions of their own. */
const transitionsOf = (site: Site, {id, task}: JobView): readonly Transition[] => {
  const live = site.jobs.history(id)
  return live.length > 0 ? ofTask(live, task).map(transitionOf) : (site.packs.job(id)?.history ?? [])
}

export const historyJson = (history: History): {readonly schema: number} & History => ({
  schema: SCHEMA,
  ...history,
})

export const HISTORY_COLUMNS: readonly Column<HistoryRow>[] = [
  {title: 'REV', value: row => String(row.rev), align: 'right'},
  {title: 'AT', value: row => row.at},
  {title: 'STATE', value: row => row.state},
  {title: 'DESIRED', value: row => row.desired},
  {title: 'ATTEMPT', value: row => String(row.attempt), align: 'right'},
  {title: 'NODE', value: row => row.node ?? ''},
  {title: 'BY', value: row => row.by},
  {title: 'REASON', value: row => row.reason ?? '', shrink: true},
]
