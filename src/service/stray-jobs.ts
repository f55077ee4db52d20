/**
 * Findings for `god doctor`: live jobs that no watcher brings on, because their engine or their node is another one.
 * Only looks. A node is taken as watched while somebody holds its lease: passes by cron hold it for moments only.
 */

import type {ContainerView, Executor} from '@god-cli/api'
import {counted} from '../core/amounts.js'
import {allocatedRecords} from '../core/array/view.js'
import type {JobRecord} from '../core/job.js'
import {partKey} from '../core/part-key.js'
import type {Finding} from '../store/disk/probe.js'
import {listNames} from '../store/disk/read-file.js'
import type {Stored} from '../store/jobs/job-store.js'
import type {Service} from './service.js'
import {isElsewhere, isMine} from './whose.js'

const jobs = (count: number): string => counted(count, 'live job')

const firstOf = ([first]: readonly JobRecord[]): string => (first === undefined ? '' : String(partKey(first)))

const engineFinding = (records: readonly JobRecord[], engine: string): Finding =>
  records.length === 0
    ? {check: 'engine-jobs', ok: true, text: 'no live job of this node is of another engine'}
    : {
        check: 'engine-jobs',
        ok: false,
        text: `${jobs(records.length)} of another engine than ${engine}, the first ${firstOf(records)} of ${records[0]?.container?.engine}: left alone`,
        remedy: 'Run god with the engine they were started on until they have ended.',
      }

const nodeFinding = (records: readonly JobRecord[]): Finding =>
  records.length === 0
    ? {check: 'node-jobs', ok: true, text: 'no live job is on a node without a watcher'}
    : {
        check: 'node-jobs',
        ok: false,
        text: `${jobs(records.length)} on nodes that nobody watches now: ${[...new Set(records.map(({node}) => node))].join(', ')}`,
        remedy: 'Start a watcher there, or give the node its old name (node_name).',
      }

/** What the engine has of jobs that are not its own by their records. */
const inspected = async (
  executor: Executor,
  records: readonly JobRecord[],
  engine: string,
): Promise<ReadonlyMap<JobRecord, ContainerView | null>> => {
  const views = new Map<JobRecord, ContainerView | null>()
  for (const record of records) {
    const {container} = record
    if (container === null || container.engine === engine) continue
    views.set(record, await executor.inspect(container.name))
  }
  return views
}

/** Nothing is said while the engine cannot be asked: that is a finding of its own. */
export const strayFindings = async (
  {executor, node, durable, layout}: Service,
  live: readonly Stored[],
): Promise<readonly Finding[]> => {
  const allocated = live.flatMap(({record}) => allocatedRecords(record))
  let engine: string
  let views: ReadonlyMap<JobRecord, ContainerView | null>
  try {
    engine = await executor.identity()
    views = await inspected(executor, allocated, engine)
  } catch {
    return []
  }
  const mine = allocated.filter(record => isMine(record, node, engine, views.get(record)))
  const locks = new Set(listNames(durable.fs, layout.locks))
  const unwatched = allocated.filter(
    record => !mine.includes(record) && !locks.has(`watch-${record.node}.lock`),
  )
  return [
    engineFinding(
      mine.filter(record => isElsewhere(record, engine, views.get(record))),
      engine,
    ),
    nodeFinding(unwatched),
  ]
}
