/**
 * Accounts that stand in the configuration: for trials, and for tests of what works with accounts. Nothing is asked of
 * anybody, so it always answers; a line that cannot be read is a wrong configuration. Keeps nothing.
 */
import {type Account, defineProvider} from '@god-cli/api'

const NAME = /^[a-z_][a-z0-9_.@-]{0,62}\$?$/i
const NUMBER = /^(0|[1-9]\d{0,9})$/

const words = (text: string | undefined): readonly string[] =>
  (text ?? '').split(/\s+/).filter(word => word !== '')

const numberOf = (text: string | undefined, word: string): number => {
  if (text !== undefined && NUMBER.test(text) && Number(text) < 2 ** 32 - 1) return Number(text)
  throw new Error(
    `'${word}' has the number ${JSON.stringify(text ?? '')}; expected one from 0 to ${2 ** 32 - 2}`,
  )
}

const nameOf = (text: string | undefined, word: string): string => {
  if (text !== undefined && NAME.test(text)) return text
  throw new Error(`'${word}' begins with no name of an account or a group`)
}

const accountOf = (word: string): Account => {
  const [name, uid, gid, home, groups, ...more] = word.split(':')
  if (home === undefined || !home.startsWith('/') || more.length > 0)
    throw new Error(`'${word}' is no account; expected NAME:UID:GID:HOME[:GID+GID]`)
  const own = numberOf(gid, word)
  const others = (groups ?? '').split('+').filter(one => one !== '')
  return {
    name: nameOf(name, word),
    uid: numberOf(uid, word),
    gid: own,
    home,
    groups: [...new Set([own, ...others.map(one => numberOf(one, word))])].sort((a, b) => a - b),
  }
}

const groupOf = (word: string): readonly [string, number] => {
  const [name, gid] = word.split(':')
  return [nameOf(name, word), numberOf(gid, word)]
}

const passwordOf = (word: string): readonly [string, string] => {
  const colon = word.indexOf(':')
  return [nameOf(word.slice(0, Math.max(0, colon)), word), word.slice(colon + 1)]
}

export default defineProvider('auth', ({options}) => {
  const accounts = words(options.accounts).map(accountOf)
  const groups = new Map(words(options.groups).map(groupOf))
  const passwords = new Map(words(options.passwords).map(passwordOf))
  const byName = async (name: string): Promise<Account | null> =>
    accounts.find(account => account.name === name) ?? null
  return {
    byUid: async (uid: number) => accounts.find(account => account.uid === uid) ?? null,
    byName,
    groupByName: async (name: string) => groups.get(name) ?? null,
    credentials: async (name: string, password: string) =>
      password !== '' && passwords.get(name) === password ? byName(name) : null,
  }
})
