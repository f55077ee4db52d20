/**
 * Usage that is forgotten (scheduling.md 4): what was charged loses half of its weight in each half-life. Exact at any
 * moment and without ticks, so it does not matter who looked when. Pure.
 *
 * Rates are charged cpus, times epoch milliseconds, usage is in seconds of a cpu. A half-life of Infinity forgets nothing.
 */

/** What ran or runs: charged alike over its time, a pause as if it had been spread over all of it. */
export interface Run {
  readonly start: number
  /** Of one that still runs: now. */
  readonly end: number
  /** Milliseconds. */
  readonly paused: number
  readonly rate: number
}

/** The part that is left of what was used `age` milliseconds ago; all of it, where a clock says that it is to come. */
export const fadedBy = (age: number, halfLife: number): number => 2 ** (-Math.max(0, age) / halfLife)

/** Seconds that a run of so many milliseconds up to now counts. */
const weightOf = (ms: number, halfLife: number): number =>
  halfLife === Number.POSITIVE_INFINITY
    ? ms / 1000
    : -(halfLife / 1000 / Math.LN2) * Math.expm1((-ms / halfLife) * Math.LN2)

/** What is left at a moment of what it used; all of it, before its end. */
export const usedBy = ({start, end, paused, rate}: Run, at: number, halfLife: number): number => {
  const took = end - start
  if (took <= 0) return 0
  const share = Math.max(0, took - paused) / took
  return rate * share * weightOf(took, halfLife) * fadedBy(at - end, halfLife)
}

/** Three numbers that say all of a user: what was left at some moment, and what has run since. */
export interface Usage {
  readonly used: number
  readonly at: number
  readonly rate: number
}

export const NO_USAGE: Usage = {used: 0, at: 0, rate: 0}

export const usageAt = ({used, at: since, rate}: Usage, at: number, halfLife: number): number =>
  // Asked of very many who run nothing.
  used * fadedBy(at - since, halfLife) + (rate === 0 ? 0 : rate * weightOf(at - since, halfLife))

/** A job of that rate starts, or ends (its rate negative). */
export const withRate = (usage: Usage, change: number, at: number, halfLife: number): Usage => ({
  used: usageAt(usage, at, halfLife),
  at,
  rate: usage.rate + change,
})
