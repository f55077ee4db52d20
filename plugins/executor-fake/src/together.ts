/**
 * Acts that are asked for at once share what surrounds them: one lock, one reading of the state, one saving. Each is
 * answered when all is saved, and its failure is its own; what surrounds them fails for all.
 */

interface Wanted {
  /** Runs the act; returns what tells its caller. */
  readonly run: () => () => void
  readonly fail: (error: unknown) => void
}

export const together = (around: (acts: () => void) => void): (<T>(act: () => T) => Promise<T>) => {
  let waiting: Wanted[] = []
  const flush = (): void => {
    const lot = waiting
    waiting = []
    const answers: (() => void)[] = []
    try {
      around(() => {
        for (const {run} of lot) answers.push(run())
      })
    } catch (error) {
      for (const {fail} of lot) fail(error)
      return
    }
    for (const answer of answers) answer()
  }
  return act =>
    new Promise((resolve, reject) => {
      const run = () => {
        try {
          const answer = act()
          return () => resolve(answer)
        } catch (error) {
          return () => reject(error)
        }
      }
      waiting.push({run, fail: reject})
      if (waiting.length === 1) setImmediate(flush)
    })
}
