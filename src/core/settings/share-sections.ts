/**
 * The sections of `go-d.ini` about fair share: `[share.group.NAME]` with its shares and members, `[share.user.NAME]`
 * (`*`: each who is named nowhere). Pure; a mistake names its line.
 */
import {GodError} from '../errors.js'
import {STRANGER} from '../fair-share/standings.js'
import {whole, words} from './setting-kinds.js'

const MOST_SHARES = 999_999_999

export const SHARE_GROUP = {
  shares: whole(1, 0, MOST_SHARES, 'what is due to it, held against the shares beside it'),
  users: words([], 'its members, by name'),
} as const

export const SHARE_USER = {
  shares: whole(1, 0, MOST_SHARES, 'what is due to him, held against the shares beside him'),
} as const

const USER = /^[\w][\w.@\\+-]{0,62}\$?$/

interface Line {
  readonly key: string
  readonly value: string
  readonly origin: string
}

const MEMBERS = /^share\.group\.(.+)\.users$/

/** Of each group the line that counts: the last. */
const memberLines = (lines: readonly Line[]): ReadonlyMap<string, Line> =>
  new Map(
    lines.flatMap(line => {
      const group = MEMBERS.exec(line.key)?.[1]
      return group === undefined ? [] : [[group, line] as const]
    }),
  )

const bad = (what: string, hint: string): GodError => new GodError('E_CONFIG_BAD', what, hint)

const noUser = (user: string, group: string, origin: string): GodError =>
  bad(
    `${origin}: ${JSON.stringify(user)} is no name of a user, so it cannot be in the group ${group}`,
    user === STRANGER ? 'Users who are in no group stand beside the groups: [share.user.*].' : '',
  )

const twice = (user: string, group: string, other: string, origin: string): GodError =>
  bad(
    other === group
      ? `${origin}: the group ${group} names ${user} twice`
      : `${origin}: ${user} is in the group ${group}, and in ${other} already`,
    'A user shares with one group: name him in that one alone.',
  )

/** Each member is a user's name, and in one group: what he uses is charged to it. */
export const checkMembers = (lines: readonly Line[]): void => {
  const groupOf = new Map<string, string>()
  const join = (user: string, group: string, origin: string): void => {
    const other = groupOf.get(user)
    if (!USER.test(user)) throw noUser(user, group, origin)
    if (other !== undefined) throw twice(user, group, other, origin)
    groupOf.set(user, group)
  }
  for (const [group, {value, origin}] of memberLines(lines))
    for (const user of SHARE_GROUP.users.parse(value) ?? []) join(user, group, origin)
}
