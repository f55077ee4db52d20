/** What the benchmarks share: medians, and lines that put a figure beside what it is compared with. */

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export const milliseconds = async (work: () => Promise<void> | void): Promise<number> => {
  const start = process.hrtime.bigint()
  await work()
  return Number(process.hrtime.bigint() - start) / 1e6
}

export const line = (what: string, figure: string, ratio = ''): void => {
  process.stdout.write(`${what.padEnd(44)} ${figure.padStart(14)}  ${ratio}\n`)
}

/** Runs at most `limit` of the tasks at a time. */
export const pool = async (tasks: readonly (() => Promise<void>)[], limit: number): Promise<void> => {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let task = tasks[next++]; task !== undefined; task = tasks[next++]) await task()
  }
  await Promise.all(Array.from({length: limit}, worker))
}
