/**
 * The accounts, with a memory of one minute: a pass asks for the same few users again and again, and each question
 * costs two processes. Exceptions are not remembered.
 */
import type {Account, Auth, HostServices} from '@god-cli/api'
import {isAccountName, isId, parsePasswd, sortedIds} from './accounts.js'
import {type AccountSource, createSource} from './source.js'

const KEEP_MS = 60_000
/** Guards the memory against a flood of names that do not exist. */
const KEEP_MOST = 10_000

interface Kept {
  readonly account: Account | null
  readonly at: number
}

const ask = (source: AccountSource, key: string): Account | null => {
  const line = source.passwd(key)
  if (line === null) return null
  const entry = parsePasswd(line.replace(/\n$/, ''))
  if (entry === null) throw new Error(`the account of ${key} is not a valid passwd line`)
  const groups = sortedIds([...source.groups(entry), entry.gid])
  return {uid: entry.uid, gid: entry.gid, groups, name: entry.name, home: entry.home}
}

export const createAuth = (host: HostServices, source: AccountSource = createSource()): Auth => {
  const memory = new Map<string, Kept>()

  const remembered = (key: string, answers: (account: Account) => boolean): Account | null => {
    const kept = memory.get(key)
    const age = kept === undefined ? Number.POSITIVE_INFINITY : host.now() - kept.at
    if (kept !== undefined && age >= 0 && age < KEEP_MS) return kept.account
    const found = ask(source, key)
    // getent takes a number that is somebody's name for that name, and the other way round.
    const account = found !== null && answers(found) ? found : null
    if (memory.size >= KEEP_MOST) memory.clear()
    memory.set(key, {account, at: host.now()})
    return account
  }

  return {
    byUid: uid => (isId(uid) ? remembered(String(uid), account => account.uid === uid) : null),
    byName: name => (isAccountName(name) ? remembered(name, account => account.name === name) : null),
  }
}
