/** A bell for one sleeper: rings before the sleep are not lost, many rings are one. */

export interface Waker {
  wake(): void
  /** Resolves at the next ring, or when `pause` does. */
  sleep(pause: (signal: AbortSignal) => Promise<void>): Promise<void>
}

export const createWaker = (): Waker => {
  let rung = false
  let stop: (() => void) | null = null
  return {
    wake: () => {
      rung = true
      stop?.()
    },
    sleep: async pause => {
      const controller = new AbortController()
      stop = () => controller.abort()
      if (!rung) await pause(controller.signal)
      rung = false
      stop = null
    },
  }
}
