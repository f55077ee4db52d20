/** A question whose answer is believed for a while; who asks while an answer is under way waits for the same one. */

/** Guards against a flood of names that do not exist. */
const MOST = 10_000

interface Kept<T> {
  readonly answer: Promise<T>
  readonly at: number
}

/** `age` in milliseconds. Exceptions are not remembered. */
export const remembered = <K, T>(
  ask: (key: K) => Promise<T>,
  age: number,
  now: () => number,
): ((key: K) => Promise<T>) => {
  const memory = new Map<K, Kept<T>>()
  return async key => {
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
