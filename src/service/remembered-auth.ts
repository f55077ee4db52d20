/**
 * The source of accounts with a memory: a pass asks for the same few users again and again, and each question costs
 * processes or a conversation over the network. Also "none" is remembered, exceptions never: so who is asked for again
 * while the source is silent is unknown at most until then. Nothing is kept over a restart; passwords are never kept.
 */
import type {Account, Auth} from '@god-cli/api'
import type {LookAs} from './mountable.js'
import {remembered} from './remembered.js'

/** `age` in milliseconds: answers are believed for so long. */
export const rememberedAuth = (auth: Auth, age: number, now: () => number): Auth => ({
  byUid: remembered(async uid => auth.byUid(uid), age, now),
  byName: remembered(async name => auth.byName(name), age, now),
  groupByName: remembered(async name => auth.groupByName(name), age, now),
  ...(auth.credentials === undefined
    ? {}
    : {credentials: async (name, password) => (await auth.credentials?.(name, password)) ?? null}),
})

/** A look costs a process: the same user's jobs of one minute share it. Of other groups he is another. */
export const rememberedLooks = (lookAs: LookAs, age: number, now: () => number): LookAs => {
  const ask = remembered(
    async (key: string) => {
      const [who, path] = JSON.parse(key) as [Account, string]
      return lookAs(who, path)
    },
    age,
    now,
  )
  return (who, path) => ask(JSON.stringify([who, path]))
}
