/**
 * The waiting jobs in groups of alike ones (scheduling.md 6), so that a pass costs what the groups cost. Within a group the
 * order is that of submission, whatever the policy. Kept up as jobs come and go; a mere view, lost without loss.
 */
import {type Shape, shapeKey, shapeOf, type Where} from './shape.js'
import {BASIC, type Space} from './vector.js'
import {alikeKey, inOrderOfSubmission, mayHaveOwnReason, type Waiting} from './waiting.js'

export interface Group {
  readonly shape: Shape
  /** In the order of submission, or of the policy, from `first` on. */
  readonly members: readonly Waiting[]
  readonly first: number
}

interface Kept extends Group {
  members: Waiting[]
  first: number
}

/** Beyond it the place of those that are gone is given back. */
const MOST_GONE = 1024

/** Where it stands, or would come to stand, in a list that is in order from `first` on. */
export const placeInOrder = (
  list: readonly Waiting[],
  job: Waiting,
  inOrder: (a: Waiting, b: Waiting) => number,
  first = 0,
): number => {
  let low = first
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = list[middle]
    if (other !== undefined && inOrder(other, job) < 0) low = middle + 1
    else high = middle
  }
  return low
}

export interface Groups {
  readonly size: number
  add(job: Waiting): void
  /** One that is not there is no matter. */
  remove(job: Waiting): void
  all(): Iterable<Group>
  of(job: Waiting): Group | undefined
  /** Those that may have a reason of their own not to start. */
  special(): Iterable<Waiting>
  /** Users who have given a priority to a job of theirs. */
  choosy(): ReadonlySet<string>
}

/**
 * `assumed`: seconds for which a job without a walltime is planned. `whereOf`: on which nodes one may run. `inOrder`: of
 * those of one group; none that is equal.
 */
export const createGroups = (
  assumed: number,
  whereOf: (job: Waiting) => Where | undefined = ({where}) => where,
  space: Space = BASIC,
  inOrder: (a: Waiting, b: Waiting) => number = inOrderOfSubmission,
): Groups => {
  const groups = new Map<string, Kept>()
  const shapes = new Map<string, Shape>()
  const special = new Set<Waiting>()
  const choosy = new Map<string, number>()
  let size = 0

  const keyOf = (job: Waiting): string => job.alike ?? alikeKey(job)

  const sharedShape = (job: Waiting): Shape => {
    const where = whereOf(job)
    const {resources, walltime} = job
    const shape = shapeOf({resources, walltime, ...(where === undefined ? {} : {where})}, assumed, space)
    const key = shapeKey(shape)
    const known = shapes.get(key) ?? shape
    shapes.set(key, known)
    return known
  }

  const groupFor = (job: Waiting): Kept => {
    const key = keyOf(job)
    const known = groups.get(key)
    if (known !== undefined) return known
    const group: Kept = {shape: sharedShape(job), members: [], first: 0}
    groups.set(key, group)
    return group
  }

  const placeIn = ({members, first}: Group, job: Waiting): number =>
    placeInOrder(members, job, inOrder, first)

  const countChoosy = ({user, priority}: Waiting, by: 1 | -1): void => {
    if (priority === 0) return
    const count = (choosy.get(user) ?? 0) + by
    if (count > 0) choosy.set(user, count)
    else choosy.delete(user)
  }

  const takeOut = (group: Kept, at: number): void => {
    if (at !== group.first) {
      group.members.splice(at, 1)
      return
    }
    group.first++
    if (group.first < MOST_GONE) return
    group.members = group.members.slice(group.first)
    group.first = 0
  }

  return {
    get size() {
      return size
    },
    add: job => {
      const group = groupFor(job)
      const last = group.members.at(-1)
      if (last === undefined || inOrder(last, job) < 0) group.members.push(job)
      else group.members.splice(placeIn(group, job), 0, job)
      if (mayHaveOwnReason(job)) special.add(job)
      countChoosy(job, 1)
      size++
    },
    remove: job => {
      const key = keyOf(job)
      const group = groups.get(key)
      if (group === undefined) return
      const at = placeIn(group, job)
      const found = group.members[at]
      if (found?.id !== job.id) return
      takeOut(group, at)
      if (group.first === group.members.length) groups.delete(key)
      special.delete(found)
      countChoosy(found, -1)
      size--
    },
    all: () => groups.values(),
    of: job => groups.get(keyOf(job)),
    special: () => special,
    choosy: () => new Set(choosy.keys()),
  }
}
