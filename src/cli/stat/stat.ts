/** `god stat`: which jobs are shown, in which order. */

import {parseTime} from '../../core/amounts.js'
import type {Uid} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import {EXIT} from '../../core/exit.js'
import {parseSelector} from '../../core/selector.js'
import {isOver} from '../../core/state.js'
import {unreadError} from '../../store/jobs/unread-jobs.js'
import {damagedBefore, damagedNow} from '../jobs/damaged.js'
import {type JobJson, jobJson, SCHEMA} from '../jobs/job-json.js'
import type {JobView} from '../jobs/job-view.js'
import {
  allJobs,
  chooseEach,
  type ErrorJson,
  errorsJson,
  type Filters,
  failures,
  filterTest,
  type Listed,
  merged,
  wantsOver,
  withTasks,
} from '../jobs/listing.js'
import {withLiveUsage} from '../jobs/live-usage.js'
import {type PackedList, packedSince} from '../jobs/packed-jobs.js'
import type {Screen} from '../screen/screen.js'
import type {Site} from '../site.js'
import {sortJobs} from './fields.js'

export interface StatChoice {
  /** Null: none was given. */
  readonly selectors: readonly string[] | null
  readonly filters: Filters
  readonly everybody: boolean
  readonly sort: string
  readonly limit: number | null
  /** Also those that ended since then. */
  readonly since: string | null
}

/** A point in time: ISO 8601, or a span back from now (`2h`, `1d`). */
export const parseMoment = (text: string, now: number): number => {
  const back = /^\d+[smhd]$/.test(text) ? parseTime(text) : null
  if (back !== null) return now - back * 1000
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(at)) return at
  throw new GodError(
    'E_AMOUNT_BAD',
    `'${text}' is no point in time`,
    'Write 2026-01-31, 2026-01-31T12:00Z, or 2h for two hours ago.',
  )
}

/** Packed ones are over: looked at only where such are asked for. */
const packedInQuestion = (site: Site, {filters, everybody, since}: StatChoice): PackedList => {
  const wanted = since !== null || wantsOver(filters)
  if (!wanted) return {jobs: [], more: false}
  const mine = !everybody && filters.users.length === 0
  return packedSince(site, since === null ? null : parseMoment(since, site.now()), mine ? site.uid : null)
}

const inQuestion = (choice: StatChoice, caller: Uid, now: number): ((job: JobView) => boolean) => {
  const {filters, everybody, since} = choice
  const wanted = filterTest(filters)
  const from = since === null ? null : parseMoment(since, now)
  const shown = (job: JobView): boolean => {
    if (filters.states.length > 0 || choice.selectors !== null) return true
    return !isOver(job.state) || (from !== null && job.ended !== null && job.ended >= from)
  }
  const mine = everybody || filters.users.length > 0 || choice.selectors !== null
  return job => (mine || job.uid === caller) && shown(job) && wanted(job)
}

/** The live ones are read first: what is packed meanwhile is in both. */
const liveAndPacked = (site: Site, choice: StatChoice): PackedList => {
  const {everybody, filters} = choice
  const live = allJobs(site, everybody || filters.users.length > 0 ? null : site.uid)
  const packed = packedInQuestion(site, choice)
  // Live ones are merged already.
  return packed.jobs.length === 0
    ? {jobs: live, more: false}
    : {...packed, jobs: merged([packed, {jobs: live}])}
}

/** A list tells what is missing in it. */
const missingJobs = (site: Site): readonly GodError[] => [
  ...[...site.jobs.unread].map(([id, unread]) => unreadError(id, unread)),
  ...damagedNow(site),
  ...damagedBefore(site),
]

export const statJobs = (site: Site, choice: StatChoice): Listed => {
  const choices =
    choice.selectors === null ? null : withTasks(site, chooseEach(site, choice.selectors.map(parseSelector)))
  const {jobs, more} = choices === null ? liveAndPacked(site, choice) : {jobs: merged(choices), more: false}
  const now = site.now()
  const chosen = sortJobs(
    withLiveUsage(site, jobs.filter(inQuestion(choice, site.uid, now))),
    choice.sort,
    now,
  )
  return {
    jobs: choice.limit === null ? chosen : chosen.slice(0, choice.limit),
    more,
    failed: choices === null ? missingJobs(site) : failures(choices),
  }
}

export interface ListJson {
  readonly schema: number
  readonly jobs: readonly JobJson[]
  /** There are older jobs that were left out: only with `--since`, or a state in which jobs are over. */
  readonly more?: true
  readonly errors?: readonly ErrorJson[]
}

export const statJson = ({jobs, failed, more}: Listed): ListJson => ({
  schema: SCHEMA,
  jobs: jobs.map(jobJson),
  ...(more ? {more: true as const} : {}),
  ...(failed.length === 0 ? {} : {errors: errorsJson(failed)}),
})

export const statExit = ({failed}: Listed): number => Math.max(EXIT.ok, ...failed.map(({exit}) => exit))

/** Milliseconds between two pictures of `stat -w`. */
const PICTURE = 2000

const CLEAR = '\u001b[H\u001b[2J'

/** Shows again and again; in place on a terminal that takes escapes. Ends by Ctrl-C only. */
export const repeat = async (
  site: Site,
  screen: Screen,
  show: () => void,
  signal: AbortSignal,
): Promise<never> => {
  while (!signal.aborted) {
    if (screen.terminal.tty && screen.terminal.colour && !screen.json) screen.terminal.write(CLEAR)
    show()
    await site.delay(PICTURE, signal)
  }
  throw new GodError('E_INTERRUPTED', 'interrupted; the jobs are left alone')
}
