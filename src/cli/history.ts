/** `god history`: the transitions of a job, read from its revisions; when each was written is told by its file. */
import {stampOf, taskRecord} from '../core/array-view.js'
import {parseSelector} from '../core/selector.js'
import {iso} from '../host/clock.js'
import type {Published} from '../store/job-store.js'
import {SCHEMA} from './job-json.js'
import {selectOne} from './listing.js'
import type {Site} from './site.js'
import type {Column} from './table.js'

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
    return [{record: view, writtenAt}]
  })
}

export const jobHistory = (site: Site, selector: string): History => {
  const job = selectOne(site, parseSelector(selector))
  const revisions = ofTask(site.jobs.history(job.id), job.task).map(({record, writtenAt}) => ({
    rev: record.rev,
    at: iso(writtenAt),
    state: record.state,
    desired: record.desired,
    attempt: record.attempt,
    node: record.node,
    by: record.by,
    reason: record.reason?.text ?? null,
  }))
  return {id: job.id, ...(job.task === undefined ? {} : {task: job.task}), revisions}
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
