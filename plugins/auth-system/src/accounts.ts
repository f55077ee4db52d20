/**
 * Lines of passwd and group and the answer of `id -G`, parsed strictly: a field too many, a number out of range or
 * a relative home make the line invalid. Pure.
 */

export interface PasswdEntry {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

/** Also as directories have them: `DOMAIN\user`, `user@domain`. No longer than what a job's record holds. */
const NAME = /^[a-z_][a-z0-9_.@\\-]{0,62}\$?$/i

export const isAccountName = (text: string): boolean => NAME.test(text)

/** 2^32-1 means "no change" to chown and setuid. */
const MAX_ID = 0xffff_fffe

export const isId = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MAX_ID

/** Null: not a number as the kernel has them. */
export const parseId = (text: string): number | null => {
  if (!/^(0|[1-9]\d{0,9})$/.test(text)) return null
  return isId(Number(text)) ? Number(text) : null
}

/** Null: not a valid line. */
export const parsePasswd = (line: string): PasswdEntry | null => {
  const fields = line.split(':')
  if (fields.length !== 7) return null
  const [name = '', , uidText = '', gidText = '', , home = ''] = fields
  const uid = parseId(uidText)
  const gid = parseId(gidText)
  if (uid === null || gid === null || !isAccountName(name) || !home.startsWith('/') || home.includes('\0'))
    return null
  return {name, uid, gid, home}
}

export const sortedIds = (ids: Iterable<number>): readonly number[] => [...new Set(ids)].sort((a, b) => a - b)

/** The answer of `id -G`: numbers on one line. Null: something else. */
export const parseIds = (text: string): readonly number[] | null => {
  const line = text.endsWith('\n') ? text.slice(0, -1) : text
  const ids = line.split(' ').map(parseId)
  const known = ids.filter(id => id !== null)
  return known.length === ids.length ? sortedIds(known) : null
}

/** Groups of /etc/group that name that member; lines that do not parse belong to nobody. */
export const groupsOfMember = (text: string, name: string): readonly number[] =>
  text
    .split('\n')
    .map(line => line.split(':'))
    .filter(fields => fields.length === 4 && (fields[3] ?? '').split(',').includes(name))
    .map(fields => parseId(fields[2] ?? ''))
    .filter(gid => gid !== null)

/** The number in a line of group, if it is of that group: null otherwise. */
export const gidOfGroup = (line: string, name: string): number | null => {
  const fields = line.replace(/\n$/, '').split(':')
  return fields.length === 4 && fields[0] === name ? parseId(fields[2] ?? '') : null
}
