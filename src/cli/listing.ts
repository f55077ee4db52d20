/**
 * The jobs that a command can see, and the choice among them by selectors and filters (design section 4).
 *
 * My unadmitted requests are read before the records: admission publishes the record before it unlinks the request,
 * so a job is never missed between the two. A single id is looked up by itself, without reading all.
 */
import type {JobId} from '../core/brand.js'
import {GodError} from '../core/errors.js'
import {type Selector, selected} from '../core/selector.js'
import {isOver, STATES, type State} from '../core/state.js'
import {nearest} from '../core/text.js'
import {readReasons} from '../store/reasons.js'
import {type JobView, viewOfRecord} from './job-view.js'
import {ownUnadmitted} from './own-requests.js'
import type {Site} from './site.js'

/** Everything live, and what of mine waits or was refused; ascending by id. */
export const allJobs = (site: Site): readonly JobView[] => {
  const unadmitted = ownUnadmitted(site)
  const reasons = readReasons(site.durable, site.layout)
  const views = new Map(unadmitted.map(view => [view.id, view]))
  for (const {record} of site.jobs.all()) views.set(record.id, viewOfRecord(record, reasons))
  return [...views.values()].sort((a, b) => a.id - b.id)
}

export const findJob = (site: Site, id: JobId): JobView | null => {
  const unadmitted = ownUnadmitted(site).find(view => view.id === id)
  const stored = site.jobs.read(id)
  if (stored === null) return unadmitted ?? null
  return viewOfRecord(stored.record, readReasons(site.durable, site.layout))
}

export interface Filters {
  readonly users: readonly string[]
  readonly names: readonly string[]
  readonly states: readonly string[]
  /** `key` or `key=value`. */
  readonly labels: readonly string[]
}

export const NO_FILTERS: Filters = {users: [], names: [], states: [], labels: []}

export const hasFilters = ({users, names, states, labels}: Filters): boolean =>
  users.length + names.length + states.length + labels.length > 0

/** Words for several states at once. */
const GROUPS: Readonly<Record<string, (state: State) => boolean>> = {
  all: () => true,
  active: state => !isOver(state),
  over: isOver,
}

const stateTest = (word: string): ((state: State) => boolean) => {
  const group = GROUPS[word]
  if (group !== undefined) return group
  const state = STATES.find(candidate => candidate === word)
  if (state !== undefined) return candidate => candidate === state
  const words = [...STATES, ...Object.keys(GROUPS)]
  const near = nearest(word, words)
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `States: ${words.join(', ')}.`
  throw new GodError('E_SELECTOR_BAD', `there is no state '${word}'`, hint)
}

const labelTest = (text: string): ((job: JobView) => boolean) => {
  const cut = text.indexOf('=')
  if (cut < 0) return job => Object.hasOwn(job.labels, text)
  const [key, value] = [text.slice(0, cut), text.slice(cut + 1)]
  return job => Object.hasOwn(job.labels, key) && job.labels[key] === value
}

const anyOf = <T>(tests: readonly ((value: T) => boolean)[]): ((value: T) => boolean) =>
  tests.length === 0 ? () => true : value => tests.some(test => test(value))

/** A job passes when each kind of filter that is given has a match in it. */
export const filterTest = ({users, names, states, labels}: Filters): ((job: JobView) => boolean) => {
  const ofState = anyOf(states.map(stateTest))
  const ofLabel = labels.map(labelTest)
  return job =>
    (users.length === 0 || users.includes(job.user) || users.includes(String(job.uid))) &&
    (names.length === 0 || names.includes(job.name)) &&
    ofState(job.state) &&
    ofLabel.every(test => test(job))
}

/** Of all selectors together, each job once, ascending. */
export const selectJobs = (
  site: Site,
  selectors: readonly Selector[],
  jobs?: readonly JobView[],
): readonly JobView[] => {
  const found = new Map<JobId, JobView>()
  const all =
    jobs ??
    (selectors.every(({kind}) => kind === 'id') ? selectors.flatMap(s => lookUp(site, s)) : allJobs(site))
  for (const selector of selectors) {
    for (const job of selected(selector, all, site.uid)) found.set(job.id, job)
  }
  return [...found.values()].sort((a, b) => a.id - b.id)
}

const lookUp = (site: Site, selector: Selector): readonly JobView[] => {
  const job = selector.kind === 'id' ? findJob(site, selector.id) : null
  return job === null ? [] : [job]
}

/** The one job that a command for a single job means: of a name, the newest. */
export const selectOne = (site: Site, selector: Selector): JobView => {
  const jobs = selectJobs(site, [selector])
  const newest = jobs.at(-1)
  if (newest === undefined) throw new GodError('E_NO_JOB', 'no job is in that range', "See 'god stat'.")
  if (selector.kind !== 'range' || jobs.length === 1) return newest
  throw new GodError('E_SELECTOR_BAD', 'this command takes a single job', 'Name one id.')
}
