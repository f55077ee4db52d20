/**
 * The jobs that a command can see, and the choice among them by selectors and filters (design section 4).
 *
 * My unadmitted requests are read before the records: admission publishes the record before it unlinks the request,
 * so a job is never missed between the two. A few ids are looked up by themselves, without reading all.
 */
import type {JobId, Uid} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import {inOrder, type PartKey, partKey, partName} from '../../core/part-key.js'
import {type Selector, selected} from '../../core/selector.js'
import {isOver, STATES, type State} from '../../core/state.js'
import {nearest} from '../../core/text.js'
import {NO_REASONS, readReasons} from '../../store/reasons.js'
import {withNodeReasons} from '../nodes/reasons.js'
import type {Site} from '../site.js'
import {partsOf, taskViews} from './array-tasks.js'
import {damageOf, readWhole} from './damaged.js'
import {type JobView, viewOfRecord, waits} from './job-view.js'
import {type Choice, tasksApart} from './named-tasks.js'
import {othersRefused, ownUnadmitted} from './own-requests.js'
import {packedIfReadable, withPacked} from './packed-jobs.js'
import {withRateReason} from './rate-reason.js'
import {revealMine} from './revealed.js'

/** More ids than this are looked up in one reading of all. */
const FEW = 16

/** Everything live, or of one user alone, and what of mine waits or was refused; ascending by id. */
export const allJobs = (site: Site, only: Uid | null = null): readonly JobView[] => {
  const unadmitted = withRateReason(site, ownUnadmitted(site))
  const live = only === null ? site.jobs.all() : site.jobs.ofUser(only)
  const reasons = live.length === 0 ? NO_REASONS : readReasons(site.durable, site.layout)
  const views = revealMine(
    site,
    live.map(({record}) => viewOfRecord(record, reasons)),
  )
  if (unadmitted.length === 0) return withNodeReasons(site, views)
  const all = new Map([...unadmitted, ...views].map(view => [view.id, view]))
  return withNodeReasons(
    site,
    [...all.values()].sort((a, b) => a.id - b.id),
  )
}

const fewJobs = (site: Site, ids: readonly JobId[]): readonly JobView[] => {
  const first = ids.map(id => readWhole(site, id))
  // My drop folder is read only where a record is missing, and that record once more after it.
  const unadmitted = first.includes(null) ? withRateReason(site, ownUnadmitted(site)) : []
  const records = ids.map((id, i) => (first[i] ?? readWhole(site, id))?.record ?? null)
  // Only who waits has a reason there, and the file may be large.
  const anyWaits = records.some(record => record !== null && waits(record))
  const reasons = anyWaits ? readReasons(site.durable, site.layout) : NO_REASONS
  const views = ids.flatMap((id, i) => {
    const record = records[i] ?? null
    if (record !== null) return [viewOfRecord(record, reasons)]
    return (
      unadmitted.find(view => view.id === id) ?? packedIfReadable(site, id) ?? othersRefused(site, id) ?? []
    )
  })
  return withNodeReasons(site, revealMine(site, views))
}

/** Those of the ids that are there. */
export const findJobs = (site: Site, ids: readonly JobId[]): readonly JobView[] => {
  if (ids.length <= FEW) return fewJobs(site, ids)
  const live = new Map(allJobs(site).map(job => [job.id, job]))
  return [...new Set(ids)].flatMap(id => live.get(id) ?? packedIfReadable(site, id) ?? [])
}

/** The same once more: of a job, or of a task of an array. */
export const findParts = (site: Site, keys: readonly PartKey[]): readonly JobView[] =>
  partsOf(site, findJobs(site, [...new Set(keys.map(key => partName(key).id))]), keys)

export const findPart = (site: Site, key: PartKey): JobView | null => findParts(site, [key])[0] ?? null

export interface Filters {
  readonly users: readonly string[]
  readonly names: readonly string[]
  readonly states: readonly string[]
  /** `key` or `key=value`. */
  readonly labels: readonly string[]
  readonly queues: readonly string[]
}

export const NO_FILTERS: Filters = {users: [], names: [], states: [], labels: [], queues: []}

export const hasFilters = ({users, names, states, labels, queues}: Filters): boolean =>
  users.length + names.length + states.length + labels.length + queues.length > 0

/** Words for several states at once. */
const GROUPS: Readonly<Record<string, (state: State) => boolean>> = {
  all: () => true,
  active: state => !isOver(state),
  over: isOver,
}

const stateTest = (word: string): ((state: State) => boolean) => {
  const group = Object.hasOwn(GROUPS, word) ? GROUPS[word] : undefined
  if (group !== undefined) return group
  const state = STATES.find(candidate => candidate === word)
  if (state !== undefined) return candidate => candidate === state
  const words = [...STATES, ...Object.keys(GROUPS)]
  const near = nearest(word, words)
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `States: ${words.join(', ')}.`
  throw new GodError('E_SELECTOR_BAD', `there is no state '${word}'`, hint)
}

/** States are asked for that a job may only have when it is over. */
export const wantsOver = ({states}: Filters): boolean =>
  states.map(stateTest).some(test => STATES.some(state => isOver(state) && test(state)))

const labelTest = (text: string): ((job: JobView) => boolean) => {
  const cut = text.indexOf('=')
  if (cut < 0) return job => Object.hasOwn(job.labels, text)
  const [key, value] = [text.slice(0, cut), text.slice(cut + 1)]
  return job => Object.hasOwn(job.labels, key) && job.labels[key] === value
}

const anyOf = <T>(tests: readonly ((value: T) => boolean)[]): ((value: T) => boolean) =>
  tests.length === 0 ? () => true : value => tests.some(test => test(value))

/** A job passes when each kind of filter that is given has a match in it. */
export const filterTest = ({users, names, states, labels, queues}: Filters): ((job: JobView) => boolean) => {
  const ofState = anyOf(states.map(stateTest))
  const ofLabel = labels.map(labelTest)
  return job =>
    (users.length === 0 || users.includes(job.user) || users.includes(String(job.uid))) &&
    (names.length === 0 || names.includes(job.name)) &&
    (queues.length === 0 || queues.includes(job.queue)) &&
    ofState(job.state) &&
    ofLabel.every(test => test(job))
}

type Single = Extract<Selector, {readonly id: JobId}>

const isSingle = (selector: Selector): selector is Single =>
  selector.kind === 'id' || selector.kind === 'tasks'

/** Each selector by itself, so that one that names no job does not keep the others from being done. */
export const chooseEach = (
  site: Site,
  selectors: readonly Selector[],
  {open = false}: {open?: boolean} = {},
): readonly Choice[] => {
  const ids = selectors.flatMap(selector => (isSingle(selector) ? [selector.id] : []))
  const jobs = ids.length === selectors.length ? findJobs(site, ids) : allJobs(site)
  const choices = selectors.map((selector): Choice => {
    try {
      return {
        selector,
        jobs: selected(selector, withPacked(site, selector, jobs, open), site.uid),
        failed: null,
      }
    } catch (error) {
      if (!(error instanceof GodError) || error.code !== 'E_NO_JOB') throw error
      const damage = isSingle(selector) ? damageOf(site, selector.id) : null
      return {selector, jobs: [], failed: damage ?? error}
    }
  })
  return orNone(choices.flatMap(tasksApart))
}

/** Throws where not one of them means anything. */
const orNone = (choices: readonly Choice[]): readonly Choice[] => {
  if (choices.length > 0 && choices.every(({failed}) => failed !== null)) throw together(failures(choices))
  return choices
}

export const failures = (choices: readonly Choice[]): readonly GodError[] =>
  choices.flatMap(({failed}) => failed ?? [])

/** The jobs that were chosen, and why the choice is not all that was asked for. */
export interface Listed {
  readonly jobs: readonly JobView[]
  /** Older ones that are over were left out. */
  readonly more?: boolean
  readonly failed: readonly GodError[]
}

export interface ErrorJson {
  readonly code: string
  readonly message: string
  readonly hint: string
}

export const errorsJson = (failed: readonly GodError[]): readonly ErrorJson[] =>
  failed.map(({code, message, hint}) => ({code, message, hint}))

const together = (errors: readonly GodError[]): GodError => {
  const [first] = errors
  const code =
    first !== undefined && errors.every(error => error.code === first.code) ? first.code : 'E_NO_JOB'
  return new GodError(code, errors.map(({message}) => message).join('; '), first?.hint)
}

/** The tasks in place of their array, where some of them were asked for. */
export const withTasks = (site: Site, choices: readonly Choice[]): readonly Choice[] =>
  choices.map(choice => {
    const {selector, jobs} = choice
    if (selector.kind !== 'tasks') return choice
    return {...choice, jobs: jobs.flatMap(job => taskViews(site, job, selector.tasks))}
  })

/** Of all choices together, each job once, ascending. */
export const merged = (choices: readonly Pick<Choice, 'jobs'>[]): readonly JobView[] => {
  const found = new Map(choices.flatMap(({jobs}) => jobs.map(job => [partKey(job), job])))
  return [...found.values()].sort((a, b) => inOrder(partKey(a), partKey(b)))
}

/** Where all of them must be there. */
export const selectJobs = (site: Site, selectors: readonly Selector[]): readonly JobView[] => {
  const choices = withTasks(site, chooseEach(site, selectors))
  const failed = failures(choices)
  if (failed.length > 0) throw together(failed)
  return merged(choices)
}

/** The one job that a command for a single job means: of a name, the newest. */
export const selectOne = (site: Site, selector: Selector): JobView => {
  const jobs = selectJobs(site, [selector])
  const newest = jobs.at(-1)
  if (newest === undefined) throw new GodError('E_NO_JOB', 'no job is in that range', "See 'god stat'.")
  if ((selector.kind !== 'range' && selector.kind !== 'tasks') || jobs.length === 1) return newest
  throw new GodError('E_SELECTOR_BAD', 'this command takes a single job', 'Name one id.')
}
