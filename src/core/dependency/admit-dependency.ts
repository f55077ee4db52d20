/**
 * Whether a job may depend on what it names, when it comes in (state.md 5). Pure.
 *
 * It may name only jobs with a lower id than its own, so none can wait for itself, by however many others: there is no
 * cycle to be looked for, and how deep jobs hang on each other costs nothing. What can never hold is refused at once.
 */
import {taskRecord} from '../array/view.js'
import type {Instant, JobId} from '../brand.js'
import {type Refusal, refusal} from '../errors.js'
import type {JobRecord} from '../job.js'
import {type Parent, parentsOf, parentText, parseDepend} from './depend-text.js'
import {judgeDependency, type Standing} from './dependency.js'

/** Jobs that all waiting jobs of one user may name together: each pass looks at them. */
export const MOST_NAMED = 100_000

/** What the site tells this user of a job that he names; null: nothing, as of one that is not there. */
export type Told = {readonly record: JobRecord | null; readonly standing: Standing} | null

const no = (message: string, hint = ''): Refusal => refusal('E_DEPEND_REFUSED', message, hint)

const unknown = (parent: Parent): Refusal =>
  no(`it depends on job ${parentText(parent)}, and there is no such job`, "See 'god stat' and 'god show ID'.")

const parentRefusal = (parent: Parent, tell: (parent: Parent) => Told): Refusal | null => {
  const told = tell(parent)
  if (told === null) return unknown(parent)
  const {record} = told
  const {id, task} = parent
  if (record === null || task === undefined || taskRecord(record, task) !== null) return null
  const tasks = record.array === undefined ? 'it is no array' : `its tasks are ${record.array.range}`
  return no(`it depends on task ${task} of job ${id}, which has none: ${tasks}`)
}

/** How many jobs a text of what is open names. */
export const namedIn = (open: string): number => open.split(':').length - 1

/** `count`: with those that the user's other waiting jobs name. Null: so many may be. */
export const tooManyNamed = (count: number): Refusal | null =>
  count <= MOST_NAMED
    ? null
    : no(
        `your waiting jobs would depend on ${count} jobs together; ${MOST_NAMED} is the most`,
        'Submit fewer at once, or let one job wait for a whole array.',
      )

type Depend = NonNullable<JobRecord['depend']>

/** What the record holds of it, without what holds already, or why not. `named`: by the user's other waiting jobs. */
export const admitDependency = (
  id: JobId,
  depend: Depend,
  {tell, named, now}: {tell: (parent: Parent) => Told; named: number; now: Instant},
): Depend | Refusal => {
  const dependency = parseDepend(depend.on)
  if (typeof dependency === 'string') return no(dependency)
  const parents = parentsOf(dependency)
  const many = tooManyNamed(named + parents.length)
  if (many !== null) return many
  for (const parent of parents) {
    if (parent.id === id) return no(`job ${id} depends on itself`)
    if (parent.id > id)
      return no(`job ${id} depends on job ${parentText(parent)}, which does not come before it`)
    const refused = parentRefusal(parent, tell)
    if (refused !== null) return refused
  }
  // Whose turn it is among jobs of one name is for the passes to say.
  const asked = {
    standing: (parent: Parent) => tell(parent)?.standing ?? ({is: 'nowhere'} as const),
    ahead: () => [{id}],
  }
  const verdict = judgeDependency(depend.on, asked)
  if (verdict.is === 'never') return no(verdict.reason.text, "See 'god show ID' for that job.")
  const met = verdict.is === 'holds' ? now : null
  return {...depend, open: verdict.open, met}
}
