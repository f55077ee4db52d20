/** A trace replayed to its end, with a bar for people who watch; between two steps a signal is heard. */
import type {Scheduler} from '@god-cli/api'
import type {ShareRules} from '../../core/fair-share/standings.js'
import {capacityOf} from '../../core/schedule.js'
import type {Rules} from '../../core/scheduling/rules.js'
import {createDispatcher} from '../../core/simulate/dispatch.js'
import {type Estimates, forecastBy} from '../../core/simulate/predict.js'
import {createReplay, type EventOrder} from '../../core/simulate/replay.js'
import {createShareAccount} from '../../core/simulate/share-account.js'
import type {Started} from '../../core/simulate/workload.js'
import {systemClock} from '../../host/clock.js'
import {showProgress} from '../screen/progress.js'
import type {Terminal} from '../screen/terminal.js'
import type {Workload} from './site.js'

/** Of a step: some hundredths of a second. */
const EVENTS = 5000

export interface Manner {
  readonly policy: Scheduler
  readonly rules: Rules
  readonly shares: ShareRules
  readonly estimates: Estimates
  readonly eventOrder: EventOrder
}

export const replayTrace = async (
  {nodes, space, filtered: {jobs}}: Workload,
  {policy, rules, shares, estimates, eventOrder}: Manner,
  terminal: Pick<Terminal, 'interactive'>,
): Promise<readonly Started[]> => {
  const {witness, standings} = createShareAccount(shares, capacityOf(nodes, space))
  const dispatcher = createDispatcher({nodes, space, policy, rules, standings})
  const replay = createReplay({jobs, dispatcher, forecast: forecastBy(estimates), eventOrder, witness})
  // Most are over before anybody would wonder.
  if (!replay.step(EVENTS)) return replay.started
  const progress = await showProgress(terminal, jobs.length, 'jobs')
  try {
    do {
      progress.at(replay.started.length)
      await systemClock.delay(0)
    } while (replay.step(EVENTS))
  } finally {
    progress.end()
  }
  return replay.started
}
