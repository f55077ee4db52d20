/**
 * `god simulate`: a trace replayed by the pass of the scheduler itself. No site and no right is needed; what it writes are
 * the files that were asked for, when all is over.
 */

import type {Scheduler} from '@god-cli/api'
import {counted} from '../core/amounts.js'
import {NO_SHARES} from '../core/fair-share/standings.js'
import {DEFAULT_RULES, type Rules} from '../core/scheduling/rules.js'
import {timelineOf} from '../core/simulate/timeline.js'
import type {Started} from '../core/simulate/workload.js'
import {writeUserFile} from '../host/user-output.js'
import {type Guard, loadPolicy} from './policy.js'
import type {Screen} from './screen/screen.js'
import {
  checkOutputs,
  depthGiven,
  halfLifeGiven,
  policyOptions,
  type SimulateFlags,
  usage,
} from './simulate/choices.js'
import {jobsCsv} from './simulate/csv.js'
import {replayTrace} from './simulate/replay-trace.js'
import {type Options, type Report, reportOf} from './simulate/report.js'
import {readWorkload, type Workload} from './simulate/site.js'

/** Milliseconds: a week. */
const HALF_LIFE = 7 * 86_400_000

/** The algorithm as it is studied: a reservation holds however far it lies ahead. */
const rulesOf = (flags: SimulateFlags): Rules => ({
  backfill: flags.backfill ?? DEFAULT_RULES.backfill,
  depth: depthGiven(flags) ?? DEFAULT_RULES.depth,
  placement: flags.placement ?? DEFAULT_RULES.placement,
  horizon: Number.POSITIVE_INFINITY,
})

/** A service would judge the options of its configuration alike. */
const policyOf = (flags: SimulateFlags, id: string, screen: Screen, guard: Guard): Promise<Scheduler> =>
  loadPolicy(
    {
      id,
      options: policyOptions(flags['policy-option']),
      originOf: key => `--policy-option ${key}`,
      isTyped: () => true,
      now: () => 0,
      note: text => screen.note(text),
    },
    guard,
  )

const optionsOf = (flags: SimulateFlags, policy: string, rules: Rules, machine: number): Options => ({
  policy,
  policyOptions: policyOptions(flags['policy-option']),
  backfill: rules.backfill,
  ...(rules.backfill === 'easy' ? {depth: rules.depth} : {}),
  placement: rules.placement,
  halfLife: (halfLifeGiven(flags) ?? HALF_LIFE) / 1000,
  estimates: flags.estimates ?? 'user',
  eventOrder: flags['event-order'],
  missingLimit: flags['missing-limit'],
  overLimit: flags['over-limit'],
  memory: flags.memory,
  cpus: machine / 1000,
  ...(flags.shake === undefined ? {} : {shake: flags.shake, seed: flags.seed}),
})

const write = (path: string, text: string): void => {
  try {
    writeUserFile(path, text)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EROFS'))
      throw usage(`${path} cannot be written: you may not write there`, 'Name another file.')
    throw error
  }
}

const writeFiles = async (
  {csv, picture}: SimulateFlags,
  started: readonly Started[],
  {machine}: Workload,
  title: string,
): Promise<void> => {
  if (csv !== undefined) write(csv, jobsCsv(started))
  if (picture === undefined) return
  // Only here: who wants no picture starts without what draws it.
  const {drawTimeline, SPANS} = await import('./simulate/picture.js')
  write(picture, drawTimeline(timelineOf(started, machine, SPANS), title))
}

export const simulate = async (
  from: string,
  flags: SimulateFlags,
  screen: Screen,
  guard: Guard,
): Promise<Report> => {
  const id = flags.policy ?? 'fifo'
  const rules = rulesOf(flags)
  checkOutputs(from, flags)
  const policy = await policyOf(flags, id, screen, guard)
  const workload = await readWorkload(from, flags)
  const shares = {halfLife: halfLifeGiven(flags) ?? HALF_LIFE, mode: 'tree' as const, shares: NO_SHARES}
  const manner = {
    policy,
    rules,
    shares,
    estimates: flags.estimates ?? 'user',
    eventOrder: flags['event-order'],
  }
  const started = await replayTrace(workload, manner, screen.terminal)
  const {machine, filtered} = workload
  await writeFiles(
    flags,
    started,
    workload,
    `${counted(started.length, 'job')}, ${id}, backfill ${rules.backfill}`,
  )
  return reportOf(started, machine, filtered, optionsOf(flags, id, rules, machine))
}
