/** Short traces, and what the simulator makes of them. */

import {trialHost} from '../../../plugins/api/src/trial.js'
import createFifo from '../../../plugins/scheduler-fifo/src/index.js'
import type {Policy} from '../../../src/core/policy-order.js'
import {DEFAULT_RULES, type Rules} from '../../../src/core/scheduling/rules.js'
import {createDispatcher} from '../../../src/core/simulate/dispatch.js'
import {type FilterChoice, type Filtered, filterRows} from '../../../src/core/simulate/filter.js'
import {virtualNode} from '../../../src/core/simulate/nodes-file.js'
import {type Estimates, forecastBy} from '../../../src/core/simulate/predict.js'
import {createReplay, type EventOrder} from '../../../src/core/simulate/replay.js'
import type {ShareAccount} from '../../../src/core/simulate/share-account.js'
import {parseTrace} from '../../../src/core/simulate/trace.js'
import type {SimulatedJob, Started} from '../../../src/core/simulate/workload.js'

export const FIFO: Policy = createFifo(trialHost())

/** Seconds and processors; a job without a limit asks for what it runs. */
export interface Row {
  readonly job: number
  readonly submit: number
  readonly run: number
  readonly procs: number
  readonly limit?: number
  readonly user?: number
}

export const swfLine = ({job, submit, run, procs, limit = run, user = 1}: Row): string =>
  [job, submit, -1, run, procs, -1, -1, procs, limit, -1, 1, user, 1, -1, 1, -1, -1, -1].join(' ')

export const filtered = (
  lines: readonly string[],
  procs: number,
  over: Partial<FilterChoice> = {},
): Filtered =>
  filterRows(parseTrace(lines).rows, {
    machine: procs * 1000,
    missingLimit: 'drop',
    overLimit: 'cut',
    memory: 'ignore',
    gpus: false,
    fits: () => true,
    ...over,
  })

export interface Manner {
  readonly rules?: Partial<Rules>
  readonly estimates?: Estimates
  readonly eventOrder?: EventOrder
  readonly policy?: Policy
  readonly overLimit?: 'cut' | 'run-through'
  readonly account?: ShareAccount
}

export const replayed = (
  jobs: readonly SimulatedJob[],
  procs: number,
  {rules, estimates = 'user', eventOrder = 'batch', policy = FIFO, account}: Manner = {},
): readonly Started[] => {
  const replay = createReplay({
    jobs,
    eventOrder,
    forecast: forecastBy(estimates),
    ...(account === undefined ? {} : {witness: account.witness}),
    dispatcher: createDispatcher({
      nodes: [virtualNode(procs)],
      policy,
      rules: {...DEFAULT_RULES, horizon: Number.POSITIVE_INFINITY, ...rules},
      ...(account === undefined ? {} : {standings: account.standings}),
    }),
  })
  while (replay.step(1000));
  return replay.started
}

/** Of each job by its number: the second in which it started. */
export const startsOf = (
  rows: readonly Row[],
  procs: number,
  manner: Manner = {},
): Record<string, number> => {
  const {overLimit = 'cut'} = manner
  const {jobs} = filtered(rows.map(swfLine), procs, {overLimit})
  return Object.fromEntries(replayed(jobs, procs, manner).map(({job, start}) => [job.job, start / 1000]))
}
