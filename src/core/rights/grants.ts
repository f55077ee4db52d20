/**
 * To whom something of the site is granted: users by name or uid, groups by name or gid, `*` for everybody. Pure.
 * Nobody named means nobody: a right that was forgotten must not be everybody's.
 */
export interface Grant {
  readonly users: readonly string[]
  readonly groups: readonly string[]
}

/** Who asks: what the kernel proved, and what the source of accounts says of it now. */
export interface Grantee {
  readonly uid: number
  readonly name: string
  readonly groups: readonly number[]
}

/** Numbers of the groups that a configuration names; one that is missing is nobody's. */
export type GroupNumbers = ReadonlyMap<string, number>

const isNumber = (word: string): boolean => /^\d+$/.test(word)

const isUser = (word: string, {uid, name}: Grantee): boolean =>
  word === '*' || (isNumber(word) ? word === String(uid) : word === name)

const isGroup = (word: string, {groups}: Grantee, numbers: GroupNumbers): boolean => {
  const gid = isNumber(word) ? Number(word) : numbers.get(word)
  return gid !== undefined && groups.includes(gid)
}

export const isGranted = ({users, groups}: Grant, who: Grantee, numbers: GroupNumbers): boolean =>
  users.some(word => isUser(word, who)) || groups.some(word => isGroup(word, who, numbers))

/** The names of groups that must be looked up to know. */
export const groupNames = (grants: Iterable<Grant>): readonly string[] => [
  ...new Set([...grants].flatMap(({groups}) => groups.filter(word => !isNumber(word)))),
]
