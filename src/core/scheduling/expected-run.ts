/**
 * How long jobs are likely to run: as long as the last two of their user did on the average, and never longer than their
 * limit (scheduling.md 7; Tsafrir, Etsion, Feitelson, TPDS 2007). Milliseconds. Pure.
 */

/** One that ended. */
export interface PastRun {
  readonly user: string
  readonly ran: number
  readonly ended: number
}

/** Of users of whom two are known. */
export const typicalRuns = (past: Iterable<PastRun>): ReadonlyMap<string, number> => {
  const lastTwo = new Map<string, readonly PastRun[]>()
  for (const run of past)
    lastTwo.set(
      run.user,
      [...(lastTwo.get(run.user) ?? []), run].sort((a, b) => b.ended - a.ended).slice(0, 2),
    )
  return new Map(
    [...lastTwo].flatMap(([user, [last, before]]) =>
      last === undefined || before === undefined ? [] : [[user, (last.ran + before.ran) / 2] as const],
    ),
  )
}

/**
 * Of one of that age: each time it outlives what was expected it gets half of that more, and never more than its limit.
 * So it depends on no look in between.
 */
export const outlived = (expected: number, age: number, limit: number): number => {
  let longer = Math.max(1, Math.min(expected, limit))
  while (longer <= age && longer < limit) longer = Math.min(limit, longer * 1.5)
  return longer
}
