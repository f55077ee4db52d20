/**
 * `kill`, `suspend`, `resume`, `hold`, `release`, `requeue`, `update`: which jobs are meant, an early word for each, one request for all.
 *
 * The early word is the same pure decision that the passes will make on the same record; only they make it count.
 * One request carries all ids, so after a crash either all of it is asked for or nothing.
 */
import {type JobId, jobId} from '../../core/brand.js'
import type {ErrorCode} from '../../core/catalogue.js'
import {PAST, WOULD} from '../../core/control.js'
import {GodError} from '../../core/errors.js'
import {EXIT} from '../../core/exit.js'
import type {ControlRequest} from '../../core/request.js'
import {mayChange} from '../../core/rights/permission.js'
import {parseSelector} from '../../core/selector.js'
import {isOver, isWaiting} from '../../core/state.js'
import {updateText} from '../../core/update-job.js'
import {dropRequest, newToken} from '../../store/requests/drop-folder.js'
import {tasksField, tasksMeant} from '../jobs/array-tasks.js'
import {SCHEMA} from '../jobs/job-json.js'
import type {JobView} from '../jobs/job-view.js'
import {
  allJobs,
  chooseEach,
  errorsJson,
  type Filters,
  failures,
  filterTest,
  hasFilters,
  type Listed,
  merged,
} from '../jobs/listing.js'
import type {Choice} from '../jobs/named-tasks.js'
import {notYours} from '../jobs/not-yours.js'
import {isOperator} from '../operator.js'
import type {Site} from '../site.js'
import {checkReadable} from '../submit/readable.js'
import {type AnyWish, earlyWord} from './early-word.js'

export interface ControlChoice {
  readonly wish: AnyWish
  /** Null: none was given. */
  readonly selectors: readonly string[] | null
  readonly filters: Filters
  /** Only what would happen is told. */
  readonly dryRun: boolean
}

export interface ControlOutcome {
  readonly id: JobId
  /** Of an array: those that are meant, as `3-9,12`. */
  readonly tasks?: string
  readonly result: 'requested' | 'already' | 'refused'
  readonly text: string
  readonly code?: ErrorCode
  readonly hint?: string
}

/** Most ids of one request: `core/request.ts` takes no more. */
const MOST = 20_000

/** What it can be for: the others are told of by nobody, unless they are named one by one. */
const isFor = ({op}: AnyWish, {state}: JobView): boolean =>
  op === 'requeue' ? state !== 'refused' && !isWaiting(state) : !isOver(state)

const meant = ({selector, jobs}: Choice, wish: AnyWish): readonly JobView[] =>
  selector.kind === 'id' || selector.kind === 'tasks' || selector.kind === 'last'
    ? jobs
    : jobs.filter(job => isFor(wish, job))

interface Chosen extends Listed {
  /** Of these arrays only some tasks. */
  readonly tasks: ReadonlyMap<JobId, string>
}

const chosen = (site: Site, {selectors, filters, wish}: ControlChoice): Chosen => {
  const test = filterTest(filters)
  if (selectors !== null) {
    const choices = chooseEach(site, selectors.map(parseSelector), {open: true})
    const jobs = merged(choices.map(choice => ({jobs: meant(choice, wish).filter(test)})))
    return {jobs, failed: failures(choices), tasks: tasksMeant(choices)}
  }
  if (!hasFilters(filters)) {
    throw new GodError(
      'E_USAGE',
      'no job is named',
      "Give ids, ranges, 'last', '@name', or a filter like -n NAME.",
    )
  }
  const only = filters.users.length > 0 ? null : site.uid
  const mine = (job: JobView): boolean => job.uid === only || only === null
  return {
    jobs: allJobs(site, only).filter(job => mine(job) && isFor(wish, job) && test(job)),
    failed: [],
    tasks: new Map(),
  }
}

const outcomeOf = (site: Site, job: JobView, choice: ControlChoice, tasks?: string): ControlOutcome => ({
  ...judged(site, job, choice, tasks),
  ...(tasks === undefined ? {} : {tasks}),
})

const judged = (
  site: Site,
  job: JobView,
  choice: ControlChoice,
  tasks: string | undefined,
): ControlOutcome => {
  const {id} = job
  if (!mayChange({uid: site.uid, operator: isOperator(site)}, job)) {
    const {code, text, hint} = notYours(job)
    return {id, result: 'refused', code, text, hint}
  }
  if (job.state === 'refused') return {id, result: 'already', text: 'is over already (refused)'}
  const asked = {id, result: 'requested', text: askedText(choice)} as const
  const effect = earlyWord(site, job, choice.wish, tasks)
  if (effect === null) return asked
  switch (effect.kind) {
    case 'change':
      return asked
    case 'already':
      return {id, result: 'already', text: effect.text}
    case 'refused':
      return {
        id,
        result: 'refused',
        text: effect.refusal.message,
        code: effect.refusal.code,
        hint: effect.refusal.hint,
      }
  }
}

const askedText = ({wish, dryRun}: ControlChoice): string => {
  const text = (dryRun ? WOULD : PAST)[wish.op]
  return wish.op === 'update' ? `${text}: ${updateText(wish.set)}` : text
}

export interface ControlPlan {
  readonly outcomes: readonly ControlOutcome[]
  readonly failed: readonly GodError[]
}

type Meant = Pick<ControlOutcome, 'id' | 'tasks'>

const requestOf = (site: Site, choice: ControlChoice, meant: readonly Meant[]): ControlRequest => ({
  v: 1,
  tok: newToken(site.random),
  cluster: site.format.cluster,
  ids: meant.map(({id}) => id),
  ...tasksField(meant),
  ...choice.wish,
})

export const planControl = (site: Site, choice: ControlChoice): ControlPlan => {
  checkReadable(requestOf(site, choice, [{id: jobId(1)}]))
  const {jobs, failed, tasks} = chosen(site, choice)
  return {outcomes: jobs.map(job => outcomeOf(site, job, choice, tasks.get(job.id))), failed}
}

/** Durable when it returns. */
export const requestControl = (site: Site, choice: ControlChoice, {outcomes}: ControlPlan): void => {
  const wanted = outcomes.filter(({result}) => result === 'requested')
  for (let from = 0; from < wanted.length; from += MOST)
    dropRequest(site, requestOf(site, choice, wanted.slice(from, from + MOST)))
}

/** The worst of all: nothing asked for in vain passes as a success. */
export const controlExit = ({outcomes, failed}: ControlPlan): number => {
  const codes = outcomes.flatMap(({code}) => (code === undefined ? [] : [new GodError(code, '').exit]))
  return Math.max(EXIT.ok, ...codes, ...failed.map(({exit}) => exit))
}

export const controlJson = ({outcomes, failed}: ControlPlan) => ({
  schema: SCHEMA,
  jobs: outcomes,
  errors: errorsJson(failed),
})
