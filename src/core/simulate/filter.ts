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
  return row.submit < 0 ? 'negativeSubmit' : {processors, run, limit}
}

/** The same amounts are one object, and frozen: policies of others are shown it. */
const needs = ({memory, gpus}: FilterChoice): ((row: TraceRow, processors: number) => Resources) => {
  const known = new Map<string, Resources>()
  return (row, processors) => {
    const counted = gpus ? row.counted : undefined
    const need = {
      cpus: Math.max(1, Math.round(processors * 1000)),
      memory: memory === 'requested' ? Math.max(0, row.memory) : 0,
      gpus: gpus ? row.gpus : 0,
      ...(counted === undefined ? {} : {counted}),
    }
    const basic = `${need.cpus} ${need.memory} ${need.gpus}`
    const key = counted === undefined ? basic : `${basic} ${JSON.stringify(counted)}`
    const resources = known.get(key) ?? Object.freeze(need)
    known.set(key, resources)
    return resources
  }
}

/** Before its place among the others is known. */
type Draft = {-readonly [key in keyof SimulatedJob]: SimulatedJob[key]}

const draftOf = (row: TraceRow, {run, limit}: Kept, resources: Resources): Draft => {
  const {job, user, project, queue, nice, priority} = row
  return {
    job,
    id: 0,
    uid: 0,
    user,
    project,
    queue,
    resources,
    nice,
    priority,
    submit: Math.round(row.submit * 1000),
    run: milliseconds(run),
    limit: milliseconds(limit),
  }
}

/** Each user gets a number, by the order in which they come. */
const numbered = (jobs: readonly Draft[]): readonly SimulatedJob[] => {
  const uids = new Map<string, number>()
  for (const [i, job] of jobs.entries()) {
    job.id = i + 1
    job.uid = uids.get(job.user) ?? uids.size + 1
    uids.set(job.user, job.uid)
  }
  return jobs
}

/** `rows`: in the order of the trace, which those keep whose number and moment are the same: the format allows that. */
export const filterRows = (rows: Iterable<TraceRow>, choice: FilterChoice): Filtered => {
  const dropped = {tooLarge: 0, noProcessors: 0, noRunTime: 0, noLimit: 0, negativeSubmit: 0, noNode: 0}
  const changed = {cutAtLimit: 0, limitFromRun: 0}
  const needOf = needs(choice)
  const jobs: Draft[] = []
  for (const row of rows) {
    const kept = judged(row, choice)
    if (typeof kept === 'string') {
      dropped[kept]++
      continue
    }
    const need = needOf(row, kept.processors)
    if (!choice.fits(need)) {
      dropped.noNode++
      continue
    }
    if (kept.run < row.run) changed.cutAtLimit++
    if (row.limit <= 0) changed.limitFromRun++
    jobs.push(draftOf(row, kept, need))
  }
  jobs.sort((a, b) => a.submit - b.submit || inOrder(a.job, b.job))
  return {jobs: numbered(jobs), dropped, changed}
}
