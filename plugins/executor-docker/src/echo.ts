/**
 * A ring with echoes: Docker tells of an end before it has cleaned up, and its listing still shows the container as
 * running for some hundred milliseconds. Who looked at the first ring alone would not look again until his next poll.
 */

/** Milliseconds, each after the one before. */
const ECHOES = [100, 300, 1200] as const

type Delay = (ms: number, signal: AbortSignal) => Promise<void>

/** Each call rings at once and begins the echoes anew; none after `signal`. */
export const withEchoes = (ring: () => void, delay: Delay, signal: AbortSignal): (() => void) => {
  let newest = 0
  const echo = async (mine: number): Promise<void> => {
    for (const ms of ECHOES) {
      await delay(ms, signal)
      if (signal.aborted || mine !== newest) return
      ring()
    }
  }
  return () => {
    ring()
    newest += 1
    void echo(newest)
  }
}
