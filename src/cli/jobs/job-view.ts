/**
 * A job as commands show it: a published record, a request of mine that nobody has taken yet (`pending`, reason
 * `new`), or one that was refused. One shape for all, so that no command treats them apart.
 */
import type {Reason, Resources} from '@god-cli/api'
import {nameOf, resourcesWished} from '../../core/admission.js'
import {newArray} from '../../core/array/start.js'
import {instant} from '../../core/brand.js'
import {resourcesOf} from '../../core/counted.js'
import type {JobRecord, Wish} from '../../core/job.js'
import {DEFAULT_QUEUE} from '../../core/limits/queue.js'
import type {NewJob} from '../../core/request.js'
import {willRetry} from '../../core/retry.js'
import {DEFAULT_PROJECT} from '../../core/rights/rights.js'
import {isOver} from '../../core/state.js'
import type {LiveUsage} from '../../core/usage/live-usage.js'
import type {Reasons} from '../../store/reasons.js'
import type {RefusedRequest} from '../../store/requests/refused.js'
import {ownName} from '../own-account.js'
import type {Site} from '../site.js'

type Shown = Pick<
  JobRecord,
  | 'id'
  | 'name'
  | 'user'
  | 'uid'
  | 'project'
  | 'queue'
  | 'image'
  | 'labels'
  | 'state'
  | 'desired'
  | 'reason'
  | 'walltime'
  | 'nice'
  | 'started'
  | 'ended'
  | 'node'
  | 'attempt'
  | 'exit'
  | 'usage'
  | 'paused'
  | 'task'
  | 'array'
>

export interface JobView extends Shown {
  readonly resources: Resources
  readonly priority: number
  /** Null: it may start at any time. */
  readonly begin: number | null
  /** Null: only the request's file is there, whose time nobody vouches for. */
  readonly submitted: number | null
  /** Null: not admitted yet. */
  readonly record: JobRecord | null
  /** What it uses, as its node's watcher saw it lately; null: it does not run, or nobody looked. */
  readonly live: LiveUsage | null
}

/** An array also while some of it runs. */
export const waits = ({state, array}: JobRecord): boolean =>
  state === 'pending' || (state === 'running' && array !== undefined && array.waiting.length > 0)

/** Over, and not to be tried again. */
export const hasEnded = ({state, record}: JobView): boolean =>
  isOver(state) && (record === null || !willRetry(record))

/** Field by field: of hundreds of jobs, spreading costs `stat` five times as much. */
const viewOfJob = (record: JobRecord, reasons: Reasons): JobView => ({
  id: record.id,
  name: record.name,
  user: record.user,
  uid: record.uid,
  project: record.project,
  queue: record.queue,
  image: record.image,
  labels: record.labels,
  state: record.state,
  desired: record.desired,
  reason: waits(record) ? (reasons.get(record.id) ?? record.reason) : record.reason,
  resources: resourcesOf(record),
  walltime: record.walltime,
  nice: record.nice,
  priority: record.priority ?? 0,
  begin: record.begin ?? null,
  submitted: record.submitted,
  started: record.started,
  ended: record.ended,
  node: record.node,
  attempt: record.attempt,
  exit: record.exit,
  usage: record.usage,
  paused: record.paused,
  record,
  live: null,
})

export const viewOfRecord = (record: JobRecord, reasons: Reasons): JobView => {
  const view = viewOfJob(record, reasons)
  const {task, array} = record
  if (task === undefined && array === undefined) return view
  return {...view, ...(task === undefined ? {} : {task}), ...(array === undefined ? {} : {array})}
}

const unstarted = {
  desired: 'run',
  started: null,
  ended: null,
  node: null,
  attempt: 1,
  exit: null,
  usage: null,
  paused: {since: null, total: 0},
  submitted: null,
  record: null,
  live: null,
} as const

/** What admission will make of it, as far as can be told; also of a wish that it will refuse. */
const wished = (
  site: Site,
  wish: Wish,
): Pick<
  JobView,
  'name' | 'image' | 'project' | 'queue' | 'resources' | 'walltime' | 'nice' | 'priority' | 'begin'
> => {
  const {
    default_images: images,
    defaults_cpu: cpus,
    defaults_ram: memory,
    defaults_time: time,
  } = site.configuration.settings
  const {sections} = site.configuration
  const {queues} = sections
  const queue = wish.queue ?? DEFAULT_QUEUE
  return {
    name: wish.name ?? nameOf(wish),
    image: wish.image ?? images[0] ?? '',
    project: wish.project ?? DEFAULT_PROJECT,
    queue,
    resources: resourcesWished(wish, {defaults: {cpus, memory, gpus: 0}, sections}),
    walltime: wish.walltime ?? queues.get(queue)?.defaults_time ?? time,
    nice: wish.nice ?? 0,
    priority: wish.priority ?? 0,
    begin: wish.begin ?? null,
  }
}

/** What admission will make of it; of a range that it will refuse nothing. */
const arrayOf = ({array, hold}: Wish): Pick<JobView, 'array'> => {
  try {
    return array === undefined ? {} : {array: newArray(array, hold === true)}
  } catch {
    return {}
  }
}

const NEW: Reason = {code: 'new', text: 'no scheduler has taken the request yet'}

export const viewOfRequest = (site: Site, {id, wish}: NewJob): JobView => ({
  ...unstarted,
  ...wished(site, wish),
  id,
  user: ownName(site),
  uid: site.uid,
  labels: wish.labels ?? {},
  state: 'pending',
  reason: NEW,
  ...arrayOf(wish),
})

export const viewOfRefused = (
  site: Site,
  refused: RefusedRequest,
  {id, uid}: Pick<JobView, 'id' | 'uid'>,
  wish: Wish | null,
): JobView => ({
  ...unstarted,
  ...wished(site, wish ?? {command: {kind: 'argv', argv: ['?']}}),
  id,
  // Of others their requests tell no name.
  user: uid === site.uid ? ownName(site) : `u${uid}`,
  uid,
  labels: wish?.labels ?? {},
  state: 'refused',
  ended: instant(refused.at),
  reason: {code: refused.code, text: refused.message},
})

/** Milliseconds that it has run, without pauses; null before its start. */
export const elapsed = ({started, ended, paused}: JobView, now: number): number | null => {
  if (started === null) return null
  const end = ended ?? paused.since ?? now
  return Math.max(0, end - started - paused.total)
}
