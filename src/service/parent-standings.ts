/**
 * How the jobs stand that others wait for, each looked up once in a pass: in the live jobs, else where `see-parent`
 * looks. What a packed job ended as stays true, so it is remembered while somebody asks for it. Keeps nothing that a
 * crash could lose.
 */
import type {JobId} from '../core/brand.js'
import type {Parent} from '../core/dependency/depend-text.js'
import {parentText} from '../core/dependency/depend-text.js'
import {type Standing, standingOf} from '../core/dependency/dependency.js'
import type {LiveJobs} from '../store/jobs/job-store.js'
import {type SeenParent, seeParent} from '../store/jobs/see-parent.js'
import type {Service} from './service.js'

/** Whatever is there of it: also one that is to be set aside, or cannot be read now. */
const hasSpec =
  ({specs}: Service) =>
  (id: JobId): boolean =>
    specs.look(id).kind !== 'none'

/** `live`: of the same moment. */
export const lookUpParent = (service: Service, live: LiveJobs, id: JobId): SeenParent => {
  const stored = live.get(id)
  if (stored !== null) return {is: 'record', record: stored.record}
  return live.unread.has(id) ? {is: 'unread'} : seeParent(service, id, hasSpec(service))
}

export const standingIn = (seen: SeenParent, task?: number): Standing => {
  switch (seen.is) {
    case 'record':
      return standingOf(seen.record, task)
    case 'coming':
    case 'unread':
      return {is: 'unclear'}
    default:
      return seen
  }
}

type Known = Map<string, Standing>

const remembered = new WeakMap<Service, Known>()

/** Of one pass. */
export const createStandings = (service: Service, live: LiveJobs): ((parent: Parent) => Standing) => {
  const before: Known = remembered.get(service) ?? new Map()
  const packed: Known = new Map()
  const now: Known = new Map()
  remembered.set(service, packed)
  const lookUp = (parent: Parent): Standing => {
    const key = parentText(parent)
    const known =
      now.get(key) ?? before.get(key) ?? standingIn(lookUpParent(service, live, parent.id), parent.task)
    now.set(key, known)
    if (known.is === 'over') packed.set(key, known)
    return known
  }
  return parent => {
    const stored = live.get(parent.id)
    return stored === null ? lookUp(parent) : standingOf(stored.record, parent.task)
  }
}
