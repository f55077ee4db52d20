/**
 * The waiting jobs of a pass judged by what they depend on. What was judged of a job is kept while its record and all
 * that its parents have come to are the same, so that a pass over very many of them does little more than look. Keeps
 * nothing that a crash could lose.
 */
import {type Dependency, parentsOf, parseDepend} from '../core/dependency/depend-text.js'
import {judgeDependency, type Standing, type Verdict} from '../core/dependency/dependency.js'
import type {JobRecord} from '../core/job.js'
import type {LiveJobs, Stored} from '../store/jobs/job-store.js'
import {dependentJobs} from './bound-jobs.js'
import {createStandings} from './parent-standings.js'
import {createNamesakes} from './same-name.js'
import type {Service} from './service.js'

export interface Judged {
  readonly stored: Stored
  readonly verdict: Verdict
}

type Depend = NonNullable<JobRecord['depend']>

const parsed = new WeakMap<Depend, Dependency | string>()

const parsedOf = (depend: Depend): Dependency | string => {
  const before = parsed.get(depend)
  if (before !== undefined) return before
  const dependency = depend.open === '' ? '' : parseDepend(depend.open)
  parsed.set(depend, dependency)
  return dependency
}

interface Before {
  readonly standings: readonly Standing[]
  readonly verdict: Verdict
}

const judgedBefore = new WeakMap<Depend, Before>()

/** Others of a name come and go: what was said of one that goes by its name holds for this pass alone. */
const goesByName = (dependency: Dependency | string): boolean =>
  typeof dependency !== 'string' && dependency.conditions.some(({kind}) => kind === 'singleton')

const isSame = (one: readonly Standing[], other: readonly Standing[]): boolean =>
  one.length === other.length && one.every((standing, i) => standing === other[i])

export const judgeWaiting = (service: Service, live: LiveJobs): readonly Judged[] => {
  const dependent = dependentJobs(live)
  if (dependent.length === 0) return []
  const standing = createStandings(service, live)
  const namesakes = createNamesakes(service, live)
  const judge = (record: JobRecord, depend: Depend): Verdict => {
    const dependency = parsedOf(depend)
    const standings = typeof dependency === 'string' ? [] : parentsOf(dependency).map(standing)
    const before = judgedBefore.get(depend)
    if (before !== undefined && isSame(before.standings, standings)) return before.verdict
    const verdict = judgeDependency(depend.open, {standing, ahead: () => namesakes(record)})
    if (!goesByName(dependency)) judgedBefore.set(depend, {standings, verdict})
    return verdict
  }
  return dependent.flatMap(stored => {
    const {depend} = stored.record
    return depend === undefined ? [] : [{stored, verdict: judge(stored.record, depend)}]
  })
}
