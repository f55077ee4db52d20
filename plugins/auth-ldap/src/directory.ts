/**
 * From a directory's entries to an account: found by exact equality, read strictly, whole or not at all. What the server
 * compares loosely (large letters for small ones) is compared again here.
 */
import type {Account} from '@god-cli/api'
import type {Options} from './options.js'
import {AnswerFault, type Entry, type Question, type Session} from './session.js'

/** As in the host's own accounts; nothing that a filter or a path could take for more than a name. */
const NAME = /^[a-z_][a-z0-9_.@\\-]{0,62}\$?$/i

export const isName = (text: string): boolean => NAME.test(text)

/** 2^32-1 means "no change" to chown and setuid. */
const MAX_ID = 0xffff_fffe

const MOST_GROUPS = 10_000
/** Enough to tell which they are. */
const MOST_TWINS = 20

const faulty = ({dn}: Entry, what: string): AnswerFault => new AnswerFault(`the entry ${dn} has ${what}`)

const one = (entry: Entry, attribute: string): string => {
  const values = entry.values[attribute.toLowerCase()] ?? []
  const [value] = values
  if (value !== undefined && values.length === 1) return value
  throw faulty(entry, values.length === 0 ? `no ${attribute}` : `${values.length} values of ${attribute}`)
}

const numberOf = (entry: Entry, attribute: string): number => {
  const text = one(entry, attribute)
  if (/^(0|[1-9]\d{0,9})$/.test(text) && Number(text) <= MAX_ID) return Number(text)
  throw faulty(entry, `the ${attribute} ${JSON.stringify(text.slice(0, 40))}, which is no number of one`)
}

const homeOf = (entry: Entry): string => {
  const home = one(entry, 'homeDirectory')
  if (home.startsWith('/') && !/[\0-\x1f\x7f:]/.test(home)) return home
  throw faulty(entry, `the homeDirectory ${JSON.stringify(home.slice(0, 80))}, which is no absolute path`)
}

/** Null: there is none. Two that answer to one name or number are a fault of the directory. */
const only = (entries: readonly Entry[], what: string): Entry | null => {
  if (entries.length > 1)
    throw new AnswerFault(`${entries.length} entries have ${what}: ${entries.map(({dn}) => dn).join(', ')}`)
  return entries[0] ?? null
}

const users = (options: Options, attribute: string, value: string): Question => ({
  base: options.userBase,
  scope: 'sub',
  equal: [
    ['objectClass', options.userClass],
    [attribute, value],
  ],
  attributes: [options.nameAttribute, 'uidNumber', 'gidNumber', 'homeDirectory'],
  most: MOST_TWINS,
})

export interface Found {
  readonly dn: string
  readonly account: Account
}

const groupsOf = async (session: Session, options: Options, dn: string, name: string): Promise<number[]> => {
  const {memberAttribute} = options
  const found = await session.search({
    base: options.groupBase,
    scope: 'sub',
    equal: [
      ['objectClass', options.groupClass],
      [memberAttribute, memberAttribute.toLowerCase() === 'memberuid' ? name : dn],
    ],
    attributes: ['gidNumber'],
    most: MOST_GROUPS,
  })
  return found.map(entry => numberOf(entry, 'gidNumber'))
}

/** Null: nobody, or one of the numbers that are the host's own. */
const accountOf = async (session: Session, options: Options, entry: Entry): Promise<Found | null> => {
  const uid = numberOf(entry, 'uidNumber')
  const gid = numberOf(entry, 'gidNumber')
  const name = one(entry, options.nameAttribute)
  if (uid < options.minUid) return null
  if (!isName(name)) throw faulty(entry, `the ${options.nameAttribute} ${JSON.stringify(name.slice(0, 80))}`)
  const home = homeOf(entry)
  const member = await groupsOf(session, options, entry.dn, name)
  const groups = [...new Set([gid, ...member])].sort((a, b) => a - b)
  // Whoever may write into the directory makes nobody a member of what the host has for itself: root, docker, disk.
  const allowed = groups.filter(group => group >= options.minGid)
  if (gid < options.minGid)
    throw faulty(entry, `the gidNumber ${gid}, which is below min_gid (${options.minGid})`)
  return {dn: entry.dn, account: {uid, gid, groups: allowed, name, home}}
}

export const findByUid = async (session: Session, options: Options, uid: number): Promise<Found | null> => {
  if (!Number.isInteger(uid) || uid < options.minUid || uid > MAX_ID) return null
  const entry = only(await session.search(users(options, 'uidNumber', String(uid))), `the uidNumber ${uid}`)
  const found = entry === null ? null : await accountOf(session, options, entry)
  return found?.account.uid === uid ? found : null
}

export const findByName = async (session: Session, options: Options, name: string): Promise<Found | null> => {
  const {nameAttribute} = options
  const entry = only(
    await session.search(users(options, nameAttribute, name)),
    `the ${nameAttribute} ${name}`,
  )
  const found = entry === null ? null : await accountOf(session, options, entry)
  return found?.account.name === name ? found : null
}

export const findGroup = async (session: Session, options: Options, name: string): Promise<number | null> => {
  const found = await session.search({
    base: options.groupBase,
    scope: 'sub',
    equal: [
      ['objectClass', options.groupClass],
      ['cn', name],
    ],
    attributes: ['cn', 'gidNumber'],
    most: MOST_TWINS,
  })
  const entry = only(found, `the cn ${name}`)
  if (entry === null || !(entry.values.cn ?? []).includes(name)) return null
  const gid = numberOf(entry, 'gidNumber')
  return gid < options.minGid ? null : gid
}
