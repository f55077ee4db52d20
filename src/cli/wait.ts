/**
 * Waiting for jobs: `god wait`, `god submit -W`. Looks by the clock, sparingly; never touches a job.
 *
 * Interrupted, it leaves the jobs alone and says how to end them. A job that is refused while we wait is over too.
 */

import {counted, parseTime} from '../core/amounts.js'
import {GodError} from '../core/errors.js'
import {formatIds} from '../core/id-ranges.js'
import {type PartKey, partKey, partName} from '../core/part-key.js'
import {parseSelector} from '../core/selector.js'
import {jobExitCode} from './exit-code.js'
import {hasEnded, type JobView} from './jobs/job-view.js'
import {findParts, selectJobs} from './jobs/listing.js'
import {packedDamage} from './jobs/packed-jobs.js'
import type {Site} from './site.js'

/** Milliseconds between two looks: quick at first, for short jobs. */
const FIRST_LOOK = 30
const LAST_LOOK = 1000

/** More jobs are told of as ranges. */
const FEW = 8

export interface WaitOptions {
  /** Enough that one is over. */
  readonly any: boolean
  /** Milliseconds; null = for ever. */
  readonly timeout: number | null
  readonly signal: AbortSignal
}

export interface Waited {
  readonly jobs: readonly JobView[]
  /** The highest of the jobs that are over. */
  readonly exit: number
}

/** Many ids in few words. */
const listed = (keys: readonly PartKey[], between?: string): string => {
  const ids = keys.filter(key => typeof key === 'number')
  const tasks = keys.filter(key => typeof key === 'string')
  return [...(ids.length === 0 ? [] : [formatIds(ids, between)]), ...tasks].join(between ?? ', ')
}

const interrupted = (ids: readonly PartKey[]): GodError => {
  const list = ids.length > FEW ? listed(ids, ' ') : ids.join(' ')
  const what = ids.length === 1 ? `job ${list} is` : `jobs ${list} are`
  return new GodError('E_INTERRUPTED', `interrupted; ${what} left alone`, `End with 'god kill ${list}'.`)
}

const timedOut = (ids: readonly PartKey[]): GodError => {
  const list =
    ids.length > FEW ? `${counted(ids.length, 'job')}: ${listed(ids)}` : ids.map(id => `job ${id}`).join(', ')
  return new GodError('E_TIMED_OUT', `still not over: ${list}`, 'The jobs run on; wait again.')
}

/** A job that was there and is not live any more has been packed: what was seen last stands. */
const look = (site: Site, ids: readonly PartKey[], before: readonly JobView[]): readonly JobView[] => {
  const seen = new Map(before.map(job => [partKey(job), job]))
  const open = ids.filter(id => {
    const job = seen.get(id)
    return job === undefined || !hasEnded(job)
  })
  const found = findParts(site, open)
  for (const job of found) seen.set(partKey(job), job)
  // Nobody will tell any more how it ended.
  const gone = found.length < open.length ? open.map(key => partName(key).id) : []
  const dropped = gone.find(id => site.packs.isDropped(id))
  const why = dropped === undefined ? null : packedDamage(site, dropped)
  if (why !== null) throw why
  return ids.map(id => {
    const job = seen.get(id)
    if (job === undefined) throw new GodError('E_NO_JOB', `there is no job ${id}`, "See 'god stat'.")
    return job
  })
}

export const waitFor = async (site: Site, ids: readonly PartKey[], options: WaitOptions): Promise<Waited> => {
  const end = options.timeout === null ? null : site.now() + options.timeout
  let jobs: readonly JobView[] = []
  for (let pause = FIRST_LOOK; ; pause = Math.min(LAST_LOOK, pause * 1.5)) {
    jobs = look(site, ids, jobs)
    const over = jobs.filter(hasEnded)
    if (over.length === jobs.length || (options.any && over.length > 0)) {
      return {jobs, exit: Math.max(0, ...over.map(jobExitCode))}
    }
    const open = jobs.filter(job => !hasEnded(job)).map(partKey)
    if (options.signal.aborted) throw interrupted(open)
    if (end !== null && site.now() >= end) throw timedOut(open)
    await site.delay(end === null ? pause : Math.max(1, Math.min(pause, end - site.now())), options.signal)
  }
}

export const endedBadly = (job: JobView): boolean => hasEnded(job) && job.state !== 'done'

/** One line on how a job ended. */
export const endLine = (job: JobView): string => {
  const code = job.exit?.code ?? null
  const how = job.state === 'failed' && code !== null ? `${job.state}, exit code ${code}` : job.state
  return `job ${partKey(job)} (${job.name}): ${how}${job.reason === null || (job.state === 'failed' && code !== null) ? '' : `: ${job.reason.text}`}`
}

/** All must be there: who mistypes an id does not wait for the wrong jobs. None, if standard input named none. */
export const idsToWaitFor = (site: Site, selectors: readonly string[]): readonly PartKey[] => {
  const ids = selectJobs(site, selectors.map(parseSelector)).map(partKey)
  if (ids.length > 0 || selectors.length === 0) return ids
  throw new GodError('E_NO_JOB', 'no job is in that range', "See 'god stat'.")
}

/** Milliseconds; here a bare number is seconds, as everywhere one waits at a terminal. */
export const timeoutOf = (text: string | undefined): number | null => {
  if (text === undefined) return null
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : parseTime(text)
  if (seconds === null)
    throw new GodError('E_AMOUNT_BAD', `'${text}' is no time`, 'Write 30 (seconds), 90s, 10m or 1:30:00.')
  return seconds * 1000
}
