/**
 * At most so many calls at once, the others wait in order.
 *
 * Engines start no faster with eight starts in flight than with four (docker.md 1.1), they only answer
 * everything else later. Knows nothing of engines; a call that fails frees its slot as one that succeeds.
 */
export type Slots = <T>(work: () => Promise<T>) => Promise<T>

export const createSlots = (count: number): Slots => {
  const waiting: (() => void)[] = []
  let free = count

  const enter = async (): Promise<void> => {
    if (free > 0) {
      free -= 1
      return
    }
    await new Promise<void>(resolve => waiting.push(resolve))
  }
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
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
