/**
 * The account that is to serve a new site of many users, where that is not root: one of this host, with a first group of its
 * own, for whoever is in that group could read what users drop. Once it is become there is no way back.
 */
import {getent} from './getent.js'

export interface ServiceAccount {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const entries = (...question: Parameters<typeof getent>): ReturnType<typeof getent> & object =>
  getent(...question) ?? []

const NAME = /^[a-z_][\w.-]{0,31}\$?$/i

/** Null: this host has none of that name. */
export const serviceAccount = (name: string): ServiceAccount | null => {
  const [entry] = NAME.test(name) ? entries('passwd', name) : []
  const [found, , uid = '', gid = ''] = entry ?? []
  return found === name && /^\d+$/.test(uid) && /^\d+$/.test(gid)
    ? {name, uid: Number(uid), gid: Number(gid)}
    : null
}

/** Others who are in its first group: by that group's list, or because it is their first one too. */
export const sharersOf = ({name, gid}: ServiceAccount): readonly string[] => {
  const listed = entries('group', String(gid)).flatMap(([, , , members = '']) => members.split(','))
  const firsts = entries('passwd').flatMap(([who = '', , , group]) => (group === String(gid) ? [who] : []))
  return [...new Set([...listed, ...firsts])].filter(who => who !== '' && who !== name)
}

/** For good: nothing that this process makes from now on is root's. */
export const become = ({uid, gid}: Pick<ServiceAccount, 'uid' | 'gid'>): void => {
  process.setgroups?.([gid])
  process.setgid?.(gid)
  process.setuid?.(uid)
}
