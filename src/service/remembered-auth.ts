/**
 * The source of accounts with a memory: a pass asks for the same few users again and again, and each question costs
 * processes or a conversation over the network. Also "none" is remembered, exceptions never: so who is asked for again
 * while the source is silent is unknown at most until then. Nothing is kept over a restart; passwords are never kept.
 */
import type {Auth} from '@god-cli/api'

/** Guards against a flood of names that do not exist. */
const MOST = 10_000

interface Kept<T> {
  readonly answer: Promise<T>
  readonly at: number
}

/** Who asks while an answer is under way waits for the same one. */
const remembered = <K, T>(ask: (key: K) => Promise<T>, age: number, now: () => number) => {
  const memory = new Map<K, Kept<T>>()
  return async (key: K): Promise<T> => {
    const kept = memory.get(key)
    // A clock that was set back keeps nothing for ever.
    const old = kept === undefined ? Number.POSITIVE_INFINITY : now() - kept.at
    if (kept !== undefined && old >= 0 && old < age) return kept.answer
    if (memory.size >= MOST) memory.clear()
    const asked: Kept<T> = {answer: ask(key), at: now()}
    memory.set(key, asked)
    try {
      return await asked.answer
    } catch (error) {
      if (memory.get(key) === asked) memory.delete(key)
      throw error
    }
  }
}

/** `age` in milliseconds: answers are believed for so long. */
export const rememberedAuth = (auth: Auth, age: number, now: () => number): Auth => ({
  byUid: remembered(async uid => auth.byUid(uid), age, now),
  byName: remembered(async name => auth.byName(name), age, now),
  groupByName: remembered(async name => auth.groupByName(name), age, now),
  ...(auth.credentials === undefined
    ? {}
    : {credentials: async (name, password) => (await auth.credentials?.(name, password)) ?? null}),
})
