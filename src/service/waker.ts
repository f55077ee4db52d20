/** A bell for one sleeper: rings before the sleep are not lost, many rings are one. */

/** What it rings for: room has become free, which the scheduler alone has to know of; or anything. */
export type Ring = 'room' | 'all'

export interface Waker {
  wake(ring?: Ring): void
  /** Resolves at the next ring, or when `pause` does: that is time to look at all. */
  sleep(pause: (signal: AbortSignal) => Promise<void>): Promise<Ring>
}

export const createWaker = (): Waker => {
  let rung: Ring | null = null
  let stop: (() => void) | null = null
  return {
    wake: (ring = 'all') => {
      if (rung !== 'all') rung = ring
      stop?.()
    },
    sleep: async pause => {
      const controller = new AbortController()
      stop = () => controller.abort()
      if (rung === null) await pause(controller.signal)
      const woken = rung ?? 'all'
      rung = null
      stop = null
      return woken
    },
  }
}
