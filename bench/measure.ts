/** What the benchmarks share: medians, and lines that put a figure beside what it is compared with. */
import {spawnSync} from 'node:child_process'

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

/** Milliseconds. */
export interface Cost {
  /** User and system time of the process and of what it waited for. */
  readonly cpu: number
  readonly wall: number
}

/** A whole process, by the kernel's own account of it, which the shell's `time` shows to the millisecond. */
export const cost = (
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Cost => {
  const script = 'TIMEFORMAT="took %3R %3U %3S"; time "$@" >/dev/null 2>&1'
  const {stderr} = spawnSync('/bin/bash', ['-c', script, 'time', program, ...args], {env, encoding: 'utf8'})
  const [, wall, user, system] = (/took ([\d.]+) ([\d.]+) ([\d.]+)/.exec(stderr) ?? []).map(Number)
  return {wall: (wall ?? Number.NaN) * 1000, cpu: ((user ?? Number.NaN) + (system ?? 0)) * 1000}
}
