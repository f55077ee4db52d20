/**
 * Whether a job may be root in its container (`--root`): where its site can keep such a job apart, and for those whom the
 * operator names, nobody without. Pure; asked when it is submitted, when it is admitted, and before each start.
 */
import {type Refusal, refusal} from '../errors.js'
import {type Grant, type Grantee, type GroupNumbers, isGranted} from './grants.js'

export interface RootRule extends Grant {
  /** Why nobody can be here, whoever is named; null: those who are named can. */
  readonly never: string | null
}

const neverHere = (images: boolean, byRoot: boolean): string | null => {
  if (!images) return 'its jobs have no containers, and without one nobody is root'
  return byRoot
    ? null
    : 'god is not served by root here, and nobody else could make safe what such a job leaves behind'
}

export const rootRule = (
  users: readonly string[],
  groups: readonly string[],
  images: boolean,
  byRoot: boolean,
): RootRule => ({users, groups, never: neverHere(images, byRoot)})

export const mayBeRoot = (rule: RootRule, who: Grantee, numbers: GroupNumbers): boolean =>
  rule.never === null && isGranted(rule, who, numbers)

/** Who may, in words. */
const whoMay = ({users, groups}: RootRule): string => {
  const named = [
    ...(users.length === 0 ? [] : [`allow_root names ${users.join(', ')}`]),
    ...(groups.length === 0 ? [] : [`allow_root_groups names ${groups.join(', ')}`]),
  ]
  return named.length === 0 ? 'allow_root names nobody' : named.join(', ')
}

const ASK = 'Leave out --root, or ask the operator.'

/** What can be said before it is known who asks. */
export const checkRootKnown = (root: boolean | undefined, rule: RootRule): Refusal | null => {
  if (root !== true) return null
  if (rule.never !== null)
    return refusal(
      'E_ROOT_REFUSED',
      `no job can be root in its container on this site: ${rule.never}`,
      'Leave out --root.',
    )
  return rule.users.length + rule.groups.length > 0
    ? null
    : refusal('E_ROOT_REFUSED', `nobody may be root in a container on this site: ${whoMay(rule)}`, ASK)
}

export const checkRoot = (
  root: boolean | undefined,
  rule: RootRule,
  who: Grantee,
  numbers: GroupNumbers,
): Refusal | null => {
  const no = checkRootKnown(root, rule)
  if (root !== true || no !== null || mayBeRoot(rule, who, numbers)) return no
  return refusal('E_ROOT_REFUSED', `${who.name} may not be root in a container here: ${whoMay(rule)}`, ASK)
}
