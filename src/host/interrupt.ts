/** Ctrl-C and the polite ends of a process, as an abort signal. The second one ends it at once. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface Interrupt {
  readonly signal: AbortSignal
  /** The signal that came, or null. */
  readonly by: () => (typeof SIGNALS)[number] | null
}

export const catchInterrupt = (): Interrupt => {
  const controller = new AbortController()
  let by: (typeof SIGNALS)[number] | null = null
  for (const name of SIGNALS) {
    process.once(name, () => {
      by = name
      controller.abort()
    })
  }
  return {signal: controller.signal, by: () => by}
}
