/**
 * Which rows of a trace are replayed, and as what (scheduling.md 2): the rules of the study whose figures are compared
 * with, in its order; each row falls to the first rule that takes it. Pure.
 */
import type {Resources} from '@god-cli/api'
import {inOrder} from '../part-key.js'
import {milliseconds, type SimulatedJob, type TraceRow} from './workload.js'

export interface FilterChoice {
  /** Processors of the machine, as thousandths; a wider job never ran on it. */
  readonly machine: number
  /** A row without a limit: dropped, or its run time is its limit. */
  readonly missingLimit: 'drop' | 'run'
  /** A row that ran beyond its limit: ended there, or not. */
  readonly overLimit: 'cut' | 'run-through'
  readonly memory: 'ignore' | 'requested'
  /** GPUs count, and what is counted besides; on the one node of a trace there are none. */
  readonly gpus: boolean
  /** Whether it fits on some empty node. */
  readonly fits: (need: Resources) => boolean
}

/** In the order in which they are asked. */
export const RULES = {
  tooLarge: 'more processors than the machine has',
  noProcessors: 'no processors, neither requested nor allocated',
  noRunTime: 'a run time that is zero or unknown',
  noLimit: 'no requested time',
  negativeSubmit: 'a submission before the start of the trace',
  noNode: 'fits on no empty node',
} as const

export type Rule = keyof typeof RULES

export interface Filtered {
  /** In the order of submission, then of job numbers. */
  readonly jobs: readonly SimulatedJob[]
  /** How many rows each rule took. */
  readonly dropped: Readonly<Record<Rule, number>>
  /** Rows that are replayed with another run time or limit than they have. */
  readonly changed: {readonly cutAtLimit: number; readonly limitFromRun: number}
}

interface Kept {
  readonly row: TraceRow
  readonly processors: number
  readonly run: number
  readonly limit: number
}

/** The time that it ran, and the one that it asked for: seconds. */
const judged = (row: TraceRow, choice: FilterChoice): Rule | Kept => {
  const machine = choice.machine / 1000
  if (row.allocated > machine || row.requested > machine) return 'tooLarge'
  const processors = row.requested > 0 ? row.requested : row.allocated
  if (processors <= 0) return 'noProcessors'
  if (row.run <= 0) return 'noRunTime'
  if (row.limit <= 0 && choice.missingLimit === 'drop') return 'noLimit'
  const limit = row.limit > 0 ? row.limit : row.run
  const run = choice.overLimit === 'cut' ? Math.min(row.run, limit) : row.run
  return row.submit < 0 ? 'negativeSubmit' : {row, processors, run, limit}
}

const needOf = ({row, processors}: Kept, {memory, gpus}: FilterChoice): Resources => ({
  cpus: Math.max(1, Math.round(processors * 1000)),
  memory: memory === 'requested' ? Math.max(0, row.memory) : 0,
  gpus: gpus ? row.gpus : 0,
  ...(gpus && row.counted !== undefined ? {counted: row.counted} : {}),
})

/** The format lets parts of a job stand by themselves, with the job's number: they keep the order of the trace. */
const bySubmission = (a: Kept, b: Kept): number =>
  a.row.submit - b.row.submit || inOrder(a.row.job, b.row.job) || a.row.at - b.row.at

/** Frozen: policies of others are shown it. */
const jobOf = (kept: Kept, resources: Resources, id: number, uid: number): SimulatedJob => {
  const {row} = kept
  const submit = Math.round(row.submit * 1000)
  const limit = milliseconds(kept.limit)
  return {
    job: row.job,
    submit,
    run: milliseconds(kept.run),
    limit,
    pending: Object.freeze({
      id,
      uid,
      user: row.user,
      project: row.project,
      queue: row.queue,
      resources: Object.freeze(resources),
      walltime: limit / 1000,
      nice: row.nice,
      priority: row.priority,
      submitted: submit,
      eligible: submit,
    }),
  }
}

/** Each user gets a number, by the order in which they come. */
const numbered = () => {
  const uids = new Map<string, number>()
  return (user: string): number => {
    const known = uids.get(user) ?? uids.size + 1
    uids.set(user, known)
    return known
  }
}

const zeroes = (): Record<Rule, number> => ({
  tooLarge: 0,
  noProcessors: 0,
  noRunTime: 0,
  noLimit: 0,
  negativeSubmit: 0,
  noNode: 0,
})

export const filterRows = (rows: readonly TraceRow[], choice: FilterChoice): Filtered => {
  const dropped = zeroes()
  const kept: Kept[] = []
  for (const row of rows) {
    const answer = judged(row, choice)
    if (typeof answer === 'string') dropped[answer]++
    else if (choice.fits(needOf(answer, choice))) kept.push(answer)
    else dropped.noNode++
  }
  kept.sort(bySubmission)
  const uidOf = numbered()
  return {
    jobs: kept.map((one, i) => jobOf(one, needOf(one, choice), i + 1, uidOf(one.row.user))),
    dropped,
    changed: {
      cutAtLimit: kept.filter(({row, run}) => run < row.run).length,
      limitFromRun: kept.filter(({row}) => row.limit <= 0).length,
    },
  }
}
