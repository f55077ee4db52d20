/**
 * Whether this user may have what his job asks for: volumes, a project, to be root inside. Pure; the account is what its
 * source says now, never what a request says.
 */
import {type Refusal, refusal} from './errors.js'
import {type Grantee, type GroupNumbers, isGranted} from './grants.js'
import type {Wish} from './job.js'
import type {Project, Sections} from './sections.js'
import {checkVolumes, mountsFor} from './volumes.js'

/** Everybody's, whether it is configured or not. */
export const DEFAULT_PROJECT = 'default'

export interface Rights {
  readonly sections: Sections
  /** Who may be root in his container. */
  readonly mayBeRoot: readonly string[]
}

export const projectsFor = ({projects}: Sections, who: Grantee, numbers: GroupNumbers): readonly Project[] =>
  [...projects.values()].filter(project => isGranted(project, who, numbers))

const checkProject = (
  project: string,
  {sections}: Rights,
  who: Grantee,
  numbers: GroupNumbers,
): Refusal | null => {
  if (project === DEFAULT_PROJECT) return null
  const yours = projectsFor(sections, who, numbers).map(({name}) => name)
  if (yours.includes(project)) return null
  const hint = `Yours are: ${[DEFAULT_PROJECT, ...yours.filter(name => name !== DEFAULT_PROJECT)].join(', ')}.`
  return refusal('E_PROJECT_REFUSED', `there is no project '${project}' for you`, hint)
}

export const mayBeRoot = (words: readonly string[], who: Grantee): boolean =>
  isGranted({users: words, groups: []}, who, new Map())

const notRoot = refusal(
  'E_ROOT_REFUSED',
  'jobs of yours may not be root here',
  'Leave out --root, or ask the operator.',
)

/** What nobody has here, so that it can be said before it is known who asks. */
export const checkKnown = (
  {volumes, root, project}: Pick<Wish, 'volumes' | 'root' | 'project'>,
  {sections, mayBeRoot: words}: Rights,
): Refusal | null => {
  if (root === true && words.length === 0) return notRoot
  if (project !== undefined && project !== DEFAULT_PROJECT && !sections.projects.has(project))
    return refusal('E_PROJECT_REFUSED', `there is no project '${project}' for you`, "See 'god whoami'.")
  return checkVolumes(volumes ?? [], sections.volumes)
}

export const checkRights = (
  wish: Pick<Wish, 'volumes' | 'root' | 'project'>,
  rights: Rights,
  who: Grantee,
  numbers: GroupNumbers,
): Refusal | null => {
  const root = wish.root === true
  if (root && !mayBeRoot(rights.mayBeRoot, who)) return notRoot
  const mounts = mountsFor({texts: wish.volumes ?? [], root}, rights.sections.volumes, who, numbers)
  if ('code' in mounts) return mounts
  return checkProject(wish.project ?? DEFAULT_PROJECT, rights, who, numbers)
}
