/**
 * Whether this user may have what his job asks for: volumes, a project, a queue, to be root inside. Pure; the account is what its
 * source says now, never what a request says.
 */
import {type Refusal, refusal} from '../errors.js'
import type {Wish} from '../job.js'
import {DEFAULT_QUEUE} from '../limits/queue.js'
import {checkQueueKnown, checkQueueRight} from '../limits/queue-check.js'
import type {Project, Sections} from '../settings/sections.js'
import {type Grantee, type GroupNumbers, isGranted} from './grants.js'
import {checkRoot, checkRootKnown, type RootRule} from './root-right.js'
import {checkVolumes, mountsFor} from './volumes.js'

/** Everybody's, whether it is configured or not. */
export const DEFAULT_PROJECT = 'default'

export interface Rights {
  readonly sections: Sections
  readonly root: RootRule
}

type Asked = Pick<Wish, 'volumes' | 'project' | 'queue' | 'root'>

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

/** What nobody has here, so that it can be said before it is known who asks. */
export const checkKnown = (
  {volumes, project, queue = DEFAULT_QUEUE, root}: Asked,
  {sections, root: rule}: Rights,
): Refusal | null => {
  if (project !== undefined && project !== DEFAULT_PROJECT && !sections.projects.has(project))
    return refusal('E_PROJECT_REFUSED', `there is no project '${project}' for you`, "See 'god whoami'.")
  return (
    checkQueueKnown(queue, sections.queues) ??
    checkRootKnown(root, rule) ??
    checkVolumes(volumes ?? [], sections.volumes, root)
  )
}

export const checkRights = (
  wish: Asked,
  rights: Rights,
  who: Grantee,
  numbers: GroupNumbers,
): Refusal | null => {
  const no = checkRoot(wish.root, rights.root, who, numbers)
  if (no !== null) return no
  const mounts = mountsFor(wish.volumes ?? [], rights.sections.volumes, who, numbers, wish.root)
  if ('code' in mounts) return mounts
  return (
    checkProject(wish.project ?? DEFAULT_PROJECT, rights, who, numbers) ??
    checkQueueRight(wish.queue ?? DEFAULT_QUEUE, rights.sections.queues, who, numbers)
  )
}
