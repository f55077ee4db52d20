/**
 * At most so many calls at once, the others wait in order.
 *
 * Engines start no faster with eight starts in flight than with four (docker.md 1.1), they only answer
 * everything else later. Knows nothing of engines; a call that fails frees its slot as one that succeeds.
 */
export type Slots = <T>(work: () => Promise<T>) => Promise<T>

/** `patience`: who has waited so many ms for his turn gives up, so that a silent engine keeps nobody for hours. */
export const createSlots = (count: number, patience?: number): Slots => {
  const waiting = new Set<() => void>()
  let free = count

  const queue = (): Promise<void> =>
    new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined
      const go = (): void => {
        clearTimeout(timer)
        resolve()
      }
      waiting.add(go)
      if (patience === undefined) return
      timer = setTimeout(() => {
        waiting.delete(go)
        reject(new Error(`the engine is busy: not asked within ${patience / 1000} s`))
      }, patience)
    })
  const enter = async (): Promise<void> => {
    if (free === 0) return queue()
    free -= 1
  }
  const leave = (): void => {
    const [next] = waiting
    if (next === undefined) {
      free += 1
      return
    }
    waiting.delete(next)
    next()
  }
  return async work => {
    await enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
