/** The accounts: asked by number or by name, and believed only where the answer is about what was asked. */
import type {Account, Auth, HostServices} from '@god-cli/api'
import {gidOfGroup, isAccountName, isId, parsePasswd, sortedIds} from './accounts.js'
import {type AccountSource, createSource} from './source.js'

const ask = async (source: AccountSource, key: string): Promise<Account | null> => {
  const line = await source.passwd(key)
  if (line === null) return null
  const entry = parsePasswd(line.replace(/\n$/, ''))
  if (entry === null) throw new Error(`the account of ${key} is not a valid passwd line`)
  const groups = sortedIds([...(await source.groups(entry)), entry.gid])
  return {uid: entry.uid, gid: entry.gid, groups, name: entry.name, home: entry.home}
}

export const createAuth = (_host: HostServices, source: AccountSource = createSource()): Auth => {
  // getent takes a number that is somebody's name for that name, and the other way round.
  const account = async (key: string, answers: (account: Account) => boolean): Promise<Account | null> => {
    const found = await ask(source, key)
    return found !== null && answers(found) ? found : null
  }
  return {
    byUid: async uid => (isId(uid) ? account(String(uid), found => found.uid === uid) : null),
    byName: async name => (isAccountName(name) ? account(name, found => found.name === name) : null),
    groupByName: async name =>
      isAccountName(name) ? gidOfGroup((await source.group(name)) ?? '', name) : null,
  }
}
