/**
 * Ctrl-C and the polite ends of a process, as an abort signal. The second one ends it at once.
 *
 * The listeners stay: a library that ends the process where nobody else listens must find that we do.
 */

const SIGNALS = {SIGINT: 2, SIGTERM: 15, SIGHUP: 1} as const
type Name = keyof typeof SIGNALS

export interface Interrupt {
  readonly signal: AbortSignal
  /** The signal that came, or null. */
  readonly by: () => Name | null
}

const names = Object.keys(SIGNALS) as Name[]

export const catchInterrupt = (): Interrupt => {
  const controller = new AbortController()
  let by: Name | null = null
  for (const name of names) {
    process.on(name, () => {
      if (by !== null) process.exit(128 + SIGNALS[name])
      by = name
      controller.abort()
    })
  }
  return {signal: controller.signal, by: () => by}
}
